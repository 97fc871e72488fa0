/// Who waits for a request: first sends before lists, lists before retries (rule 7).
struct RequestQueue {
  /// A first-in-first-out queue whose removal costs constant time on average.
  struct Line<Element> {
    private var items: [Element] = []
    private var start = 0

    var isEmpty: Bool { start == items.count }
    var count: Int { items.count - start }

    mutating func append(_ item: Element) { items.append(item) }

    mutating func popFirst() -> Element? {
      guard start < items.count else { return nil }
      defer {
        start += 1
        if start > 64, start * 2 > items.count {
          items.removeFirst(start)
          start = 0
        }
      }
      return items[start]
    }

    mutating func removeAll() -> [Element] {
      defer {
        items = []
        start = 0
      }
      return Array(items[start...])
    }
  }

  /// What can be asked next.
  enum Question: Hashable {
    case list(Int64)
    case info(CredentialKey)
  }

  var ready = Line<Int>()
  var first = Line<Int>()
  var retries = Line<Int>()
  var questions = Line<Question>()
  /// How many are being read for sending.
  var preparing = 0
  /// Sends and lists take turns while both wait.
  var isListNext = false

  var isEmpty: Bool {
    ready.isEmpty && first.isEmpty && retries.isEmpty && questions.isEmpty && preparing == 0
  }

  mutating func removeAll() -> [Int] {
    _ = questions.removeAll()
    return ready.removeAll() + first.removeAll() + retries.removeAll()
  }
}
