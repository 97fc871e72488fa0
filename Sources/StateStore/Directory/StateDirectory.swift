import Glibc

/// The state directory: where its files are, and how they are made.
struct StateDirectory {
  /// Its path without symbolic links, as the database wants it (`/var/lib/NAME` may be one).
  let path: String
  private let owner: uid_t
  private let group: gid_t

  var database: String { path + "/state.db" }
  /// Where a new database is built, so that `database` is there whole or not at all.
  var unfinishedDatabase: String { path + "/state.db.new" }
  var key: String { path + "/fingerprint.key" }
  /// Where the next key is kept until the database goes by it (`SQLiteState.replace`).
  var nextKey: String { path + "/fingerprint.key.next" }
  var lock: String { path + "/lock" }
  var claims: String { path + "/claims" }

  /// A directory that is there; throws `absent` otherwise.
  init(existing path: String) throws(StateError) {
    guard let resolved = realpath(path, nil) else {
      guard errno == ENOENT else { throw .unreadable(path: path, reason: systemReason()) }
      throw .absent(directory: path)
    }
    defer { free(resolved) }
    self.path = String(cString: resolved)
    var status = stat()
    guard stat(self.path, &status) == 0 else {
      throw .unreadable(path: path, reason: systemReason())
    }
    owner = status.st_uid
    group = status.st_gid
  }

  /// A directory to write in: made with mode 0700 if it is missing, its parents not.
  init(preparing path: String) throws(StateError) {
    if mkdir(path, 0o700) == 0 {
      // A umask can only have taken rights away; if this fails, so will the first file.
      chmod(path, 0o700)
    } else if errno != EEXIST {
      throw .unwritable(path: path, reason: systemReason())
    }
    try self.init(existing: path)
  }

  /// Opens a file of its own, made with mode 0600 (whatever the umask) if it is missing.
  ///
  /// - Parameters:
  ///   - path: the file; not a symbolic link.
  ///   - flags: further flags of open(2).
  /// - Returns: a descriptor that the caller closes.
  /// - Throws: `unwritable`.
  func openFile(_ path: String, flags: Int32 = 0) throws(StateError) -> Int32 {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | flags, 0o600)
    guard descriptor >= 0 else { throw .unwritable(path: path, reason: systemReason()) }
    var status = stat()
    // Root may have come first (`rotate` by hand): the service's user must be able to go on.
    let isOurs =
      fstat(descriptor, &status) == 0
      && (status.st_mode & 0o7777 == 0o600 || fchmod(descriptor, 0o600) == 0)
      && (geteuid() != 0 || status.st_uid == owner || fchown(descriptor, owner, group) == 0)
    guard isOurs else {
      let reason = systemReason()
      close(descriptor)
      throw .unwritable(path: path, reason: reason)
    }
    return descriptor
  }

  /// Writes a file as a whole: it is there with all its bytes, durably, or not at all.
  func writeFile(_ path: String, _ bytes: UnsafeRawBufferPointer) throws(StateError) {
    let unfinished = path + ".new"
    let descriptor = try openFile(unfinished, flags: O_TRUNC)
    let written = write(descriptor, bytes.baseAddress, bytes.count)
    let isWritten = written == bytes.count && fsync(descriptor) == 0
    let reason = written >= 0 && written < bytes.count ? "it took only a part" : systemReason()
    close(descriptor)
    guard isWritten else {
      unlink(unfinished)
      throw .unwritable(path: path, reason: reason)
    }
    try move(unfinished, to: path)
  }

  /// Renames a file, durably.
  func move(_ path: String, to target: String) throws(StateError) {
    guard rename(path, target) == 0 else {
      throw .unwritable(path: target, reason: systemReason())
    }
    let descriptor = open(self.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unwritable(path: self.path, reason: systemReason()) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else {
      throw .unwritable(path: self.path, reason: systemReason())
    }
  }

  /// The size of a regular file; nil if there is nothing of that name.
  static func size(of path: String) throws(StateError) -> Int? {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      if errno == ENOENT { return nil }
      throw .unreadable(path: path, reason: systemReason())
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(path: path, reason: "it is not a regular file")
    }
    return Int(status.st_size)
  }
}

/// What the system says about its last failure.
func systemReason() -> String { String(cString: strerror(errno)) }
