import Descriptors
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

  private let watch: DescriptorWatch
  private let process: ChildProcess
  private let timeout: TimeSpan
  private let timer: any DispatchSourceTimer
  private let completion: (DeliveryFailure?) -> Void
  private var errorText: [UInt8] = []
  private var isErrorOpen = true
  private var isOverdue = false

  /// Starts a command; the completion is called once, later, on the queue; nil: it exited with 0.
  ///
  /// - Throws: why it did not start.
  static func start(
    _ command: AlertSettings.Command, on message: AlertMessage, path: String?,
    watch: DescriptorWatch, queue: DispatchQueue,
    completion: @escaping (DeliveryFailure?) -> Void
  ) throws(DeliveryFailure) {
    let process = try ChildProcess.start(
      command.argv, environment: CommandEnvironment.variables(of: message, path: path),
      input: AlertBody.json(message))
    let run = CommandRun(
      process, timeout: command.timeout, watch: watch, queue: queue, completion: completion)
    guard run.begin() else {
      run.letGo()
      process.signalGroup(SIGKILL)
      _ = process.reap()
      throw DeliveryFailure("its end cannot be watched: the kernel has no memory for it")
    }
  }

  private init(
    _ process: ChildProcess, timeout: TimeSpan, watch: DescriptorWatch, queue: DispatchQueue,
    completion: @escaping (DeliveryFailure?) -> Void
  ) {
    self.process = process
    self.timeout = timeout
    self.watch = watch
    self.completion = completion
    timer = DispatchSource.makeTimerSource(queue: queue)
  }

  /// Whether its end and its stderr are watched; if not, nothing will ever call back.
  private func begin() -> Bool {
    timer.setEventHandler { self.overdue() }
    timer.schedule(deadline: .now() + .milliseconds(Int(clamping: timeout.milliseconds)))
    timer.activate()
    return watch.watch(process.descriptor, for: .reading) { self.ended() }
      && watch.watch(process.standardError, for: .reading) { self.readErrors() }
  }

  /// Nothing keeps this object alive after it.
  private func letGo() {
    timer.cancel()
    watch.forget(process.descriptor)
    close(process.descriptor)
    closeErrors()
  }

  private func closeErrors() {
    guard isErrorOpen else { return }
    isErrorOpen = false
    watch.forget(process.standardError)
    close(process.standardError)
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
    guard !chunk.isEmpty else { return closeErrors() }
    errorText = (errorText + chunk).suffix(Self.keptError)
  }

  private func ended() {
    if isErrorOpen { readErrors() }
    let end = process.reap()
    letGo()
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
