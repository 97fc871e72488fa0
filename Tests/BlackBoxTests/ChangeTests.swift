import Foundation
import Testing

/// A source that changes is sent once, however it was changed.
@Suite(.limited) struct ChangeTests {
  enum Change: CaseIterable {
    case renamedOver, inPlace
  }

  @Test(arguments: Change.allCases)
  func aChangedFileIsSentOnce(change: Change) throws {
    let scene = try Scene()
    let daemon = try scene.settledDaemon()
    for (number, value) in ["value-2", "value-3"].enumerated() {
      switch change {
      case .renamedOver: try scene.place.put(value, into: "jira-cloud")
      case .inPlace: try scene.place.overwrite("jira-cloud", with: value)
      }
      try daemon.event("rotated", ["reason": "changed"], number: number + 1)
    }
    #expect(try scene.place.run("rotate", "jira-cloud").status == 0)
    try daemon.stop()
    #expect(
      try scene.simulator.requests(.update).map(\.body) == [
        #"{"id":456,"secrets":{"api_token":"value-2"}}"#,
        #"{"id":456,"secrets":{"api_token":"value-3"}}"#,
      ])
  }

  @Test func theSymlinkSwapOfKubernetesIsSeenAgainAndAgain() throws {
    let mounted = "mounted"
    let scene = try Scene([
      Account(value: nil, settings: "")
    ])
    let folder = scene.place.source(mounted)
    let files = FileManager.default
    func swap(to value: String) throws {
      let version = "\(folder)/..\(value)"
      try files.createDirectory(atPath: version, withIntermediateDirectories: true)
      try value.write(toFile: version + "/token", atomically: false, encoding: .utf8)
      try files.createSymbolicLink(
        atPath: folder + "/..data_tmp", withDestinationPath: "..\(value)")
      guard rename(folder + "/..data_tmp", folder + "/..data") == 0 else {
        throw Failure("rename: errno \(errno)")
      }
    }
    try swap(to: "value-1")
    try files.createSymbolicLink(atPath: folder + "/token", withDestinationPath: "..data/token")
    try files.createSymbolicLink(
      atPath: scene.place.source("jira-cloud"), withDestinationPath: folder + "/token")
    let daemon = try scene.settledDaemon()
    for (number, value) in ["value-2", "value-3", "value-4"].enumerated() {
      try swap(to: value)
      try daemon.event("rotated", ["reason": "changed"], number: number + 1)
      // What kubelet leaves for a moment goes; nothing that is watched may hang on it.
      try files.removeItem(atPath: "\(folder)/..value-\(number + 1)")
    }
    try daemon.stop()
    #expect(try scene.simulator.secrets(123, 456) == ["api_token": "value-4"])
    #expect(try scene.simulator.requests(.update).count == 3)
  }

  @Test func aFileThatIsRewrittenInPiecesIsSentWhole() throws {
    let scene = try Scene(defaults: #"settle = "300ms""#)
    let daemon = try scene.settledDaemon()
    let whole = String(repeating: "0123456789abcdef", count: 64)
    for end in stride(from: 0, through: whole.utf8.count, by: 64) {
      try scene.place.overwrite("jira-cloud", with: String(whole.prefix(end)))
    }
    try daemon.event("rotated", ["http_status": "200"])
    try daemon.stop()
    #expect(
      try scene.simulator.requests(.update).map(\.body) == [
        #"{"id":456,"secrets":{"api_token":"\#(whole)"}}"#
      ])
  }

  @Test func onChangeWaitKeepsANewValueForTheWindow() throws {
    let scene = try Scene(
      [Account(settings: #"on_change = "wait""#), Account("other", id: 457)],
      api: #"poll_interval = "200ms""#)
    let daemon = try scene.settledDaemon("jira-cloud", "other")
    try scene.place.put("value-2", into: "jira-cloud")
    try scene.place.put("value-2", into: "other")
    try daemon.event("rotated", ["credential": "other"])
    #expect(try scene.place.run("rotate", "other").status == 0)
    #expect(try scene.simulator.secrets(123, 456) == [:])
    try scene.simulator.change(123, 456, #"{"expiration_date":"\#(Day.soon)"}"#)
    try daemon.event("rotated", ["credential": "jira-cloud"])
    try daemon.stop()
    #expect(try scene.simulator.secrets(123, 456) == ["api_token": "value-2"])
  }

  @Test func aValueThatGoesBackIsNoChange() throws {
    let scene = try Scene(defaults: #"settle = "2s""#)
    let daemon = try scene.settledDaemon()
    try scene.place.put("value-2", into: "jira-cloud")
    try scene.place.put("value-1", into: "jira-cloud")
    let pass = try scene.place.run("rotate", "jira-cloud")
    // A person's pass takes the value there is for what DX is to have, and settles it first.
    #expect(pass.status == 0)
    try daemon.stop()
    #expect(try scene.simulator.requests(.update).allSatisfy { $0.body.contains("value-1") })
  }
}
