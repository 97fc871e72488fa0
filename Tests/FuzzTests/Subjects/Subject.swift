/// Something that reads what others wrote, and must stand whatever it is.
enum Subject: String, CaseIterable {
  case dropIn = "drop-in"
  case answer
  case environmentFile = "environment-file"
  case jsonPointer = "json-pointer"
  case spanOfTime = "span-of-time"
  case webToken = "web-token"
  case certificate
  case stateFile = "state-file"

  /// Hands over an input, and checks what must be true of any.
  ///
  /// - Throws: `Finding`, where something is not.
  func take(_ input: [UInt8]) throws(Finding) {
    switch self {
    case .dropIn: try DropInSubject.take(input)
    case .answer: try AnswerSubject.take(input)
    case .environmentFile: try EnvironmentFileSubject.take(input)
    case .jsonPointer: try JSONPointerSubject.take(input)
    case .spanOfTime: try SpanOfTimeSubject.take(input)
    case .webToken: try WebTokenSubject.take(input)
    case .certificate: try CertificateSubject.take(input)
    case .stateFile: try StateFileSubject.take(input)
    }
  }
}

/// Something that must be true of any input, and is not of this one.
struct Finding: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Checks one thing that must be true.
func require(_ isTrue: Bool, _ what: @autoclosure () -> String) throws(Finding) {
  guard isTrue else { throw Finding(what()) }
}

/// Checks that a text for people can neither break its line nor steer a terminal.
func requireOneLine(_ text: String) throws(Finding) {
  let isPlain = text.unicodeScalars.allSatisfy {
    $0.properties.generalCategory != .control && $0 != "\u{2028}" && $0 != "\u{2029}"
  }
  try require(isPlain, "a message has control characters in it: \(text.debugDescription)")
}

extension [UInt8] {
  /// The first line without its end, and all that follows it.
  var firstLine: (line: [UInt8], rest: [UInt8]) {
    guard let end = firstIndex(of: 0x0A) else { return (self, []) }
    return (Array(self[..<end]), Array(self[(end + 1)...]))
  }
}
