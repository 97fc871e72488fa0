import Foundation

extension Workplace {
  /// Runs a command of `dx-rotated` here on a terminal, and gives the lines that one sees there.
  func onTerminal(
    _ words: String..., colour: Bool = false
  ) throws -> (status: Int32, lines: [Substring]) {
    let command = ([Program.rotated.path] + words + options)
      .map { "'" + $0.replacingOccurrences(of: "'", with: #"'\''"#) + "'" }
      .joined(separator: " ")
    let result = try ChildProcess(
      "/usr/bin/script", ["-qec", command, "/dev/null"],
      environment: colour ? [:] : ["NO_COLOR": "1"]
    ).result()
    let text = result.output.replacingOccurrences(of: "\r", with: "")
    return (result.status, text.split(separator: "\n"))
  }
}

extension StringProtocol {
  /// The columns that a terminal shows it in: two for what East Asian scripts write.
  var columns: Int {
    unicodeScalars.reduce(0) { sum, scalar in
      switch scalar.properties.generalCategory {
      case .nonspacingMark: sum
      default: sum + ((0x2E80...0xFF60).contains(scalar.value) ? 2 : 1)
      }
    }
  }
}
