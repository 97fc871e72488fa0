import Foundation
import Testing

@testable import DXSimulator

@Suite struct ServerTests {
  @Test func aConnectionStaysOpenUnlessTheClientEndsIt() throws {
    let dx = try Fixture()
    for _ in 0..<3 { #expect(try dx.get("/api/connections.list").status == 200) }
    let last = try dx.request("GET", "/", headers: ["Connection": "close"])
    #expect(last.headers["connection"] == "close")
    #expect(throws: Client.Failure.closed(received: "")) { try dx.receive() }
  }

  @Test func aRequestMayComeInPiecesAndSeveralAtOnce() throws {
    let dx = try Fixture()
    try dx.send("GET /simulator/faults HT")
    try dx.send("TP/1.1\r\nHost: x\r\n\r")
    try dx.send("\n")
    #expect(try dx.receive().body == "[]")
    let post = "POST /simulator/faults HTTP/1.1\r\nContent-Length: 16\r\n\r\n"
    try dx.send(post + #"{"kind""#)
    try dx.send(#":"reset"}"#)
    #expect(try dx.receive().status == 200)
  }

  @Test func aBodyThatIsAskedForIsWaitedFor() throws {
    let dx = try Fixture()
    try dx.send(
      "POST /simulator/faults HTTP/1.1\r\nContent-Length: 16\r\nExpect: 100-continue\r\n\r\n")
    #expect(try dx.receive().status == 100)
    try dx.send(#"{"kind":"reset"}"#)
    #expect(try dx.receive().status == 200)
  }

  @Test(arguments: [
    "nonsense\r\n\r\n", "GET / HTTP/2\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n",
  ])
  func whatIsNoRequestEndsTheConnection(bytes: String) throws {
    let dx = try Fixture()
    try dx.send(bytes)
    #expect(try dx.receive().status == 400)
    #expect(throws: Client.Failure.closed(received: "")) { try dx.receive() }
  }

  @Test func manyClientsAtOnceLoseNothing() throws {
    let dx = try Fixture()
    let port = dx.port
    let failures = Monitor<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 16) { _ in
      do {
        let client = try Client(port: port)
        for _ in 0..<50 {
          let answer = try client.request(
            "POST", "/api/connections/123/credentials.update", headers: Fixture.headers,
            body: goodUpdate)
          if answer.status != 200 { failures.with { $0.append(answer.body) } }
        }
      } catch {
        failures.with { $0.append("\(error)") }
      }
    }
    #expect(failures.with { $0 } == [])
    #expect(try dx.requests().map { $0["n"] } == (1...800).map { .integer($0) })
  }

  @Test func aTakenPortIsAnError() throws {
    let dx = try Fixture()
    let configuration = try JSONDecoder().decode(
      SimulatorConfiguration.self, from: Data(#"{"key":"k"}"#.utf8))
    let error = #expect(throws: ListenError.self) {
      try Simulator(configuration, port: dx.port)
    }
    #expect(error?.description.contains("127.0.0.1:\(dx.port)") == true)
  }
}
