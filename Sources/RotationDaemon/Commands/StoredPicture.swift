import ClusterState
import RotationEngine
import StateStore

/// What `status` and `history` know: the configuration's names, and what is stored.
///
/// A configuration that is invalid takes no view away: the daemon goes on with the one before, and so what is stored is
/// shown by itself.
struct StoredPicture {
  struct Credential {
    var name: String
    var record: CredentialRecord
    /// nil: the configuration is invalid.
    var settings: CredentialSettings?
  }

  /// nil: the configuration is invalid.
  let settings: Settings?
  /// Those that are asked for.
  let credentials: [Credential]
  /// How many there are in all.
  let count: Int
  let instance: InstanceRecord
  let daemon: RunningDaemon?
  /// nil: there is none yet.
  let state: (any DurableState)?
  /// Who works on which credential; nil: there is no cluster.
  let nodes: [CredentialKey: String]?

  /// Reads both; a state that is not there yet is an empty one.
  ///
  /// - Throws: `ExitStatus`, said on stderr.
  init(_ listing: Listing) throws(ExitStatus) {
    let place = listing.place
    settings = try? place.loadConfiguration().settings
    do {
      daemon = try SQLiteState.daemon(of: place.stateDirectory)
      let own = try Self.open(place, settings)
      instance = try own?.instance() ?? InstanceRecord()
      // What the nodes of a cluster know of credentials is in etcd, and only there.
      let shared = try settings.flatMap(ClusterAccess.stateToRead)
      nodes = try shared?.claimants()
      state = shared ?? own
      let records = try state?.records() ?? []
      if let settings {
        let selected = try place.select(listing.names, from: settings)
        credentials = Self.credentials(selected, records)
        count = settings.credentials.count
      } else if state == nil {
        throw ExitStatus.configuration
      } else {
        Output.error(
          "dx-rotated: the configuration is invalid; what follows is stored, by the one before")
        // One that was taken out of the configuration before is unknown again.
        let seen = records.filter { $0.view.state != .unknown }.sorted { $0.name < $1.name }
        credentials = try Self.stored(seen, named: listing.names)
        count = seen.count
      }
    } catch let error as StateError {
      Output.error("dx-rotated: \(error)")
      throw ExitStatus(error)
    } catch let failure as SourceFailure {
      Output.error("dx-rotated: \(failure.message)")
      throw ExitStatus.sourceUnavailable
    } catch let status as ExitStatus {
      throw status
    } catch {
      throw .unexpected
    }
  }

  /// When something happens next by itself.
  ///
  /// Not before DX's throttling ends, or the next probe of a key that it refuses (contract section 4, rules 7 and 8).
  func nextAction(of credential: Credential) -> WallTime? {
    let view = credential.record.view
    guard let next = view.nextActionAt, view.state == .due || view.state == .retrying else {
      return view.nextActionAt
    }
    let probe = instance.unauthorizedSince == nil ? nil : instance.probe?.nextAt
    return [next, instance.throttle?.nextAt, probe].compactMap { $0 }.max()
  }

  private static func open(
    _ place: CommandPlace, _ settings: Settings?
  ) throws(StateError) -> SQLiteState? {
    do {
      return try SQLiteState(
        directory: place.stateDirectory, instance: settings?.api.url, access: .readOnly)
    } catch {
      if case .absent = error { return nil }
      throw error
    }
  }

  private static func credentials(
    _ selected: [CredentialSettings], _ records: [CredentialRecord]
  ) -> [Credential] {
    let byKey = Dictionary(records.map { ($0.key, $0) }) { first, _ in first }
    return selected.map { settings in
      var record =
        byKey[settings.key] ?? CredentialRecord(key: settings.key, name: settings.name)
      if !settings.policy.enabled { record.view.state = .disabled }
      return Credential(name: settings.name, record: record, settings: settings)
    }
  }

  private static func stored(
    _ records: [CredentialRecord], named names: [String]
  ) throws(ExitStatus) -> [Credential] {
    do throws(UnknownName) {
      return try records.named(names, \.name).map { Credential(name: $0.name, record: $0) }
    } catch {
      Output.error("dx-rotated: \(error)")
      throw .configuration
    }
  }
}
