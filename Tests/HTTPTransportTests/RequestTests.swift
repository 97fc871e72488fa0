import HTTPTransport
import SecretMemory
import Testing

@Suite(.timeLimit(.minutes(1)))
struct RequestTests {
  @Test func `A POST is sent with the headers given and no others`() async throws {
    let server = try LoopbackServer { $0.answerAll() }
    let request = HTTPRequest(
      method: .post(body: SecretBytes(copying: #"{"id":456}"#.utf8)), url: "\(server.url)api/x",
      headers: [
        HTTPHeader("Authorization", .secret(prefix: "Bearer ", SecretBytes(copying: "k-1".utf8))),
        HTTPHeader("Content-Type", .text("application/json")),
        HTTPHeader("Accept", .text("application/json")),
        HTTPHeader("X-Empty", .text("")),
      ])
    let answer = try await Client().send(request).get()
    #expect(answer.status == 200)
    let expected = [
      "POST /api/x HTTP/1.1", "Host: 127.0.0.1:\(server.port)", "User-Agent: test/1",
      "Authorization: Bearer k-1", "Content-Type: application/json", "Accept: application/json",
      "X-Empty:", "Content-Length: 10", "", #"{"id":456}"#,
    ]
    #expect(server.requests == [expected.joined(separator: "\r\n")])
  }

  @Test func `A GET after a POST carries nothing of it`() async throws {
    let server = try LoopbackServer { $0.answerAll() }
    let client = try Client(maximumConnections: 1)
    _ = await client.send(.post(server.url, "body"))
    _ = await client.send(.get(server.url))
    let head = "Host: 127.0.0.1:\(server.port)\r\nUser-Agent: test/1\r\n"
    #expect(
      server.requests == [
        "POST / HTTP/1.1\r\n\(head)Content-Length: 4\r\n\r\nbody",
        "GET / HTTP/1.1\r\n\(head)\r\n",
      ])
    #expect(server.connections == 1)
  }

  @Test(arguments: [0, 1, 5_000, 300_000])
  func `A body of any length arrives whole, without Expect`(length: Int) async throws {
    let server = try LoopbackServer { $0.answerAll() }
    let body = String(repeating: "x", count: length)
    let answer = try await Client().send(.post(server.url, body)).get()
    #expect(answer.status == 200)
    let request = try #require(server.requests.first)
    #expect(request.hasSuffix("\r\n\r\n\(body)"))
    #expect(request.contains("\r\nContent-Length: \(length)\r\n"))
    #expect(!request.contains("Expect"))
  }

  @Test func `An answer has its status, body and the headers that matter`() async throws {
    let server = try LoopbackServer {
      _ = $0.readRequest()
      $0.answer(
        "slow down", status: "429 Too Many Requests",
        headers: "retry-after: 17\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Type: a/b\r\n")
    }
    let answer = try await Client().send(.get(server.url)).get()
    #expect(answer.status == 429)
    #expect(answer.retryAfter == "17")
    #expect(answer.date == "Thu, 01 Jan 2026 00:00:00 GMT")
    #expect(answer.contentType == "a/b")
    #expect(answer.body == Array("slow down".utf8))
  }

  @Test func `Headers of one answer do not stay for the next`() async throws {
    let server = try LoopbackServer {
      _ = $0.readRequest()
      $0.answer(headers: "Retry-After: 17\r\n")
      $0.answerAll()
    }
    let client = try Client(maximumConnections: 1)
    #expect(await client.send(.get(server.url)).answer?.retryAfter == "17")
    let second = try await client.send(.get(server.url)).get()
    #expect(second.retryAfter == nil)
    #expect(server.connections == 1)
  }

  @Test func `A redirect is an answer and is not followed`() async throws {
    let server = try LoopbackServer {
      _ = $0.readRequest()
      $0.answer(status: "302 Found", headers: "Location: /elsewhere\r\n")
      $0.answerAll()
    }
    #expect(try await Client().send(.get(server.url)).get().status == 302)
    #expect(server.requests.count == 1)
  }

  @Test(arguments: [
    HTTPHeader("X", .text("a\r\nInjected: b")), HTTPHeader("X", .text("a\u{0}b")),
    HTTPHeader("X", .secret(prefix: "Bearer ", SecretBytes(copying: "geheim\n1".utf8))),
    HTTPHeader("", .text("a")), HTTPHeader("X: Y", .text("a")),
  ])
  func `A header that is not one line is refused before anything is sent`(
    header: HTTPHeader
  ) async throws {
    let server = try LoopbackServer { $0.answerAll() }
    var request = HTTPRequest.get(server.url)
    request.headers = [header]
    let failure = try #require(await Client().send(request).failure)
    guard case .invalidRequest = failure.reason else {
      Issue.record("\(failure)")
      return
    }
    #expect(!failure.description.contains("geheim"))
    #expect(server.connections == 0)
  }

  @Test(arguments: ["ftp://127.0.0.1/", "file:///etc/passwd", "not a url", "", "http://[::1"])
  func `A URL that is not one of HTTP is refused`(url: String) async throws {
    let failure = try #require(await Client().send(.get(url)).failure)
    guard case .invalidRequest = failure.reason else {
      Issue.record("\(failure)")
      return
    }
    #expect(!failure.requestMayHaveArrived)
  }
}
