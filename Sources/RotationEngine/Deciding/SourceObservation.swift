/// Follows one source until what it holds has held still (contract: `settle`; a torn read is never sent).
///
/// A content counts once two readings, at least the settle time apart, agree on it; a content that is known already
/// counts at once. It also says when to read next, so that a source is never read by two readers at a time.
struct SourceObservation: Hashable {
  private struct Candidate: Hashable {
    var content: Content
    /// Since when it has held still, on the clock that never jumps.
    var since: TimeSpan
  }

  private enum Content: Hashable {
    case value(Fingerprint)
    case nothing
  }

  /// What a finished reading means.
  enum Outcome: Hashable {
    /// This is what the source holds.
    case settled(Reading)
    /// It has to hold still first.
    case unsettled
    /// It holds nothing that can be used.
    case failed(SourceFailure)
  }

  var settle: TimeSpan
  var canChange: Bool
  /// The last reading that held still.
  private(set) var reading: Reading?
  /// Whether a reader is at work.
  private(set) var isReading = false
  /// When to read next; nil while a reader is at work.
  @Packed private(set) var nextReadAt: WallTime?
  /// How many readings in a row have failed.
  private(set) var failures = 0
  @Rare private var candidate: Candidate?
  // When it was last touched since the last reading began, on the clock that never jumps.
  @Packed private var touchedAt: TimeSpan?
  @Packed private var startedAt: TimeSpan?
  // Since when what the present reading sees has stood there, as far as is known.
  private var stillSince = TimeSpan.zero

  init(settle: TimeSpan, canChange: Bool) {
    self.settle = settle
    self.canChange = canChange
  }

  // Even a source that need not settle is not read more often than this.
  private static let shortestPause = TimeSpan.milliseconds(50)

  /// Whether a content was seen that has not held still yet.
  var isSettling: Bool { candidate != nil }

  /// Something happened to the source's file.
  mutating func touched(_ moment: Moment) {
    touchedAt = moment.steady
    guard !isReading else { return }
    // A writer that never pauses costs ten readings a settle time, not one a write.
    let pause = startedAt.map { $0 + max(settle / 10, Self.shortestPause) - moment.steady }
    readNoLater(than: moment.wall + max(.zero, pause ?? .zero))
  }

  /// A reader starts.
  mutating func started(_ moment: Moment) {
    isReading = true
    nextReadAt = nil
    startedAt = moment.steady
    stillSince = touchedAt ?? moment.steady
    touchedAt = nil
  }

  /// Plans a reading.
  mutating func readNoLater(than time: WallTime) {
    guard !isReading else { return }
    nextReadAt = nextReadAt.map { min($0, time) } ?? time
  }

  /// A clock that jumped must not put a reading off: none is further ahead than this, or than the settle time.
  mutating func clamp(to longest: TimeSpan, from now: WallTime) {
    let latest = now + (candidate == nil ? longest : min(longest, settle))
    nextReadAt = nextReadAt.map { min($0, latest) }
  }

  /// Whether a reading has to come first before what was read last can be relied on.
  func isStale(at now: WallTime) -> Bool {
    isReading || isSettling || nextReadAt.map { $0 <= now } ?? false
  }

  /// A reader has ended.
  ///
  /// `known`: what DX is known to have, which needs no time to settle.
  mutating func ended(
    _ result: Result<Reading, SourceFailure>, known: Fingerprint?, moment: Moment
  ) -> Outcome {
    isReading = false
    let content: Content
    switch result {
    case .success(let reading): content = .value(reading.fingerprint)
    case .failure: content = .nothing
    }
    let touchedMeanwhile = touchedAt != nil
    if needsTime(content, known: known, result: result) {
      if candidate?.content != content {
        candidate = Candidate(content: content, since: touchedAt ?? stillSince)
      }
      let rest = candidate.map { $0.since + settle - moment.steady } ?? .zero
      if rest > .zero {
        readNoLater(than: moment.wall + rest)
        if touchedMeanwhile { touched(moment) }
        return .unsettled
      }
    }
    candidate = nil
    if touchedMeanwhile { touched(moment) }
    switch result {
    case .success(let settled):
      reading = settled
      failures = 0
      return .settled(settled)
    case .failure(let failure):
      reading = nil
      failures += 1
      return .failed(failure)
    }
  }

  private func needsTime(
    _ content: Content, known: Fingerprint?, result: Result<Reading, SourceFailure>
  ) -> Bool {
    guard canChange, settle > .zero else { return false }
    switch content {
    case .value(let fingerprint):
      return fingerprint != known && fingerprint != reading?.fingerprint
    case .nothing:
      // A file is empty, or gone, in the middle of being replaced. One that does not answer was waited for already.
      guard case .failure(let failure) = result else { return false }
      switch failure.kind {
      case .timedOut: return false
      case .changing: return true
      case .missing, .unreadable, .empty, .tooLarge, .notAFile, .notText, .malformed, .behind,
        .elsewhere:
        return reading != nil || candidate != nil
      }
    }
  }
}
