import Dispatch
import RotationEngine
import Systemd

/// Keeps systemd's STATUS= line up to date, once a second at most.
final class StatusLine {
  private let timer: any DispatchSourceTimer
  private let loop: RotationLoop
  private let notifier: ServiceNotifier
  private var said = ""
  private var isWaiting = false

  init(loop: RotationLoop, notifier: ServiceNotifier) {
    self.loop = loop
    self.notifier = notifier
    timer = DispatchSource.makeTimerSource(queue: loop.queue)
    timer.schedule(deadline: .distantFuture)
    timer.setEventHandler { [weak self] in
      self?.isWaiting = false
      self?.say()
    }
    timer.activate()
  }

  deinit { timer.cancel() }

  /// What it would say now.
  var present: String {
    var line = loop.engine.statusLine(at: loop.clock.wall)
    if let failure = loop.stateFailure { line += "; the state cannot be written: \(failure)" }
    if loop.lostEntries > 0 { line += "; log entries lost: \(loop.lostEntries)" }
    return line
  }

  /// Something changed.
  func update() {
    guard !isWaiting else { return }
    isWaiting = say()
    if isWaiting { timer.schedule(deadline: .now() + .seconds(1)) }
  }

  /// Says the line if it is a new one.
  @discardableResult
  private func say() -> Bool {
    let line = present
    guard line != said else { return false }
    said = line
    notifier.status(line)
    return true
  }
}
