/// First in, first out, each step in constant time on average.
struct WaitingLine<Element> {
  private var arriving: [Element] = []
  private var leaving: [Element] = []

  var isEmpty: Bool { leaving.isEmpty && arriving.isEmpty }

  mutating func append(_ element: Element) { arriving.append(element) }

  var first: Element? { leaving.last ?? arriving.first }

  mutating func removeFirst() {
    if leaving.isEmpty {
      leaving = arriving.reversed()
      arriving = []
    }
    leaving.removeLast()
  }
}
