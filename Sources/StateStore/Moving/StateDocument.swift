import RotationEngine

/// A state on its way from one store to another, as one JSON document: the rows of its tables, by the names of their
/// columns (docs/cluster.md).
package struct StateDocument: Hashable, Sendable {
  /// What tells the document from any other.
  package static let format = "dx-rotated state"
  /// This program's version of it: what alters what an older program would read is a new one.
  package static let version: Int64 = 1

  /// A credential's record.
  package struct Credential: Hashable, Sendable {
    /// The record itself.
    package var record: NamedFields
    /// The values that were not accepted, newest first.
    package var refusals: [NamedFields]
    /// The alerts that stand.
    package var alerts: [NamedFields]
  }

  /// The DX instance, as `APISettings.url` has it.
  package var url: String
  /// What tells the key of the fingerprints from another, and nothing else of it; in hexadecimal.
  package var key: String
  /// By connection and id.
  package var credentials: [Credential]
  /// Oldest first.
  package var attempts: [NamedFields]

  /// Writes down what a store has.
  package init(_ content: StateContent, url: String, key identification: [UInt8]) {
    self.url = url
    key = NamedFields.hexadecimal(identification)
    credentials = content.records.map(Credential.init)
    attempts = content.attempts.map { attempt in
      var writer = NamedFieldWriter(columns: Self.attemptColumns)
      AttemptRow.bind(attempt, to: &writer)
      if let outcome = attempt.outcome, let time = attempt.finishedAt {
        AttemptRow.bind(outcome, at: time, to: &writer)
      }
      return writer.fields
    }
  }

  /// All but the number, which is the store's.
  private static var attemptColumns: String {
    NamedFields.names(AttemptRow.allColumns).dropFirst().joined(separator: ",")
  }

  /// What it says.
  ///
  /// - Throws: `StateDocumentProblem`.
  package func content() throws(StateDocumentProblem) -> StateContent {
    var records: [CredentialRecord] = []
    for (index, credential) in credentials.enumerated() {
      do throws(StateError) { records.append(try credential.read()) } catch {
        throw StateDocumentProblem("credential \(index + 1)", error)
      }
    }
    var found: [Attempt] = []
    for (index, fields) in attempts.enumerated() {
      do throws(StateError) {
        var fields = fields
        guard fields.values.updateValue(.number(Int64(index)), forKey: "number") == nil else {
          throw .corrupt(path: "", reason: "there is no field number")
        }
        var reader = NamedFieldReader(fields, columns: AttemptRow.allColumns)
        found.append(try AttemptRow.read(&reader))
        try reader.finish()
      } catch {
        throw StateDocumentProblem("attempt \(index + 1)", error)
      }
    }
    let content = StateContent(records: records, attempts: found)
    for (one, next) in zip(content.records, content.records.dropFirst()) where one.key == next.key {
      throw StateDocumentProblem(
        "credential \(one.key.id) of connection \(one.key.connection) is in it twice")
    }
    return content
  }
}

extension StateDocument.Credential {
  init(_ record: CredentialRecord) {
    var writer = NamedFieldWriter(columns: CredentialRow.columns)
    CredentialRow.bind(record, to: &writer)
    self.record = writer.fields
    refusals = record.refusals.map {
      var writer = NamedFieldWriter(columns: RefusalRow.columns)
      RefusalRow.bind($0, to: &writer)
      return writer.fields
    }
    alerts = record.alerts.map {
      var writer = NamedFieldWriter(columns: AlertRow.columns)
      AlertRow.bind($0, to: &writer)
      return writer.fields
    }
  }

  func read() throws(StateError) -> CredentialRecord {
    var reader = NamedFieldReader(record, columns: CredentialRow.columns)
    var result = try CredentialRow.read(&reader)
    try reader.finish()
    for fields in refusals {
      var reader = NamedFieldReader(fields, columns: RefusalRow.columns)
      result.refusals.append(try RefusalRow.read(&reader))
      try reader.finish()
    }
    for fields in alerts {
      var reader = NamedFieldReader(fields, columns: AlertRow.columns)
      result.alerts.append(try AlertRow.read(&reader))
      try reader.finish()
    }
    return result
  }
}

/// Why a document is not taken, in one line of English without a full stop.
package struct StateDocumentProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// The line.
  package let description: String

  /// Says it.
  package init(_ description: String) { self.description = description }

  init(_ place: String, _ error: StateError) {
    if case .corrupt(_, let reason) = error {
      description = "\(place): \(reason)"
    } else {
      description = "\(place): \(error)"
    }
  }
}
