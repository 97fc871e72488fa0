/// What a server answered, whatever its status.
package struct HTTPAnswer: Sendable, Equatable {
  /// The status of the final answer, 100 to 999.
  package var status: Int
  /// `Retry-After` as it was sent: seconds or a date.
  package var retryAfter: String?
  /// `Content-Type` as it was sent.
  package var contentType: String?
  /// `Date` as it was sent.
  package var date: String?
  /// The body, at most as long as the request allowed.
  package var body: [UInt8]
  /// How long the request took from its start to the body's last byte.
  package var durationMilliseconds: Int

  package init(
    status: Int, retryAfter: String? = nil, contentType: String? = nil, date: String? = nil,
    body: [UInt8] = [], durationMilliseconds: Int = 0
  ) {
    self.status = status
    self.retryAfter = retryAfter
    self.contentType = contentType
    self.date = date
    self.body = body
    self.durationMilliseconds = durationMilliseconds
  }
}
