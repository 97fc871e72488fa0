import Glibc

/// A name in a watched directory on which the meaning of a path depends.
struct Mark: Hashable {
  /// The directory's inotify watch.
  let watch: Int32
  let name: String
}

/// Finds all names on which the meaning of a path depends: its last one, and every symbolic link on the way.
///
/// Where nothing is there yet, the first missing name in the nearest directory that exists. One finder serves one
/// look at many paths; directories they share are resolved once.
struct TrailFinder {
  private struct Trail {
    var marks: [Mark] = []
    /// Where the directory really is; nil: there is none, or it must not be looked at.
    var directory: String?
  }

  // As many as the kernel follows, path_resolution(7).
  private static let mostLinks = 40

  private let mounts: NetworkMounts
  private let watch: (_ directory: String) -> Int32?
  private var directories: [String: Trail] = [:]
  private var watches: [String: Int32?] = [:]

  /// Makes a finder.
  ///
  /// - Parameters:
  ///   - mounts: file systems it must not touch, as that may hang (and inotify sees nothing there).
  ///   - watch: watches a directory; nil where that is not possible.
  init(mounts: NetworkMounts, watch: @escaping (_ directory: String) -> Int32?) {
    self.mounts = mounts
    self.watch = watch
  }

  /// The marks of a file's path.
  mutating func marks(ofFile path: String) -> [Mark] {
    file(at: path, links: 0).marks
  }

  private mutating func file(at path: String, links: Int) -> Trail {
    let (parent, name) = Self.split(path)
    return step(to: name, from: directory(at: parent, links: links), isFile: true, links: links)
  }

  private mutating func directory(at path: String, links: Int) -> Trail {
    if path == "/" { return Trail(directory: "/") }
    if let known = directories[path] { return known }
    let (parent, name) = Self.split(path)
    let trail = step(
      to: name, from: directory(at: parent, links: links), isFile: false, links: links)
    directories[path] = trail
    return trail
  }

  private mutating func step(to name: String, from start: Trail, isFile: Bool, links: Int) -> Trail
  {
    guard let parent = start.directory, name != "." else { return start }
    var trail = start
    if name == ".." {
      trail.directory = Self.split(parent).parent
      return trail
    }
    trail.directory = nil
    let place = Self.join(parent, name)
    guard links < Self.mostLinks, mounts.containing(place) == nil else { return trail }
    if !isFile, isDirectory(place) {
      trail.directory = place
      return trail
    }
    // Watched before it is looked at, so that a change in between makes an event.
    guard let watch = watchOnce(parent) else { return trail }
    trail.marks.append(Mark(watch: watch, name: name))
    if let target = Self.target(ofLink: place) {
      let path = target.hasPrefix("/") ? target : Self.join(parent, target)
      let next =
        isFile ? file(at: path, links: links + 1) : directory(at: path, links: links + 1)
      trail.marks += next.marks
      trail.directory = next.directory
    } else if isDirectory(place) {
      trail.directory = place
    }
    return trail
  }

  private mutating func watchOnce(_ directory: String) -> Int32? {
    if let known = watches[directory] { return known }
    let number = watch(directory)
    watches[directory] = .some(number)
    return number
  }

  private func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func target(ofLink path: String) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
      guard let start = buffer.baseAddress else { return nil }
      let count = readlink(path, start, buffer.count)
      guard count > 0 else { return nil }
      return String(decoding: UnsafeRawBufferPointer(buffer).prefix(count), as: UTF8.self)
    }
  }

  private static func join(_ directory: String, _ name: String) -> String {
    directory == "/" ? "/" + name : directory + "/" + name
  }

  /// The directory and the last name of an absolute path; slashes at the end, and double ones, count for nothing.
  private static func split(_ path: String) -> (parent: String, name: String) {
    let names = path.utf8.split(separator: UInt8(ascii: "/"))
    guard let last = names.last else { return ("/", ".") }
    let parent = names.dropLast().map { "/" + String(Substring($0)) }.joined()
    return (parent.isEmpty ? "/" : parent, String(Substring(last)))
  }
}
