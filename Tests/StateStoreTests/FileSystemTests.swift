import Foundation
import RotationEngine
import Testing

@testable import StateStore

/// Disks that are full, read-only or ill-permitted.
@Suite(.serialized) struct FileSystemTests {
  @Test func `only the owner may read what is made, whatever the umask`() throws {
    let place = try Place()
    let before = umask(0)
    defer { umask(before) }
    let state = try place.open()
    try state.save(Sample.accepted)
    #expect(try mode(place.state) == 0o700)
    for name in try place.names() {
      #expect(try mode(place.state + "/" + name) == 0o600, "\(name)")
    }
    #expect(try place.names().contains("state.db-wal"))
  }

  @Test(.enabled(if: canMount, "another owner needs root"))
  func `what root makes belongs to the directory's owner`() throws {
    let place = try Place()
    try FileManager.default.createDirectory(
      atPath: place.state, withIntermediateDirectories: false)
    #expect(chown(place.state, 4242, 4243) == 0)
    let state = try place.open(.command)
    try state.save(Sample.accepted)
    for name in try place.names() {
      var status = stat()
      #expect(lstat(place.state + "/" + name, &status) == 0)
      #expect(status.st_uid == 4242 && status.st_gid == 4243, "\(name)")
    }
  }

  @Test func `what would be written to a removed directory is refused`() throws {
    let place = try Place()
    let state = try place.open()
    try state.save(Sample.accepted)
    try FileManager.default.removeItem(atPath: place.state)
    #expect(
      throws: StateError.unwritable(
        path: state.directory.database, reason: "the file that was opened is no longer there")
    ) {
      try state.transaction { () throws(StateError) in _ = try state.begin(Sample.attempt) }
    }
  }

  @Test func `parents are not made`() throws {
    let place = try Place()
    let path = place.path + "/none/state"
    #expect(throws: StateError.unwritable(path: path, reason: "No such file or directory")) {
      try SQLiteState(directory: path, instance: acme, access: .daemon)
    }
  }

  @Test func `a path may hold any character, and be a symbolic link`() throws {
    let place = try Place()
    let path = place.path + "/what? 100% #1"
    let link = place.path + "/link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    _ = try SQLiteState(directory: path, instance: acme, access: .daemon)
    let state = try SQLiteState(directory: link, instance: acme, access: .daemon)
    #expect(state.opening == .existing)
    #expect(FileManager.default.fileExists(atPath: path + "/state.db"))
  }

  @Test func `a file where the directory should be is said`() throws {
    let place = try Place()
    try place.write(Data(), to: place.state)
    #expect {
      try place.open()
    } throws: { error in
      if case .unwritable(_, "Not a directory") = error as? StateError { true } else { false }
    }
  }

  @Test func `a symbolic link in place of a file is not followed`() throws {
    let place = try Place()
    try place.fill()
    let target = place.path + "/elsewhere"
    try FileManager.default.moveItem(atPath: place.database, toPath: target)
    try FileManager.default.createSymbolicLink(
      atPath: place.database, withDestinationPath: target)
    let before = try place.bytes(target)
    #expect(throws: StateError.unreadable(path: place.database, reason: "it is not a regular file"))
    {
      try place.open()
    }
    #expect(try place.bytes(target) == before)
  }

  @Test func `a reader of nothing says so, and makes nothing`() throws {
    let place = try Place()
    #expect(throws: StateError.absent(directory: place.state)) { try place.open(.readOnly) }
    try FileManager.default.createDirectory(
      atPath: place.state, withIntermediateDirectories: false)
    #expect(throws: StateError.absent(directory: place.state)) { try place.open(.readOnly) }
    #expect(try place.names() == [])
  }

  @Test func `a reader writes no file, and refuses to`() throws {
    let place = try Place()
    try place.fill()
    let before = try place.names()
    let state = try place.open(.readOnly)
    #expect(try state.records().count == 1)
    #expect(try state.history(keys: nil, limit: nil).count == 1)
    #expect(try state.fingerprintKey().count == 32)
    for write: () throws -> Void in [
      { try state.save(Sample.accepted) }, { _ = try state.begin(Sample.attempt) },
      { _ = try state.claim(Sample.key) },
    ] {
      #expect {
        try write()
      } throws: { error in
        if case .unwritable = error as? StateError { true } else { false }
      }
    }
    #expect(try place.names() == before)
  }

  @Test(.enabled(if: canMount, "mounting needs root"), arguments: [false, true])
  func `a read-only directory can be read, and is refused to writers`(killed: Bool) throws {
    let place = try Place()
    if killed { _ = try Killed(place) } else { try place.fill() }
    try mount(on: place.state, "-o", "bind,ro", place.state)
    defer { unmount(place.state) }
    #expect(try place.open(.readOnly).records().count == 1)
    #expect(try place.open(.readOnly).unfinishedAttempts().count == 1)
    for access in [SQLiteState.Access.daemon, .command] {
      #expect {
        try place.open(access)
      } throws: { error in
        guard case .unwritable(_, "Read-only file system") = error as? StateError else {
          return false
        }
        return true
      }
    }
  }

  @Test(.enabled(if: canMount, "mounting needs root"))
  func `a read-only copy without its log can be read`() throws {
    let place = try Place()
    try place.fill()
    for suffix in ["-wal", "-shm"] {
      try FileManager.default.removeItem(atPath: place.database + suffix)
    }
    try mount(on: place.state, "-o", "bind,ro", place.state)
    defer { unmount(place.state) }
    #expect(try place.open(.readOnly).records().count == 1)
    #expect(try !place.names().contains("state.db-wal"))
  }

  @Test(.enabled(if: canMount, "mounting needs root"))
  func `a full disk loses no more than what it refused`() throws {
    let place = try Place()
    try FileManager.default.createDirectory(
      atPath: place.state, withIntermediateDirectories: false)
    try mount(on: place.state, "-t", "tmpfs", "-o", "size=1m", "tmpfs")
    defer { unmount(place.state) }
    let state = try place.open()
    try state.save(Sample.accepted)
    let ballast = place.state + "/ballast"
    #expect(throws: (any Error).self) { try system("dd", ["if=/dev/zero", "of=\(ballast)"]) }

    var saved = Sample.accepted
    #expect {
      // The log may have room in the blocks that it has already.
      for index in 0..<500 {
        var next = saved
        next.name = String(repeating: "x", count: 3000) + "\(index)"
        next.revision += 1
        try state.transaction { () throws(StateError) in
          _ = try state.begin(Sample.attempt)
          try state.save(next)
        }
        saved = next
      }
    } throws: { error in
      guard case .unwritable(_, "No space left on device") = error as? StateError else {
        return false
      }
      return true
    }
    let begun = try state.unfinishedAttempts().count
    #expect(try state.records().map(\.name) == [saved.name])
    #expect(try place.open(.readOnly).records().map(\.name) == [saved.name])
    #expect(begun == saved.revision)

    try FileManager.default.removeItem(atPath: ballast)
    try state.save(Sample.accepted)
    #expect(try state.records().map(\.name) == ["jira-cloud"])
  }

  @Test(.enabled(if: canMount, "mounting needs root"), arguments: [0, 4, 16, 40, 80])
  func `a disk that fills up at the start is no damage`(kibibytes: Int) throws {
    let place = try Place()
    try FileManager.default.createDirectory(
      atPath: place.state, withIntermediateDirectories: false)
    try mount(on: place.state, "-t", "tmpfs", "-o", "size=256k", "tmpfs")
    defer { unmount(place.state) }
    let ballast = place.state + "/ballast"
    try system("dd", ["if=/dev/zero", "of=\(ballast)", "bs=1k", "count=\(252 - kibibytes)"])
    #expect {
      try place.open()
    } throws: { error in
      if case .unwritable = error as? StateError { true } else { false }
    }
    try FileManager.default.removeItem(atPath: ballast)
    let opening = try place.open().opening
    #expect(opening == .created || opening == .existing)
  }

  private static let canMount = geteuid() == 0

  private func mount(on point: String, _ arguments: String...) throws {
    try system("mount", arguments + [point])
  }

  // Lazily, since a failed test may have left files open.
  private func unmount(_ point: String) {
    do { try system("umount", ["-l", point]) } catch { Issue.record(error) }
  }

  private func mode(_ path: String) throws -> mode_t {
    var status = stat()
    guard lstat(path, &status) == 0 else { throw Failure(description: path) }
    return status.st_mode & 0o7777
  }
}
