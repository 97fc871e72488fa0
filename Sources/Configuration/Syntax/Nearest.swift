extension String {
  /// The name that this one is probably a misspelling of.
  ///
  /// That is the nearest by edits (a letter more, fewer, other, or two exchanged), if it takes no
  /// more than one, or one in three letters up to three.
  func nearest(among names: some Sequence<String>) -> String? {
    let own = Array(unicodeScalars)
    var best: (name: String, distance: Int)?
    for name in names {
      let other = Array(name.unicodeScalars)
      let limit = min(max(1, min(own.count, other.count) / 3), 3)
      // Names too different in length are no candidates, and cost nothing however long they are.
      guard abs(own.count - other.count) <= limit else { continue }
      let distance = editDistance(own, other)
      if distance <= limit, distance < best?.distance ?? .max { best = (name, distance) }
    }
    return best?.name
  }
}

/// The optimal string alignment distance.
private func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...right.count)
  for row in 0..<left.count {
    var current = [row + 1]
    for column in 0..<right.count {
      let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
      var cost = min(replaced, last[column + 1] + 1, current[column] + 1)
      if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
        cost = min(cost, beforeLast[column - 1] + 1)
      }
      current.append(cost)
    }
    beforeLast = last
    last = current
  }
  return last[right.count]
}
