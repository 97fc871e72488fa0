import Alerts
import Configuration
import Dispatch
import Glibc
import HTTPTransport
import RotationEngine
import SecretSources
import StateStore
import Systemd

/// The daemon: `dx-rotated run`.
package final class Service: @unchecked Sendable {
  // All state is confined to `queue` once `start` has run; that is why @unchecked holds.

  private let options: ServiceOptions
  private let queue = DispatchQueue(label: "dx-rotated")
  private let clock = SystemClock()
  private let notifier: ServiceNotifier
  private let journal: Journal
  private let reader: SourceReader
  private var state: SQLiteState?
  private var loop: RotationLoop?
  private var alerts: AlertDelivery?
  private var metrics: MetricsWriter?
  private var watchdog: WatchdogTick?
  private var statusLine: StatusLine?
  private var desk: ControlDesk?
  private var control: ControlServer?
  /// A configuration with another URL waits until nothing is under way with the one before.
  private var successor: LoadedConfiguration?
  private var settings: Settings?
  /// This node's part in a cluster, if it has one.
  private var cluster: ClusterDesk?
  private var isStopping = false

  /// How long a stop waits for alerts that are being delivered; what is left is delivered by the next run.
  private static let drainTime = TimeSpan.seconds(3)

  /// Makes the service; to be called before any thread starts.
  package init(options: ServiceOptions) {
    self.options = options
    // The reader takes the environment as it is now: later changes of it are nobody's.
    let environment = SecretSources.ProcessEnvironment.captured()
    reader = SourceReader(
      environment: environment, credentialsDirectory: Environment["CREDENTIALS_DIRECTORY"],
      readsEnvironment: true)
    notifier = ServiceNotifier.takingEnvironment()
    journal = Journal(
      EventLog(destination: LogDestination.choose(options.log), minimum: options.logLevel))
  }

  /// Runs until a signal ends it.
  package func run(_ signals: inout Signals) -> ExitStatus {
    do throws(ExitStatus) {
      let configuration = try load()
      try open(configuration)
    } catch {
      return error
    }
    while true {
      switch signals.next() {
      case .reload: queue.async { self.reload() }
      case .stop: queue.async { self.stop() }
      case .ended: return .done
      }
    }
  }

  // MARK: Starting

  private func load() throws(ExitStatus) -> LoadedConfiguration {
    do {
      return try Configuration.load(
        directories: options.directories, environment: Environment.all)
    } catch {
      for diagnostic in error.diagnostics { Output.error("\(diagnostic)") }
      let count = error.diagnostics.count
      journal.say(
        Service.rejected(error, "the service does not start. Mend it, and start it again"))
      notifier.failed(
        errno: EINVAL,
        status: "the configuration has \(count) error\(count == 1 ? "" : "s"): see dx-rotated check"
      )
      throw .configuration
    }
  }

  private func open(_ configuration: LoadedConfiguration) throws(ExitStatus) {
    let settings = configuration.settings
    let state: SQLiteState
    let key: FingerprintKey
    do {
      state = try SQLiteState(
        directory: options.stateDirectory, instance: settings.api.url, access: .daemon)
      guard let made = FingerprintKey(bytes: try state.fingerprintKey()) else {
        throw StateError.corrupt(path: options.stateDirectory, reason: "the fingerprint key")
      }
      key = made
    } catch let error as StateError {
      fail(error.description)
      throw ExitStatus(error)
    } catch {
      throw .unexpected
    }
    self.state = state
    var outcome = ExitStatus.done
    queue.sync {
      do throws(ExitStatus) { try start(configuration, state, key) } catch { outcome = error }
    }
    guard outcome == .done else { throw outcome }
  }

  private func start(
    _ configuration: LoadedConfiguration, _ state: SQLiteState, _ key: FingerprintKey
  ) throws(ExitStatus) {
    if case .rebuilt(let movedTo, let reason) = state.opening {
      journal.say(Service.rebuilt(movedTo: movedTo, reason: reason))
    }
    try makeLoop(configuration.settings, state, key)
    guard let loop, let desk else { throw .unexpected }
    let statusLine = StatusLine(loop: loop, notifier: notifier)
    self.statusLine = statusLine
    loop.say(Service.loaded(configuration))
    loop.say(Service.started(configuration))
    notifier.ready(status: statusLine.present)
    loop.turnEnded = { [weak statusLine, weak metrics, weak cluster] in
      statusLine?.update()
      metrics?.update()
      cluster?.turnEnded()
    }
    loop.willWake = { state.say(nextWake: $0) }
    cluster?.start()
    metrics?.use(path: configuration.settings.metricsTextfile)
    watchdog = WatchdogTick(
      loop: loop, notifier: notifier, interval: Watchdog.interval(),
      requestLimit: { [weak self] in self?.settings?.api.timeout ?? .zero })
    control = ControlServer(
      loop: loop, desk: desk, path: options.controlPath, stateDirectory: options.stateDirectory)
    control?.start()
  }

  private func makeLoop(
    _ settings: Settings, _ state: SQLiteState, _ key: FingerprintKey
  ) throws(ExitStatus) {
    let moved = loop?.engine.recordsOfMoved(to: settings, isOtherInstance: true) ?? []
    do {
      let alerts = try makeAlerts(settings)
      let access = try settings.cluster.map {
        try ClusterAccess($0, instance: settings.api.url, reader: reader)
      }
      let loop = try RotationLoop.make(
        queue: queue, clock: clock, settings: settings, state: state, reader: reader,
        fingerprintKey: access?.fingerprintKey ?? key, journal: journal, mode: .daemon,
        shared: access.map { access in
          LedgerDesk.Shared(
            ledger: AttemptLedger(state: access.state) { [clock] in clock.wall },
            queue: access.queue)
        }, moved: moved)
      let outbox = AlertOutbox(delivery: alerts, state: state)
      try outbox.begin(standing: loop.engine.standingAlerts(at: clock.wall))
      loop.alerts = outbox
      metrics = MetricsWriter(loop: loop, state: state, alerts: alerts)
      self.alerts = alerts
      let desk = ControlDesk(loop: loop)
      self.desk = desk
      cluster = access.flatMap { access in
        settings.cluster.map {
          ClusterDesk(loop: loop, control: desk, access: access, settings: settings, $0)
        }
      }
      loop.stopped = { [weak self] in self?.stopped() }
      self.loop = loop
      keep(settings)
    } catch let error as StateError {
      fail(error.description)
      throw ExitStatus(error)
    } catch let error as SourceFailure {
      fail(error.message)
      throw .sourceUnavailable
    } catch {
      fail("\(error)")
      throw .unexpected
    }
  }

  private func makeAlerts(_ settings: Settings) throws -> AlertDelivery {
    let clock = clock
    let alerts = AlertDelivery(
      queue: queue, sender: try ChannelSender.make(queue: queue, reader: reader),
      clock: { clock.wall })
    alerts.announce = { [journal] in journal.say($0) }
    alerts.configure(settings.alert, instance: settings.api.url)
    return alerts
  }

  /// The engine has the credentials.
  private func keep(_ settings: Settings) {
    self.settings = settings
    self.settings?.credentials = []
  }

  private func fail(_ text: String) {
    Output.error("dx-rotated: \(text)")
    notifier.failed(errno: EIO, status: text)
  }

  // MARK: Reloading and stopping

  private func reload() {
    guard let loop, let state, !isStopping else { return }
    notifier.reloading(status: "reading the configuration")
    defer { notifier.ready(status: statusLine?.present ?? "") }
    do {
      let configuration = try Configuration.load(
        directories: options.directories, environment: Environment.all)
      guard configuration.settings.api.url == settings?.api.url,
        configuration.settings.cluster == settings?.cluster
      else { return restart(with: configuration) }
      let records = try state.records().filter { loop.engine.record(of: $0.key) == nil }
      keep(configuration.settings)
      alerts?.configure(configuration.settings.alert, instance: configuration.settings.api.url)
      metrics?.use(path: configuration.settings.metricsTextfile)
      if let cluster {
        cluster.reload(configuration.settings)
      } else {
        loop.reload(configuration.settings, records: records)
      }
      loop.say(Service.loaded(configuration))
    } catch let error as InvalidConfiguration {
      loop.say(Service.rejected(error, "the one before stays in force. Mend it, and reload again"))
    } catch {
      loop.say(
        Announcement(
          .configRejected, .error,
          "the state cannot be read, the configuration before stays: \(error)",
          reason: "state"))
    }
  }

  /// Another URL is another instance, with records of its own: nothing of the one before may be under way.
  private func restart(with configuration: LoadedConfiguration) {
    successor = configuration
    loop?.post(.stopRequested)
  }

  private func stop() {
    guard !isStopping else { return }
    isStopping = true
    successor = nil
    loop?.say(Announcement(.stopping, .notice, "stopping: requests under way are waited for"))
    let timeout = settings?.api.timeout ?? .zero
    // What it says next is of no use any more.
    statusLine = nil
    notifier.stopping(status: "waiting for requests under way")
    notifier.extendTimeout(byMilliseconds: (timeout + .seconds(5)).milliseconds)
    control?.stop()
    loop?.post(.stopRequested)
  }

  private func stopped() {
    guard let cluster else { return leave() }
    self.cluster = nil
    cluster.stop { self.leave() }
  }

  private func leave() {
    if let successor, !isStopping {
      self.successor = nil
      return queue.async { self.follow(successor) }
    }
    guard let alerts else { return Signals.end() }
    alerts.drain(within: Self.drainTime) { [metrics] in
      metrics?.finish()
      Signals.end()
    }
  }

  private func follow(_ configuration: LoadedConfiguration) {
    guard let state, let watched = statusLine else { return }
    do {
      try state.use(instance: configuration.settings.api.url)
      guard let key = FingerprintKey(bytes: try state.fingerprintKey()) else { return }
      watchdog = nil
      control?.stop()
      _ = watched
      try start(configuration, state, key)
    } catch {
      fail("\(error)")
      Signals.end()
    }
  }
}
