import RotationEngine

/// Why the state cannot be used.
package enum StateError: Error, Hashable, Sendable {
  /// There is no state to read: no daemon has run on this directory yet.
  case absent(directory: String)
  /// Another process has the directory to itself, or is setting it up; `process` is its id, where known.
  case inUse(directory: String, process: Int32?)
  /// Another process was writing for longer than this one waits.
  case busy(path: String)
  /// The system refused to write; nothing of what was asked was stored.
  case unwritable(path: String, reason: String)
  /// The system refused to read.
  case unreadable(path: String, reason: String)
  /// A newer version of the program wrote it; it was not touched.
  case newer(path: String, found: Int, known: Int)
  /// An older version of the program wrote it, and only reading was asked for.
  case older(path: String, found: Int, known: Int)
  /// Its content is damaged.
  case corrupt(path: String, reason: String)
  /// etcd does not answer, or has no quorum; what was asked may have been stored all the same.
  case unreachable(path: String, reason: String)
  /// Another node has the credential now: this object's claim no longer stands, and nothing was stored.
  case superseded(CredentialKey)
  /// Another node stored the credential's record since it was read here, and nothing was stored.
  case outdated(CredentialKey)
  /// Others are at work on it, and it is to be replaced as a whole.
  case occupied(path: String, by: String)
  /// The state was made with another key of fingerprints than the one given.
  case anotherKey(path: String)
  /// Something that should not happen, in the words of the database.
  case failed(path: String, reason: String)
}

extension StateError: CustomStringConvertible {
  /// What, where and what to do, in one sentence without a full stop.
  package var description: String {
    switch self {
    case .absent(let directory):
      "\(directory) holds no state: start the daemon on it, or name another with --state-dir"
    case .inUse(let directory, let process?):
      """
      another dx-rotated (process \(process)) works on \(directory): stop it first, or give this \
      one a --state-dir of its own
      """
    case .inUse(let directory, nil):
      "another dx-rotated works on \(directory): try again when it is done, or stop it"
    case .busy(let path):
      "another process was writing to \(path) for too long: try again later"
    case .unwritable(let path, let reason):
      "cannot write \(path): \(reason); make it writable, then start again"
    case .unreadable(let path, let reason):
      "cannot read \(path): \(reason)"
    case .newer(let path, let found, let known):
      """
      \(path) was written by a newer dx-rotated (state version \(found), this one knows \
      \(known)) and was left untouched: install that version again
      """
    case .older(let path, let found, let known):
      """
      \(path) was written by an older dx-rotated (state version \(found), this one reads \
      \(known)): start the daemon once, it brings it forward
      """
    case .corrupt(let path, let reason):
      "\(path) is damaged: \(reason); restart the daemon, it moves the file aside and starts anew"
    case .unreachable(let path, let reason):
      "cannot reach \(path) in etcd: \(reason)"
    case .superseded(let key):
      "another node has taken over credential \(key.id) of connection \(key.connection)"
    case .outdated(let key):
      "another node stored credential \(key.id) of connection \(key.connection) in between"
    case .occupied(let path, let others):
      "\(others) at work on \(path) in etcd: try again when nobody is"
    case .anotherKey(let path):
      """
      \(path) in etcd was made with another cluster key: give every node the same one, or this \
      one a prefix of its own
      """
    case .failed(let path, let reason):
      "unexpected failure of \(path): \(reason)"
    }
  }
}
