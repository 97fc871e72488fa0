import HTTPTransport
import SecretMemory
import Testing

@Suite(.timeLimit(.minutes(1)))
struct FailureTests {
  @Test func `A port nobody listens on refuses the connection`() async throws {
    let url = try LoopbackServer { _ in }.url
    let failure = try #require(await Client().send(.get(url)).failure)
    guard case .cannotConnect = failure.reason else {
      Issue.record("\(failure)")
      return
    }
    #expect(failure.description.contains("127.0.0.1"))
    #expect(failure.description.contains("Connection refused"))
    #expect(!failure.requestMayHaveArrived)
  }

  @Test func `A name that does not exist cannot be resolved`() async throws {
    let failure = try #require(await Client().send(.get("http://nowhere.invalid/")).failure)
    guard case .cannotResolve = failure.reason else {
      Issue.record("\(failure)")
      return
    }
    #expect(failure.description.contains("nowhere.invalid"))
  }

  @Test func `A server that never answers is timed out`() async throws {
    let server = try LoopbackServer { $0.waitForClose() }
    let failure = try #require(
      await Client().send(.get(server.url, timeoutMilliseconds: 100)).failure)
    guard case .timedOut(let milliseconds) = failure.reason else {
      Issue.record("\(failure)")
      return
    }
    #expect(milliseconds >= 100)
    #expect(failure.requestMayHaveArrived)
  }

  @Test func `A slow answer within the time is an answer`() async throws {
    let server = try LoopbackServer { connection in
      _ = connection.readRequest()
      for character in "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow" {
        connection.write(String(character))
      }
    }
    #expect(try await Client().send(.get(server.url)).text == "slow")
  }

  @Test func `Of 500 instant resets every one is noticed`() async throws {
    let server = try LoopbackServer { $0.reset() }
    let client = try Client()
    let results = await client.sendAll(Array(repeating: .get(server.url), count: 500))
    #expect(results.count == 500)
    for result in results {
      // A reset before the handshake was seen as complete is a failed connection.
      switch result.failure?.reason {
      case .reset, .cannotConnect: break
      default: Issue.record("\(result)")
      }
    }
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
  ])
  func `An answer that ends early is truncated`(text: String) async throws {
    let server = try LoopbackServer {
      _ = $0.readRequest()
      $0.write(text)
    }
    let failure = try #require(await Client().send(.post(server.url, "x")).failure)
    #expect(failure.reason == .truncated(receivedBytes: 3))
    #expect(failure.requestMayHaveArrived)
  }

  enum LongAnswer: String, CaseIterable, CustomTestStringConvertible {
    case announced, endless, headers

    var testDescription: String { rawValue }

    var text: String {
      switch self {
      case .announced:
        "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + String(repeating: "x", count: 1_001)
      case .endless:
        "HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 200_000)
      case .headers:
        "HTTP/1.1 200 OK\r\n"
          + String(repeating: "A: \(String(repeating: "x", count: 999))\r\n", count: 99)
      }
    }

    var limit: Int { self == .headers ? 65_536 : 1_000 }
  }

  @Test(arguments: LongAnswer.allCases)
  func `An answer longer than allowed is given up`(answer: LongAnswer) async throws {
    let server = try LoopbackServer {
      _ = $0.readRequest()
      $0.write(answer.text)
      $0.waitForClose()
    }
    var request = HTTPRequest.get(server.url)
    request.maximumAnswerBytes = 1_000
    #expect(try await Client().send(request).failure?.reason == .tooLarge(limit: answer.limit))
  }

  @Test func `An answer of just the length allowed is taken`() async throws {
    let server = try LoopbackServer { $0.answerAll(String(repeating: "x", count: 1_000)) }
    var request = HTTPRequest.get(server.url)
    request.maximumAnswerBytes = 1_000
    #expect(try await Client().send(request).answer?.body.count == 1_000)
  }

  @Test(arguments: ["SSH-2.0-OpenSSH_9.2\r\n", "HTTP/9.9 200 OK\r\n\r\n"])
  func `An answer that is not HTTP is none`(text: String) async throws {
    let server = try LoopbackServer {
      _ = $0.readRequest()
      $0.write(text)
    }
    let failure = try #require(await Client().send(.get(server.url)).failure)
    guard case .notHTTP = failure.reason else {
      Issue.record("\(failure)")
      return
    }
  }

  @Test func `No failure tells the path, a header or the body`() async throws {
    let server = try LoopbackServer { connection in
      _ = connection.readRequest()
      connection.reset()
    }
    for url in [server.url, "http://127.0.0.1:1/", "https://127.0.0.1:\(server.port)/"] {
      let secret = SecretBytes(copying: "geheim".utf8)
      var request = HTTPRequest(
        method: .post(body: secret), url: "\(url)geheim?geheim",
        headers: [HTTPHeader("Authorization", .secret(prefix: "Bearer ", secret))])
      // The TLS handshake waits for a server that waits for a request.
      request.connectTimeoutMilliseconds = 200
      let failure = try #require(await Client().send(request).failure)
      #expect(!String(reflecting: failure).contains("geheim"))
    }
  }
}
