import Glibc
import Testing

@testable import Systemd

@Suite struct ServiceNotifierTests {
  struct Row: Sendable {
    let datagram: String
    let call: @Sendable (ServiceNotifier) -> Bool

    init(_ datagram: String, _ call: @escaping @Sendable (ServiceNotifier) -> Bool) {
      self.datagram = datagram
      self.call = call
    }
  }

  static let rows = [
    Row("READY=1\nSTATUS=2 watched") { $0.ready(status: "2 watched") },
    Row("STOPPING=1\nSTATUS=1 in flight") { $0.stopping(status: "1 in flight") },
    Row("STATUS=next: jira-cloud") { $0.status("next: jira-cloud") },
    Row("STATUS=two lines  READY=1  ") { $0.status("two\nlines\r\nREADY=1\u{2028}\0") },
    Row("WATCHDOG=1") { $0.watchdog() },
    Row("EXTEND_TIMEOUT_USEC=60500000") { $0.extendTimeout(byMilliseconds: 60_500) },
    Row("EXTEND_TIMEOUT_USEC=9223372036854775807") { $0.extendTimeout(byMilliseconds: .max) },
    Row("ERRNO=22\nSTATUS=bad") { $0.failed(errno: 22, status: "bad") },
  ]

  @Test(arguments: DatagramReceiver.Kind.allCases, rows)
  func `each call is one datagram`(kind: DatagramReceiver.Kind, row: Row) throws {
    let manager = try DatagramReceiver(kind)
    #expect(row.call(ServiceNotifier(socketName: manager.name)))
    #expect(manager.nextText() == row.datagram)
    #expect(manager.next() == nil)
  }

  @Test func `a reload carries the time at which it began`() throws {
    let manager = try DatagramReceiver()
    let before = MonotonicClock.microseconds
    #expect(ServiceNotifier(socketName: manager.name).reloading(status: "reading"))
    let after = MonotonicClock.microseconds

    let lines = try #require(manager.nextText()).split(separator: "\n")
    #expect(lines.first == "RELOADING=1")
    #expect(lines.last == "STATUS=reading")
    let usec = try #require(lines.first { $0.hasPrefix("MONOTONIC_USEC=") })
    let time = try #require(Int64(usec.drop { $0 != "=" }.dropFirst()))
    #expect((before...after).contains(time))
  }

  @Test func `a long status does not make the manager ignore READY`() throws {
    let manager = try DatagramReceiver()
    let status = String(repeating: "é", count: 10_000)
    #expect(ServiceNotifier(socketName: manager.name).ready(status: status))
    let datagram = try #require(manager.nextText())
    #expect(datagram.hasPrefix("READY=1\nSTATUS=éé"))
    #expect(datagram.hasSuffix("é…"))
    #expect(datagram.utf8.count <= 4096)
  }

  @Test(arguments: [
    nil, "", "@", "relative", "vsock:2:1234", "/" + String(repeating: "x", count: 107),
  ])
  func `without a usable socket there is nobody to tell`(name: String?) {
    #expect(ServiceNotifier(socketName: name).ready(status: ""))
  }

  @Test func `a manager that is gone is no failure of the service`() throws {
    let name = try DatagramReceiver().name
    #expect(!ServiceNotifier(socketName: name).ready(status: ""))
  }

  @Test func `a manager that does not read holds nobody up`() throws {
    let manager = try DatagramReceiver()
    let notifier = ServiceNotifier(socketName: manager.name)
    var sent = 0
    while notifier.watchdog(), sent < 100_000 { sent += 1 }
    #expect(sent > 0 && sent < 100_000)
    #expect(!notifier.ready(status: "waits for its time, then gives up"))

    while manager.next() != nil {}
    #expect(notifier.ready(status: "heard again"))
    #expect(manager.nextText() == "READY=1\nSTATUS=heard again")
  }

  @Test func `the children do not inherit the socket`() throws {
    let manager = try DatagramReceiver()
    setenv("NOTIFY_SOCKET", manager.name, 1)
    let notifier = ServiceNotifier.takingEnvironment()
    #expect(getenv("NOTIFY_SOCKET") == nil)
    #expect(notifier.watchdog())
    #expect(manager.nextText() == "WATCHDOG=1")
  }
}
