import RotationEngine

/// Writes down what happens, when somebody wants to read it.
final class Tracer {
  private struct Line {
    var text: String
    var isRoutine: Bool
  }

  private let isOn: Bool
  private var kept: [Line] = []

  /// Makes a tracer; one that is off keeps nothing.
  init(isOn: Bool) { self.isOn = isOn }

  /// What happened, oldest first; of routine the last of it alone.
  var lines: [String] {
    let recent = kept.count - 20
    return kept.enumerated().filter { $0.offset >= recent || !$0.element.isRoutine }
      .map(\.element.text)
  }

  /// `isRoutine`: it happens all the time, and tells little.
  func note(_ time: TimeSpan, isRoutine: Bool = false, _ line: @autoclosure () -> String) {
    guard isOn else { return }
    kept.append(Line(text: "\(Timeline.start + time)  \(line())", isRoutine: isRoutine))
  }
}
