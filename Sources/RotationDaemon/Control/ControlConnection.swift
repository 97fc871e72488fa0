import Descriptors
import Dispatch
import FoundationEssentials
import Glibc

/// One client of the control socket: a line in, a line out, and lines of progress before it.
final class ControlConnection: @unchecked Sendable {
  // All state is confined to the loop's queue; that is why @unchecked holds.

  /// The longest request, and how long a client may take for it and for reading its answer.
  static let requestLimit = 65_536
  static let patience = DispatchTimeInterval.seconds(10)

  /// Has a request answered, with progress in words and then the reply.
  typealias Asked = (
    ControlRequest, @escaping (String) -> Void, @escaping (ControlReply) -> Void
  ) -> Void

  private let descriptor: Int32
  private let watch: DescriptorWatch
  private let deadline: any DispatchSourceTimer
  private let asked: Asked
  private let ended: () -> Void
  private var received: [UInt8] = []
  private var reply: ArraySlice<UInt8> = []
  private var isAnswering = false
  private var isComplete = false
  private var isOver = false

  /// Takes over the descriptor, which does not block, and closes it at the end.
  init(
    descriptor: Int32, watch: DescriptorWatch, queue: DispatchQueue,
    asked: @escaping Asked,
    ended: @escaping () -> Void
  ) {
    self.descriptor = descriptor
    self.watch = watch
    self.asked = asked
    self.ended = ended
    deadline = DispatchSource.makeTimerSource(queue: queue)
    deadline.schedule(deadline: .now() + Self.patience)
    deadline.setEventHandler { [weak self] in self?.end() }
    deadline.activate()
  }

  /// Waits for the request.
  func start() {
    if !watch.watch(descriptor, for: .reading, ready: { [weak self] in self?.read() }) { end() }
  }

  private func read() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !isOver {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN { return }
      // A client that hangs up has no interest in the answer; what it asked for goes on.
      guard count > 0 else { return end() }
      guard !isAnswering else { continue }
      received += buffer.prefix(count)
      if let newline = received.firstIndex(of: UInt8(ascii: "\n")) {
        answer(received[..<newline])
      } else if received.count > Self.requestLimit {
        return send(ControlReply(.usage, "the request is longer than \(Self.requestLimit) bytes"))
      }
    }
  }

  private func answer(_ line: ArraySlice<UInt8>) {
    isAnswering = true
    guard let request = try? JSONDecoder().decode(ControlRequest.self, from: Data(line)) else {
      return send(ControlReply(.usage, "the request is not one this daemon knows"))
    }
    // From here on the client waits for the daemon.
    deadline.schedule(deadline: .distantFuture)
    asked(
      request, { [weak self] in self?.say(progress: $0) }, { [weak self] in self?.send($0) })
  }

  /// A client that does not read misses it.
  private func say(progress: String) {
    guard !isOver, !isComplete else { return }
    let line = Self.line(ControlReply(progress: progress))
    let count = line.withUnsafeBytes {
      Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
    if count >= 0, count < line.count { end() }
  }

  private static func line(_ reply: ControlReply) -> [UInt8] {
    Array((try? JSONEncoder().encode(reply)) ?? Data()) + [UInt8(ascii: "\n")]
  }

  private func send(_ answer: ControlReply) {
    guard !isOver else { return }
    isAnswering = true
    isComplete = true
    deadline.schedule(deadline: .now() + Self.patience)
    reply = Self.line(answer)[...]
    write()
  }

  private func write() {
    while !reply.isEmpty {
      let count = reply.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN { return waitToWrite() }
      guard count > 0 else { return end() }
      reply = reply.dropFirst(count)
    }
    end()
  }

  private func waitToWrite() {
    if !watch.watch(descriptor, for: .writing, ready: { [weak self] in self?.write() }) { end() }
  }

  private func end() {
    guard !isOver else { return }
    isOver = true
    deadline.cancel()
    watch.forget(descriptor)
    close(descriptor)
    ended()
  }
}
