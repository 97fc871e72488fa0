import RotationEngine
import StateStore

/// The exit statuses of contract section 1 (sysexits(3)).
package enum ExitStatus: Int32, Sendable, Error {
  /// Done.
  case done = 0
  /// `status`: a credential needs a person, or no daemon runs.
  case needsPerson = 1
  /// Bad command line, or no credential of that name.
  case usage = 64
  /// DX refused the secret.
  case refused = 65
  /// A source could not be read, or held nothing.
  case sourceUnavailable = 66
  /// DX could not be reached, or what answered was not its API.
  case unreachable = 69
  /// An unexpected failure.
  case unexpected = 70
  /// The state directory cannot be written.
  case stateUnwritable = 73
  /// Throttled, or another process is at work.
  case tryLater = 75
  /// DX refused the API key.
  case unauthorized = 77
  /// The configuration is invalid, or DX knows no such connection or credential.
  case configuration = 78

  /// What a failure of the state comes to.
  package init(_ error: StateError) {
    switch error {
    case .inUse, .occupied, .busy, .superseded, .outdated: self = .tryLater
    case .absent, .unreadable, .unwritable: self = .stateUnwritable
    case .unreachable: self = .unreachable
    case .anotherKey: self = .configuration
    case .newer, .older, .corrupt, .failed: self = .unexpected
    }
  }

  /// What a failed send comes to.
  package init(_ kind: FailureKind) {
    switch kind {
    case .verification, .duplicate: self = .refused
    case .notFound: self = .configuration
    case .unreachable: self = .unreachable
    case .throttled: self = .tryLater
    case .unauthorized: self = .unauthorized
    case .interrupted: self = .unexpected
    case .source: self = .sourceUnavailable
    case .state: self = .stateUnwritable
    }
  }

  /// What an answer to `rotate` comes to.
  package init(_ answer: RotateAnswer) {
    switch answer {
    case .rotated, .nothingToSend, .wouldSend: self = .done
    case .failed(let error): self = ExitStatus(error.kind)
    case .sourceUnavailable: self = .sourceUnavailable
    case .claimed: self = .tryLater
    case .disabled, .unknown: self = .usage
    }
  }
}
