import Descriptors
import Dispatch
import Glibc
import Testing

@Suite struct DescriptorWatchTests {
  private let queue = DispatchQueue(label: "watch")

  private func makePipe() -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [-1, -1]
    #expect(pipe(&ends) == 0)
    return (ends[0], ends[1])
  }

  private func put(_ count: Int, into descriptor: Int32) {
    #expect(write(descriptor, [UInt8](repeating: 1, count: count), count) == count)
  }

  private func take(_ count: Int, from descriptor: Int32) {
    var buffer = [UInt8](repeating: 0, count: count)
    #expect(read(descriptor, &buffer, count) == count)
  }

  @Test func callsAsLongAsSomethingIsThere() throws {
    let watch = try #require(DescriptorWatch(queue: queue))
    let pipe = makePipe()
    let emptied = DispatchSemaphore(value: 0)
    queue.sync {
      var left = 3
      let isWatched = watch.watch(pipe.reading, for: .reading) {
        take(1, from: pipe.reading)
        left -= 1
        if left == 0 { emptied.signal() }
      }
      #expect(isWatched)
    }
    put(3, into: pipe.writing)
    emptied.wait()
    queue.sync { watch.forget(pipe.reading) }
    close(pipe.reading)
    close(pipe.writing)
  }

  @Test func aHangupIsReadiness() throws {
    let watch = try #require(DescriptorWatch(queue: queue))
    let pipe = makePipe()
    let ended = DispatchSemaphore(value: 0)
    queue.sync {
      let isWatched = watch.watch(pipe.reading, for: .reading) {
        watch.forget(pipe.reading)
        close(pipe.reading)
        ended.signal()
      }
      #expect(isWatched)
    }
    close(pipe.writing)
    ended.wait()
  }

  /// The first that is called forgets and closes the other, whose number is then given to a new pipe.
  @Test func whatIsForgottenInAPassIsNotCalled() throws {
    let watch = try #require(DescriptorWatch(queue: queue))
    let pipes = [makePipe(), makePipe()]
    let late = makePipe()
    var calls = 0
    let told = DispatchSemaphore(value: 0)
    queue.sync {
      for (own, other) in [(pipes[0], pipes[1]), (pipes[1], pipes[0])] {
        let isWatched = watch.watch(own.reading, for: .reading) {
          calls += 1
          watch.forget(own.reading)
          watch.forget(other.reading)
          // Its number stands for another pipe now, which is empty.
          #expect(dup2(late.reading, other.reading) == other.reading)
          #expect(watch.watch(other.reading, for: .reading) { calls += 1 })
          told.signal()
        }
        #expect(isWatched)
      }
      for pipe in pipes { put(1, into: pipe.writing) }
    }
    told.wait()
    // Two more turns of the queue: what was wrongly ready would have been called in them.
    for _ in 0..<2 { queue.sync {} }
    #expect(queue.sync { calls } == 1)
    for descriptor in pipes.flatMap({ [$0.reading, $0.writing] }) + [late.reading, late.writing] {
      close(descriptor)
    }
  }

  @Test func aRegularFileIsNotWatched() throws {
    let watch = try #require(DescriptorWatch(queue: queue))
    let file = open("/proc/self/exe", O_RDONLY)
    let isWatched = queue.sync { watch.watch(file, for: .reading) {} }
    #expect(!isWatched)
    close(file)
  }
}
