import RotationEngine

/// What etcd does in one transaction.
struct Batch {
  /// What is never parted: of one credential, or of none.
  struct Piece {
    var owner: CredentialKey?
    var comparisons: [EtcdTransaction.Comparison] = []
    var operations: [EtcdTransaction.Operation] = []
    var keys: [String] = []
    var bytes = 0
  }

  private(set) var pieces: [Piece] = []
  private var operations = 0
  private var comparisons = 0
  private var bytes = 0

  /// etcd's limits are 128 operations, as many comparisons and 1.5 MiB (`--max-txn-ops`, `--max-request-bytes`); a few
  /// are kept for what goes with every batch.
  static let mostOperations = 120
  static let mostBytes = 1 << 20

  /// As few batches as there can be, in the order of the pieces.
  static func all(of pieces: [Piece]) -> [Batch] {
    var batches: [Batch] = []
    var batch = Batch()
    for piece in pieces where !batch.take(piece) {
      batches.append(batch)
      batch = Batch()
      batch.add(piece)
    }
    return batches + [batch]
  }

  private mutating func take(_ piece: Piece) -> Bool {
    let fits =
      operations + piece.operations.count <= Self.mostOperations
      && comparisons + piece.comparisons.count <= Self.mostOperations
      && bytes + piece.bytes <= Self.mostBytes
    if fits { add(piece) }
    return fits
  }

  private mutating func add(_ piece: Piece) {
    pieces.append(piece)
    operations += piece.operations.count
    comparisons += piece.comparisons.count
    bytes += piece.bytes
  }
}

extension PendingWrites {
  /// What is written; what begins attempts comes last: if a batch before fails, none of them has begun.
  func pieces(beginning prefix: String) -> [Batch.Piece] {
    let pieces = parts.flatMap { split($0.part, of: $0.owner) }
    let begins = { (piece: Batch.Piece) in
      piece.keys.contains { $0.hasPrefix(prefix) && values[$0] != .some(nil) }
    }
    return pieces.filter { !begins($0) } + pieces.filter(begins)
  }

  /// One piece, or more where a credential has more than etcd takes at a time.
  private func split(_ part: Part, of owner: CredentialKey?) -> [Batch.Piece] {
    let claims = part.comparisons.filter { if case .created = $0 { true } else { false } }
    var pieces: [Batch.Piece] = []
    var piece = Batch.Piece(owner: owner, comparisons: claims)
    for key in part.keys {
      guard let value = values[key] else { continue }
      let bytes = key.utf8.count + (value?.count ?? 0)
      if piece.operations.count >= Batch.mostOperations - 8 || piece.bytes + bytes > Batch.mostBytes
      {
        pieces.append(piece)
        piece = Batch.Piece(owner: owner, comparisons: claims)
      }
      piece.keys.append(key)
      piece.operations.append(value.map { .put(key: key, value: $0) } ?? .delete(key: key))
      piece.comparisons += part.comparisons.filter { !claims.contains($0) && $0.key == key }
      piece.bytes += bytes
    }
    if !piece.keys.isEmpty { pieces.append(piece) }
    return pieces
  }
}
