import Foundation
import Testing

/// The mail of config/examples/30-alerts.toml, sent by msmtp, which takes sendmail's options, to a server of the test's own.
@Suite(.limited) struct MailTests {
  /// The table of the example as it ships.
  private func example() throws -> String {
    let file = URL(filePath: #filePath).appending(path: "../../../config/examples/30-alerts.toml")
    let text = try String(contentsOf: file.standardizedFileURL, encoding: .utf8)
    let start = try #require(text.range(of: "[alert.command.mail]")).lowerBound
    let end = try #require(text[start...].range(of: "\n[")).lowerBound
    return String(text[start..<end])
  }

  @Test func anAlertArrivesAsAMailThatOneCanReadAndThatRunsNothing() throws {
    let sink = try MailSink()
    let name = #"Schlüssel "$(touch pwned)" `id` 鍵"#
    let scene = try Scene([
      Account(name, inDX: refusal("Duplicate secrets", message: "It is $HOME’s, twice"))
    ])
    let msmtp = "\(try Tool("msmtp").path) --host=127.0.0.1 --port=\(sink.port) --from=dx@a.test"
    let table = try example()
    #expect(table.contains("/usr/sbin/sendmail -i -t") && table.contains("ops@example.com"))
    try scene.place.dropIn(
      "16-mail",
      table.replacingOccurrences(of: "/usr/sbin/sendmail", with: msmtp)
        .replacingOccurrences(of: "ops@example.com", with: "team@b.test"))
    let daemon = try scene.settledDaemon(name)
    try scene.place.put("bad-1", into: name)
    let mail = try sink.mail()
    #expect(mail.recipients == ["<team@b.test>"])
    #expect(mail.lines.contains("Subject: [dx-rotated] WARNING: rotation held: \(name)"))
    #expect(mail.lines.contains("Content-Type: text/plain; charset=utf-8"))
    let body = mail.lines.drop { !$0.isEmpty }.dropFirst()
    #expect(body.first?.hasPrefix("\(name): DX refused the secret as one it has already") == true)
    #expect(body.first?.contains("It is $HOME’s, twice") == true)
    #expect(body.contains("Expires: \(Day.farOff)T00:00:00Z"))
    let log = try daemon.stop()
    #expect(log.of("alert_delivery_failed").isEmpty)
  }
}
