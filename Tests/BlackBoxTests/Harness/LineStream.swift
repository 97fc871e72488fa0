import Foundation

/// What a child writes to a pipe, line by line, as it comes.
final class LineStream: @unchecked Sendable {
  // All state is guarded by `changed`; that is why @unchecked holds.

  private let changed = NSCondition()
  private var lines: [String] = []
  private var isEnded = false

  /// Reads a descriptor, which it owns, until its end.
  init(_ descriptor: Int32) {
    Thread.detachNewThread { [self] in
      var rest: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { break }
        rest += buffer.prefix(count)
        while let newline = rest.firstIndex(of: 0x0A) {
          append(String(decoding: rest[..<newline], as: UTF8.self))
          rest.removeSubrange(...newline)
        }
      }
      close(descriptor)
      if !rest.isEmpty { append(String(decoding: rest, as: UTF8.self)) }
      changed.withLock {
        isEnded = true
        changed.broadcast()
      }
    }
  }

  private func append(_ line: String) {
    changed.withLock {
      lines.append(line)
      changed.broadcast()
    }
  }

  /// What was written up to now.
  var present: [String] { changed.withLock { lines } }

  /// Everything, once nobody writes any more.
  func whole() throws -> [String] {
    try wait(for: "the end of the output") { lines, isEnded in isEnded ? lines : nil }
  }

  /// Waits until something can be found in the lines.
  ///
  /// - Throws: `Failure` with all lines, if it is not found before the end or in time.
  func wait<Found>(
    for what: @autoclosure () -> String, _ find: ([String], Bool) throws -> Found?
  ) throws -> Found {
    let deadline = Date(timeIntervalSinceNow: patience)
    changed.lock()
    defer { changed.unlock() }
    while true {
      if let found = try find(lines, isEnded) { return found }
      guard !isEnded, changed.wait(until: deadline) else {
        let why = isEnded ? "the output ended" : "the time is over"
        throw Failure("waiting for \(what()): \(why). It was:\n" + lines.joined(separator: "\n"))
      }
    }
  }
}
