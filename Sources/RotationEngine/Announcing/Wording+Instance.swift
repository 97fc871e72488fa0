// The wording of what concerns the DX instance as a whole.

extension Wording {
  static func apiKeyUnavailable(_ failure: SourceFailure, isEarlierInUse: Bool) -> Announcement {
    let effect =
      isEarlierInUse
      ? "The one read before stays in use" : "Nothing can be asked of DX until it can"
    var said = Announcement(
      .sourceUnavailable, isEarlierInUse ? .warning : .error,
      "the API key cannot be read: \(failure.message). \(effect); it is read again by itself",
      reason: failure.kind.rawValue)
    said.error = failure.message
    return said
  }

  static func apiKeyRecovered(failedFor: TimeSpan) -> Announcement {
    Announcement(
      .sourceRecovered, .notice, "the API key can be read again, after \(failedFor)")
  }

  static func apiKeyAccepted(refusedFor: TimeSpan) -> Announcement {
    Announcement(
      .apiRecovered, .notice, "DX takes the API key again, after \(refusedFor); everything goes on",
      reason: "authorized")
  }

  static func apiUnavailable(_ why: String, httpStatus: Int?) -> Announcement {
    var said = Announcement(
      .apiUnavailable, .warning,
      "DX cannot be reached: \(why). Everything is tried again by itself", reason: "unreachable")
    said.error = why
    said.httpStatus = httpStatus
    return said
  }

  static func apiRecovered(unreachableFor: TimeSpan) -> Announcement {
    Announcement(
      .apiRecovered, .notice, "DX answers again, after \(unreachableFor)", reason: "reachable")
  }

  static func clusterUnavailable(_ why: String) -> Announcement {
    var said = Announcement(
      .clusterUnavailable, .warning,
      "the cluster's etcd cannot be used: \(why). Credentials are watched, and nothing is sent until it can",
      reason: "unavailable")
    said.error = why
    return said
  }

  static func clusterRecovered(unavailableFor: TimeSpan) -> Announcement {
    Announcement(
      .clusterRecovered, .notice,
      "the cluster's etcd can be used again, after \(unavailableFor); everything goes on",
      reason: "available")
  }

  /// A node leaves a credential to the others.
  package static func yielded(
    _ subject: Announcement.Subject, failingFor: TimeSpan
  ) -> Announcement {
    Announcement(
      .sourceUnavailable, .warning,
      "\(subject.name): its source cannot be read here for \(failingFor); it is left to another node of the cluster that "
        + "can, if there is one", subject: subject, reason: "yielded")
  }

  static func summary(_ status: String) -> Announcement {
    Announcement(.summary, .info, "\(status)", reason: "daily")
  }

  /// What an alert of the instance is about, and what to do, from what is stored alone.
  package static func standingOfInstance(
    _ alert: StandingAlert, watched: Int, expiresAt: WallTime?, now: WallTime
  ) -> String {
    instanceAlert(
      alert, .raised, reason: "the journal says why", expiresAt: expiresAt, watched: watched,
      nextAt: nil, now: now
    ).message
  }

  static func instanceAlert(
    _ alert: StandingAlert, _ phase: AlertNotice.Phase, reason: String,
    answer: LastError? = nil, expiresAt: WallTime?, watched: Int, nextAt: WallTime?, now: WallTime
  ) -> Announcement {
    let behind = watched == 1 ? "1 credential is" : "\(watched) credentials are"
    let text =
      switch alert.kind {
      case .apiUnauthorized:
        "DX refuses the API key: nothing can be rotated, \(behind) behind it. "
          + "Put a valid key into the source of api.token; it is tried at once"
      case .apiUnavailable:
        "DX cannot be reached for \(now - alert.since): \(reason). \(behind) behind it. "
          + "Look at the network, the proxy and api.url; it is tried again by itself"
      case .sourceUnavailable:
        "the API key cannot be read: nothing can be rotated, \(behind) behind it. "
          + "Look at the source of api.token"
      case .clusterUnavailable:
        "the cluster's etcd cannot be used for \(now - alert.since): \(reason). Nothing is sent, \(behind) are "
          + "behind it. Look at etcd and at cluster.endpoints; all goes on by itself"
      case .keyExpiring:
        "the API key \(expiresAt.map { $0 <= now ? "expired \($0)" : "expires \($0)" } ?? "expires soon"): "
          + "without it nothing can be rotated, \(behind) behind it. "
          + "Make a new key in DX and put it into the source of api.token"
      case .rotationHeld, .credentialMissing, .awaitingSecret, .expired, .credentialDisabled:
        alert.kind.rawValue
      }
    let stands =
      phase == .repeated || phase == .escalated ? " (since \(alert.since))" : ""
    var said = Announcement(
      alert.kind.event, alert.severity == .critical ? .critical : .warning, text + stands,
      reason: phase == .raised ? nil : phase.rawValue)
    if alert.kind == .keyExpiring { said.expiresAt = expiresAt }
    if let answer { said.take(answer) }
    if alert.kind == .apiUnavailable || alert.kind == .clusterUnavailable { said.error = reason }
    if alert.kind == .apiUnauthorized {
      said.error = said.error ?? "not_authed"
      said.nextAttemptAt = nextAt
    }
    return said
  }

  static func instanceResolved(_ alert: StandingAlert, now: WallTime) -> Announcement {
    let event: JournalEvent =
      switch alert.kind {
      case .sourceUnavailable: .sourceRecovered
      case .apiUnavailable, .apiUnauthorized: .apiRecovered
      case .clusterUnavailable: .clusterRecovered
      default: alert.kind.event
      }
    let text =
      switch alert.kind {
      case .sourceUnavailable: "the API key can be read again"
      case .apiUnavailable: "DX is reachable again"
      case .apiUnauthorized: "DX takes the API key again"
      case .clusterUnavailable: "the cluster's etcd can be used again"
      case .keyExpiring: "the API key no longer expires soon"
      case .rotationHeld, .credentialMissing, .awaitingSecret, .expired, .credentialDisabled:
        "\(alert.kind.rawValue) is over"
      }
    return Announcement(
      event, .notice, "\(text), after \(now - alert.since)", reason: "resolved")
  }
}
