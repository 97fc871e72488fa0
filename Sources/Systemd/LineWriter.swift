import Glibc

/// Writes whole lines to a descriptor that somebody else owns, reads and may block or close.
///
/// The process ignores SIGPIPE: a reader can go between the look at the descriptor and the write.
struct LineWriter: Sendable {
  private let descriptor: Int32
  private var patience = Patience()
  private var isMidLine = false

  /// A writer to `descriptor`, whose flags it leaves alone: other processes share them.
  init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  /// Writes the line and its newline; up to 4096 bytes of it in a single write(2).
  ///
  /// - Returns: false where the reader did not take all of it in time, or is gone.
  mutating func write(_ line: String) -> Bool {
    // What follows a line that was cut off must not continue it.
    let bytes = Array(((isMidLine ? "\n" : "") + line + "\n").utf8)
    var rest = bytes[...]
    let isDone = patience.attempt { [descriptor] deadline in
      while let count = Self.writeSome(of: rest, to: descriptor, by: deadline) {
        rest.removeFirst(count)
      }
      return rest.isEmpty
    }
    if let last = bytes.dropLast(rest.count).last { isMidLine = last != UInt8(ascii: "\n") }
    return isDone
  }

  /// The number of bytes written, nil where none are left or no more can be.
  private static func writeSome(
    of bytes: ArraySlice<UInt8>, to descriptor: Int32, by deadline: Deadline
  ) -> Int? {
    while !bytes.isEmpty, deadline.waitsUntilWritable(descriptor) {
      // A pipe that is writable has room for PIPE_BUF bytes: even a blocking write does not block.
      let part = bytes.prefix(Int(PIPE_BUF))
      let count = part.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 { return count }
      guard errno == EINTR || errno == EAGAIN, !deadline.hasPassed else { return nil }
    }
    return nil
  }
}
