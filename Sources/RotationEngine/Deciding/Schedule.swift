/// Where a schedule has each of its targets.
protocol PlaceTable {
  associatedtype Target
  init()
  subscript(target: Target) -> Int? { get set }
}

extension Dictionary: PlaceTable where Value == Int {}

/// Places of small numbers, such as slots: a few bytes each where a dictionary takes dozens.
struct SlotPlaces: PlaceTable {
  // -1: it has none.
  private var places: [Int32] = []

  subscript(slot: Int) -> Int? {
    get { places.indices.contains(slot) && places[slot] >= 0 ? Int(places[slot]) : nil }
    set {
      if slot >= places.count {
        places += repeatElement(-1, count: slot - places.count + 1)
      }
      places[slot] = newValue.map(Int32.init) ?? -1
    }
  }
}

/// A priority queue of deadlines, one for each target: the earliest first, any of them moved in logarithmic time.
struct Schedule<Places: PlaceTable> {
  typealias Target = Places.Target

  private struct Entry {
    var deadline: WallTime
    var target: Places.Target
  }

  // A binary heap, with the place of every target in it.
  private var heap: [Entry] = []
  private var places = Places()

  /// The earliest deadline.
  var earliest: WallTime? { heap.first?.deadline }

  /// Whose deadline is the earliest.
  var first: (target: Target, deadline: WallTime)? {
    heap.first.map { ($0.target, $0.deadline) }
  }

  var count: Int { heap.count }

  /// Makes room for so many, and no more.
  mutating func reserve(_ count: Int) { heap.reserveCapacity(count) }

  /// Sets, moves or (nil) removes a target's deadline.
  mutating func set(_ deadline: WallTime?, for target: Target) {
    switch (places[target], deadline) {
    case (nil, nil): return
    case (nil, let deadline?):
      heap.append(Entry(deadline: deadline, target: target))
      places[target] = heap.count - 1
      siftUp(from: heap.count - 1)
    case (let place?, nil): remove(at: place)
    case (let place?, let deadline?):
      guard heap[place].deadline != deadline else { return }
      heap[place].deadline = deadline
      siftUp(from: place)
      siftDown(from: place)
    }
  }

  /// Takes out a target whose deadline is not after `now`.
  mutating func popDue(at now: WallTime) -> Target? {
    guard let first = heap.first, first.deadline <= now else { return nil }
    remove(at: 0)
    return first.target
  }

  private mutating func remove(at place: Int) {
    places[heap[place].target] = nil
    let last = heap.removeLast()
    guard place < heap.count else { return }
    heap[place] = last
    places[last.target] = place
    siftUp(from: place)
    siftDown(from: place)
  }

  private mutating func siftUp(from start: Int) {
    var place = start
    while place > 0, heap[place].deadline < heap[(place - 1) / 2].deadline {
      exchange(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  private mutating func siftDown(from start: Int) {
    var place = start
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2]
      where child < heap.count && heap[child].deadline < heap[least].deadline {
        least = child
      }
      guard least != place else { return }
      exchange(place, least)
      place = least
    }
  }

  private mutating func exchange(_ left: Int, _ right: Int) {
    heap.swapAt(left, right)
    places[heap[left].target] = left
    places[heap[right].target] = right
  }
}
