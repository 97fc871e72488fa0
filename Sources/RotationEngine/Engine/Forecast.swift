/// What the rules will do with one credential, and when: what `plan` prints.
public struct Forecast: Hashable, Sendable {
  /// What happens next by itself.
  public enum Action: Hashable, Sendable {
    /// It is sent, or about to be.
    case send
    /// It is sent at this time, unless something changes.
    case sendAt(WallTime)
    /// Its value is taken for what DX has; nothing is sent.
    case adopt
    /// Nothing until the window opens at this time; a new secret is wanted from then on.
    case waitForWindow(WallTime)
    /// Nothing until the source changes: no expiration is known.
    case waitForChange
    /// The window is open, and a new secret is waited for.
    case awaitSecret
    /// DX refused the value; it is tried again at this time, or (nil) not before something changes.
    case hold(until: WallTime?)
    /// DX does not list it: nothing is sent until it does.
    case missing
    /// The source gives no value.
    case sourceUnavailable(SourceFailure)
    /// The source was not read yet, or has to hold still first.
    case reading
    /// It would be sent, but no request is made at present.
    case blocked(Obstacle)
    /// `enabled = false`.
    case disabled
  }

  /// Why no request is made.
  public enum Obstacle: String, Hashable, Sendable, CaseIterable {
    /// DX asked to slow down.
    case throttled
    /// DX refuses the API key.
    case unauthorized
    /// The API key cannot be read.
    case keyUnavailable = "key_unavailable"
    /// DX was not reached when it was last tried.
    case unreachable
  }

  /// Which credential.
  public var subject: Announcement.Subject
  /// Its state, as `status` names it.
  public var state: CredentialState
  /// What happens next.
  public var action: Action
  /// Why it is, or would be, sent.
  public var reason: Attempt.Reason?
  /// When the action is taken, or the obstacle is expected to go; nil: that is not known, or nothing is done.
  public var at: WallTime?
  /// The expiration in force.
  public var expiresAt: WallTime?
  /// Where that came from.
  public var expiresFrom: ExpirationOrigin?
  /// When the window opens, or opened.
  public var windowOpensAt: WallTime?
}

extension Engine {
  /// What the rules will do with every credential as things are, in the order of the configuration.
  ///
  /// Costs time proportional to the number of credentials. In `lookOnly` mode, ask once the engine is quiet.
  public func forecast() -> [Forecast] { credentials.indices.map(forecast) }

  private func forecast(_ slot: Int) -> Forecast {
    let credential = credentials[slot]
    let assessment = assessment(of: slot)
    var forecast = Forecast(
      subject: credential.subject, state: state(of: credential, assessment), action: .reading)
    (forecast.action, forecast.reason) = next(credential, assessment)
    forecast.at = time(of: forecast.action)
    forecast.expiresAt = assessment.window?.expiresAt
    forecast.expiresFrom = assessment.window?.origin
    forecast.windowOpensAt = assessment.window?.opensAt
    return forecast
  }

  private func next(
    _ credential: TrackedCredential, _ assessment: Assessment
  ) -> (Forecast.Action, Attempt.Reason?) {
    guard credential.isEnabled else { return (.disabled, nil) }
    if let failure = credential.record.source.failure { return (.sourceUnavailable(failure), nil) }
    if let sending = credential.sending { return (.send, sending.attempt.reason) }
    guard let reading = credential.reading else { return (.reading, nil) }
    guard credential.record.listed.missingSince == nil else { return (.missing, nil) }
    switch assessment.decision {
    case .send(let reason):
      let reason = credential.commanded ?? reason
      return (obstacle.map { .blocked($0) } ?? .send, reason)
    case .retry(let time, let reason): return (.sendAt(time), reason)
    case .hold(let time): return (.hold(until: time), nil)
    case .awaitSecret: return (.awaitSecret, nil)
    case .watch: return watching(credential, reading, assessment.window)
    }
  }

  private func watching(
    _ credential: TrackedCredential, _ reading: Reading, _ window: ExpirationWindow?
  ) -> (Forecast.Action, Attempt.Reason?) {
    let accepted = credential.record.accepted
    // Never stored: this pass has adopted it in its own memory only.
    if mode == .lookOnly, credential.record.revision == 0 { return (.adopt, nil) }
    guard let window, window.opensAt > now else { return (.waitForChange, nil) }
    if accepted?.fingerprint != reading.fingerprint { return (.sendAt(window.opensAt), .changed) }
    switch accepted?.origin {
    case .adopted, .found: return (.sendAt(window.opensAt), .firstInWindow)
    case .pushed, .pushedFresh, .vouched, nil: return (.waitForWindow(window.opensAt), nil)
    }
  }

  private var obstacle: Forecast.Obstacle? {
    if instance.unauthorizedSince != nil { return .unauthorized }
    if isThrottled { return .throttled }
    if instance.keyFailingSince != nil, keyInUse == nil { return .keyUnavailable }
    return instance.unreachableSince == nil ? nil : .unreachable
  }

  private func time(of action: Forecast.Action) -> WallTime? {
    switch action {
    case .send: now
    case .sendAt(let time), .waitForWindow(let time): time
    case .hold(let time): time
    case .blocked(.throttled): instance.throttle?.nextAt
    case .blocked(.unauthorized): instance.probe?.nextAt
    case .blocked, .adopt, .waitForChange, .awaitSecret, .missing, .sourceUnavailable, .reading,
      .disabled:
      nil
    }
  }
}
