import RotationEngine

/// What happens when, in virtual time: the earliest first, and in the order it was planned.
struct EventQueue<Event> {
  private struct Entry {
    var time: TimeSpan
    var order: Int
    var event: Event

    func isBefore(_ other: Entry) -> Bool {
      time != other.time ? time < other.time : order < other.order
    }
  }

  private var heap: [Entry] = []
  private var planned = 0

  mutating func plan(_ event: Event, at time: TimeSpan) {
    planned += 1
    heap.append(Entry(time: time, order: planned, event: event))
    var place = heap.count - 1
    while place > 0, heap[place].isBefore(heap[(place - 1) / 2]) {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  mutating func next() -> (time: TimeSpan, event: Event)? {
    guard let first = heap.first else { return nil }
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var place = 0
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2]
      where child < heap.count && heap[child].isBefore(heap[least]) {
        least = child
      }
      guard least != place else { break }
      heap.swapAt(place, least)
      place = least
    }
    return (first.time, first.event)
  }
}
