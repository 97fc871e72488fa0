import Dispatch
import Foundation
import Testing

@testable import SecretSources

/// A watch on a queue of its own, and what it touched.
private final class Watching: @unchecked Sendable {
  // `watch` and `limits` are confined to `queue`; that is why @unchecked holds.
  let queue = DispatchQueue(label: "source-watch-test")
  private let touches = TouchLog()
  private var watch: SourceWatch<String>?

  init(_ paths: [String: Few<String>]) {
    let touches = touches
    queue.sync {
      watch = SourceWatch(
        queue: queue, touched: { touches.add($0) }, limited: { touches.addLimit($0) })
      watch?.update(paths)
    }
  }

  func update(_ paths: [String: Few<String>]) { queue.sync { watch?.update(paths) } }

  var directoryCount: Int { queue.sync { watch?.directoryCount ?? 0 } }

  /// Waits until `tokens` are touched; then all that was touched since the last call.
  ///
  /// The kernel queues events before the call that caused them returns, so one more drain leaves none behind.
  func touched(atLeast tokens: Set<String>) -> Set<String>? {
    guard touches.wait(for: tokens) else { return nil }
    queue.sync { watch?.drain() }
    return touches.take()
  }

  func stop() { queue.sync { watch = nil } }

  var limits: [String] { touches.limits }
}

private final class TouchLog: @unchecked Sendable {
  // Everything is behind the condition; that is why @unchecked holds.
  private let condition = NSCondition()
  private var tokens: Set<String> = []
  private var saidLimits: [String] = []

  func add(_ more: Set<String>) {
    condition.withLock {
      tokens.formUnion(more)
      condition.broadcast()
    }
  }

  func addLimit(_ text: String) { condition.withLock { saidLimits.append(text) } }

  var limits: [String] { condition.withLock { saidLimits } }

  func wait(for wanted: Set<String>) -> Bool {
    let end = Date().addingTimeInterval(30)
    return condition.withLock {
      while !tokens.isSuperset(of: wanted) {
        if !condition.wait(until: end) { return false }
      }
      return true
    }
  }

  func take() -> Set<String> {
    condition.withLock {
      defer { tokens = [] }
      return tokens
    }
  }
}

@Suite("Watching sources")
struct SourceWatchTests {
  @Test("A file written in place, renamed over, removed and made again")
  func plainFile() throws {
    let scratch = try Scratch()
    try scratch.write("1", to: "a")
    try scratch.write("1", to: "b")
    let watching = Watching([scratch.path("a"): ["A", "shared"], scratch.path("b"): ["B"]])
    #expect(watching.directoryCount == 1)
    try scratch.write("2", to: "a")
    #expect(watching.touched(atLeast: ["A"]) == ["A", "shared"])
    for _ in 1...2 {
      try scratch.write("3", to: "new")
      try scratch.rename("new", to: "b")
      #expect(watching.touched(atLeast: ["B"]) == ["B"])
    }
    try scratch.remove("a")
    #expect(watching.touched(atLeast: ["A"]) == ["A", "shared"])
    try scratch.write("4", to: "a")
    #expect(watching.touched(atLeast: ["A"]) == ["A", "shared"])
    #expect(chmod(scratch.path("b"), 0o640) == 0)
    #expect(watching.touched(atLeast: ["B"]) == ["B"])
    #expect(watching.limits == [])
  }

  @Test("A swap of ..data touches all behind it; the second and third swap too")
  func swaps() throws {
    let scratch = try Scratch()
    for generation in ["..1", "..2", "..3", "..4"] {
      try scratch.makeDirectory(generation)
      try scratch.write(generation, to: "\(generation)/a")
      try scratch.write(generation, to: "\(generation)/b")
    }
    try scratch.link("..data", to: "..1")
    try scratch.link("a", to: "..data/a")
    try scratch.link("b", to: "..data/b")
    try scratch.write("apart", to: "c")
    let watching = Watching([
      scratch.path("a"): ["A"], scratch.path("b"): ["B"], scratch.path("c"): ["C"],
    ])
    #expect(watching.directoryCount == 2)
    for (old, new) in [("..1", "..2"), ("..2", "..3"), ("..3", "..4")] {
      try scratch.swap("..data", to: new)
      #expect(watching.touched(atLeast: ["A", "B"]) == ["A", "B"])
      try scratch.remove(old)
      // Written behind the link: its directory is watched by now.
      try scratch.write("in place", to: "\(new)/a")
      #expect(watching.touched(atLeast: ["A"])?.contains("C") == false)
      #expect(watching.directoryCount == 2)
    }
  }

  @Test("A link elsewhere, through another link to a directory")
  func chains() throws {
    let scratch = try Scratch()
    try scratch.makeDirectory("real/1")
    try scratch.makeDirectory("real/2")
    try scratch.makeDirectory("etc")
    try scratch.write("1", to: "real/1/token")
    try scratch.write("2", to: "real/2/token")
    try scratch.link("real/current", to: "1")
    try scratch.link("etc/secrets", to: "../real/current")
    let watching = Watching([scratch.path("etc/secrets/token"): ["T"]])
    #expect(watching.directoryCount == 3)
    try scratch.swap("real/current", to: "2")
    #expect(watching.touched(atLeast: ["T"]) == ["T"])
    try scratch.write("3", to: "real/2/token")
    #expect(watching.touched(atLeast: ["T"]) == ["T"])
    try scratch.swap("etc/secrets", to: scratch.path("real/1"))
    #expect(watching.touched(atLeast: ["T"]) == ["T"])
    try scratch.write("4", to: "real/1/token")
    #expect(watching.touched(atLeast: ["T"]) == ["T"])
  }

  @Test("A directory that comes later, goes, and comes again")
  func laterDirectory() throws {
    let scratch = try Scratch()
    let watching = Watching([scratch.path("x/y/token"): ["T"]])
    for _ in 1...2 {
      try scratch.makeDirectory("x")
      #expect(watching.touched(atLeast: ["T"]) == ["T"])
      try scratch.makeDirectory("x/y")
      #expect(watching.touched(atLeast: ["T"]) == ["T"])
      try scratch.write("1", to: "x/y/token")
      #expect(watching.touched(atLeast: ["T"]) == ["T"])
      try scratch.write("2", to: "x/y/token")
      #expect(watching.touched(atLeast: ["T"]) == ["T"])
      try scratch.remove("x")
      #expect(watching.touched(atLeast: ["T"]) == ["T"])
    }
    // Made elsewhere and moved into place, as one event.
    try scratch.makeDirectory("z/y")
    try scratch.write("1", to: "z/y/token")
    try scratch.rename("z", to: "x")
    #expect(watching.touched(atLeast: ["T"]) == ["T"])
    try scratch.write("2", to: "x/y/token")
    #expect(watching.touched(atLeast: ["T"]) == ["T"])
  }

  @Test("Ten thousand files in one directory cost one watch, and one event touches one of them")
  func manyFiles() throws {
    let scratch = try Scratch()
    let paths = (0..<10_000).map { (scratch.path("token-\($0)"), Few(["\($0)"])) }
    let watching = Watching(Dictionary(uniqueKeysWithValues: paths))
    #expect(watching.directoryCount == 1)
    try scratch.write("1", to: "token-4711")
    #expect(watching.touched(atLeast: ["4711"]) == ["4711"])
  }

  @Test("A reload changes what is watched, and gives up directories nobody needs")
  func update() throws {
    let scratch = try Scratch()
    for name in ["a", "b"] {
      try scratch.makeDirectory(name)
      try scratch.write("1", to: "\(name)/token")
    }
    let (first, second) = (scratch.path("a/token"), scratch.path("b/token"))
    let watching = Watching([first: ["A"]])
    watching.update([first: ["A2"], second: ["B"]])
    #expect(watching.directoryCount == 2)
    try scratch.write("2", to: "a/token")
    #expect(watching.touched(atLeast: ["A2"]) == ["A2"])
    watching.update([second: ["B"]])
    #expect(watching.directoryCount == 1)
    try scratch.write("3", to: "a/token")
    try scratch.write("3", to: "b/token")
    #expect(watching.touched(atLeast: ["B"]) == ["B"])
    watching.update([:])
    #expect(watching.directoryCount == 0)
  }

  @Test("A loop of links is watched without end of patience")
  func loop() throws {
    let scratch = try Scratch()
    try scratch.link("a", to: "b")
    try scratch.link("b", to: "a")
    let watching = Watching([scratch.path("a"): ["A"]])
    try scratch.write("value", to: "new")
    try scratch.rename("new", to: "b")
    #expect(watching.touched(atLeast: ["A"]) == ["A"])
  }

  @Test("The descriptor is closed with the watch")
  func descriptor() throws {
    let scratch = try Scratch()
    var status = stat()
    #expect(stat(scratch.path, &status) == 0)
    // proc_pid_fdinfo(5): an inotify descriptor lists the inodes it watches.
    let inode = " ino:\(String(status.st_ino, radix: 16)) "
    func isWatched() throws -> Bool {
      try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fdinfo").contains { name in
        let path = "/proc/self/fdinfo/\(name)"
        return (try? String(contentsOfFile: path, encoding: .utf8))?.contains(inode) == true
      }
    }
    let watching = Watching([scratch.path("token"): ["T"]])
    #expect(try isWatched())
    watching.stop()
    // Dispatch lets go of a cancelled source's descriptor in its own time.
    let end = Date().addingTimeInterval(30)
    while try isWatched(), Date() < end { usleep(1000) }
    #expect(try !isWatched())
  }
}
