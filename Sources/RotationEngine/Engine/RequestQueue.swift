/// Who waits for a request: first sends before retries (rule 7), and sends by turns with lists.
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

    mutating func removeAll() {
      items = []
      start = 0
    }
  }

  /// Which line a credential has its place in; one that left keeps it, and it is passed over.
  enum Place: Hashable {
    case first
    case retries
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
  /// Which credentials are being read for sending.
  var preparing: Set<CredentialKey> = []
  /// Sends and lists take turns while both wait.
  var isListNext = false

  var isEmpty: Bool {
    ready.isEmpty && first.isEmpty && retries.isEmpty && questions.isEmpty && preparing.isEmpty
  }

  mutating func removeAllSends() {
    ready.removeAll()
    first.removeAll()
    retries.removeAll()
  }
}
