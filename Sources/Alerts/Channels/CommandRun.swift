import Dispatch
import Glibc
import RotationEngine

/// One run of an `alert.command`, from its start until it is reaped.
///
/// Everything happens on the queue. The run keeps itself alive until it has called back.
final class CommandRun: @unchecked Sendable {
  // All state is confined to `queue`; that is why @unchecked holds.

  /// What is kept of what it wrote to stderr: the end, which is where programs say why they give up.
  static let keptError = 64 << 10
  /// What is told of it.
  static let shownError = 1000
  /// How long it has to end after SIGTERM.
  static let grace = TimeSpan.seconds(5)

  private let queue: DispatchQueue
  private let process: ChildProcess
  private let timeout: TimeSpan
  private let timer: any DispatchSourceTimer
  private let ending: any DispatchSourceRead
  private let errors: any DispatchSourceRead
  private let completion: (DeliveryFailure?) -> Void
  private var errorText: [UInt8] = []
  private var isOverdue = false

  /// Starts a command; the completion is called once, later, on the queue; nil: it exited with 0.
  ///
  /// - Throws: why it did not start.
  static func start(
    _ command: AlertSettings.Command, on message: AlertMessage, path: String?,
    queue: DispatchQueue, completion: @escaping (DeliveryFailure?) -> Void
  ) throws(DeliveryFailure) {
    let process = try ChildProcess.start(
      command.argv, environment: CommandEnvironment.variables(of: message, path: path),
      input: AlertBody.json(message))
    CommandRun(process, timeout: command.timeout, queue: queue, completion: completion).watch()
  }

  private init(
    _ process: ChildProcess, timeout: TimeSpan, queue: DispatchQueue,
    completion: @escaping (DeliveryFailure?) -> Void
  ) {
    self.process = process
    self.timeout = timeout
    self.queue = queue
    self.completion = completion
    timer = DispatchSource.makeTimerSource(queue: queue)
    ending = DispatchSource.makeReadSource(fileDescriptor: process.descriptor, queue: queue)
    errors = DispatchSource.makeReadSource(fileDescriptor: process.standardError, queue: queue)
  }

  private func watch() {
    timer.setEventHandler { self.overdue() }
    timer.schedule(deadline: .now() + .milliseconds(Int(clamping: timeout.milliseconds)))
    ending.setEventHandler { self.ended() }
    errors.setEventHandler { self.readErrors() }
    // Dispatch lets go of a descriptor only some time after a source was cancelled.
    let (descriptor, standardError) = (process.descriptor, process.standardError)
    ending.setCancelHandler { close(descriptor) }
    errors.setCancelHandler { close(standardError) }
    timer.activate()
    ending.activate()
    errors.activate()
  }

  private func overdue() {
    process.signalGroup(isOverdue ? SIGKILL : SIGTERM)
    isOverdue = true
    timer.schedule(deadline: .now() + .milliseconds(Int(Self.grace.milliseconds)))
  }

  /// Takes what is there, a bounded part at a time, and keeps the end of it.
  private func readErrors() {
    let chunk = [UInt8](unsafeUninitializedCapacity: Self.keptError) { buffer, count in
      count = max(0, read(process.standardError, buffer.baseAddress, buffer.count))
    }
    guard !chunk.isEmpty else { return errors.cancel() }
    errorText = (errorText + chunk).suffix(Self.keptError)
  }

  private func ended() {
    if !errors.isCancelled { readErrors() }
    let end = process.reap()
    // Cancelled sources let go of their handlers, and so of this object.
    timer.cancel()
    ending.cancel()
    errors.cancel()
    completion(failure(end))
  }

  private func failure(_ end: ChildProcess.Ending) -> DeliveryFailure? {
    let what: String
    switch end {
    case _ where isOverdue: what = "the command was ended because it took longer than \(timeout)"
    case .exited(0): return nil
    case .exited(let code): what = "the command failed with exit status \(code)"
    case .signalled(let number): what = "the command was ended by signal \(number)"
    }
    let text = String(decoding: errorText, as: UTF8.self).trimmed.suffix(Self.shownError)
    return DeliveryFailure(text.isEmpty ? what : "\(what); it said: \(text)")
  }
}

extension String {
  fileprivate var trimmed: Substring {
    var text = self[...].drop { $0.isWhitespace }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
