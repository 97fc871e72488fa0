import FoundationEssentials
import Glibc

/// What channels have still to be told, on disk, so that a restart loses no alert.
///
/// The state directory's `undelivered-alerts.json`: messages by the channel's id. Not being able to write it costs no
/// alert while the process lives, so nothing is said of it: the state's own failures are.
package struct UndeliveredFile {
  private let file: AtomicFile

  /// The file in a state directory.
  package init(directory: String) {
    file = AtomicFile(path: "\(directory)/undelivered-alerts.json", mode: 0o600, isDurable: true)
  }

  /// What was left by the run before; nothing if that cannot be read.
  func load() -> [String: [AlertMessage]] {
    let messages = file.content.flatMap {
      try? JSONDecoder().decode([String: [AlertMessage]].self, from: Data($0))
    }
    return messages ?? [:]
  }

  func save(_ messages: [String: [AlertMessage]]) {
    if messages.isEmpty {
      unlink(file.path)
      return
    }
    guard let data = try? JSONEncoder().encode(messages) else { return }
    try? file.replace(with: Array(data))
  }
}
