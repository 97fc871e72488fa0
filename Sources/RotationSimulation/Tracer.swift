import RotationEngine

/// Writes down what happens, when somebody wants to read it.
package final class Tracer {
  /// The lines, oldest first.
  package private(set) var lines: [String] = []
  private let isOn: Bool
  private let limit: Int

  /// Makes a tracer that keeps the last lines, or one that keeps none.
  package init(isOn: Bool, limit: Int = 400) {
    self.isOn = isOn
    self.limit = limit
  }

  func note(_ time: TimeSpan, _ line: @autoclosure () -> String) {
    guard isOn else { return }
    let text = line().replacing("RotationEngine.", with: "").replacing("Optional", with: "")
    lines.append("\(Timeline.start + time)  \(text)")
    if lines.count > limit * 2 { lines.removeFirst(limit) }
  }
}
