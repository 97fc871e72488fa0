import Glibc
import RotationEngine
import SecretMemory

/// What tells whether a file is still the one that was read, with the same content.
struct FileIdentity: Hashable, Sendable {
  var device: UInt64
  var inode: UInt64
  var size: Int64
  /// Nanoseconds since the epoch.
  var modifiedAt: Int64
  /// Nanoseconds since the epoch.
  var changedAt: Int64

  init(device: UInt64, inode: UInt64, size: Int64, modifiedAt: Int64, changedAt: Int64) {
    self.device = device
    self.inode = inode
    self.size = size
    self.modifiedAt = modifiedAt
    self.changedAt = changedAt
  }

  init(_ status: stat) {
    self.init(
      device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int64(status.st_size),
      modifiedAt: Self.nanoseconds(status.st_mtim), changedAt: Self.nanoseconds(status.st_ctim))
  }

  static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

/// What one read of a file gave.
struct FileRead: Sendable {
  var contents: SecretBytes
  /// The identity of the file that was open, after its last byte was read.
  var identity: FileIdentity
}

/// The few things a pass does with the file system, as values, so that tests can act in between.
struct FileAccess: Sendable {
  /// The largest source, in bytes.
  static let limit = 65536

  /// The identity of the file a path leads to now, or nil where it leads to none.
  var identity: @Sendable (_ path: String) -> FileIdentity?
  /// Reads a whole regular file; the failure's message does not name it.
  var read: @Sendable (_ path: String) -> Result<FileRead, SourceFailure>
  /// The wall clock, in nanoseconds since the epoch.
  var now: @Sendable () -> Int64
  /// Waits a little before a pass is repeated.
  var pause: @Sendable () -> Void

  /// The system's.
  static let system = FileAccess(
    identity: { path in
      var status = stat()
      return stat(path, &status) == 0 ? FileIdentity(status) : nil
    },
    read: { path in
      Result { () throws(SourceFailure) in try readRegularFile(path) }
    },
    now: {
      var time = timespec()
      clock_gettime(CLOCK_REALTIME, &time)
      return FileIdentity.nanoseconds(time)
    },
    pause: {
      var span = timespec(tv_sec: 0, tv_nsec: 25_000_000)
      nanosleep(&span, nil)
    })

  private static func readRegularFile(_ path: String) throws(SourceFailure) -> FileRead {
    // Looked at before it is opened: opening alone makes some devices act.
    var status = stat()
    guard stat(path, &status) == 0 else { throw .ofSystem(errno, at: path) }
    try requireRegular(status)
    // And opened so that a FIFO that takes the file's place in between cannot block.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { throw .ofSystem(errno, at: path) }
    defer { close(descriptor) }
    guard fstat(descriptor, &status) == 0 else { throw .ofSystem(errno, at: path) }
    try requireRegular(status)
    guard status.st_size <= limit else { throw .tooLarge }

    // A byte more than its size tells that it is all there; it has grown, or its file system gives no true size, if not.
    var contents = try read(descriptor, room: Int(status.st_size) + 1, path)
    if contents == nil { contents = try read(descriptor, room: limit + 1, path) }
    guard let contents else { throw .tooLarge }
    guard fstat(descriptor, &status) == 0 else { throw .ofSystem(errno, at: path) }
    return FileRead(contents: contents, identity: FileIdentity(status))
  }

  /// All of an open file; nil if it is not shorter than `room`.
  private static func read(
    _ descriptor: Int32, room: Int, _ path: String
  ) throws(SourceFailure) -> SecretBytes? {
    var count = 0
    let buffer = try SecretBytes(count: room) { (bytes) throws(SourceFailure) in
      while count < bytes.count, let start = bytes.baseAddress {
        let got = pread(descriptor, start + count, bytes.count - count, off_t(count))
        if got < 0, errno == EINTR { continue }
        guard got >= 0 else { throw .ofSystem(errno, at: path) }
        if got == 0 { break }
        count += got
      }
    }
    guard count < room else { return nil }
    return buffer.withUnsafeBytes { SecretBytes(copying: $0.prefix(count)) }
  }

  private static func requireRegular(_ status: stat) throws(SourceFailure) {
    let kind: String
    switch status.st_mode & S_IFMT {
    case S_IFREG: return
    case S_IFDIR: kind = "a directory"
    case S_IFIFO: kind = "a FIFO"
    case S_IFSOCK: kind = "a socket"
    default: kind = "a device"
    }
    throw SourceFailure(.notAFile, "is \(kind); name a regular file")
  }
}
