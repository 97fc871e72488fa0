import FoundationEssentials
import Glibc

/// Asks a running daemon, from a command.
package struct ControlClient {
  private let descriptor: Int32

  /// Connects; nil if no daemon listens there.
  ///
  /// A socket that may not be used is an error.
  ///
  /// - Throws: `ExitStatus.stateUnwritable`, said on stderr, if the socket is there and refuses.
  package init?(stateDirectory: String) throws(ExitStatus) {
    let path = ControlPath.forCommand(stateDirectory: stateDirectory)
    guard let descriptor = UnixSocket.connect(to: path) else {
      if errno == EACCES || errno == EPERM {
        Output.error("dx-rotated: \(path): permission denied; run this as root")
        throw .stateUnwritable
      }
      return nil
    }
    self.descriptor = descriptor
  }

  /// Asks, says on stderr how far the daemon is, and waits for the answer.
  ///
  /// - Throws: `ExitStatus.tryLater`, said on stderr, if the daemon hangs up.
  package func ask(_ request: ControlRequest) throws(ExitStatus) -> ControlReply {
    defer { close(descriptor) }
    guard let line = try? JSONEncoder().encode(request) else { throw .unexpected }
    var bytes = ArraySlice(Array(line) + [UInt8(ascii: "\n")])
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes {
        send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw hungUp() }
      bytes = bytes.dropFirst(count)
    }
    return try reply()
  }

  private func reply() throws(ExitStatus) -> ControlReply {
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw hungUp() }
      let read = buffer.prefix(count)
      received += read
      guard read.contains(UInt8(ascii: "\n")) else { continue }
      var lines = received.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      received = Array(lines.removeLast())
      for line in lines {
        guard let reply = try? JSONDecoder().decode(ControlReply.self, from: Data(line)) else {
          throw hungUp()
        }
        guard let progress = reply.progress else { return reply }
        Output.error(progress)
      }
    }
  }

  private func hungUp() -> ExitStatus {
    Output.error("dx-rotated: the daemon ended before it answered; try again")
    return .tryLater
  }
}
