import Foundation
import HTTPTransport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ConnectionTests {
  @Test func `Requests one after another share a connection`() async throws {
    let server = try LoopbackServer { $0.answerAll() }
    let client = try Client()
    for _ in 0..<20 { #expect(await client.send(.post(server.url, "x")).answer?.status == 200) }
    #expect(server.connections == 1)
  }

  /// The server reads the second request of a connection and hangs up: nobody knows whether it acted on it.
  private func hangingUpOnTheSecond() throws -> LoopbackServer {
    try LoopbackServer { connection in
      guard connection.readRequest() != nil else { return }
      connection.answer()
      if connection.number == 1 { _ = connection.readRequest() } else { connection.answerAll() }
    }
  }

  @Test func `A POST on a kept connection that dies is not sent again`() async throws {
    let server = try hangingUpOnTheSecond()
    let client = try Client()
    #expect(await client.send(.post(server.url, "1")).answer?.status == 200)
    let failure = try #require(await client.send(.post(server.url, "2")).failure)
    guard case .reset = failure.reason else {
      Issue.record("\(failure)")
      return
    }
    #expect(failure.requestMayHaveArrived)
    #expect(await client.send(.post(server.url, "3")).answer?.status == 200)
    #expect(server.requests.map { $0.suffix(1) } == ["1", "2", "3"])
  }

  @Test func `A GET on a kept connection that dies is sent again`() async throws {
    let server = try hangingUpOnTheSecond()
    let client = try Client()
    #expect(await client.send(.get(server.url)).answer?.status == 200)
    #expect(await client.send(.get(server.url)).answer?.status == 200)
    #expect(server.requests.count == 3)
  }

  @Test func `A connection closed between requests costs no POST`() async throws {
    let closed = DispatchSemaphore(value: 0)
    let server = try LoopbackServer { connection in
      _ = connection.readRequest()
      connection.answer()
      connection.close()
      closed.signal()
    }
    let client = try Client()
    for number in 1...50 {
      #expect(await client.send(.post(server.url, "x")).answer?.status == 200)
      await withCheckedContinuation { continuation in
        DispatchQueue.global().async {
          closed.wait()
          continuation.resume()
        }
      }
      #expect(server.requests.count == number)
    }
  }

  @Test func `An idle transport closes its connections`() async throws {
    let closed = DispatchSemaphore(value: 0)
    let server = try LoopbackServer { connection in
      connection.answerAll()
      closed.signal()
    }
    let client = try Client(keepAliveMilliseconds: 50)
    #expect(await client.send(.get(server.url)).answer?.status == 200)
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        closed.wait()
        continuation.resume()
      }
    }
    #expect(await client.send(.get(server.url)).answer?.status == 200)
    #expect(server.connections == 2)
  }

  @Test func `Sixteen requests run at once and the others wait`() async throws {
    // No answer before all sixteen are there; the first sixteen of twenty would wait for ever otherwise.
    let arrived = NSCondition()
    nonisolated(unsafe) var count = 0
    let server = try LoopbackServer { connection in
      while connection.readRequest() != nil {
        arrived.withLock {
          count += 1
          arrived.broadcast()
          while count < 16 { arrived.wait() }
        }
        connection.answer()
      }
    }
    let client = try Client(maximumConnections: 16)
    let results = await client.sendAll(Array(repeating: .post(server.url, "x"), count: 20))
    #expect(results.allSatisfy { $0.answer?.status == 200 })
    #expect(server.connections == 16)
  }

  @Test func `None of 2000 requests is lost, sent twice or answered for another`() async throws {
    let server = try LoopbackServer { connection in
      while let request = connection.readRequest() {
        connection.answer(String(request.split(separator: "\r\n").last ?? ""))
      }
    }
    let client = try Client()
    let results = await withTaskGroup(of: (Int, String?).self) { group in
      for number in 0..<2_000 {
        group.addTask { (number, await client.send(.post(server.url, "n\(number)")).text) }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(results.count == 2_000)
    #expect(results.allSatisfy { $0.1 == "n\($0.0)" })
    #expect(server.requests.count == 2_000)
    #expect(server.connections <= 16)
  }

  @Test func `A thousand connections leave no descriptor behind`() async throws {
    let server = try LoopbackServer { connection in
      _ = connection.readRequest()
      if connection.number % 2 == 0 { connection.reset() } else { connection.answer() }
    }
    do {
      let client = try Client(keepAliveMilliseconds: 60_000)
      let results = await client.sendAll(Array(repeating: .get(server.url), count: 1_000))
      #expect(results.count == 1_000)
      // Up to as many as there are connections may be kept; never one for each request.
      #expect(Self.socketsConnected(to: server.port) <= 16)
    }
  }

  /// Counts this process's sockets whose other end is that port.
  private static func socketsConnected(to port: UInt16) -> Int {
    (Int32(0)..<4_096).count { descriptor in
      var address = sockaddr_in()
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let result = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          getpeername(descriptor, $0, &length)
        }
      }
      return result == 0 && UInt16(bigEndian: address.sin_port) == port
    }
  }
}
