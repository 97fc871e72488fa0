import RotationEngine

/// Random numbers that are the same in every process (SplitMix64).
///
/// Each part of a simulation has dice of its own, made from the seed and its number, so that leaving one part out
/// changes nothing in the others.
struct Dice {
  private var state: UInt64

  init(seed: UInt64, part: UInt64, number: Int = 0) {
    state = seed &* 0xD134_2543_DE82_EF95 &+ part &* 0x9E37_79B9 &+ UInt64(number) &* 0xA24B_AED4
    _ = next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

  mutating func chance(_ probability: Double) -> Bool { fraction() < probability }

  mutating func number(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.count))
  }

  mutating func span(_ least: TimeSpan, _ most: TimeSpan) -> TimeSpan {
    least + (most - least) * fraction()
  }

  mutating func pick<Element>(_ first: Element, _ others: Element...) -> Element {
    let index = number(0...others.count)
    return index == 0 ? first : others[index - 1]
  }
}
