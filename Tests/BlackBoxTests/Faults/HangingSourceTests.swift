import Foundation
import Testing

/// A source that does not answer (contract, rule 10), as on a file system whose server is gone.
@Suite(.limited) struct HangingSourceTests {
  @Test func aSourceThatHangsHidesNoOtherTroubleFromCheck() throws {
    let scene = try Scene([
      Account("stuck", id: 1), Account("gone", id: 2, value: nil), Account("fine", id: 3),
    ])
    let stuck = scene.place.source("stuck")
    let check = try scene.place.run(
      "check", environment: try Preload.environment(["DX_HANG_AT": stuck]))
    #expect(check.status == 66)
    #expect(check.errors.contains("stuck: error: file \(stuck): did not answer within 10s"))
    #expect(check.errors.contains("gone: error:"))
    #expect(!check.errors.contains("fine"))
  }

  @Test func aSourceThatHangsKeepsNoOtherCredentialWaiting() throws {
    let scene = try Scene([Account("stuck", id: 1), Account("fine", id: 2)])
    let daemon = try scene.daemon(
      environment: try Preload.environment(["DX_HANG_AT": scene.place.source("stuck")]))
    try daemon.event("adopted", ["credential": "fine"])
    try scene.place.put("value-2", into: "fine")
    try daemon.event("rotated", ["credential": "fine"])
    #expect(try daemon.events("source_unavailable").isEmpty)
    try daemon.event("source_unavailable", ["credential": "stuck", "reason": "timed_out"])
    try daemon.stop()
  }
}
