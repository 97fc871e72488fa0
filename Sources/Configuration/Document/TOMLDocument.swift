import CTomlPlusPlus
import RotationEngine

/// Reads one file's text into a tree that knows where everything stands.
enum TOMLDocument {
  /// Parses the text of a file.
  ///
  /// Throws the first thing that keeps it from being a TOML document.
  static func parse(_ bytes: [UInt8], path: String) throws(Diagnostic) -> Table {
    if let place = UTF8Check.firstInvalid(in: bytes) {
      throw .error(
        "not UTF-8: the byte \(bytes[place.offset].hexadecimal) is no part of a character; "
          + "save the file as UTF-8",
        at: Position(path: path, line: place.line, column: place.column))
    }
    if let place = KeyDepth.firstTooDeep(in: bytes) {
      throw .error(
        "a key of more than \(KeyDepth.limit) parts; no key here has more than 4",
        at: Position(path: path, line: place.line, column: place.column))
    }
    let document = bytes.withUnsafeBytes { buffer in
      ctoml_parse(buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count)
    }
    // Everything below copies what it keeps: nothing of the document outlives this call.
    defer { ctoml_free(document) }
    guard document.count > 0 else {
      throw .error(
        TOMLSyntax.explain(String(document.error)),
        at: Position(path: path, document.error_position))
    }
    let nodes = UnsafeBufferPointer(start: document.nodes, count: document.count)
    var reader = Reader(nodes: nodes, path: path)
    let root = reader.table(at: 0)
    if let duplicate = reader.duplicate { throw duplicate }
    return root
  }

  private struct Reader {
    let nodes: UnsafeBufferPointer<ctoml_node>
    let path: String
    var duplicate: Diagnostic?

    mutating func table(at index: Int) -> Table {
      var table = Table()
      var child = index + 1
      while child < nodes[index].end {
        let name = String(nodes[child].key)
        let position = Position(path: path, nodes[child].key_position)
        if let first = table[name] {
          // TOML compares names by their bytes, and people by their look.
          duplicate =
            duplicate
            ?? .error(
              "\(name.quoted) looks the same as the key at line \(first.position.line), "
                + "and differs in its Unicode form alone", at: position)
        }
        table.set(Table.Entry(name: name, position: position, node: node(at: child, position)))
        child = nodes[child].end
      }
      return table
    }

    mutating func node(at index: Int, _ key: Position?) -> Node {
      let node = nodes[index]
      let own = Position(path: path, node.position)
      switch node.kind {
      case ctoml_kind_table:
        // A table that is only implied, or opened by a header, is where its name is.
        let isInline = own.line == key?.line && own.column > (key?.column ?? 0)
        let place = isInline ? own : key ?? own
        return Node(value: .table(table(at: index)), position: place)
      case ctoml_kind_array:
        var elements: [Node] = []
        var child = index + 1
        while child < node.end {
          elements.append(self.node(at: child, nil))
          child = nodes[child].end
        }
        return Node(value: .array(elements), position: own)
      case ctoml_kind_string: return Node(value: .string(String(node.string)), position: own)
      case ctoml_kind_integer: return Node(value: .integer(node.integer), position: own)
      case ctoml_kind_number: return Node(value: .number(node.number), position: own)
      case ctoml_kind_boolean: return Node(value: .boolean(node.boolean), position: own)
      case ctoml_kind_local_date, ctoml_kind_local_date_time, ctoml_kind_offset_date_time:
        return Node(
          value: WallTime(node.date_time).map(Value.date) ?? .timeOfDay, position: own)
      default: return Node(value: .timeOfDay, position: own)
      }
    }
  }
}

extension Position {
  fileprivate init(path: String, _ place: ctoml_position) {
    self.init(path: path, line: Int(max(place.line, 1)), column: Int(max(place.column, 1)))
  }
}

extension String {
  fileprivate init(_ text: ctoml_text) {
    let bytes = UnsafeBufferPointer(start: text.bytes, count: text.count)
    self = bytes.withMemoryRebound(to: UInt8.self) { String(decoding: $0, as: UTF8.self) }
  }
}

extension WallTime {
  fileprivate init?(_ parts: ctoml_date_time) {
    guard
      let date = CivilDate(
        year: Int64(parts.year), month: Int64(parts.month), day: Int64(parts.day))
    else { return nil }
    let minutes = Int64(parts.hour) * 60 + Int64(parts.minute) - Int64(parts.offset)
    self =
      date.startOfDay + .minutes(minutes) + .seconds(Int64(parts.second))
      + .milliseconds(Int64(parts.nanosecond) / 1_000_000)
  }
}
