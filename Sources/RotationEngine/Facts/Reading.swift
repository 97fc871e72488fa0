/// One pass over all sources of a credential (or over the API key's): what the engine may know of it.
public struct Reading: Hashable, Sendable {
  /// The fingerprint of all values together.
  public var fingerprint: Fingerprint
  /// The expiration that came with the values: from a JWT, a certificate or a dated source.
  @Packed public var expiration: WallTime?

  /// Makes a reading.
  public init(fingerprint: Fingerprint, expiration: WallTime? = nil) {
    self.fingerprint = fingerprint
    self.expiration = expiration
  }
}

/// Why a source gave no value.
public struct SourceFailure: Error, Hashable, Sendable {
  /// The kinds of failure.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// There is no such file, key or variable.
    case missing
    /// The system refused to open or read it.
    case unreadable
    /// There is nothing in it.
    case empty
    /// It is larger than 64 KiB.
    case tooLarge = "too_large"
    /// A directory, FIFO, socket or device stands where a file was meant.
    case notAFile = "not_a_file"
    /// It is not UTF-8 text.
    case notText = "not_text"
    /// Its JSON, env-file, JWT, certificate or date syntax is wrong, or the pointer hits no string.
    case malformed
    /// It changed while it was read.
    case changing
    /// It did not answer within 10 s (contract, rule 10).
    case timedOut = "timed_out"
    /// It holds the value before the one that another node of the cluster has sent.
    case behind
    /// Only the service's own process can read it.
    case elsewhere
  }

  /// What kind of failure it is.
  public var kind: Kind
  /// What and where, in one plain sentence without a full stop; never a value.
  public var message: String

  /// Makes a failure.
  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }
}
