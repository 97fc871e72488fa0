import Testing

@testable import RotationEngine

@Suite struct ExpirationWindowTests {
  private static let accepted = WallTime.at("2026-01-01")

  private func window(
    _ policy: (inout Policy) -> Void = { _ in }, _ change: (inout CredentialRecord) -> Void
  ) -> ExpirationWindow? {
    var settings = Policy()
    policy(&settings)
    var record = CredentialRecord(key: .jira, name: "jira")
    record.accepted = AcceptedValue(
      fingerprint: Fingerprint(of: "a"), at: Self.accepted, origin: .pushedFresh)
    change(&record)
    return ExpirationWindow(policy: settings, record: record, reading: nil)
  }

  @Test(
    "A value's own lifetime bounds the window to a third and critical to a tenth of it",
    arguments: [
      ("2026-12-31", "2026-12-17", "2026-12-28"),
      ("2026-01-31", "2026-01-21", "2026-01-28"),
      ("2026-01-10", "2026-01-07", "2026-01-09T02:24:00Z"),
      ("2025-12-01", "2025-12-01", "2025-12-01"),
    ])
  func lifetimes(expires: String, opens: String, critical: String) {
    let own = window({ $0.expiration = .jwt(secret: "k") }) {
      $0.accepted?.expiration = .at(expires)
    }
    #expect(own?.opensAt == .at(opens))
    #expect(own?.criticalAt == .at(critical))
    #expect(own?.origin == .source)
  }

  @Test("A lifetime that is not known bounds nothing")
  func unknownLifetime() {
    for origin in [AcceptedValue.Origin.adopted, .pushed, .found] {
      let window = window({ $0.expiration = .jwt(secret: "k") }) {
        $0.accepted?.origin = origin
        $0.accepted?.expiration = .at("2026-01-10")
      }
      #expect(window?.opensAt == .at("2025-12-27"))
    }
    let fixed = window({ $0.expiration = .fixed(.at("2026-01-10")) }) { _ in }
    #expect(fixed?.opensAt == .at("2025-12-27"))
    #expect(fixed?.origin == .config)
  }

  @Test("DX's date is the value's own once it has moved after the push")
  func moved() {
    func opens(_ listedAt: String, before: String?) -> WallTime? {
      window {
        $0.accepted?.listedDate = before.map { .at($0) }
        $0.listed.at = .at(listedAt)
        $0.listed.expiration = .at("2026-01-31")
      }?.opensAt
    }
    #expect(opens("2026-01-02", before: "2025-12-31") == .at("2026-01-21"))
    #expect(opens("2026-01-02", before: nil) == .at("2026-01-21"))
    #expect(opens("2026-01-02", before: "2026-01-31") == .at("2026-01-17"))
    #expect(opens("2025-12-31", before: "2025-12-31") == .at("2026-01-17"))
  }

  @Test("Rule 4: a superseded date opens no window; max_age counts instead")
  func superseded() {
    let date = WallTime.at("2026-01-10")
    #expect(
      window {
        $0.listed.expiration = date
        $0.accepted?.supersededDate = date
      } == nil)
    let age = window({ $0.maxAge = .days(90) }) {
      $0.listed.expiration = date
      $0.accepted?.supersededDate = date
    }
    #expect(age?.origin == .maxAge)
    #expect(age?.expiresAt == nil)
    #expect(age?.opensAt == Self.accepted + .days(90))
    #expect(age?.criticalAt == Self.accepted + .days(101))
  }

  @Test("max_age counts only where no date is known, from a push or an adoption")
  func maxAge() {
    let dated = window({ $0.maxAge = .days(1) }) { $0.listed.expiration = .at("2027-01-01") }
    #expect(dated?.origin == .dx)
    let adopted = window({ $0.maxAge = .days(30) }) { $0.accepted?.origin = .adopted }
    #expect(adopted?.opensAt == Self.accepted + .days(30))
    #expect(window({ $0.maxAge = .days(30) }) { $0.accepted = nil } == nil)
    #expect(window { _ in } == nil)
  }

  @Test("A value that was never accepted has the date of what is read")
  func reading() {
    var policy = Policy()
    policy.expiration = .x509(secret: "k")
    let window = ExpirationWindow(
      policy: policy, record: CredentialRecord(key: .jira, name: "jira"),
      reading: Reading(fingerprint: Fingerprint(of: "a"), expiration: .at("2027-01-01")))
    #expect(window?.expiresAt == .at("2027-01-01"))
  }
}
