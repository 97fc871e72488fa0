import RotationEngine

/// Something that goes wrong, or that a person does, at one time and for some time.
struct Fault: Hashable {
  /// What goes wrong.
  enum Kind: Hashable {
    /// Every request ends like this.
    case outage(Outage)
    /// DX answers 429; nil: without Retry-After.
    case throttle(retryAfter: TimeSpan?)
    /// This part of the requests, or of the answers, is lost.
    case loss(requests: Double, answers: Double)
    /// A request takes up to this long.
    case latency(TimeSpan)
    /// Updates of one credential alone end like this.
    case connector(credential: Int, Connector)
    /// DX refuses the present key; a new one comes at the end.
    case keyRefused
    /// The key's source cannot be read.
    case keyUnreadable
    /// A credential's source cannot be read; or never answers.
    case source(credential: Int, hangs: Bool)
    /// Nothing is heard of changed files.
    case deaf
    /// The wall clock is wrong by this much.
    case clock(TimeSpan)
    /// The machine sleeps.
    case suspend
    /// The process is killed after so many more effects, and started again at the end.
    case kill(effects: Int)
    /// The process is asked to stop, and started again at the end.
    case stop
    /// The state cannot be written.
    case diskFull
    /// The process is killed, its state is gone.
    case stateLost
    /// A credential is `enabled = false` for the time.
    case switchedOff(credential: Int)
    /// The configuration is read again; nothing or the source of one credential is another.
    case reload(credential: Int?)
    /// DX has disabled a credential for the time.
    case disabled(credential: Int)
    /// DX has deleted a credential for the time.
    case deleted(credential: Int)
    /// A person runs `rotate`.
    case rotate(credential: Int, force: Bool)
  }

  /// How all requests end during an outage.
  enum Outage: Hashable {
    case refusedConnection
    case serverError
    case page
    case successOnServerError
    case anotherCredential
  }

  /// How one credential's updates end.
  enum Connector: Hashable {
    case serverError
    case hangs
    case refuses
  }

  var number: Int
  var at: TimeSpan
  var lasts: TimeSpan
  var kind: Kind

  /// Whether the world is not as it should be meanwhile, as far as one credential (nil: all) is concerned.
  var credential: Int? {
    switch kind {
    case .connector(let index, _), .source(let index, _), .switchedOff(let index),
      .disabled(let index), .deleted(let index), .rotate(let index, _), .reload(let index?):
      index
    default: nil
    }
  }

  /// How long its consequences may last after its end, beside what the policy waits.
  var aftermath: TimeSpan {
    switch kind {
    case .throttle: .hours(1)
    case .clock: .hours(24)
    default: .zero
    }
  }
}

extension Fault: CustomStringConvertible {
  var description: String { "fault \(number) after \(at), for \(lasts): \(kind)" }
}
