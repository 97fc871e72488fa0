import CCurl
import SecretMemory

/// The headers of one request in libcurl's form.
///
/// The list's strings are libcurl's copies; freeing them wipes them (`CurlLibrary`).
final class HeaderList {
  private(set) var first: UnsafeMutablePointer<curl_slist>?

  /// Lists exactly these headers, and takes out those libcurl would add by itself.
  ///
  /// - Throws: `.invalidRequest` if a header would not stay one line.
  init(_ headers: [HTTPHeader]) throws(HTTPFailure) {
    for header in headers { try append(header) }
    for automatic in ["Accept", "Content-Type", "Expect"]
    where !headers.contains(where: { $0.name.lowercased() == automatic.lowercased() }) {
      try append(SecretBytes(copying: "\(automatic):".utf8))
    }
  }

  deinit { curl_slist_free_all(first) }

  private func append(_ header: HTTPHeader) throws(HTTPFailure) {
    guard !header.name.isEmpty, header.name.utf8.allSatisfy(Self.isTokenByte) else {
      throw .init(.invalidRequest("a header's name is empty or has a character no name may have"))
    }
    let line = Self.line(header)
    // A line break would begin a header of somebody else's choosing, and libcurl does not look.
    guard line.withUnsafeBytes({ $0.allSatisfy(Self.isTextByte) }) else {
      throw .init(
        .invalidRequest("the value of \(header.name) has a line break or control character in it"))
    }
    try append(line)
  }

  /// Appends a copy of one line.
  private func append(_ line: SecretBytes) throws(HTTPFailure) {
    let terminated = SecretBytes(count: line.count + 1) { memory in
      line.withUnsafeBytes { memory.copyBytes(from: $0) }
    }
    let extended = terminated.withUnsafeBytes {
      curl_slist_append(first, $0.bindMemory(to: CChar.self).baseAddress)
    }
    guard let extended else { throw .curl(CURLE_OUT_OF_MEMORY) }
    first = extended
  }

  private static func line(_ header: HTTPHeader) -> SecretBytes {
    switch header.value {
    case .text(let text) where text.isEmpty:
      // libcurl's way to write an empty value; "Name:" would take the header out.
      return SecretBytes(copying: "\(header.name);".utf8)
    case .text(let text):
      return SecretBytes(copying: "\(header.name): \(text)".utf8)
    case .secret(let prefix, let secret):
      let start = Array("\(header.name): \(prefix)".utf8)
      return SecretBytes(count: start.count + secret.count) { memory in
        memory.copyBytes(from: start)
        secret.withUnsafeBytes { memory[start.count...].copyBytes(from: $0) }
      }
    }
  }

  private static func isTextByte(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte != 0x7F || byte == UInt8(ascii: "\t")
  }

  /// The characters of a token, RFC 9110 section 5.6.2.
  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default:
      "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
