import Glibc

/// Where the control socket is (contract, section 1).
package enum ControlPath {
  static let name = "control"

  /// The service's own: in `$RUNTIME_DIRECTORY`, else in the state directory.
  static func forService(stateDirectory: String) -> String {
    // systemd separates several with colons; the first is the one for the socket.
    let runtime = Environment["RUNTIME_DIRECTORY"]?.split(separator: ":").first
    return "\(runtime.map(String.init) ?? stateDirectory)/\(name)"
  }

  /// Where a command finds it: the service notes it in the state directory, as a shell has no `$RUNTIME_DIRECTORY`.
  package static func forCommand(stateDirectory: String) -> String {
    readlinkText("\(stateDirectory)/\(noteName)") ?? "\(stateDirectory)/\(name)"
  }

  static let noteName = "control.path"

  /// Notes where the socket is: as a symbolic link, which is written and read whole.
  static func note(_ path: String, stateDirectory: String) {
    let note = "\(stateDirectory)/\(noteName)"
    unlink(note)
    symlink(path, note)
  }

  private static func readlinkText(_ path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = buffer.withUnsafeMutableBytes { bytes in
      bytes.bindMemory(to: CChar.self).baseAddress.map { readlink(path, $0, bytes.count) } ?? -1
    }
    return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
  }
}
