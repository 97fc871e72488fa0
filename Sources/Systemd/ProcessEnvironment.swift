import Glibc

/// The environment that the service manager gave this process.
package enum ProcessEnvironment {
  /// The value of a variable, nil where it is not set.
  package static func value(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// The value of a variable, which the children of this process then no longer inherit.
  ///
  /// The environment may only be changed while the process has one thread.
  package static func take(_ name: String) -> String? {
    defer { unsetenv(name) }
    return value(name)
  }
}
