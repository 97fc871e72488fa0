import Foundation
import RotationEngine
import SecretMemory
import Testing

@testable import SecretSources

/// Counts, from whatever thread.
private final class Counter: @unchecked Sendable {
  private let lock = NSLock()
  private var count = 0

  /// The count after this one.
  func next() -> Int {
    lock.withLock {
      count += 1
      return count
    }
  }

  var value: Int { lock.withLock { count } }
}

@Suite("Sources that change while they are read")
struct TornReadTests {
  private func values(of result: Result<ValuesRead, SourceFailure>) throws -> [String] {
    try result.get().secrets.map { text($0.value) }
  }

  /// A reader that does something after each read of a file, with the number of that read.
  private func reader(
    after act: @escaping @Sendable (_ path: String, _ number: Int) throws -> Void,
    reads: Counter
  ) -> SourceReader {
    var reader = makeReader()
    let system = reader.files.read
    reader.files.read = { path in
      let result = system(path)
      try? act(path, reads.next())
      return result
    }
    return reader
  }

  @Test("A file rewritten after it was read is read again")
  func rewritten() throws {
    let scratch = try Scratch()
    let path = try scratch.write("old", to: "token")
    let reads = Counter()
    let reader = reader(
      after: { _, number in if number == 1 { try scratch.write("newer", to: "token") } },
      reads: reads)
    let credential = makeCredential(["token": Source(.file(path: path))])
    #expect(try values(of: reader.values(of: credential, keyedBy: makeKey())) == ["newer"])
    #expect(reads.value == 2)
  }

  @Test("Values from both sides of a swap are never joined")
  func swapped() throws {
    let scratch = try Scratch()
    for side in ["1", "2"] {
      try scratch.makeDirectory(side)
      try scratch.write("user \(side)", to: "\(side)/user")
      try scratch.write("word \(side)", to: "\(side)/word")
    }
    try scratch.link("..data", to: "1")
    try scratch.link("user", to: "..data/user")
    try scratch.link("word", to: "..data/word")
    let reads = Counter()
    let reader = reader(
      after: { _, number in if number == 1 { try scratch.swap("..data", to: "2") } }, reads: reads)
    let credential = makeCredential([
      "user": Source(.file(path: scratch.path("user"))),
      "word": Source(.file(path: scratch.path("word"))),
    ])
    #expect(
      try values(of: reader.values(of: credential, keyedBy: makeKey())) == ["user 2", "word 2"])
  }

  @Test("A failure in the middle of a change is no failure yet")
  func emptiedMeanwhile() throws {
    let scratch = try Scratch()
    let path = try scratch.write("", to: "token")
    let reader = reader(
      after: { _, number in if number == 1 { try scratch.write("value", to: "token") } },
      reads: Counter())
    let credential = makeCredential(["token": Source(.file(path: path))])
    #expect(try values(of: reader.values(of: credential, keyedBy: makeKey())) == ["value"])
  }

  @Test("A file that never holds still is `changing`, and named")
  func neverStill() throws {
    let scratch = try Scratch()
    let path = try scratch.write("0", to: "token")
    let reads = Counter()
    let reader = reader(
      after: { _, number in
        try scratch.write(String(repeating: "s3cret", count: number), to: "token")
      }, reads: reads)
    let credential = makeCredential(["token": Source(.file(path: path))])
    let failure = refusal(of: reader.values(of: credential, keyedBy: try makeKey()))
    #expect(failure?.kind == .changing)
    #expect(failure?.message.hasPrefix("file \(path): changed while it was read") == true)
    #expect(failure?.message.contains("s3cret") == false)
    #expect(reads.value == SourceReader.passes)
  }

  @Test("A file changed within the blur of its own times is read again")
  func justChanged() throws {
    let scratch = try Scratch()
    let path = try scratch.write("value", to: "token")
    let identity = try #require(FileAccess.system.identity(path))
    let reads = Counter()
    var reader = reader(after: { _, _ in }, reads: reads)
    // The first pass begins 1 ms after the change, the second a second later.
    reader.files.now = {
      identity.changedAt + (reads.value == 0 ? 1_000_000 : 1_000_000_000)
    }
    let credential = makeCredential(["token": Source(.file(path: path))])
    #expect(try values(of: reader.values(of: credential, keyedBy: makeKey())) == ["value"])
    #expect(reads.value == 2)
  }

  @Test("A file named by several sources is read once a pass")
  func once() throws {
    let scratch = try Scratch()
    let path = try scratch.write(#"{"a":"1","b":"2"}"#, to: "json")
    let reads = Counter()
    let credential = makeCredential([
      "a": Source(.file(path: path), pointer: "/a"), "b": Source(.file(path: path), pointer: "/b"),
    ])
    let result = reader(after: { _, _ in }, reads: reads).values(
      of: credential, keyedBy: try makeKey())
    #expect(try values(of: result) == ["1", "2"])
    #expect(reads.value == 1)
  }

  @Test("The system's own access reads a file that was just written")
  func system() throws {
    let scratch = try Scratch()
    let path = try scratch.write("value", to: "token")
    let reader = SourceReader(
      environment: ProcessEnvironment(), credentialsDirectory: nil, readsEnvironment: true)
    let credential = makeCredential(["token": Source(.file(path: path))])
    #expect(try values(of: reader.values(of: credential, keyedBy: makeKey())) == ["value"])
  }
}
