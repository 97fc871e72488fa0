@testable import RotationEngine

/// Everything that happened in the test world, with the time by its wall clock.
struct WorldLog {
  var sends: [(at: WallTime, attempt: Attempt)] = []
  var lists: [(at: WallTime, connection: Int64)] = []
  var infos: [(at: WallTime, key: CredentialKey)] = []
  var said: [(at: WallTime, announcement: Announcement)] = []
  var alerts: [(at: WallTime, notice: AlertNotice)] = []
  var answers: [UInt64: [RotateAnswer]] = [:]
  /// When requests arrived at DX, on the clock that never jumps.
  var arrivals: [TimeSpan] = []
  var saves = 0
  var readings = 0
  var stops = 0

  /// The values that were sent, in order.
  var values: [String] { sends.map { $0.attempt.fingerprint.text } }

  func sends(of key: CredentialKey) -> [(at: WallTime, attempt: Attempt)] {
    sends.filter { $0.attempt.key == key }
  }

  func said(_ event: JournalEvent) -> [Announcement] {
    said.map(\.announcement).filter { $0.event == event }
  }

  /// The alerts of a kind, as phase and severity, in order.
  func alerts(_ kind: AlertKind) -> [String] {
    alerts.filter { $0.notice.alert.kind == kind }
      .map { "\($0.notice.phase.rawValue) \($0.notice.alert.severity.rawValue)" }
  }

  /// The waits between one send and the next.
  func waits(of key: CredentialKey) -> [TimeSpan] {
    let times = sends(of: key).map(\.at)
    return zip(times.dropFirst(), times).map { $0 - $1 }
  }

  /// The most requests that arrived in any sliding minute.
  var busiestMinute: Int {
    let times = arrivals.sorted()
    var most = 0
    var first = 0
    for last in times.indices {
      while times[last] - times[first] >= .minutes(1) { first += 1 }
      most = max(most, last - first + 1)
    }
    return most
  }
}
