import Testing

@testable import Systemd

@Suite struct WatchdogTests {
  @Test(
    arguments: [
      (usec: nil, pid: nil, milliseconds: nil),
      (usec: nil, pid: "42", milliseconds: nil),
      (usec: "180000000", pid: nil, milliseconds: 90_000),
      (usec: "180000000", pid: "42", milliseconds: 90_000),
      (usec: "180000000", pid: "43", milliseconds: nil),
      (usec: "180000000", pid: "me", milliseconds: nil),
      (usec: "1", pid: nil, milliseconds: 1),
      (usec: "0", pid: nil, milliseconds: nil),
      (usec: "-5", pid: nil, milliseconds: nil),
      (usec: "soon", pid: nil, milliseconds: nil),
      (usec: "18446744073709551615", pid: nil, milliseconds: nil),
    ] as [(usec: String?, pid: String?, milliseconds: Int64?)])
  func `a sign of life is due at half the period`(
    row: (usec: String?, pid: String?, milliseconds: Int64?)
  ) {
    let environment = ["WATCHDOG_USEC": row.usec, "WATCHDOG_PID": row.pid]
    let interval = Watchdog.interval(
      environment: { environment[$0].flatMap { $0 } }, processID: 42)
    #expect(interval == row.milliseconds)
  }
}
