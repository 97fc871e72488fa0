/// What has arrived of an answer, within its limits.
struct ReceivedAnswer {
  private(set) var body: [UInt8] = []
  /// The limit that was passed, in bytes.
  private(set) var exceededLimit: Int?

  private let maximumBodyBytes: Int
  private var headerBytes = 0

  /// Far more than any proxy lets through.
  private static let maximumHeaderBytes = 64 << 10

  init(maximumBodyBytes: Int) {
    self.maximumBodyBytes = maximumBodyBytes
  }

  /// Takes a part of the body; false if it is too much.
  mutating func append(body part: UnsafeRawBufferPointer) -> Bool {
    guard part.count <= maximumBodyBytes - body.count else {
      exceededLimit = maximumBodyBytes
      return false
    }
    body.append(contentsOf: part)
    return true
  }

  /// Takes note of a header line; false if they are too much together.
  mutating func countHeader(_ count: Int) -> Bool {
    headerBytes += count
    guard headerBytes <= Self.maximumHeaderBytes else {
      exceededLimit = Self.maximumHeaderBytes
      return false
    }
    return true
  }
}
