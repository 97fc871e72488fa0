import Foundation

/// A mail server of the test's own (RFC 5321, as much as a client needs).
///
/// It serves on the thread of the test that waits for a mail; until then the client waits for its greeting.
final class MailSink {
  /// A mail as it came.
  struct Mail {
    var recipients: [String] = []
    /// Header and body.
    var lines: [String] = []
  }

  let port: UInt16
  private let listener: Int32

  init() throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var longest = timeval(tv_sec: Int(patience), tv_usec: 0)
    setsockopt(
      listener, SOL_SOCKET, SO_RCVTIMEO, &longest, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && listen(listener, 1) == 0
          && getsockname(listener, $0, &size) == 0
      }
    }
    guard isBound else { throw Failure("no port: errno \(errno)") }
    port = UInt16(bigEndian: address.sin_port)
    self.listener = listener
  }

  deinit { close(listener) }

  /// Takes one mail.
  func mail() throws -> Mail {
    let connection = accept(listener, nil, nil)
    guard connection >= 0, let stream = fdopen(connection, "r") else {
      throw Failure("nobody sends a mail: errno \(errno)")
    }
    defer { fclose(stream) }
    var mail = Mail()
    var isData = false
    say("220 sink", connection)
    while let line = Self.line(of: stream) {
      switch line {
      case "." where isData:
        isData = false
        say("250 taken", connection)
      case _ where isData: mail.lines.append(line.hasPrefix(".") ? String(line.dropFirst()) : line)
      case "DATA":
        isData = true
        say("354 go on", connection)
      case "QUIT":
        say("221 bye", connection)
        return mail
      default:
        if line.hasPrefix("RCPT TO:") { mail.recipients.append(String(line.dropFirst(8))) }
        say("250 ok", connection)
      }
    }
    throw Failure("the mail ended in the middle: \(mail)")
  }

  private static func line(of stream: UnsafeMutablePointer<FILE>) -> String? {
    var line: UnsafeMutablePointer<CChar>?
    var size = 0
    defer { free(line) }
    guard getline(&line, &size, stream) >= 0, let line else { return nil }
    return String(cString: line).trimmingCharacters(in: .newlines)
  }

  private func say(_ answer: String, _ connection: Int32) {
    send(connection, answer + "\r\n", answer.utf8.count + 2, Int32(MSG_NOSIGNAL))
  }
}
