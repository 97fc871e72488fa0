import HTTPTransport
import RotationEngine
import SecretMemory

@testable import DXClient

/// An answer of DX: a line with the status and `Retry-After`, then the body.
enum AnswerSubject {
  private static let secret = "c4n4ry/Secret+42"

  static func take(_ input: [UInt8]) throws(Finding) {
    let (line, body) = input.firstLine
    let head = String(decoding: line, as: UTF8.self).split(separator: " ", maxSplits: 1)
    let status = head.first.flatMap { Int($0) }.flatMap { (100...999).contains($0) ? $0 : nil }
    let answer = HTTPAnswer(
      status: status ?? 200, retryAfter: head.count > 1 ? String(head[1]) : nil, body: body)
    let exchange = Exchange(
      .success(answer), Redaction(of: [SecretBytes(copying: secret.utf8)]))
    for question in [Verdict.Question.update(id: 456), .list, .info(id: 456)] {
      try check(Verdict(exchange, to: question), answer)
    }
  }

  private static func check(_ verdict: Verdict, _ answer: HTTPAnswer) throws(Finding) {
    try require(!"\(verdict)".contains(secret), "a secret is in \(verdict)")
    switch verdict {
    case .accepted(let object):
      try require((200..<300).contains(answer.status), "accepted with \(answer.status)")
      try require(object.ok == true, "accepted without ok")
    case .refused(_, let error), .notFound(let error), .unauthorized(let error):
      for text in [error.label, error.displayMessage ?? "", error.rawMessage ?? ""] {
        try requireOneLine(text)
      }
    case .throttled: try require(answer.status == 429, "throttled by \(answer.status)")
    case .unreachable(let reason, _): try requireOneLine(reason)
    }
  }
}
