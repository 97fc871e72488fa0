/// Where a value is read from (contract, section 2): the configuration's names for it, never the value.
public struct Source: Hashable, Sendable {
  /// The place.
  public enum Origin: Hashable, Sendable {
    /// A file at an absolute path.
    case file(path: String)
    /// A variable of the process's environment; frozen when the process starts.
    case environment(name: String)
    /// A key of a file in the syntax of systemd's EnvironmentFile=, read again each time.
    case environmentFile(path: String, key: String)
    /// A file in `$CREDENTIALS_DIRECTORY`; changes only when the service restarts.
    case credential(name: String)
  }

  /// The place.
  public var origin: Origin
  /// An RFC 6901 pointer to one string in the JSON document that is there, or nil for all of it.
  public var pointer: String?

  /// Makes a source.
  public init(_ origin: Origin, pointer: String? = nil) {
    self.origin = origin
    self.pointer = pointer
  }

  /// Whether what is read can differ within one run of the process.
  public var canChange: Bool {
    switch origin {
    case .file, .environmentFile: true
    case .environment, .credential: false
    }
  }

  /// The file to watch, if there is one.
  public var watchedPath: String? {
    switch origin {
    case .file(let path), .environmentFile(let path, _): path
    case .environment, .credential: nil
    }
  }
}

extension Source: CustomStringConvertible {
  /// How messages name it: `file /run/secrets/jira`, `environment variable JIRA_TOKEN` ….
  public var description: String {
    let place =
      switch origin {
      case .file(let path): "file \(path)"
      case .environment(let name): "environment variable \(name)"
      case .environmentFile(let path, let key): "key \(key) of \(path)"
      case .credential(let name): "credential \(name)"
      }
    return pointer.map { "\(place), JSON \($0)" } ?? place
  }
}
