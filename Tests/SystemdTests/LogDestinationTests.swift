import Glibc
import Testing

@testable import Systemd

@Suite struct LogDestinationTests {
  @Test func `auto is the journal only where stderr leads to it`() throws {
    let pipe = try Pipe()
    var file = stat()
    #expect(fstat(pipe.writeEnd, &file) == 0)
    func auto(_ stream: String?, _ descriptor: Int32) -> LogDestination {
      .choose(.auto, journalStream: stream, standardError: descriptor)
    }
    #expect(auto("\(file.st_dev):\(file.st_ino)", pipe.writeEnd) == .journal)
    #expect(auto("\(file.st_dev):\(file.st_ino + 1)", pipe.writeEnd) == .standardError)
    #expect(auto("\(file.st_dev + 1):\(file.st_ino)", pipe.writeEnd) == .standardError)
    #expect(auto("", pipe.writeEnd) == .standardError)
    #expect(auto(nil, pipe.writeEnd) == .standardError)
    #expect(auto("\(file.st_dev):\(file.st_ino)", -1) == .standardError)
  }

  @Test func `a person's choice needs no evidence`() {
    #expect(LogDestination.choose(.journal, journalStream: nil) == .journal)
    #expect(LogDestination.choose(.stderr, journalStream: "8:1") == .standardError)
    #expect(LogDestination.Choice.allCases.map(\.rawValue) == ["journal", "stderr", "auto"])
  }
}
