// What metrics tell of everything that is watched.

extension Engine {
  /// What is configured and known of every credential, in the order of the configuration.
  public func forEachCredential(_ body: (CredentialSettings, CredentialRecord) -> Void) {
    for credential in credentials { body(credential.settings, credential.record) }
  }

  /// The alerts that belong to no single credential.
  public var instanceAlerts: [StandingAlert] { instance.alerts }
}
