import Glibc
import Testing

@testable import Systemd

@Suite struct EventLogTests {
  private func entry(_ priority: Priority, _ event: String, _ message: String = "m") -> LogEntry {
    LogEntry(
      priority: priority, messageID: nil, message: message,
      fields: [.init(name: "DX_EVENT", value: event)])
  }

  private func log(
    _ destination: LogDestination, _ pipe: Pipe, journal: String = "/nonexistent/socket"
  ) -> EventLog {
    EventLog(
      destination: destination, minimum: .debug, standardError: pipe.writeEnd,
      journalSocket: journal)
  }

  @Test func `what the journal takes does not appear on stderr`() throws {
    let (journald, pipe) = (try DatagramReceiver(), try Pipe())
    var log = log(.journal, pipe, journal: journald.name)
    log.record(entry(.info, "rotated", "done"))
    let message = try #require(journald.next().flatMap(JournalMessage.init))
    #expect(message.fields["DX_EVENT"] == "rotated")
    #expect(message.fields["MESSAGE"] == "done")
    #expect(pipe.drain() == "")
  }

  @Test func `the largest entry fits into one datagram`() throws {
    let (journald, pipe) = (try DatagramReceiver(), try Pipe())
    var log = log(.journal, pipe, journal: journald.name)
    let flood = String(repeating: "x", count: 1 << 20)
    let fields = (0..<13).map { LogEntry.Field(name: "DX_\($0)", value: flood) }
    log.record(LogEntry(priority: .info, messageID: nil, message: flood, fields: fields))
    #expect(journald.next().flatMap(JournalMessage.init)?.fields.count == 16)
  }

  @Test func `stderr takes over while there is no journal, and no longer`() throws {
    let pipe = try Pipe()
    let name = try DatagramReceiver().name
    var log = log(.journal, pipe, journal: name)
    log.record(entry(.warning, "api_unavailable"))
    #expect(pipe.drain() == "<4>event=api_unavailable msg=m\n")

    let journald = try DatagramReceiver(name: name)
    log.record(entry(.notice, "api_recovered"))
    #expect(pipe.drain() == "")
    #expect(
      journald.next().flatMap(JournalMessage.init)?.fields["DX_EVENT"] == "api_recovered")
    #expect(log.lostEntries == 0)
  }

  @Test func `stderr takes over from a journal that does not read`() throws {
    let (journald, pipe) = (try DatagramReceiver(), try Pipe())
    var log = log(.journal, pipe, journal: journald.name)
    var line = ""
    for _ in 0..<100_000 where line.isEmpty {
      log.record(entry(.info, "rotated"))
      line = pipe.drain()
    }
    #expect(line == "<6>event=rotated msg=m\n")

    while journald.next() != nil {}
    log.record(entry(.info, "adopted"))
    #expect(journald.next().flatMap(JournalMessage.init)?.fields["DX_EVENT"] == "adopted")
    #expect(log.lostEntries == 0)
  }

  @Test func `what is less urgent than the minimum is left out`() throws {
    let (journald, pipe) = (try DatagramReceiver(), try Pipe())
    for destination in [LogDestination.standardError, .journal] {
      var log = log(destination, pipe, journal: journald.name)
      log.minimum = .warning
      log.record(entry(.notice, "adopted"))
      #expect(pipe.drain() == "")
      #expect(journald.next() == nil)
    }
    var log = log(.standardError, pipe)
    log.minimum = .warning
    log.record(entry(.warning, "expired"))
    log.record(entry(.critical, "expired"))
    #expect(pipe.drain() == "<4>event=expired msg=m\n<2>event=expired msg=m\n")
  }

  @Test func `a full or closed stderr costs entries, counted, and nothing else`() throws {
    let pipe = try Pipe()
    var log = log(.standardError, pipe)
    let long = String(repeating: "x", count: 3000)
    for _ in 0..<3 { log.record(entry(.info, "rotated", long)) }
    #expect(log.lostEntries == 1)
    let line = "<6>event=rotated msg=\(long)\n"
    #expect(pipe.drain() == line + line)
    log.record(entry(.info, "adopted"))
    #expect(pipe.drain() == "<6>event=adopted msg=m\n")

    pipe.closeReadEnd()
    log.record(entry(.info, "rotated"))
    #expect(log.lostEntries == 2)
  }

  @Test func `on a terminal a line has no priority prefix`() throws {
    let terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    defer { close(terminal) }
    // TIOCSPTLCK and TIOCGPTPEER, which Glibc leaves out: unlock the other end, and open it.
    var locked: CInt = 0
    try #require(ioctl(terminal, 0x4004_5431, &locked) == 0)
    let standardError = ioctl(terminal, 0x5441, O_RDWR | O_NOCTTY)
    try #require(isatty(standardError) == 1)
    defer { close(standardError) }

    var log = EventLog(destination: .standardError, minimum: .debug, standardError: standardError)
    log.record(entry(.info, "started"))
    var buffer = [UInt8](repeating: 0, count: 200)
    let count = read(terminal, &buffer, buffer.count)
    #expect(
      String(decoding: buffer.prefix(max(0, count)), as: UTF8.self) == "event=started msg=m\r\n")
  }
}
