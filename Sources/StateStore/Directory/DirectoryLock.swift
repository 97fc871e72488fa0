import Glibc
import RotationEngine

/// Who may do what in a state directory at one time.
///
/// Two bytes of the file `lock` say it. The first is the daemon's. The second is shared by everybody who has the
/// database open for writing, so that only one who is alone makes, migrates or moves aside.
///
/// The file's content is what the daemon says of itself: its process, since when it has the directory, and when it
/// wakes next, the two times in milliseconds since the epoch.
final class DirectoryLock {
  private let directory: String
  private let locks: ByteLocks
  private var since = WallTime(millisecondsSinceEpoch: 0)

  private static let daemonByte: Int64 = 0
  private static let writersByte: Int64 = 1

  /// Opens the lock file, made if it is missing.
  init(of directory: StateDirectory) throws(StateError) {
    self.directory = directory.path
    locks = ByteLocks(
      path: directory.lock, descriptor: try directory.openFile(directory.lock))
  }

  /// Takes the daemon's place; throws `inUse` if there is one.
  func becomeDaemon() throws(StateError) {
    guard try locks.lock(.exclusive, byte: Self.daemonByte) else {
      throw .inUse(directory: directory, process: Self.process(locks))
    }
    since = .present
    try locks.write(line(nextWake: nil))
  }

  /// Says when the daemon wakes next.
  ///
  /// That it cannot be said now is no trouble of the state's: what was decided is elsewhere.
  func say(nextWake: WallTime?) {
    try? locks.write(line(nextWake: nextWake))
  }

  private func line(nextWake: WallTime?) -> String {
    let times = [since, nextWake].compactMap { $0?.millisecondsSinceEpoch }
    return ([Int64(getpid())] + times).map(String.init).joined(separator: " ")
  }

  /// Joins the writers, waiting up to 2 s for one who is still setting up.
  ///
  /// - Returns: whether there is no other, and none can join before `setUpIsDone`.
  /// - Throws: `inUse` if it takes longer.
  func joinWriters() throws(StateError) -> Bool {
    for _ in 0..<200 {
      if try locks.lock(.exclusive, byte: Self.writersByte) { return true }
      if try locks.lock(.shared, byte: Self.writersByte) { return false }
      usleep(10_000)
    }
    throw .inUse(directory: directory, process: nil)
  }

  /// Lets other writers in.
  func setUpIsDone() throws(StateError) {
    // Never refused: only the exclusive lock's owner, or one of those who share it, comes here.
    _ = try locks.lock(.shared, byte: Self.writersByte)
  }

  /// The daemon that holds the directory now, if one does; needs read permission only.
  static func daemon(of directory: StateDirectory) throws(StateError) -> RunningDaemon? {
    let descriptor = open(directory.lock, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw .unreadable(path: directory.lock, reason: systemReason())
    }
    let locks = ByteLocks(path: directory.lock, descriptor: descriptor)
    guard try locks.isLockedElsewhere(byte: daemonByte) else { return nil }
    let times = locks.words().dropFirst().map {
      Int64($0).map(WallTime.init(millisecondsSinceEpoch:))
    }
    return RunningDaemon(
      process: process(locks), since: times.first ?? nil, nextWakeAt: times.dropFirst().first ?? nil
    )
  }

  private static func process(_ locks: ByteLocks) -> Int32? {
    locks.words().first.flatMap { Int32($0) }
  }
}

/// A daemon that holds a state directory.
package struct RunningDaemon: Hashable, Sendable {
  /// Its process id, in its own namespace; nil in the moment of its start.
  package let process: Int32?
  /// When it took the directory.
  package let since: WallTime?
  /// When it has something to do by itself; nil: as far as it knows, never.
  package let nextWakeAt: WallTime?
}
