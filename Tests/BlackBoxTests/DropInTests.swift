import Testing

/// Drop-ins as the built program takes or refuses them (contract, section 2).
@Suite(.limited) struct DropInTests {
  @Test func runReportsEveryErrorWithItsPlaceAndExitsWith78() throws {
    let scene = try Scene()
    try scene.place.dropIn(
      "30-first", "[credential.jira-cloud]\nrotate_befor = \"1d\"\nsettle = 5\n")
    try scene.place.dropIn("40-second", "[retry]\nfactor = 0\n[credental.x]\nid = 1\n")
    try scene.place.dropIn("50-third", "this is = = not TOML\n")
    let notify = try NotifySocket(in: scene.place)
    let run = try scene.place.run(
      "run", "--log", "stderr", environment: ["NOTIFY_SOCKET": notify.path])
    #expect(run.status == 78)
    let folder = scene.place.configuration
    let lines = run.errors.split(separator: "\n").map(String.init)
    for start in [
      "\(folder)/30-first.toml:2:1: error: unknown key \"rotate_befor\"",
      "\(folder)/30-first.toml:3:10: error: credential.jira-cloud.settle",
      "\(folder)/40-second.toml:2:10: error: retry.factor",
      "\(folder)/40-second.toml:3:2: error: unknown key \"credental\"",
      "\(folder)/50-third.toml:1:",
    ] {
      #expect(lines.contains { $0.hasPrefix(start) }, "\(start) is not in:\n\(run.errors)")
    }
    #expect(run.errors.contains("did you mean \"rotate_before\"?"))
    #expect(run.errors.contains("did you mean \"credential\"?"))
    #expect(try LogLine(try #require(lines.last))["event"] == "config_rejected")
    let message = try notify.next()
    #expect(message["ERRNO"] == "22")
    #expect(message["READY"] == nil)
    #expect(notify.waiting().isEmpty)

    let check = try scene.place.run("check", "--config-only")
    #expect(check.status == 78)
    #expect(check.errors.split(separator: "\n").map(String.init) == lines.dropLast())
    for command in ["status", "plan", "history"] {
      #expect(try scene.place.run(command).status == 78)
    }
    #expect(try scene.place.run("rotate", "jira-cloud").status == 78)
    #expect(try scene.simulator.requests().isEmpty)
  }

  @Test(arguments: [
    "http://acme.getdx.net", "https://acme.getdx.net/path", "https://acme.getdx.net?x=1",
    "https://user@acme.getdx.net", "ftp://acme.getdx.net", "acme.getdx.net", "",
  ])
  func anAddressThatIsNoInstanceIsRefused(url: String) throws {
    let scene = try Scene()
    try scene.place.dropIn("90-url", "api.url = \"\(url)\"")
    let run = try scene.place.run("run", "--log", "stderr")
    #expect(run.status == 78)
    #expect(run.errors.contains("90-url.toml:1:11: error: api.url"))
  }

  @Test func theEnvironmentOverridesTheAddress() throws {
    let scene = try Scene([Account(date: Day.soon)])
    try scene.place.dropIn("90-url", "api.url = \"https://127.0.0.1:1\"")
    let daemon = try scene.daemon(environment: ["DX_ROTATED_API_URL": scene.simulator.url])
    try daemon.event("rotated")
    try daemon.stop()
  }

  @Test func aFileOfHigherPriorityReplacesOrMasksOneOfItsName() throws {
    let scene = try Scene([Account("a", id: 1), Account("b", id: 2)])
    let other = try Workplace()
    try other.dropIn("20-a", "")
    let check = try ChildProcess(
      Program.rotated.path,
      ["status", "--json", "--config-dir", scene.place.configuration]
        + ["--config-dir", other.configuration, "--state-dir", scene.place.state]
    ).result()
    #expect(!check.output.contains("\"name\" : \"a\""))
    #expect(check.output.contains("\"name\" : \"b\""))
  }

  @Test func withoutADropInItSaysWhatTheFirstOneNeeds() throws {
    let place = try Workplace()
    let run = try place.run("run", "--log", "stderr")
    #expect(run.status == 78)
    #expect(run.errors.contains("no drop-in"))
    #expect(run.errors.contains(place.configuration))
  }

  @Test(arguments: [["frobnicate"], ["rotate"], ["status", "--jsn"], ["history", "--limit", "0"]])
  func aBadCommandLineIs64(words: [String]) throws {
    #expect(try ChildProcess(Program.rotated.path, words).result().status == 64)
  }
}
