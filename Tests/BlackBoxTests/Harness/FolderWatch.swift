import Foundation

/// Waits for files that are renamed into a folder, with inotify(7).
final class FolderWatch {
  private let descriptor: Int32
  private let folder: String

  init(_ folder: String) throws {
    self.folder = folder
    descriptor = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
    guard inotify_add_watch(descriptor, folder, UInt32(IN_MOVED_TO)) >= 0 else {
      throw Failure("inotify: errno \(errno)")
    }
  }

  deinit { close(descriptor) }

  /// Waits until something can be found in a file of the folder, looking anew after each rename.
  func wait<Found>(for name: String, _ find: (String) throws -> Found?) throws -> Found {
    let deadline = Date(timeIntervalSinceNow: patience)
    while true {
      let text = try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
      if let text, let found = try find(text) { return found }
      var waited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&waited, 1, Int32(max(0, deadline.timeIntervalSinceNow) * 1000)) > 0 else {
        throw Failure("\(name) is not what is waited for:\n\(text ?? "it is not there")")
      }
      var events = [UInt8](repeating: 0, count: 4096)
      while read(descriptor, &events, events.count) > 0 {}
    }
  }
}
