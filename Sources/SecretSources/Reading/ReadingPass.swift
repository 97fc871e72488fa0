import RotationEngine
import SecretMemory

/// One pass over all files of a credential: each is read once, and all of them must hold still until its end.
struct ReadingPass {
  // The kernel stamps files by its tick (4 ms, or 10): a file that was changed this short before the
  // pass may be changed again without a difference in its times (as git's "racily clean" entries).
  private static let blurOfTimes: Int64 = 20_000_000

  private let files: FileAccess
  private let startedAt: Int64
  private var contents: [String: Result<SecretBytes, SourceFailure>] = [:]
  private var identities: [String: FileIdentity?] = [:]
  private var movedMeanwhile: String?

  init(files: FileAccess) {
    self.files = files
    startedAt = files.now()
  }

  /// The content of a file, read at its first mention.
  mutating func contents(of path: String) throws(SourceFailure) -> SecretBytes {
    if let known = contents[path] { return try known.get() }
    let before = files.identity(path)
    let read = files.read(path)
    identities[path] = .some(before)
    if case .success(let file) = read, file.identity != before { movedMeanwhile = path }
    let result = read.map(\.contents)
    contents[path] = result
    return try result.get()
  }

  /// A file that changed during the pass, symbolic links resolved anew; nil: what was read belongs together.
  func fileThatMoved() -> String? {
    if let movedMeanwhile { return movedMeanwhile }
    return identities.keys.sorted().first { path in
      let now = files.identity(path)
      return now != identities[path] || now.map(wasJustChanged) == true
    }
  }

  private func wasJustChanged(_ identity: FileIdentity) -> Bool {
    abs(startedAt - identity.changedAt) < Self.blurOfTimes
  }
}
