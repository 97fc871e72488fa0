import RotationEngine

/// What a channel has still to be told: of each alert the newest state, oldest first.
struct PendingAlerts {
  /// More than these are told in groups, so that a common cause is not a flood of messages.
  static let groupedBeyond = 10
  /// How many an Alertmanager is told in one request.
  static let bulk = 200

  /// What a newer message replaces.
  private struct Slot: Hashable {
    var identity: AlertMessage.Identity
    /// An Alertmanager's alerts of two severities are two alerts.
    var severity: Severity?
  }

  private let isAlertmanager: Bool
  private var messages: [Slot: AlertMessage] = [:]
  private var order: [Slot] = []

  init(for channel: AlertChannel) { isAlertmanager = channel.isAlertmanager }

  var isEmpty: Bool { messages.isEmpty }

  var count: Int { messages.count }

  /// All of them, oldest first.
  var all: [AlertMessage] { order.compactMap { messages[$0] } }

  /// Whether there is anything of an alert.
  func contains(_ message: AlertMessage) -> Bool { messages[slot(message)] != nil }

  private func slot(_ message: AlertMessage) -> Slot {
    Slot(identity: message.identity, severity: isAlertmanager ? message.severity : nil)
  }

  mutating func add(_ message: AlertMessage) {
    let slot = slot(message)
    if messages.updateValue(message, forKey: slot) == nil { order.append(slot) }
  }

  /// Takes what is to be told next, together.
  mutating func take() -> [AlertMessage] {
    guard let first = all(upTo: 1).first else { return [] }
    var taken = [first]
    if isAlertmanager {
      taken = all(upTo: Self.bulk)
    } else if messages.count > Self.groupedBeyond {
      taken = all.filter { $0.sort == first.sort }
    }
    let slots = Set(taken.map(slot))
    for slot in slots { messages[slot] = nil }
    order.removeAll { slots.contains($0) }
    return taken
  }

  private func all(upTo count: Int) -> [AlertMessage] {
    order.prefix(count).compactMap { messages[$0] }
  }

  /// Puts back what could not be told, unless something newer is there; behind the others, so that one message which
  /// the channel never takes does not stop them.
  mutating func putBack(_ failed: [AlertMessage]) {
    for message in failed where messages[slot(message)] == nil { add(message) }
  }

  /// Forgets what is no longer so.
  mutating func remove(_ message: AlertMessage) {
    let slot = slot(message)
    if messages.removeValue(forKey: slot) != nil { order.removeAll { $0 == slot } }
  }
}
