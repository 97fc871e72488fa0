import Glibc

/// The mounted file systems that may hang because another machine or process answers for them.
///
/// Known from the kernel's table alone, so asking hangs never.
struct NetworkMounts {
  private let points: [String]

  /// Takes the mounts out of a text in the form of `/proc/self/mountinfo`, proc_pid_mountinfo(5).
  init(mountinfo text: String) {
    points = text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count > 4, let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count,
        Self.mayHang(fields[dash + 1])
      else { return nil }
      return Self.unescaped(fields[4])
    }
  }

  /// The mounts of now.
  static func current() -> NetworkMounts {
    let descriptor = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return NetworkMounts(mountinfo: "") }
    defer { close(descriptor) }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16384)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      guard count > 0 else { break }
      text += buffer.prefix(count)
    }
    return NetworkMounts(mountinfo: String(decoding: text, as: UTF8.self))
  }

  /// The mount a path lies in, as far as its text tells (symbolic links are not followed).
  func containing(_ path: String) -> String? {
    points.filter { path == $0 || path.hasPrefix($0 == "/" ? $0 : $0 + "/") }
      .max { $0.utf8.count < $1.utf8.count }
  }

  /// The mounts these paths lie in.
  func containing(_ paths: [String]) -> Set<String> { Set(paths.compactMap(containing)) }

  private static func mayHang(_ type: Substring) -> Bool {
    let families = ["nfs", "fuse", "cifs", "smb", "9p", "ceph", "afs", "autofs", "gfs", "ocfs"]
    return families.contains { type.hasPrefix($0) } && type != "nfsd"
  }

  /// White space and backslashes are written as three octal digits after a backslash.
  private static func unescaped(_ field: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = field.utf8
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\"), let code = UInt8(Substring(rest.prefix(3)), radix: 8) {
        bytes.append(code)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
