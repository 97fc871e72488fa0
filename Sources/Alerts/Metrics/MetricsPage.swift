/// A page in Prometheus' text format, version 0.0.4.
package struct MetricsPage {
  /// What a family's samples are.
  package enum Kind: String, Sendable {
    /// Goes up and down.
    case gauge
    /// Only goes up; its name ends in `_total`.
    case counter
  }

  /// Labels that are written again and again, escaped once.
  package struct Labels {
    fileprivate var text: [UInt8]

    /// Escapes label values: any text.
    package init(_ labels: [(name: String, value: String)]) {
      text = []
      for label in labels { add(label.name, label.value) }
    }

    /// The same with one more.
    package func adding(_ name: String, _ value: String) -> Labels {
      var labels = self
      labels.add(name, value)
      return labels
    }

    private mutating func add(_ name: String, _ value: String) {
      if !text.isEmpty { text.append(UInt8(ascii: ",")) }
      text += name.utf8
      text += "=\"".utf8
      for byte in value.utf8 {
        switch byte {
        case UInt8(ascii: "\\"): text += "\\\\".utf8
        case UInt8(ascii: "\""): text += "\\\"".utf8
        case UInt8(ascii: "\n"): text += "\\n".utf8
        default: text.append(byte)
        }
      }
      text.append(UInt8(ascii: "\""))
    }
  }

  /// The page so far.
  package private(set) var bytes: [UInt8] = []
  private var name = ""

  /// Makes an empty page.
  package init() {}

  /// Begins a family; its samples follow.
  package mutating func family(_ name: String, _ kind: Kind, _ help: String) {
    self.name = "dx_rotated_" + name
    bytes += "# HELP \(self.name) \(help)\n# TYPE \(self.name) \(kind.rawValue)\n".utf8
  }

  /// Adds the only sample of the family that was begun last.
  package mutating func sample(_ value: some CustomStringConvertible) {
    sample(Labels([]), value)
  }

  /// Adds a sample of the family that was begun last.
  package mutating func sample(_ labels: Labels, _ value: some CustomStringConvertible) {
    bytes += name.utf8
    if !labels.text.isEmpty {
      bytes.append(UInt8(ascii: "{"))
      bytes += labels.text
      bytes.append(UInt8(ascii: "}"))
    }
    bytes.append(UInt8(ascii: " "))
    bytes += value.description.utf8
    bytes.append(UInt8(ascii: "\n"))
  }
}
