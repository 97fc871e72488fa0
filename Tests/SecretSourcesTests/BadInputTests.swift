import Foundation
import RotationEngine
import SecretMemory
import Testing

@testable import SecretSources

@Suite("Bad input")
struct BadInputTests {
  private func failure(reading source: Source, by reader: SourceReader = makeReader()) throws
    -> SourceFailure?
  {
    refusal(
      of: reader.values(of: makeCredential(["token": source]), keyedBy: try makeKey()))
  }

  @Test(
    "A file that holds no value",
    arguments: [
      ([], SourceFailure.Kind.empty, "is empty"),
      (Array("\n".utf8), .empty, "holds only white space"),
      (Array(" \t\r\n".utf8), .empty, "holds only white space"),
      ([0x61, 0xFF, 0x62], .notText, "is not UTF-8 text (byte 2)"),
      ([0x61, 0xC3], .notText, "is not UTF-8 text (byte 2)"),
      ([0x61, 0, 0x62], .notText, "holds a NUL byte"),
      ([UInt8](repeating: 0x61, count: 65537), .tooLarge, "larger than 64 KiB"),
    ])
  func contents(bytes: [UInt8], kind: SourceFailure.Kind, says: String) throws {
    let scratch = try Scratch()
    let path = try scratch.write(bytes, to: "token")
    let failure = try failure(reading: Source(.file(path: path)))
    #expect(failure?.kind == kind)
    #expect(failure?.message.hasPrefix("file \(path): ") == true)
    #expect(failure?.message.contains(says) == true)
  }

  @Test("What is no regular file is refused at once, and opened by nobody")
  func otherKinds() throws {
    let scratch = try Scratch()
    try scratch.makeDirectory("directory")
    #expect(mkfifo(scratch.path("fifo"), 0o600) == 0)
    let socket = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) {
      $0.copyBytes(from: scratch.path("socket").utf8.prefix(100))
    }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    #expect(bound == 0)
    try scratch.link("link", to: "fifo")
    for (path, kind) in [
      (scratch.path("directory"), "a directory"), (scratch.path("fifo"), "a FIFO"),
      (scratch.path("socket"), "a socket"), ("/dev/zero", "a device"),
      (scratch.path("link"), "a FIFO"),
    ] {
      let failure = try failure(reading: Source(.file(path: path)))
      #expect(failure?.kind == .notAFile)
      #expect(failure?.message == "file \(path): is \(kind); name a regular file")
    }
  }

  @Test("What is not there")
  func missing() throws {
    let scratch = try Scratch()
    try scratch.write("x", to: "file")
    try scratch.link("dangling", to: "nowhere")
    try scratch.link("loop", to: "loop")
    for (name, kind, says) in [
      ("none", SourceFailure.Kind.missing, "does not exist"),
      ("file/below", .missing, "does not exist"),
      ("dangling", .missing, "a symbolic link that leads nowhere"),
      ("loop", .unreadable, "too many symbolic links"),
    ] {
      let failure = try failure(reading: Source(.file(path: scratch.path(name))))
      #expect(failure?.kind == kind)
      #expect(failure?.message.contains(says) == true)
    }
  }

  @Test(
    "The system's errors say what to do",
    arguments: [
      (EACCES, SourceFailure.Kind.unreadable, "group dx-rotated-secrets"),
      (EPERM, .unreadable, "permission denied"), (EIO, .unreadable, "input/output error"),
      (EMFILE, .unreadable, "too many open files"), (ENXIO, .notAFile, "regular file"),
    ])
  func systemErrors(code: Int32, kind: SourceFailure.Kind, says: String) {
    let failure = SourceFailure.ofSystem(code, at: "/nowhere")
    #expect(failure.kind == kind)
    #expect(failure.message.contains(says))
  }

  @Test("The environment and systemd's credentials are the service's own")
  func elsewhere() throws {
    let scratch = try Scratch()
    try scratch.write("value", to: "token")
    let variable = Source(.environment(name: "TOKEN"))
    let credential = Source(.credential(name: "token"))
    let shell = makeReader(["TOKEN": "value"], inService: false)
    let service = makeReader(["EMPTY": ""])
    #expect(try failure(reading: variable, by: shell)?.kind == .elsewhere)
    #expect(try failure(reading: credential, by: shell)?.kind == .elsewhere)
    #expect(try failure(reading: variable, by: service)?.kind == .missing)
    #expect(
      try failure(reading: variable, by: service)?.message.hasPrefix(
        "environment variable TOKEN: is not set") == true)
    #expect(
      try failure(reading: Source(.environment(name: "EMPTY")), by: service)?.kind == .empty)
    #expect(try failure(reading: credential, by: service)?.kind == .missing)
    let whole = makeReader(["TOKEN": "value"], credentials: scratch.path)
    #expect(try failure(reading: variable, by: whole) == nil)
    #expect(try failure(reading: credential, by: whole) == nil)
  }

  @Test("The environment of the process is captured")
  func captured() throws {
    setenv("SECRET_SOURCES_TEST", "a=b", 1)
    defer { unsetenv("SECRET_SOURCES_TEST") }
    let environment = ProcessEnvironment.captured()
    #expect(try text(#require(environment["SECRET_SOURCES_TEST"])) == "a=b")
    #expect(environment["SECRET_SOURCES_NONE"] == nil)
  }

  @Test("One source that fails fails all, and every failure is told")
  func allOrNothing() throws {
    let scratch = try Scratch()
    let good = Source(.file(path: try scratch.write("value", to: "good")))
    let empty = Source(.file(path: try scratch.write("", to: "empty")))
    let none = Source(.file(path: scratch.path("none")))
    let credential = makeCredential(["a": good, "b": empty, "c": none])
    let failure = refusal(
      of: makeReader().values(of: credential, keyedBy: try makeKey()))
    #expect(failure?.kind == .empty)
    #expect(failure?.message == "\(empty): is empty; \(none): does not exist")
  }

  @Test("No descriptor is left open, whatever the outcome")
  func descriptors() throws {
    let scratch = try Scratch()
    try scratch.write("value", to: "good")
    try scratch.write([0xFF], to: "binary")
    try scratch.write([UInt8](repeating: 0x61, count: 70_000), to: "large")
    try scratch.makeDirectory("directory")
    func openHere() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
      }.filter { $0.hasPrefix(scratch.path) }
    }
    for name in ["good", "binary", "large", "directory", "none"] {
      _ = try failure(reading: Source(.file(path: scratch.path(name))))
    }
    #expect(try openHere() == [])
  }
}
