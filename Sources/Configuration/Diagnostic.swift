/// Where something in the configuration was written.
package struct Position: Hashable, Sendable {
  /// The file's path, a directory's, or `environment:NAME`.
  package var path: String
  /// The line, from 1; 0: all of it, there are no lines.
  package var line: Int
  /// The column, from 1, in Unicode scalars; 0 where the line is.
  package var column: Int

  /// Makes a position in a file.
  package init(path: String, line: Int, column: Int) {
    self.path = path
    self.line = line
    self.column = column
  }

  /// The start of a file.
  static func start(of path: String) -> Position { Position(path: path, line: 1, column: 1) }

  /// Something that has no lines: a directory, a variable.
  static func whole(_ path: String) -> Position { Position(path: path, line: 0, column: 0) }
}

extension Position: CustomStringConvertible {
  /// The position as compilers print it, `PATH:LINE:COLUMN`.
  package var description: String { line == 0 ? path : "\(path):\(line):\(column)" }
}

/// One line about the configuration: where, how bad, what is wrong, and what would be right.
///
/// No text of the configuration that may be a secret is in it.
package struct Diagnostic: Error, Hashable, Sendable {
  /// How bad it is.
  package enum Severity: String, Hashable, Sendable {
    /// The configuration cannot be used.
    case error
    /// It can, but somebody should look.
    case warning
  }

  /// Where.
  package var position: Position
  /// How bad.
  package var severity: Severity
  /// What is wrong, and what would be right.
  package var message: String

  /// Makes an error.
  static func error(_ message: String, at position: Position) -> Diagnostic {
    Diagnostic(position: position, severity: .error, message: message)
  }

  /// Makes a warning.
  static func warning(_ message: String, at position: Position) -> Diagnostic {
    Diagnostic(position: position, severity: .warning, message: message)
  }
}

extension Diagnostic: CustomStringConvertible {
  /// The line as it is printed, `PATH:LINE:COLUMN: error: what is wrong`.
  ///
  /// File and key names may hold control characters; escaped, they can neither break the line nor
  /// steer a terminal.
  package var description: String {
    "\(position): \(severity.rawValue): \(message)".escapingControls
  }
}

/// Collects what is wrong, so that all of it is reported and not the first alone.
struct Problems {
  private(set) var diagnostics: [Diagnostic] = []
  /// Tables and keys that were meant by something reported already.
  ///
  /// That they are missing is no second error.
  private var suspected: Set<String> = []

  var isEmpty: Bool { diagnostics.isEmpty }

  mutating func add(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

  mutating func error(_ message: String, at position: Position) {
    add(.error(message, at: position))
  }

  mutating func unknownKey(_ name: String, in path: KeyPath, known: [String], at place: Position) {
    let location = path.isRoot ? "at the top level" : "in \(path)"
    if let near = name.nearest(among: known) {
      suspected.insert(path.appending(near).description)
      error("unknown key \(name.quoted) \(location); did you mean \(near.quoted)?", at: place)
    } else {
      let list = known.joined(separator: ", ")
      error("unknown key \(name.quoted) \(location); known there: \(list)", at: place)
    }
  }

  mutating func noTable(_ node: Node, at path: KeyPath) {
    suspected.insert(path.description)
    wrongKind(node, at: path, wanted: "a table")
  }

  mutating func missing(_ name: String, in path: KeyPath, _ advice: String, at place: Position) {
    let full = path.appending(name).description
    if suspected.contains(full) || suspected.contains(path.description) { return }
    error("\(full) is missing; \(advice)", at: place)
  }
}
