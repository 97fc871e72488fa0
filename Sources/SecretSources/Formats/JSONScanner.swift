import RotationEngine
import SecretMemory

/// What stands where a pointer leads; ranges are positions of bytes in the document.
enum JSONFinding: Equatable {
  case object, array, boolean, null
  /// Between the quotes, still escaped.
  case string(Range<Int>)
  case number(Range<Int>)
  /// Nothing, and why.
  case nothing(String)
}

/// Finds one value in a JSON document (RFC 8259) and checks the whole of it on the way.
///
/// A parser of our own, because a general one would leave every string of the document in memory that is not wiped.
struct JSONScanner {
  private static let deepest = 64

  // Lent by the caller; the scanner does not outlive the call that made it.
  private let bytes: UnsafeRawBufferPointer
  private let pointer: JSONPointer
  private var index: Int
  private var finding: JSONFinding?

  private init(_ bytes: UnsafeRawBufferPointer, pointer: JSONPointer, from index: Int = 0) {
    self.bytes = bytes
    self.pointer = pointer
    self.index = index
  }

  /// What the pointer leads to; throws `.notText` or `.malformed`, without the source's name.
  static func find(
    _ pointer: JSONPointer, in bytes: UnsafeRawBufferPointer
  ) throws(SourceFailure) -> JSONFinding {
    try TextRules.requireUTF8(bytes)
    try TextRules.requireNoByteOrderMark(bytes)
    var scanner = JSONScanner(bytes, pointer: pointer)
    scanner.skipBlanks()
    guard scanner.index < bytes.count else { throw SourceFailure(.empty, "is empty") }
    try scanner.value(depth: 1, matched: 0)
    scanner.skipBlanks()
    guard scanner.index == bytes.count else { throw scanner.fault("the document should end") }
    return scanner.finding ?? .nothing("the document does not reach that far")
  }

  /// The content of a string that was found.
  static func unescaped(
    _ range: Range<Int>, of bytes: UnsafeRawBufferPointer
  ) throws(SourceFailure) -> SecretBytes {
    var scanner = JSONScanner(bytes, pointer: try JSONPointer(""), from: range.lowerBound - 1)
    var builder = SecretBuilder(capacity: range.count)
    _ = try scanner.string { builder.append($0) }
    return builder.secret()
  }

  // MARK: Grammar. `matched` is how many tokens of the pointer lead here; nil: it leads elsewhere.

  private mutating func value(depth: Int, matched: Int?) throws(SourceFailure) {
    guard depth <= Self.deepest else {
      throw fault("the document is nested deeper than \(Self.deepest) levels")
    }
    switch peek {
    case UInt8(ascii: "{"):
      if matched == pointer.tokens.count { finding = .object }
      try object(depth: depth, matched: matched.flatMap(stillToGo))
    case UInt8(ascii: "["):
      if matched == pointer.tokens.count { finding = .array }
      try array(depth: depth, matched: matched.flatMap(stillToGo))
    case UInt8(ascii: "\""):
      let range = try string { _ in }
      reach(.string(range), "a string", matched)
    case UInt8(ascii: "t"):
      try word("true")
      reach(.boolean, "true or false", matched)
    case UInt8(ascii: "f"):
      try word("false")
      reach(.boolean, "true or false", matched)
    case UInt8(ascii: "n"):
      try word("null")
      reach(.null, "null", matched)
    default:
      let range = try number()
      reach(.number(range), "a number", matched)
    }
  }

  private mutating func object(depth: Int, matched: Int?) throws(SourceFailure) {
    index += 1
    skipBlanks()
    var hits = 0
    if !skip(UInt8(ascii: "}")) {
      repeat {
        skipBlanks()
        let isOnTheWay = try key(equals: matched.map { pointer.tokens[$0] })
        if isOnTheWay { hits += 1 }
        guard hits <= 1 else {
          throw fault("the object has a key of the pointer twice, so which one counts is unclear")
        }
        skipBlanks()
        guard skip(UInt8(ascii: ":")) else { throw fault("a colon should stand here") }
        skipBlanks()
        try value(depth: depth + 1, matched: isOnTheWay ? matched.map { $0 + 1 } : nil)
        skipBlanks()
      } while skip(UInt8(ascii: ","))
      guard skip(UInt8(ascii: "}")) else { throw fault("a comma or } should stand here") }
    }
    if let matched, hits == 0 {
      let token = pointer.tokens[matched]
      finding = .nothing("\(pointer.place(after: matched)) has no \"\(token)\"")
    }
  }

  private mutating func array(depth: Int, matched: Int?) throws(SourceFailure) {
    index += 1
    skipBlanks()
    // An index is decimal, without zeros before it; "-" names the element after the last (RFC 6901, section 4).
    let wanted = matched.flatMap { matched -> Int? in
      let token = pointer.tokens[matched]
      return Int(token).flatMap { String($0) == token ? $0 : nil }
    }
    var count = 0
    if !skip(UInt8(ascii: "]")) {
      repeat {
        skipBlanks()
        let isOnTheWay = count == wanted
        try value(depth: depth + 1, matched: isOnTheWay ? matched.map { $0 + 1 } : nil)
        count += 1
        skipBlanks()
      } while skip(UInt8(ascii: ","))
      guard skip(UInt8(ascii: "]")) else { throw fault("a comma or ] should stand here") }
    }
    if let matched, wanted.map({ $0 >= count || $0 < 0 }) ?? true {
      finding = .nothing(
        "\(pointer.place(after: matched)) is an array of \(count), "
          + "without an element \"\(pointer.tokens[matched])\"")
    }
  }

  private mutating func key(equals token: String?) throws(SourceFailure) -> Bool {
    guard peek == UInt8(ascii: "\"") else { throw fault("a key in quotes should stand here") }
    guard let token else {
      _ = try string { _ in }
      return false
    }
    var rest = Substring(token).utf8
    var isSame = true
    _ = try string { byte in
      if rest.popFirst() != byte { isSame = false }
    }
    return isSame && rest.isEmpty
  }

  private mutating func number() throws(SourceFailure) -> Range<Int> {
    let start = index
    _ = skip(UInt8(ascii: "-"))
    if !skip(UInt8(ascii: "0")) { try digits() }
    if skip(UInt8(ascii: ".")) { try digits() }
    if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
      if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
      try digits()
    }
    return start..<index
  }

  private mutating func digits() throws(SourceFailure) {
    let start = index
    while let byte = peek, (0x30...0x39).contains(byte) { index += 1 }
    guard index > start else { throw fault("a value or a digit should stand here") }
  }

  private mutating func word(_ word: String) throws(SourceFailure) {
    guard bytes[index...].starts(with: word.utf8) else {
      throw fault("a value should stand here")
    }
    index += word.utf8.count
  }

  /// Reads a string with its quotes, and hands over its bytes unescaped.
  private mutating func string(
    _ emit: (UInt8) -> Void
  ) throws(SourceFailure) -> Range<Int> {
    index += 1
    let start = index
    while let byte = peek {
      index += 1
      switch byte {
      case UInt8(ascii: "\""): return start..<(index - 1)
      case UInt8(ascii: "\\"): try escape(emit)
      case 0..<0x20: throw fault("a control character must be escaped in a string")
      default: emit(byte)
      }
    }
    throw fault("the document ends inside a string; was it cut off?")
  }

  private mutating func escape(_ emit: (UInt8) -> Void) throws(SourceFailure) {
    guard let byte = peek else {
      throw fault("the document ends inside a string; was it cut off?")
    }
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): emit(byte)
    case UInt8(ascii: "b"): emit(0x08)
    case UInt8(ascii: "f"): emit(0x0C)
    case UInt8(ascii: "n"): emit(0x0A)
    case UInt8(ascii: "r"): emit(0x0D)
    case UInt8(ascii: "t"): emit(0x09)
    case UInt8(ascii: "u"): UTF8.encode(try scalar())?.forEach(emit)
    default: throw fault("no such escape in a string")
    }
  }

  /// The scalar of a `\u` escape, or of the two that make a surrogate pair.
  private mutating func scalar() throws(SourceFailure) -> Unicode.Scalar {
    let first = try codeUnit()
    var code = UInt32(first)
    if UTF16.isLeadSurrogate(first), skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")) {
      let second = try codeUnit()
      guard UTF16.isTrailSurrogate(second) else { throw fault("half of a surrogate pair") }
      code = 0x10000 + (UInt32(first) & 0x3FF) << 10 + UInt32(second) & 0x3FF
    }
    guard let scalar = Unicode.Scalar(code) else { throw fault("half of a surrogate pair") }
    return scalar
  }

  private mutating func codeUnit() throws(SourceFailure) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      let digit: UInt8? =
        switch peek {
        case .some(let byte) where (0x30...0x39).contains(byte): byte - 0x30
        case .some(let byte) where (0x41...0x46).contains(byte): byte - 0x41 + 10
        case .some(let byte) where (0x61...0x66).contains(byte): byte - 0x61 + 10
        default: nil
        }
      guard let digit else { throw fault("four hexadecimal digits should follow \\u") }
      unit = unit << 4 | UInt16(digit)
      index += 1
    }
    return unit
  }

  // MARK: Steps

  private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func skip(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    index += 1
    return true
  }

  private mutating func skipBlanks() {
    while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
      index += 1
    }
  }

  private func stillToGo(_ matched: Int) -> Int? {
    matched < pointer.tokens.count ? matched : nil
  }

  private mutating func reach(_ found: JSONFinding, _ kind: String, _ matched: Int?) {
    guard let matched else { return }
    finding =
      matched == pointer.tokens.count
      ? found : .nothing("\(pointer.place(after: matched)) is \(kind)")
  }

  private func fault(_ problem: String) -> SourceFailure {
    let before = bytes.prefix(index)
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let column = before.reversed().prefix { $0 != UInt8(ascii: "\n") }.count + 1
    return SourceFailure(
      .malformed, "is not well-formed JSON at line \(line), column \(column): \(problem)")
  }
}
