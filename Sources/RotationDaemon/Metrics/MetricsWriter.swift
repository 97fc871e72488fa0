import Alerts
import Dispatch
import RotationEngine
import StateStore

/// Keeps `metrics.textfile` up to date: written at each turn of the loop, but not more than once in a while.
///
/// The watchdog's tick is a turn, so that the file of a daemon which is alive is never old; nothing else wakes the process
/// for its sake.
final class MetricsWriter {
  /// The least time between two writings.
  static let interval = TimeSpan.seconds(5)
  /// Writing takes at most one part in so many of the loop's time.
  static let share: Int64 = 20

  private let loop: RotationLoop
  private let state: any DurableState
  private let alerts: AlertDelivery
  private let timer: any DispatchSourceTimer
  private let startedAt: WallTime
  private var textfile: Textfile?
  private var counters = MetricsCounters()
  private var isWaiting = false
  private var isStale = false

  /// Makes a writer that has no file yet.
  init(loop: RotationLoop, state: any DurableState, alerts: AlertDelivery) {
    self.loop = loop
    self.state = state
    self.alerts = alerts
    startedAt = loop.clock.wall
    timer = DispatchSource.makeTimerSource(queue: loop.queue)
    timer.setEventHandler { [weak self] in self?.waited() }
    timer.schedule(deadline: .distantFuture)
    timer.activate()
    loop.requestEnded = { [weak self] in self?.counters.count($0, $1) }
    alerts.deliveryEnded = { [weak self] channel, isTaken in
      self?.counters.count(
        .alertDeliveries, label: "\(channel) \(isTaken ? "delivered" : "failed")")
      self?.update()
    }
  }

  deinit { timer.cancel() }

  /// Writes to this path from now on; nil: nowhere.
  func use(path: String?) {
    guard path != textfile?.path else { return }
    textfile?.remove()
    textfile = path.map { Textfile(path: $0) }
    update()
  }

  /// Something may have changed.
  func update() {
    guard textfile != nil else { return }
    isStale = true
    if !isWaiting { write() }
  }

  /// Stores what was counted, and writes once more.
  func finish() {
    write()
    counters.save(to: state)
  }

  private func waited() {
    isWaiting = false
    if isStale { write() }
  }

  private func write() {
    guard let textfile else { return }
    isStale = false
    let began = loop.clock.moment.steady
    counters.save(to: state)
    let picture = MetricsPicture(
      engine: loop.engine, totals: (try? state.totals()) ?? [], channels: alerts.reports,
      loopLag: loop.takeLag(), startedAt: startedAt, now: loop.clock.wall)
    if let failure = textfile.write(picture.page()) {
      loop.say(
        Announcement(
          .configLoaded, .warning,
          "metrics.textfile cannot be written: \(failure). It is tried again by itself; "
            + "make the directory, and let the service's user write it",
          reason: "metrics_unwritable"))
    }
    let took = loop.clock.moment.steady - began
    let wait = max(Self.interval, .milliseconds(took.milliseconds * Self.share))
    isWaiting = true
    timer.schedule(deadline: .now() + .milliseconds(Int(wait.milliseconds)))
  }
}
