import Dispatch
import Glibc
import Testing

@testable import Systemd

@Suite struct LineWriterTests {
  @Test func `a line longer than the pipe reaches a reader that is slow`() throws {
    let pipe = try Pipe()
    let line = String(repeating: "0123456789", count: 10_000)
    let isDone = DispatchSemaphore(value: 0)
    let descriptor = pipe.writeEnd
    DispatchQueue(label: "writer").async {
      var writer = LineWriter(descriptor: descriptor)
      _ = writer.write(line)
      isDone.signal()
    }
    var text = ""
    while isDone.wait(timeout: .now() + .milliseconds(1)) == .timedOut { text += pipe.drain() }
    text += pipe.drain()
    #expect(text == line + "\n")
  }

  @Test func `a line after one that was cut off stands alone`() throws {
    let pipe = try Pipe()
    var writer = LineWriter(descriptor: pipe.writeEnd)
    let withoutRoom = [String(repeating: "x", count: 9000), "no room"].map { writer.write($0) }
    #expect(withoutRoom == [false, false])
    #expect(pipe.drain() == String(repeating: "x", count: 8192))
    let withRoom = ["next", "last"].map { writer.write($0) }
    #expect(withRoom == [true, true])
    #expect(pipe.drain() == "\nnext\nlast\n")
  }

  @Test func `a reader that is gone harms nobody`() throws {
    let pipe = try Pipe()
    pipe.closeReadEnd()
    var writer = LineWriter(descriptor: pipe.writeEnd)
    let isDone = writer.write("x")  // else SIGPIPE ends the tests
    #expect(!isDone)
  }

  @Test func `a descriptor that is closed harms nobody`() {
    var writer = LineWriter(descriptor: 1_000_000)
    let isDone = writer.write("x")
    #expect(!isDone)
  }
}
