// What stands, told anew: for channels that were not there when it was raised, and for metrics.

extension Engine {
  /// A notice for each alert that stands, as if it were repeated now; nothing counts as said by it.
  ///
  /// Costs time proportional to the number of credentials.
  public func standingNotices(at now: WallTime) -> [AlertNotice] {
    let ofInstance = instance.alerts.map { alert in
      AlertNotice(
        phase: .repeated, alert: alert,
        announcement: instanceWording(alert, .repeated, now: now),
        credentialCount: tally.watched)
    }
    let ofCredentials = credentials.flatMap { credential in
      credential.record.alerts.map { alert in
        var said = Announcement(
          alert.kind.event, alert.severity == .critical ? .critical : .warning,
          "\(credential.settings.name): "
            + Wording.standing(
              alert, credential.settings, credential.record, retry: settings.retry, now: now),
          subject: credential.subject, reason: AlertNotice.Phase.repeated.rawValue)
        said.expiresAt = credential.record.view.expiresAt
        return AlertNotice(phase: .repeated, alert: alert, announcement: said, credentialCount: 1)
      }
    }
    return ofInstance + ofCredentials
  }

  /// What is configured and known of every credential, in the order of the configuration.
  public func forEachCredential(_ body: (CredentialSettings, CredentialRecord) -> Void) {
    for credential in credentials { body(credential.settings, credential.record) }
  }

  /// The alerts that belong to no single credential.
  public var instanceAlerts: [StandingAlert] { instance.alerts }

  /// How often DX asked to slow down since the start.
  public var throttleCount: Int { tally.throttled }
}
