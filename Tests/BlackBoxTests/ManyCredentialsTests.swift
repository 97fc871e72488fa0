import Foundation
import Testing

/// What people see of many credentials.
@Suite(.limited) struct ManyCredentialsTests {
  private struct Named: Decodable {
    var name: String
    var last_accepted_at: String?
  }

  private struct Report: Decodable { var credentials: [Named] }

  /// Every page is whole whenever it is asked for.
  @Test func aThousandAreShownRightWhileTheDaemonWrites() throws {
    let names = (0..<1000).map { "c\($0)" }
    let scene = try Scene(
      names.enumerated().map { Account($1, connection: 1 + $0 % 4, id: 1 + $0) },
      api: "requests_per_minute = 100000")
    let daemon = try scene.daemon()
    try daemon.event("adopted", number: names.count)
    for name in names { try scene.place.put("value-2", into: name) }
    var isComplete = false
    while !isComplete {
      let status = try scene.place.run("status", "--json")
      #expect(status.status == 0, "\(status.errors)")
      let credentials = try status.json(Report.self).credentials
      #expect(Set(credentials.map(\.name)) == Set(names) && credentials.count == names.count)
      isComplete = credentials.allSatisfy { $0.last_accepted_at != nil }
      let plan = try scene.place.run("plan", "--json")
      #expect(plan.status == 0, "\(plan.errors)")
      #expect(try plan.json([Named].self).count == names.count)
      let history = try scene.place.run("history", "--json", "--limit", "5000")
      #expect(history.status == 0, "\(history.errors)")
      let sent = try history.json([Named].self).map(\.name)
      #expect(Set(sent).count == sent.count)
    }
    let page = try scene.place.onTerminal("status").lines
    #expect(page.allSatisfy { $0.columns <= 80 })
    #expect(page.filter { $0.hasPrefix("c") && $0.contains("  watching  ") }.count == names.count)
    try daemon.stop()
  }

  /// One cause is a few messages to people, and every alert to an Alertmanager.
  @Test func tenThousandThatFailAtOnceAreAFewMessages() throws {
    let count = 10_000
    let people = try WebhookReceiver()
    let alertmanager = try WebhookReceiver()
    let scene = try Scene(
      others: (1...count).map { Account(connection: 7, id: $0) },
      // With the short steps of a scene it would do nothing but read ten thousand files again.
      retry: "initial = \"30s\"\nmax = \"1h\"",
      tables: """
        [alert]
        after = "0s"
        [alert.webhook.people]
        url = "\(people.url)"
        [alert.webhook.alertmanager]
        url = "\(alertmanager.url)"
        format = "alertmanager"
        """)
    let tables = (1...count).map {
      """
      [credential.c\($0)]
      connection_id = 7
      id = \($0)
      secrets.api_token = { file = "/nonexistent/secret" }
      """
    }
    try scene.place.dropIn("30-many", tables.joined(separator: "\n"))
    let daemon = try scene.daemon(logLevel: "error")

    // In steps, so that each has its time.
    var told = 0
    var read = 0
    for step in 1...10 {
      _ = try people.wait(for: "alerts of \(told) credentials") { posts in
        for post in posts.dropFirst(read) {
          told += try #require(try post.json()["credentials"] as? Int)
        }
        read = posts.count
        return told >= count * step / 10 ? true : nil
      }
    }
    #expect(told == count)
    #expect(read < 50)

    var known: Set<String> = []
    read = 0
    _ = try alertmanager.wait(for: "every alert") { posts in
      for post in posts.dropFirst(read) {
        known.formUnion(try JSONDecoder().decode([Alert].self, from: post.body).map(\.name))
      }
      read = posts.count
      return known.count == count ? true : nil
    }

    // It held nobody up.
    try scene.place.put("value-2", into: "jira-cloud")
    try scene.simulator.wait(for: 1, .update)
    let status = try scene.place.run("status")
    #expect(status.status == 1)
    #expect(status.output.contains("10001 credentials, 10000 need a person"))
    try daemon.stop()
  }

  private struct Alert: Decodable {
    var labels: [String: String]
    var name: String { labels["credential"] ?? "" }
  }
}
