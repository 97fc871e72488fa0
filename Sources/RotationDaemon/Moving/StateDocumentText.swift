import FoundationEssentials
import Glibc
import SecretMemory
import StateStore

/// A `StateDocument` as text: JSON with a row a line, so that two of them can be compared by eye and by diff(1).
enum StateDocumentText {
  /// The longest document that is read, in bytes.
  static let longest = 512 << 20

  static func lines(of document: StateDocument) -> [SecretBytes] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let head = """
      {"format": \(text(StateDocument.format, encoder)), "version": \(StateDocument.version),
      "url": \(text(document.url, encoder)),
      "key": \(text(document.key, encoder)),
      "credentials": [
      """
    var parts = [SecretBytes(copying: head.utf8)]
    parts += document.credentials.enumerated().map { part($0.offset, $0.element, encoder) }
    parts.append(SecretBytes(copying: "],\n\"attempts\": [".utf8))
    parts += document.attempts.enumerated().map { part($0.offset, $0.element, encoder) }
    return parts + [SecretBytes(copying: "]}\n".utf8)]
  }

  private static func part(
    _ index: Int, _ row: some Encodable, _ encoder: JSONEncoder
  ) -> SecretBytes {
    SecretBytes(copying: ((index == 0 ? "\n" : ",\n") + text(row, encoder)).utf8)
  }

  private static func text(_ value: some Encodable, _ encoder: JSONEncoder) -> String {
    (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
  }

  /// Reads a document.
  ///
  /// - Throws: `ExitStatus`, said on stderr in one line.
  static func read(_ path: String) throws(ExitStatus) -> StateDocument {
    let bytes = try contents(of: path)
    do {
      return try JSONDecoder().decode(StateDocument.self, from: bytes)
    } catch let problem as StateDocumentProblem {
      throw refuse(path, problem.description)
    } catch let error as DecodingError {
      throw refuse(path, words(error))
    } catch {
      throw refuse(path, "it cannot be read as JSON")
    }
  }

  /// What a document says, checked field by field.
  static func content(
    of document: StateDocument, _ path: String
  ) throws(ExitStatus) -> StateContent {
    do throws(StateDocumentProblem) { return try document.content() } catch {
      throw refuse(path, error.description)
    }
  }

  private static func contents(of path: String) throws(ExitStatus) -> Data {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw refuse(path, String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var bytes = Data()
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw refuse(path, String(cString: strerror(errno))) }
      guard count > 0 else { return bytes }
      bytes.append(contentsOf: buffer.prefix(count))
      guard bytes.count <= longest else { throw refuse(path, "it is longer than \(longest) bytes") }
    }
  }

  private static func words(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, let context):
      "\(place(context.codingPath))there is no \(key.stringValue)"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "\(place(context.codingPath))it does not hold what it has to"
    default: "it is not one whole JSON document"
    }
  }

  private static func place(_ path: [any CodingKey]) -> String {
    guard !path.isEmpty else { return "" }
    // People count from 1.
    return path.map { $0.intValue.map { "\($0 + 1)" } ?? $0.stringValue }.joined(separator: " ")
      + ": "
  }

  private static func refuse(_ path: String, _ reason: String) -> ExitStatus {
    Output.error("dx-rotated: \(path): \(reason)".printable)
    return .sourceUnavailable
  }
}
