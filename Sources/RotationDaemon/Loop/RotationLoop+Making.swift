import Dispatch
import HTTPTransport
import RotationEngine
import SecretSources
import StateStore

extension RotationLoop {
  /// Makes a loop with its adapters, and starts it; in a cluster it has no credentials yet.
  ///
  /// `moved` are the records with which credentials begin of which none is stored.
  ///
  /// - Throws: `StateError` or `HTTPFailure`.
  static func make(
    queue: DispatchQueue, clock: SystemClock, settings: Settings, state: any DurableState,
    reader: SourceReader, fingerprintKey: FingerprintKey, journal: Journal, mode: Engine.Mode,
    shared: LedgerDesk.Shared? = nil, moved: [CredentialRecord] = []
  ) throws -> RotationLoop {
    let records = shared == nil ? try state.records() + moved : []
    // One that another process is still at is not interrupted.
    let unfinished =
      shared == nil ? try state.unfinishedAttempts().filter { try state.claim($0.key) } : []
    var settings = settings
    if shared != nil { settings.giveEverythingElsewhere() }
    let engine = Engine(
      settings: settings, instance: try state.instance(), mode: mode,
      buildDate: Program.buildDate)
    let relay = WatchRelay()
    let sources = SourceAdapter(
      queue: queue, reader: reader, fingerprintKey: fingerprintKey,
      touched: mode == .daemon ? { relay.touched($0) } : nil, limited: { relay.limited($0) })
    let loop = RotationLoop(
      queue: queue, clock: clock, engine: engine,
      desk: LedgerDesk(state: state, clock: clock, shared: shared, queue: queue), sources: sources,
      dx: try DXAdapter(queue: queue, api: settings.api), journal: journal)
    relay.loop = loop
    loop.start(records: records, unfinished: unfinished)
    return loop
  }
}

/// Hands what the watch sees to the loop, which is made after it.
private final class WatchRelay {
  weak var loop: RotationLoop?

  func touched(_ watchers: Set<SourceAdapter.Watcher>) {
    for watcher in watchers {
      switch watcher {
      case .credential(let key): loop?.post(.sourceTouched(key))
      case .apiKey: loop?.post(.apiKeyTouched)
      }
    }
  }

  func limited(_ why: String) {
    loop?.say(
      Announcement(.configLoaded, .warning, why, reason: "watch_limited"))
  }
}

extension RotationLoop {
  /// Calls back once the API key was read, or could not be: from then on what a command asks can be answered.
  func whenReadyForCommands(_ ready: @escaping () -> Void) {
    var isReady = false
    turnEnded = { [weak self] in
      guard let self, !isReady, engine.isReadyForCommands else { return }
      isReady = true
      ready()
    }
    post(.tick)
  }
}

extension Settings {
  /// A node of a cluster begins with nothing.
  fileprivate mutating func giveEverythingElsewhere() {
    elsewhere = credentials.filter(\.policy.enabled)
    credentials.removeAll(where: \.policy.enabled)
  }
}
