import Glibc
import SecretMemory

/// The file with the key of the fingerprints.
///
/// 56 bytes: an id, which the database repeats; the key; a checksum of both. All random but the last.
struct KeyFile {
  static let idCount = 16
  static let keyCount = 32
  private static let checkedCount = idCount + keyCount
  private static let count = checkedCount + 8

  /// What a file was found to be.
  enum Found {
    case none
    case damaged
    case sound(KeyFile)
  }

  /// Tells whose key it is, not what it is.
  let id: [UInt8]
  /// The key: 32 bytes.
  let key: SecretBytes
  private let content: SecretBytes

  /// Reads a key file; throws `unreadable` if the system refuses.
  static func read(_ path: String) throws(StateError) -> Found {
    guard let size = try StateDirectory.size(of: path) else { return .none }
    guard size == count else { return .damaged }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { throw .unreadable(path: path, reason: systemReason()) }
    defer { close(descriptor) }
    var result = 0
    let content = SecretBytes(count: count) { bytes in
      result = Glibc.read(descriptor, bytes.baseAddress, bytes.count)
    }
    guard result >= 0 else { throw .unreadable(path: path, reason: systemReason()) }
    let isSound = content.withUnsafeBytes { bytes in
      bytes[checkedCount...].elementsEqual(checksum(of: bytes))
    }
    return isSound ? .sound(KeyFile(content)) : .damaged
  }

  /// Makes a new key, not yet in a file; `path` is where it will be.
  init(random path: String) throws(StateError) {
    var isRandom = false
    let content = SecretBytes(count: Self.count) { bytes in
      isRandom = getentropy(bytes.baseAddress, Self.checkedCount) == 0
      let checksum = Self.checksum(of: UnsafeRawBufferPointer(bytes))
      UnsafeMutableRawBufferPointer(rebasing: bytes[Self.checkedCount...])
        .copyBytes(from: checksum)
    }
    guard isRandom else { throw .failed(path: path, reason: "no random bytes: \(systemReason())") }
    self.init(content)
  }

  /// Makes a file for a key of 32 bytes that is there already, under a new id; `path` is where it will be.
  init(key: SecretBytes, at path: String) throws(StateError) {
    guard key.count == Self.keyCount else {
      throw .failed(path: path, reason: "a key of \(key.count) bytes")
    }
    var isRandom = false
    let content = SecretBytes(count: Self.count) { bytes in
      isRandom = getentropy(bytes.baseAddress, Self.idCount) == 0
      key.withUnsafeBytes {
        UnsafeMutableRawBufferPointer(rebasing: bytes[Self.idCount..<Self.checkedCount])
          .copyMemory(from: $0)
      }
      let checksum = Self.checksum(of: UnsafeRawBufferPointer(bytes))
      UnsafeMutableRawBufferPointer(rebasing: bytes[Self.checkedCount...])
        .copyBytes(from: checksum)
    }
    guard isRandom else { throw .failed(path: path, reason: "no random bytes: \(systemReason())") }
    self.init(content)
  }

  private init(_ content: SecretBytes) {
    self.content = content
    (id, key) = content.withUnsafeBytes { bytes in
      (
        Array(bytes[..<Self.idCount]),
        SecretBytes(copying: bytes[Self.idCount..<Self.checkedCount])
      )
    }
  }

  /// Writes the file, whole and durably.
  func write(_ path: String, in directory: StateDirectory) throws(StateError) {
    let result = content.withUnsafeBytes { bytes in
      Result { () throws(StateError) in try directory.writeFile(path, bytes) }
    }
    try result.get()
  }

  /// The id as SQL's `hex` writes it.
  var hexadecimalID: String {
    id.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
  }

  // Kept beside the key only: it would tell something of it elsewhere.
  private static func checksum(of content: UnsafeRawBufferPointer) -> [UInt8] {
    var hash = StableHash()
    for byte in content[..<checkedCount] { hash.combine(byte: byte) }
    return withUnsafeBytes(of: hash.value.littleEndian) { Array($0) }
  }
}
