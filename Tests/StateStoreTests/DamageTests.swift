import Foundation
import RotationEngine
import Testing

@testable import StateStore

/// A damaged state is moved aside, said and made anew; never taken for a fresh start, never deleted.
@Suite struct DamageTests {
  struct Damage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let inflict: @Sendable (Place) throws -> Void

    init(_ name: String, _ inflict: @escaping @Sendable (Place) throws -> Void) {
      testDescription = name
      self.inflict = inflict
    }

    static func truncated(to size: @escaping @Sendable (Int) -> Int, _ name: String) -> Damage {
      Damage("cut to \(name)") { place in
        let content = try place.bytes(place.database)
        try place.write(content.prefix(size(content.count)), to: place.database)
      }
    }

    static let all = [
      truncated(to: { _ in 0 }, "nothing"), truncated(to: { _ in 1 }, "a byte"),
      truncated(to: { _ in 99 }, "a part of the header"), truncated(to: { _ in 100 }, "the header"),
      truncated(to: { _ in 4096 }, "a page"), truncated(to: { $0 / 2 }, "half"),
      truncated(to: { $0 - 4096 }, "all but a page"), truncated(to: { $0 - 1 }, "all but a byte"),
      Damage("garbage") { try $0.write(Data(repeating: 0x55, count: 50_000), to: $0.database) },
      Damage("text") { try $0.write(Data("hello\n".utf8), to: $0.database) },
      Damage("zeroed pages") { place in
        var content = try place.bytes(place.database)
        content.replaceSubrange(4096..<content.count, with: Data(count: content.count - 4096))
        try place.write(content, to: place.database)
      },
      Damage("another program's database") { place in
        try run("DROP TABLE total; PRAGMA application_id = 1", on: place)
      },
      Damage("a state that nobody writes") { place in
        try run("UPDATE credential SET state = 'confused'", on: place)
      },
      Damage("a name that is no name") { place in
        try run("UPDATE attempt SET reason = 'whim'", on: place)
      },
      Damage("no database") { try FileManager.default.removeItem(atPath: $0.database) },
      Damage("no key") { try FileManager.default.removeItem(atPath: $0.key) },
      Damage("an empty key") { try $0.write(Data(), to: $0.key) },
      Damage("a flipped bit in the key") { place in
        var content = try place.bytes(place.key)
        content[30] ^= 1
        try place.write(content, to: place.key)
      },
      Damage("another's key") { place in
        let other = try Place()
        try other.fill()
        try place.write(other.bytes(other.key), to: place.key)
      },
    ]
  }

  @Test(arguments: Damage.all)
  func `is moved aside, said, and made anew`(damage: Damage) throws {
    let place = try Place()
    try place.fill()
    try damage.inflict(place)
    let before = try place.names().filter { $0.hasPrefix("state.db") || $0.hasSuffix(".key") }
    let contents = try before.map { try place.bytes(place.state + "/" + $0) }

    // A reader that does not look at the damaged part may see the rest, but changes no file.
    _ = try? place.open(.readOnly).records()
    let durable = before.filter { !$0.hasSuffix("-shm") }
    #expect(
      try durable.map { try place.bytes(place.state + "/" + $0) }
        == zip(before, contents).filter { !$0.0.hasSuffix("-shm") }.map(\.1))

    do {
      let state = try place.open()
      guard case .rebuilt(let moved, let reason) = state.opening else {
        Issue.record("not rebuilt: \(state.opening)")
        return
      }
      #expect(!reason.isEmpty)
      let suffix = ".corrupt-20261123T120000Z"
      #expect(Set(moved) == Set(before.map { place.state + "/" + $0 + suffix }))
      for (name, content) in zip(before, contents) where !name.hasSuffix("-shm") {
        #expect(try place.bytes(place.state + "/" + name + suffix) == content)
      }
      #expect(try state.records() == [])
      try state.save(Sample.accepted)
    }
    let state = try place.open()
    #expect(state.opening == .existing)
    #expect(try state.records().count == 1)
  }

  @Test func `a second time in a second takes another name`() throws {
    let place = try Place()
    try place.fill()
    for _ in 0..<3 {
      try place.write(Data("x".utf8), to: place.database)
      guard case .rebuilt = try place.open().opening else {
        Issue.record("not rebuilt")
        return
      }
    }
    let moved = try place.names().filter { $0.hasPrefix("state.db.corrupt-") }
    #expect(
      moved == ["", "-2", "-3"].map { "state.db.corrupt-20261123T120000Z\($0)" })
  }

  @Test func `flipped bytes are found, or harmless, and never end the program`() throws {
    let place = try Place()
    try place.fill()
    let content = try place.bytes(place.database)
    let key = try place.bytes(place.key)
    var random = RecordGenerator(seed: 3)
    var rebuilt = 0
    for _ in 0..<150 {
      let offset = Int.random(in: 0..<content.count, using: &random)
      var flipped = content
      flipped[offset] ^= UInt8.random(in: 1...255, using: &random)
      try? FileManager.default.removeItem(atPath: place.state)
      try FileManager.default.createDirectory(
        atPath: place.state, withIntermediateDirectories: true)
      try place.write(flipped, to: place.database)
      try place.write(key, to: place.key)
      do {
        let state = try place.open()
        if case .rebuilt = state.opening { rebuilt += 1 }
        _ = try state.records()
        _ = try state.history(keys: nil, limit: nil)
        #expect(state.opening != .created)
      } catch let error as StateError {
        switch error {
        case .newer, .corrupt, .unwritable: break
        default: Issue.record("byte \(offset): \(error)")
        }
      }
    }
    #expect(rebuilt > 0)
  }

  @Test func `damage that shows at work is said as such`() throws {
    let place = try Place()
    try place.fill()
    let state = try place.open()
    try run("UPDATE credential SET expires_from = 'the stars'", on: place)
    #expect {
      try state.records()
    } throws: { error in
      guard case .corrupt(place.database, let reason) = error as? StateError else { return false }
      return reason.contains("expires_from")
    }
  }

  @Test func `nobody rebuilds while another is at work`() throws {
    let place = try Place()
    try place.fill()
    let state = try place.open()
    try run("UPDATE credential SET state = 'confused'", on: place)
    #expect {
      try place.open(.command)
    } throws: { error in
      if case .corrupt = error as? StateError { true } else { false }
    }
    #expect(try !place.names().contains { $0.contains("corrupt") })
    try state.save(Sample.accepted)
  }

  @Test func `a first start that was cut off starts again`() throws {
    let place = try Place()
    try FileManager.default.createDirectory(
      atPath: place.state, withIntermediateDirectories: false)
    try place.write(Data("half a database".utf8), to: place.database + ".new")
    try place.write(Data("half a key".utf8), to: place.key + ".new")
    #expect(try place.open().opening == .created)
    #expect(try place.open().opening == .existing)
    #expect(try !place.names().contains { $0.hasSuffix(".new") })
  }

  @Test(arguments: ["state.db", "fingerprint.key"])
  func `a rebuild that was cut off is said by the next`(missing: String) throws {
    let place = try Place()
    try place.fill()
    try place.write(Data("x".utf8), to: place.database)
    _ = try place.open()
    // As a crash between two of its steps would leave it.
    try FileManager.default.removeItem(atPath: place.state + "/" + missing)
    guard case .rebuilt = try place.open().opening else {
      Issue.record("a silent start from nothing")
      return
    }
  }

  @Test func `a log without its database is not replayed into a new one`() throws {
    let place = try Place()
    let killed = try Killed(place)
    try FileManager.default.removeItem(atPath: place.database)
    try FileManager.default.removeItem(atPath: place.key)
    #expect(try place.open().records() == [])
    _ = killed
  }
}
