import Glibc

/// The drop-ins of some directories, by systemd's rules.
///
/// Files are read in the order of their names whatever directory they are in; a name in a directory
/// of higher priority replaces the same name in the others whole; a link to `/dev/null` or an empty
/// file masks it.
package struct DropIns: Sendable {
  /// The paths of the files to read, in their order.
  package var paths: [String] = []
  /// What was in the way.
  package var problems: [Diagnostic] = []
  /// Every file that no other of its name replaces, masked or not, in their order.
  var candidates: [String] = []

  /// Finds the drop-ins in directories, lowest priority first.
  ///
  /// A directory that does not exist has none.
  package static func find(in directories: [String]) -> DropIns {
    var found = DropIns()
    var pathsByName: [String: String] = [:]
    for directory in directories {
      do throws(Diagnostic) {
        for name in try names(in: directory) {
          pathsByName[name] = directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
        }
      } catch {
        found.problems.append(error)
      }
    }
    found.candidates = pathsByName.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      .map(\.value)
    for path in found.candidates {
      switch kind(of: path) {
      case .file: found.paths.append(path)
      case .mask: break
      case .unusable(let reason): found.problems.append(.error(reason, at: .start(of: path)))
      }
    }
    return found
  }

  private static func names(in directory: String) throws(Diagnostic) -> [String] {
    guard let stream = opendir(directory) else {
      if errno == ENOENT { return [] }
      throw .error("cannot be read: \(SystemError.text(errno))", at: .whole(directory))
    }
    defer { closedir(stream) }
    var names: [String] = []
    errno = 0
    while let entry = readdir(stream) {
      // The name is read in place: the record is as long as the name, and not as its type says.
      guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { continue }
      let start = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
      let name = String(cString: start)
      if name.hasSuffix(".toml"), !name.hasPrefix(".") {
        guard String(validatingCString: start) != nil else {
          throw .error("has a file whose name is not UTF-8; rename it", at: .whole(directory))
        }
        names.append(name)
      }
      errno = 0
    }
    guard errno == 0 else {
      throw .error("cannot be read: \(SystemError.text(errno))", at: .whole(directory))
    }
    return names
  }

  private enum Kind {
    case file
    case mask
    case unusable(String)
  }

  private static func kind(of path: String) -> Kind {
    var status = stat()
    guard stat(path, &status) == 0 else {
      return .unusable("cannot be read: \(SystemError.text(errno))")
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return status.st_size == 0 ? .mask : .file
    case S_IFCHR:
      var null = stat()
      let isNull = stat("/dev/null", &null) == 0 && null.st_rdev == status.st_rdev
      return isNull ? .mask : .unusable(DropInFile.notAFile)
    default: return .unusable(DropInFile.notAFile)
    }
  }
}

/// What errno means, in words.
enum SystemError {
  static func text(_ code: Int32) -> String { String(cString: strerror(code)) }
}
