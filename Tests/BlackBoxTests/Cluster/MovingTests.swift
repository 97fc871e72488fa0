import Foundation
import Testing

/// A state that moves from one machine into a cluster, and out of it again.
@Suite(.limited) struct MovingTests {
  private static let bad = refusal()

  /// A node alone has had three values accepted, and one refused and held.
  private func settled(_ scene: ClusterScene) throws {
    // On machines a source has one path: from another one a held value would be tried afresh.
    let sources = scene.names.map { name in
      "credential.\(name).secrets.api_token = { file = \"\(scene.nodes[0].source(name))\" }"
    }
    for index in scene.nodes.indices {
      try scene.leave(index)
      try scene.nodes[index].dropIn("30-sources", sources.joined(separator: "\n"))
    }
    let daemon = try scene.start(0).daemon
    for name in scene.names { try daemon.event("adopted", ["credential": name]) }
    for name in scene.names.dropLast() { try scene.put("value-2", into: name) }
    try scene.put("bad", into: scene.names[3])
    try daemon.event("rotation_held")
    for name in scene.names.dropLast() { try daemon.event("rotated", ["credential": name]) }
    try daemon.stop()
  }

  private func scene(nodes: Int = 2) throws -> ClusterScene {
    try ClusterScene(nodes: nodes, credentials: 4, tables: "retry.hold = \"never\"", inDX: Self.bad)
  }

  @Test func fromOneMachineIntoAClusterAndBackNothingIsLostOrSentAgain() throws {
    let scene = try scene()
    try settled(scene)
    let sent = try scene.bodies().count
    let place = scene.nodes[0]
    let (one, two, three) = (place.root + "/one", place.root + "/two", place.root + "/three")

    let exported = try place.state("export", "--output", one)
    #expect(exported.status == 0, "\(exported)")
    #expect(exported.output.isEmpty && exported.errors.isEmpty)
    #expect(try mode(one) == 0o600)
    let document = try String(contentsOfFile: one, encoding: .utf8)
    #expect(try place.state("export").output == document.trimmingCharacters(in: .newlines))
    #expect(!document.contains("value-") && !document.contains("dx-key-1"))
    let history = try place.run("history", "--json").output

    // The key goes with it: a cluster with another refuses what was made with this one.
    try scene.join(0)
    let foreign = try place.state("import", one)
    #expect(foreign.status == 78, "\(foreign)")
    #expect(foreign.errors.contains("another key"))
    try scene.leave(0)
    #expect(try place.state("key", "--output", place.source("cluster")).status == 0)
    #expect(try mode(place.source("cluster")) == 0o600)
    try scene.nodes[1].put(
      String(contentsOfFile: place.source("cluster"), encoding: .utf8), into: "cluster")
    for index in 0...1 { try scene.join(index) }
    let imported = try place.state("import", one)
    #expect(imported.status == 0, "\(imported)")
    #expect(imported.output.contains("4 credentials"))
    #expect(try scene.nodes[1].state("export", "--output", two).status == 0)
    #expect(try String(contentsOfFile: two, encoding: .utf8) == document)
    #expect(try scene.nodes[1].run("history", "--json").output == history)

    // What was accepted is not sent, what is held stays so, and what is new is sent once.
    let nodes = try scene.startAll()
    let busy = try place.state("import", one, "--replace")
    #expect(busy.status == 75, "\(busy)")
    #expect(busy.errors.contains("host-0, host-1"))
    try scene.put("value-3", into: scene.names[0])
    try scene.simulator.wait(for: sent + 1, .update)
    #expect(try place.run("status", scene.names[3]).output.contains("held"))
    for node in nodes { try node.daemon.stop() }
    #expect(try scene.bodies().count == sent + 1)

    // And back, where the former state still is.
    #expect(try place.state("export", "--output", two).status == 0)
    #expect(try String(contentsOfFile: two, encoding: .utf8) != document)
    try scene.leave(0)
    let kept = try place.state("import", two)
    #expect(kept.status == 73, "\(kept)")
    #expect(kept.errors.contains("--replace"))
    #expect(try place.state("import", two, "--replace").status == 0)
    #expect(try place.state("export", "--output", three).status == 0)
    #expect(
      try String(contentsOfFile: three, encoding: .utf8)
        == String(contentsOfFile: two, encoding: .utf8))
    let daemon = try scene.start(0).daemon
    let running = try place.state("import", two, "--replace")
    #expect(running.status == 75, "\(running)")
    #expect(try place.state("export").errors.contains("stop it"))
    try scene.put("value-4", into: scene.names[0])
    try scene.simulator.wait(for: sent + 2, .update)
    try daemon.stop()
    #expect(try scene.bodies().count == sent + 2)
  }

  @Test func toAnotherMachineTheKeyIsTakenAlong() throws {
    let scene = try scene()
    try settled(scene)
    let sent = try scene.bodies().count
    let (from, to) = (scene.nodes[0], scene.nodes[1])
    for name in ["document", "key-file"] { unlink(from.root + "/" + name) }
    #expect(try from.state("export", "--output", from.root + "/document").status == 0)
    #expect(try from.state("key", "--output", from.root + "/key-file").status == 0)
    let refused = try to.state("import", from.root + "/document")
    #expect(refused.status == 78, "\(refused)")
    #expect(refused.errors.contains("--key"))
    let taken = try to.state(
      "import", from.root + "/document", "--key", from.root + "/key-file")
    #expect(taken.status == 0, "\(taken)")
    #expect(try to.state("export").output == from.state("export").output)
    #expect(try to.run("history").output == from.run("history").output)
    let daemon = try scene.start(1).daemon
    try scene.put("value-3", into: scene.names[0])
    try scene.simulator.wait(for: sent + 1, .update)
    try daemon.stop()
    #expect(try scene.bodies().count == sent + 1)
  }

  @Test func aDocumentThatIsNotOneIsRefusedInOneLine() throws {
    let scene = try scene(nodes: 1)
    try settled(scene)
    let place = scene.nodes[0]
    let path = place.root + "/document"
    let good = try place.state("export").output
    let documents: [(String, Int32, String)] = [
      (String(good.dropLast(20)), 66, "not one whole JSON document"),
      ("", 66, "not one whole JSON document"),
      ("{}", 66, "there is no format"),
      (good.replacing("\"version\": 1", with: "\"version\": 9"), 66, "version 9"),
      (good.replacing("\"ordinal\":1", with: "\"ordinal\":1,\"more\":1"), 66, "no field more"),
      (good.replacing("\"ordinal\":1", with: "\"ordinal\":[]"), 66, "attempts 1 ordinal"),
      (good.replacing(scene.simulator.url, with: "https://other.getdx.net"), 78, "other.getdx"),
    ]
    for (text, status, reason) in documents {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      let result = try place.state("import", path, "--replace")
      #expect(result.status == status, "\(reason): \(result)")
      #expect(result.errors.contains(reason), "\(result)")
      #expect(!result.errors.contains("\n") && result.output.isEmpty, "\(result)")
    }
    #expect(try place.state("import", place.root + "/none").status == 66)
    #expect(try place.state("export", "--output", place.root + "/none/file").status == 73)
    #expect(try place.state("export").output == good)
  }

  private func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? Int)
  }
}

extension Workplace {
  /// Runs a command of `dx-rotated state` here, and waits for its end.
  fileprivate func state(_ command: String, _ arguments: String...) throws -> CommandResult {
    try ChildProcess(Program.rotated.path, ["state", command] + options + arguments).result()
  }
}
