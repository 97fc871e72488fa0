import FoundationEssentials
import RotationEngine

/// The bytes that a channel is given for one delivery.
enum AlertBody {
  static func json(_ message: AlertMessage) -> [UInt8] { encoded(message) }

  static func webhook(
    _ format: AlertSettings.Webhook.Format, _ batch: [AlertMessage], at now: WallTime
  ) -> [UInt8] {
    if format == .alertmanager { return encoded(batch.map { AlertmanagerAlert($0, at: now) }) }
    guard let message = AlertMessage.grouped(batch) else { return [] }
    return format == .slack ? encoded(SlackText(message, at: now)) : encoded(message)
  }

  private static func encoded(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // These types hold nothing that JSON cannot.
    guard let data = try? encoder.encode(value) else { return Array("{}".utf8) }
    return Array(data)
  }
}
