import Glibc

/// The address of an `AF_UNIX` socket, by path or in the abstract namespace.
struct UnixAddress: Sendable {
  /// What goes into `sun_path`: a path with its final NUL, or an abstract name behind its leading one.
  private let path: [UInt8]

  /// Reads an address as sd_notify(3) writes it: `/path` or `@abstract`.
  ///
  /// Nil where it is neither, or longer than the kernel takes (107 bytes).
  init?(_ name: String) {
    var path = Array(name.utf8)
    switch path.first {
    case UInt8(ascii: "/"): path.append(0)
    case UInt8(ascii: "@") where path.count > 1: path[0] = 0
    default: return nil
    }
    guard path.count <= MemoryLayout.size(ofValue: sockaddr_un().sun_path) else { return nil }
    self.path = path
  }

  /// Lends the address in the form system calls want, for the time of a call.
  func withSocketAddress<Result>(
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
    let unused = MemoryLayout.size(ofValue: address.sun_path) - path.count
    let length = socklen_t(MemoryLayout<sockaddr_un>.size - unused)
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
    }
  }
}
