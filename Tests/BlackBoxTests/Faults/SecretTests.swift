import Foundation
import Testing

/// No secret leaves by another way than the request it is for (contract, section 5).
@Suite(.timeLimit(.minutes(5))) struct SecretTests {
  /// Each where a secret can be, and each a different one; a slash and a plus change under most encodings.
  private enum Canary: String, CaseIterable {
    case key = "canary/Key+0a1b2c3d"
    case file = "canary/File+1b2c3d4e"
    case variable = "canary/Variable+2c3d4e5f"
    case environmentFile = "canary/EnvFile+3d4e5f60"
    case systemd = "canary/Systemd+4e5f6071"
    case document = "canary/Document+5f607182"
    case refused = "bad-canary/Refused+60718293"

    /// As it may be written somewhere.
    var shapes: [String] {
      let base64 = Data(rawValue.utf8).base64EncodedString()
      return [
        rawValue, base64, base64.replacing("+", with: "-").replacing("/", with: "_"),
        rawValue.replacing("/", with: "\\/"),
        rawValue.replacing("/", with: "%2F").replacing("+", with: "%2B"),
      ]
    }
  }

  private static let sourceNames = ["file", "variable", "env-file", "systemd", "document"]

  private let scene: Scene
  private let credentials: String

  init() throws {
    let echo = """
      [[connection.credential.rule]]
      pattern = "bad*"
      error = "Invalid permissions"
      display_message = "The vendor refused {secret}"
      raw_message = "401: {secret}"
      """
    scene = try Scene(
      (1...6).map { Account("echo-\($0)", id: 500 + $0, value: "x", date: Day.soon, inDX: echo) })
    for number in 1...6 { try scene.place.removeDropIn("20-echo-\(number)") }
    credentials = scene.place.root + "/credentials"
    try FileManager.default.createDirectory(
      atPath: credentials, withIntermediateDirectories: false)
    let place = scene.place
    try scene.simulator.accept(key: Canary.key.rawValue)
    try place.put(Canary.key.rawValue + "\n", into: "key")
    try place.put(Canary.file.rawValue, into: "file")
    try place.put("TOKEN=\"\(Canary.environmentFile.rawValue)\"\n", into: "env-file")
    try place.put(#"{"a":{"b":"\#(Canary.document.rawValue)"}}"#, into: "document")
    try place.put(Canary.refused.rawValue, into: "refused")
    try Canary.systemd.rawValue.write(
      toFile: credentials + "/token", atomically: true, encoding: .utf8)
    for (number, source) in [
      "{ file = \"\(place.source("file"))\" }", "{ env = \"CANARY\" }",
      "{ env_file = \"\(place.source("env-file"))\", key = \"TOKEN\" }",
      "{ credential = \"token\" }",
      "{ file = \"\(place.source("document"))\", json = \"/a/b\" }",
      "{ file = \"\(place.source("refused"))\" }",
    ].enumerated() {
      try place.dropIn(
        "20-canary-\(number)",
        """
        [credential.\((Self.sourceNames + ["refused"])[number])]
        connection_id = 123
        id = \(501 + number)
        secrets.api_token = \(source)
        """)
    }
  }

  private var environment: [String: String] {
    ["CANARY": Canary.variable.rawValue, "CREDENTIALS_DIRECTORY": credentials]
  }

  @Test(arguments: ["debug", "info", "error"])
  func noneIsInAnyOutputOrFile(level: String) throws {
    let place = scene.place
    let output = place.root + "/alert"
    try place.dropIn(
      "40-alert",
      """
      [alert.command.note]
      argv = ["/bin/sh", "-c", "env >>\(output); cat >>\(output)"]
      """)
    let daemon = try Daemon(place, environment: environment, logLevel: level)
    defer { daemon.process.signal(SIGKILL) }
    try scene.simulator.wait(for: 8, .update)
    var seen: [String: String] = [:]
    for command in [
      ["status"], ["status", "--json"], ["history", "--json"], ["plan"], ["plan", "--json"],
      ["rotate", "refused", "--force"], ["rotate", "file"], ["check"], ["check", "--online"],
    ] {
      let result = try ChildProcess(
        Program.rotated.path, [command[0]] + place.options + command.dropFirst()
      ).result()
      seen[command.joined(separator: " ")] = result.description
    }
    // Every field of an answer, in every failure, says what the request carried.
    let all = "\(Canary.file.rawValue) \(Canary.key.rawValue)"
    for (number, fault) in [
      #""kind":"ok_false","error":"\#(all)","display_message":"\#(all)""#,
      #""kind":"raw","status":422,"body":"{\"ok\":false,\"error\":\"\#(all)\",\"display_message\":\"\#(all)\",\"raw_message\":\"\#(all)\"}""#,
      #""kind":"raw","status":500,"body":"<html>\#(all)""#,
      #""kind":"redirect","location":"/\#(Canary.file.rawValue)""#,
      #""kind":"throttle","retry_after":"\#(Canary.file.rawValue)""#,
    ].enumerated() {
      try scene.simulator.fault(#"{"match":"update","credential":501,\#(fault)}"#)
      let result = try place.run("rotate", "file", "--force")
      seen["rotate under fault \(number)"] = result.description
      try scene.simulator.clearFaults()
    }
    let children = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter {
      (try? String(contentsOfFile: "/proc/\($0)/stat", encoding: .utf8))?
        .contains(") S \(daemon.process.identifier) ") == true
    }
    for child in children + [String(daemon.process.identifier)] {
      seen["/proc/\(child)/cmdline"] = String(
        decoding: FileManager.default.contents(atPath: "/proc/\(child)/cmdline") ?? Data(),
        as: UTF8.self)
    }
    try place.put("changed-\(Canary.file.rawValue)", into: "file")
    let limits = try String(
      contentsOfFile: "/proc/\(daemon.process.identifier)/limits", encoding: .utf8)
    #expect(
      limits.split(separator: "\n").contains {
        $0.hasPrefix("Max core file size") && $0.split(separator: " ").dropFirst(4).first == "0"
      }, "\(limits)")
    daemon.process.signal(SIGTERM)
    _ = try daemon.process.wait()
    seen["the log"] = try daemon.process.errors.whole().joined(separator: "\n")
    seen["standard output"] = try daemon.process.output.whole().joined(separator: "\n")
    for (file, bytes) in try place.stateBytes() {
      seen["state/\(file)"] = String(decoding: bytes, as: UTF8.self)
    }
    seen["the alert"] = String(
      decoding: FileManager.default.contents(atPath: output) ?? Data(), as: UTF8.self)
    for (name, text) in seen {
      for canary in Canary.allCases {
        for shape in canary.shapes where text.contains(shape) {
          Issue.record("\(canary) is in \(name), at level \(level): \(shape)")
        }
      }
    }
  }
}
