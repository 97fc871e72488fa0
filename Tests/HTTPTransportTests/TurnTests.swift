import Dispatch
import HTTPTransport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct TurnTests {
  @Test func `A completion is never called from within send`() async throws {
    let client = try Client()
    let calledWithin = await withCheckedContinuation { continuation in
      client.queue.async {
        var isSending = true
        client.transport.send(.get("not a url")) { _ in continuation.resume(returning: isSending) }
        isSending = false
      }
    }
    #expect(!calledWithin)
  }

  @Test func `What a completion sends leaves only after the turn has ended`() async throws {
    let server = try LoopbackServer { $0.answerAll() }
    let client = try Client()
    let second = await withCheckedContinuation { continuation in
      client.queue.async {
        // Cancelling tells whether a request had been started.
        client.transport.turnEnded = {
          client.transport.turnEnded = nil
          client.transport.cancelAll()
        }
        client.transport.send(.post(server.url, "1")) { _ in
          client.transport.send(.post(server.url, "2")) { continuation.resume(returning: $0) }
        }
      }
    }
    #expect(second.failure == HTTPFailure(.cancelled, requestMayHaveArrived: false))
    #expect(server.requests.count == 1)
  }

  @Test func `The end of a turn comes after all its completions, once`() async throws {
    let client = try Client()
    let events = await withCheckedContinuation { continuation in
      client.queue.async {
        var events: [String] = []
        client.transport.turnEnded = {
          events.append("turn ended")
          continuation.resume(returning: events)
        }
        for number in 1...3 {
          client.transport.send(.get("not a url")) { _ in events.append("\(number)") }
        }
      }
    }
    #expect(events == ["1", "2", "3", "turn ended"])
  }

  @Test func `cancelAll ends what waits and what is under way, and tells which is which`()
    async throws
  {
    let server = try LoopbackServer { $0.waitForClose() }
    let client = try Client(maximumConnections: 1)
    async let first = client.send(.post(server.url, "1"))
    while server.requests.isEmpty { await Task.yield() }
    async let second = client.send(.post(server.url, "2"))
    while client.queue.sync(execute: { client.transport.inFlight }) < 2 { await Task.yield() }
    client.queue.sync { client.transport.cancelAll() }
    #expect(await first.failure == HTTPFailure(.cancelled, requestMayHaveArrived: true))
    #expect(await second.failure == HTTPFailure(.cancelled, requestMayHaveArrived: false))
    #expect(client.queue.sync { client.transport.inFlight } == 0)
    #expect(server.requests.count == 1)
  }

  @Test func `What may not begin any more when there is a connection is not sent`() async throws {
    let server = try LoopbackServer { $0.answerAll() }
    let client = try Client()
    var request = HTTPRequest.post(server.url, "1")
    request.mayBegin = { false }
    #expect(
      await client.send(request).failure == HTTPFailure(.cancelled, requestMayHaveArrived: false))
    #expect(server.requests.isEmpty)
    request.mayBegin = { true }
    #expect(await client.send(request).failure == nil)
    #expect(server.requests.count == 1)
  }

  @Test func `A new configuration leaves what is under way alone and reuses no connection`()
    async throws
  {
    let mayAnswer = DispatchSemaphore(value: 0)
    let server = try LoopbackServer { connection in
      guard connection.readRequest() != nil else { return }
      if connection.number == 1 { mayAnswer.wait() }
      connection.answer()
      connection.answerAll()
    }
    let client = try Client()
    async let first = client.send(.post(server.url, "1"))
    while server.requests.isEmpty { await Task.yield() }
    client.queue.sync {
      client.transport.reconfigure(HTTPTransportConfiguration(userAgent: "test/2"))
    }
    #expect(await client.send(.post(server.url, "2")).answer?.status == 200)
    mayAnswer.signal()
    #expect(await first.answer?.status == 200)
    #expect(await client.send(.post(server.url, "3")).answer?.status == 200)
    #expect(server.connections == 2)
    #expect(server.requests.map { $0.contains("User-Agent: test/2") } == [false, true, true])
  }
}
