import RotationEngine

/// The claims of one process on credentials: bytes of the file `claims` that it has locked.
///
/// A credential's byte follows from its instance and ids alone, so that a claim needs no database. Two credentials of
/// one byte, one chance in 10¹⁸, would only wait for each other.
final class Claims {
  private let locks: ByteLocks

  /// Opens the file, made if it is missing.
  init(of directory: StateDirectory) throws(StateError) {
    locks = ByteLocks(
      path: directory.claims, descriptor: try directory.openFile(directory.claims))
  }

  /// False if another has claimed it.
  func take(_ key: CredentialKey, of instance: String) throws(StateError) -> Bool {
    try locks.lock(.exclusive, byte: Self.byte(key, of: instance))
  }

  /// Gives a claim back.
  func release(_ key: CredentialKey, of instance: String) {
    locks.unlock(byte: Self.byte(key, of: instance))
  }

  private static func byte(_ key: CredentialKey, of instance: String) -> Int64 {
    var hash = StableHash()
    hash.combine(instance)
    hash.combine(key.connection)
    hash.combine(key.id)
    // Offsets are positive, and the byte's end must be one too.
    return Int64(hash.value >> 2)
  }
}
