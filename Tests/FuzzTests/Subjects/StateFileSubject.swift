import RotationEngine

@testable import StateStore

/// Damage to a good state: steps of five bytes, each of what, where (three bytes) and with what.
///
/// Of the first byte the lowest two bits name the file, the next two what is done there: a byte set or flipped, 64 bytes
/// filled, the file cut.
enum StateFileSubject {
  private static let instance = "https://acme.getdx.net"
  private static let names = ["state.db", "state.db-wal", "fingerprint.key", "state.db"]
  private static let good = Result { () throws(Finding) in try goodFiles() }

  static func take(_ input: [UInt8]) throws(Finding) {
    var files = try good.get()
    for start in stride(from: 0, to: input.count - 4, by: 5) {
      damage(&files, Array(input[start..<start + 5]))
    }
    let scratch = Scratch()
    for (name, bytes) in files { try scratch.write(bytes, to: name) }
    do throws(StateError) {
      try look(SQLiteState(directory: scratch.path, instance: instance, access: .readOnly))
    } catch {
      try requireOneLine("\(error)")
    }
    do throws(StateError) {
      let state = try SQLiteState(directory: scratch.path, instance: instance, access: .daemon)
      try look(state)
      try state.save(record(7))
    } catch {
      // What a newer version wrote is left alone.
      if case .newer = error { return }
      throw Finding("a daemon cannot start on it: \(error)")
    }
  }

  private static func look(_ state: SQLiteState) throws(StateError) {
    _ = try state.instance()
    _ = try state.records()
    _ = try state.unfinishedAttempts()
    _ = try state.fingerprintKey()
  }

  private static func damage(_ files: inout [String: [UInt8]], _ step: [UInt8]) {
    let name = names[Int(step[0] & 3)]
    guard var bytes = files[name], !bytes.isEmpty else { return }
    let place = (Int(step[1]) << 16 | Int(step[2]) << 8 | Int(step[3])) % bytes.count
    switch step[0] >> 2 & 3 {
    case 0: bytes[place] = step[4]
    case 1: bytes[place] ^= step[4]
    case 2: for index in place..<min(place + 64, bytes.count) { bytes[index] = step[4] }
    default: bytes.removeLast(bytes.count - place)
    }
    files[name] = bytes
  }

  private static func goodFiles() throws(Finding) -> [String: [UInt8]] {
    let scratch = Scratch()
    do throws(StateError) {
      let state = try SQLiteState(directory: scratch.path, instance: instance, access: .daemon)
      for id in 1...40 {
        try state.save(record(Int64(id)))
        _ = try state.begin(attempt(Int64(id)))
      }
      // While it is open: with its log.
      var files: [String: [UInt8]] = [:]
      for name in Set(names) { files[name] = contents("\(scratch.path)/\(name)") }
      return files
    } catch {
      throw Finding("no good state can be made: \(error)")
    }
  }

  private static func record(_ id: Int64) -> CredentialRecord {
    var record = CredentialRecord(key: CredentialKey(connection: 123, id: id), name: "name-\(id)")
    record.accepted = fingerprint.map {
      AcceptedValue(fingerprint: $0, at: WallTime(millisecondsSinceEpoch: id), origin: .pushedFresh)
    }
    record.lastError = LastError(
      at: WallTime(millisecondsSinceEpoch: id), kind: .verification, error: "Invalid credentials",
      displayMessage: "Wrong token", rawMessage: "401", httpStatus: 422)
    return record
  }

  private static func attempt(_ id: Int64) throws(StateError) -> Attempt {
    guard let fingerprint else { throw .failed(path: "", reason: "no fingerprint") }
    return Attempt(
      key: CredentialKey(connection: 123, id: id), name: "name-\(id)", fingerprint: fingerprint,
      reason: .changed, ordinal: 1, at: WallTime(millisecondsSinceEpoch: id))
  }

  private static let fingerprint = Fingerprint(bytes: [UInt8](repeating: 7, count: 32))
}
