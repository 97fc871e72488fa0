import Dispatch

/// Waits until there is an answer for each of some keys, and says meanwhile what it waits for.
final class Gathering<Key: Hashable, Answer> {
  /// How many of those that it waits for are named.
  private static var namesInProgress: Int { 5 }

  private let keys: [Key]
  private var missing: Set<Key>
  private var answers: [Key: Answer] = [:]
  private let name: (Key) -> String
  private let progress: (String) -> Void
  private let complete: ([Key: Answer]) -> Void
  private let timer: any DispatchSourceTimer
  private var said = ""

  /// Starts waiting.
  ///
  /// - Parameters:
  ///   - keys: what there has to be an answer for.
  ///   - queue: the serial queue of all calls.
  ///   - name: what people call a key.
  ///   - progress: told how far it is, after a second, and then when that has changed, once a second at most.
  ///   - complete: called once, with all answers.
  init(
    _ keys: [Key], queue: DispatchQueue, name: @escaping (Key) -> String,
    progress: @escaping (String) -> Void, complete: @escaping ([Key: Answer]) -> Void
  ) {
    self.keys = keys
    missing = Set(keys)
    self.name = name
    self.progress = progress
    self.complete = complete
    timer = DispatchSource.makeTimerSource(queue: queue)
    timer.setEventHandler { [weak self] in self?.sayProgress() }
    timer.schedule(deadline: .now() + .seconds(1), repeating: .seconds(1))
    timer.activate()
    if keys.isEmpty { end() }
  }

  deinit { timer.cancel() }

  func take(_ answer: Answer, for key: Key) {
    answers[key] = answer
    if missing.remove(key) != nil, missing.isEmpty { end() }
  }

  private func end() {
    timer.cancel()
    complete(answers)
  }

  private func sayProgress() {
    let names = keys.filter { missing.contains($0) }.map(name)
    let more = names.count - Self.namesInProgress
    let text =
      "\(keys.count - names.count) of \(keys.count) answered; waiting for "
      + names.prefix(Self.namesInProgress).joined(separator: ", ")
      + (more > 0 ? " and \(more) more" : "")
    guard text != said else { return }
    said = text
    progress(text)
  }
}
