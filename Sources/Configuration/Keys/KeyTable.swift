import RotationEngine

/// Every key of the configuration.
///
/// Validation, hints at misspelt keys and the manual are all made from it. The defaults are those
/// that the settings start with.
package enum KeyTable {
  /// A table of the configuration with its keys.
  package struct Section: Sendable {
    /// Its dotted name; parts in capitals stand for names of the administrator's.
    package let name: String
    /// What it is for.
    package let meaning: String
    /// Its keys.
    package let keys: [KeyDescription]

    fileprivate init(_ name: String, _ meaning: String, _ keys: [KeyDescription]) {
      self.name = name
      self.meaning = meaning
      self.keys = keys
    }
  }

  /// The tables in the order of the manual.
  package static let sections = [
    Section("api", "DX's API, and how much of it is used.", describe(api, "api")),
    Section(
      "credential.NAME", "One credential in DX. NAME is yours: commands and messages use it.",
      describe(credential, "credential.NAME") + describe(policy, "credential.NAME")),
    Section(
      "defaults", "What every credential has that does not set the key itself.",
      describe(policy, "defaults")),
    Section("retry", "How a push that failed is tried again.", describe(retry, "retry")),
    Section("alert", "Whom to alert, and when.", describe(alert, "alert")),
    Section(
      "alert.webhook.NAME", "A web address that alerts are posted to.",
      describe(webhook, "alert.webhook.NAME")),
    Section(
      "alert.command.NAME",
      "A program that is run for each alert: the alert is JSON on its standard input, and DX_* in "
        + "its environment.", describe(command, "alert.command.NAME")),
    Section("metrics", "Metrics for Prometheus.", describe(metrics, "metrics")),
    Section(
      "cluster",
      "Several machines that share the work, and the state, through etcd. Without this table the "
        + "state is in the state directory, and one machine does all of it.",
      describe(cluster, "cluster")),
  ]

  /// Every key, in the order of the manual.
  package static let all = sections.flatMap(\.keys)

  static let schema = Schema(all)

  private static func describe<Target>(
    _ keys: [Key<Target>], _ prefix: String
  ) -> [KeyDescription] {
    keys.map { $0.described(prefix) }
  }
}
