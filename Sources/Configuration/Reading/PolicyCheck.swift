import RotationEngine

/// Compares the values of one policy with each other, its defaults filled in.
enum PolicyCheck {
  /// The window must open before it is critical: a shorter window written alone shortens both.
  static func windows(_ policy: inout Policy, in scope: Scope, _ problems: inout Problems) {
    guard policy.criticalBefore > policy.rotateBefore else { return }
    guard let own = scope.position(of: "critical_before") else {
      policy.criticalBefore = policy.rotateBefore
      return
    }
    problems.error(
      "\(scope.path.appending("critical_before")) (\(policy.criticalBefore)) must not be longer "
        + "than rotate_before (\(policy.rotateBefore))", at: own)
  }

  /// A date out of a secret needs that secret; one that is to be sent, but is DX's own, is worth a warning.
  static func expiration(
    _ credential: CredentialSettings, in scope: Scope, defaults: Scope,
    _ problems: inout Problems, _ warnings: inout [Diagnostic]
  ) {
    switch credential.policy.expiration {
    case .jwt(let key), .x509(let key):
      let names = scope.inner("secrets")?.table.entries.map(\.name) ?? []
      if names.contains(key) || names.isEmpty { break }
      let origin = scope.table["expires_at"] == nil ? defaults : scope
      let hint =
        key.nearest(among: names).map { "did you mean \($0.quoted)?" }
        ?? "it has \(names.map(\.quoted).joined(separator: ", "))"
      problems.error(
        "\(origin.path.appending("expires_at")) names no secret that \(scope.path) has; \(hint)",
        at: origin.position(of: "expires_at") ?? scope.position)
    case .dx:
      if let entry = scope.table["send_expiration_date"], credential.policy.sendExpirationDate {
        warnings.append(
          .warning(
            "\(scope.path.appending(entry.name)) has no effect without expires_at: DX's own date is "
              + "not sent back to it", at: entry.node.position))
      }
    case .fixed, .source: break
    }
  }
}

/// Compares each credential with those before it.
struct CredentialCheck {
  private struct Place {
    let credential: KeyPath
    let position: Position
  }

  private struct Reading: Hashable {
    let connection: Int64
    let source: Source
  }

  private var places: [CredentialKey: Place] = [:]
  private var readers: [Reading: CredentialKey] = [:]

  /// Reports a pair of ids that another credential has, and warns of a source that one of the same
  /// connection has.
  mutating func compare(
    _ credential: CredentialSettings, in scope: Scope, _ problems: inout Problems,
    _ warnings: inout [Diagnostic]
  ) {
    // Without an id there is nothing to compare; that it is missing has been said.
    guard let position = scope.position(of: "id"), scope.table["connection_id"] != nil else {
      return
    }
    if let first = places[credential.key] {
      problems.error(
        "\(scope.path) has the same connection_id and id as \(first.credential) at \(first.position); "
          + "each pair is one credential in DX", at: position)
    } else {
      places[credential.key] = Place(credential: scope.path, position: position)
    }
    let secrets = scope.inner("secrets")
    for secret in credential.secrets {
      let reading = Reading(connection: credential.key.connection, source: secret.source)
      guard let reader = readers.updateValue(credential.key, forKey: reading),
        reader != credential.key, let other = places[reader]?.credential
      else { continue }
      warnings.append(
        .warning(
          "\(scope.path).secrets reads \(secret.source), as \(other) of the same connection does; "
            + "DX may answer \"Duplicate secrets\"",
          at: secrets?.position(of: secret.key) ?? position))
    }
  }
}
