// Strict: what a later version adds is a new version, not something to be left out.

extension StateDocument: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case format, version, url, key, credentials, attempts
  }

  /// Reads a document of this version.
  ///
  /// - Throws: `StateDocumentProblem`, `DecodingError`.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    guard try container.decode(String.self, forKey: .format) == Self.format else {
      throw StateDocumentProblem("it is no document of `dx-rotated state export`")
    }
    let version = try container.decode(Int64.self, forKey: .version)
    guard version == Self.version else {
      throw StateDocumentProblem(
        "it is of version \(version), and this dx-rotated reads version \(Self.version)")
    }
    try decoder.refuseOthers(than: CodingKeys.allCases.map(\.rawValue))
    url = try container.decode(String.self, forKey: .url)
    key = try container.decode(String.self, forKey: .key)
    credentials = try container.decode([Credential].self, forKey: .credentials)
    attempts = try container.decode([NamedFields].self, forKey: .attempts)
  }

  /// Writes the document.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(Self.format, forKey: .format)
    try container.encode(Self.version, forKey: .version)
    try container.encode(url, forKey: .url)
    try container.encode(key, forKey: .key)
    try container.encode(credentials, forKey: .credentials)
    try container.encode(attempts, forKey: .attempts)
  }
}

extension StateDocument.Credential: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case record, refusals, alerts
  }

  /// Reads a credential's rows.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try decoder.refuseOthers(than: CodingKeys.allCases.map(\.rawValue))
    record = try container.decode(NamedFields.self, forKey: .record)
    refusals = try container.decode([NamedFields].self, forKey: .refusals)
    alerts = try container.decode([NamedFields].self, forKey: .alerts)
  }

  /// Writes them.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(record, forKey: .record)
    try container.encode(refusals, forKey: .refusals)
    try container.encode(alerts, forKey: .alerts)
  }
}

extension Decoder {
  /// Refuses an object that has other keys than these.
  fileprivate func refuseOthers(than known: [String]) throws {
    let found = try container(keyedBy: AnyKey.self).allKeys.map(\.stringValue)
    if let other = found.filter({ !known.contains($0) }).min() {
      throw StateDocumentProblem("there is no field \(other)")
    }
  }
}

private struct AnyKey: CodingKey {
  let stringValue: String
  let intValue: Int? = nil

  init?(stringValue: String) { self.stringValue = stringValue }

  init?(intValue: Int) { return nil }
}
