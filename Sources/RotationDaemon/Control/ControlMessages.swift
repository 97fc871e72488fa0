import FoundationEssentials
import RotationEngine

/// What a command asks a running daemon: one line of JSON.
package struct ControlRequest: Codable, Hashable, Sendable {
  /// What to do.
  package enum Verb: String, Codable, Hashable, Sendable {
    /// One pass now for the named credentials.
    case rotate
    /// What would be sent, when and why.
    case plan
    /// A list of every connection.
    case checkOnline = "check_online"
  }

  /// What to do.
  package var verb: Verb
  /// For which credentials, by name; none: for all.
  package var names: [String] = []
  /// Send in any case.
  package var force = false
  /// Send nothing.
  package var dryRun = false

  /// Makes a request.
  package init(_ verb: Verb, names: [String] = [], force: Bool = false, dryRun: Bool = false) {
    self.verb = verb
    self.names = names
    self.force = force
    self.dryRun = dryRun
  }
}

/// What the daemon answers: a line of JSON, after as many lines as it takes with nothing but `progress`.
package struct ControlReply: Codable, Hashable, Sendable {
  /// How far it is, for people; nil: this is the answer.
  package var progress: String?
  /// Why nothing was done, if so.
  package var error: String?
  /// The exit status that the whole comes to.
  package var status: Int32 = 0
  /// What came of each pass.
  package var rotations: [RotationReport]?
  /// What would be sent.
  package var plan: [PlanReport]?
  /// What each connection said.
  package var connections: [ConnectionReport]?

  /// Makes a reply that is still empty.
  package init() {}

  /// Makes a line that says how far the answer is.
  init(progress: String) { self.progress = progress }

  /// Makes a reply that says why nothing was done.
  init(_ status: ExitStatus, _ error: String) {
    self.error = error
    self.status = status.rawValue
  }
}

/// What came of one pass over a credential.
package struct RotationReport: Codable, Hashable, Sendable {
  /// The credential's name.
  package var name: String
  /// What came of it, in a word.
  package var outcome: String
  /// The same for people.
  package var message: String
  /// The exit status that it comes to.
  package var status: Int32

  init(name: String, _ answer: RotateAnswer) {
    self.name = name
    status = ExitStatus(answer).rawValue
    switch answer {
    case .rotated: (outcome, message) = ("rotated", "DX accepted the secret")
    case .nothingToSend:
      (outcome, message) = (
        "nothing_to_send", "DX has this secret already; --force sends it in any case"
      )
    case .wouldSend(let reason):
      (outcome, message) = ("would_send", "would be sent: \(Wording.words(reason))")
    case .failed(let error): (outcome, message) = (error.kind.rawValue, Wording.failure(error))
    case .sourceUnavailable(let failure):
      (outcome, message) = ("source_unavailable", failure.message)
    case .claimed:
      (outcome, message) = ("busy", "another process is at work on it; try again later")
    case .disabled:
      (outcome, message) = ("disabled", "it is disabled (enabled = false); --force sends it")
    case .unknown: (outcome, message) = ("unknown", "it is not configured any more")
    }
  }
}

/// Whether a connection and its credentials are known to DX.
package struct ConnectionReport: Codable, Hashable, Sendable {
  /// The connection's id.
  package var connectionID: Int64
  /// What went wrong with its list, if anything did.
  package var error: String?
  /// What is said of each of its credentials.
  package var credentials: [Verdict]
  /// The exit status that it comes to.
  package var status: Int32

  enum CodingKeys: String, CodingKey {
    case connectionID = "connection_id"
    case error, credentials, status
  }

  /// One credential of a list.
  package struct Verdict: Codable, Hashable, Sendable {
    /// Its name.
    package var name: String
    /// Its id.
    package var id: Int64
    /// Whether DX lists it.
    package var isListed: Bool
    /// What DX says of it, for people.
    package var message: String

    enum CodingKeys: String, CodingKey {
      case name, id, message
      case isListed = "listed"
    }
  }

  /// Judges how a list ended.
  init(connection: Int64, _ exchange: Exchange, _ credentials: [CredentialSettings]) {
    connectionID = connection
    var byID: [Int64: Answer.Listed] = [:]
    switch RotationEngine.Verdict(exchange, to: .list) {
    case .accepted(let object):
      for listed in object.credentials ?? [] { byID[listed.id] = listed }
      status =
        credentials.allSatisfy { byID[$0.key.id] != nil } ? 0 : ExitStatus.configuration.rawValue
    case let failure:
      let error = LastError(failure, at: SystemClock().wall)
      self.error = Wording.failure(error)
      status = ExitStatus(error.kind).rawValue
    }
    let isKnown = error == nil
    self.credentials = credentials.map { credential in
      let listed = byID[credential.key.id]
      let message: String
      if let listed {
        let date = listed.expiration.map { "expires \($0.date)" } ?? "no expiration date"
        message = listed.disabledAt == nil ? date : "\(date), disabled in DX"
      } else {
        message = isKnown ? "DX does not list it: compare the ids with DX" : "not known"
      }
      return Verdict(
        name: credential.name, id: credential.key.id, isListed: listed != nil, message: message)
    }
  }
}
