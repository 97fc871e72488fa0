import CCurl
import Glibc
import SecretMemory

/// The owner of one libcurl easy handle, used for one request after another.
///
/// What all requests share is set once; a request changes only its URL, headers, body and limits.
final class EasyHandle {
  let pointer: UnsafeMutableRawPointer

  private let share: TLSSessionShare
  /// libcurl writes its message here; freed after the handle.
  private let errorText: UnsafeMutablePointer<CChar>
  /// What libcurl reads while the transfer runs; `clear` takes it back from libcurl and then lets go of it.
  private var headers: HeaderList?
  private var body: SecretBytes?
  private var received = ReceivedAnswer(maximumBodyBytes: 0)
  private var mayBegin: @Sendable () -> Bool = { true }
  /// How often libcurl has begun to send this request.
  private var sendings = 0

  init(
    _ configuration: HTTPTransportConfiguration, share: TLSSessionShare
  ) throws(HTTPFailure) {
    guard let pointer = curl_easy_init() else { throw .curl(CURLE_OUT_OF_MEMORY) }
    self.pointer = pointer
    self.share = share
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    try setOptions(configuration)
    try setCallbacks()
  }

  deinit {
    curl_easy_cleanup(pointer)
    errorText.deallocate()
  }

  /// Makes the handle ready to be added to a multi handle.
  ///
  /// - Throws: `.invalidRequest` if the request cannot be sent as it stands.
  func prepare(_ request: HTTPRequest) throws(HTTPFailure) {
    let headers = try HeaderList(request.headers)
    self.headers = headers
    received = ReceivedAnswer(maximumBodyBytes: request.maximumAnswerBytes)
    mayBegin = request.mayBegin
    sendings = 0
    errorText.pointee = 0
    try set(CURLOPT_URL, request.url)
    try check(ccurl_easy_set_list(pointer, CURLOPT_HTTPHEADER, headers.first))
    try set(CURLOPT_TIMEOUT_MS, request.timeoutMilliseconds)
    try set(CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeoutMilliseconds)
    switch request.method {
    case .get:
      body = nil
      try set(CURLOPT_HTTPGET, 1)
    case .post(let body):
      self.body = body
      try set(CURLOPT_POST, 1)
      try check(
        ccurl_easy_set_offset(pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
      if body.isEmpty {
        // With no POSTFIELDS at all libcurl would read a body from standard input.
        try set(CURLOPT_COPYPOSTFIELDS, "")
      } else {
        // Lent for longer than the call: `self.body` keeps the bytes where they are until `clear`.
        let start = body.withUnsafeBytes { UnsafeMutableRawPointer(mutating: $0.baseAddress) }
        try check(ccurl_easy_set_pointer(pointer, CURLOPT_POSTFIELDS, start))
      }
    }
  }

  /// What became of the request, once libcurl has said so.
  func result(_ code: CURLcode) -> Result<HTTPAnswer, HTTPFailure> {
    guard code == CURLE_OK else { return .failure(failure(code)) }
    return .success(
      HTTPAnswer(
        status: long(CURLINFO_RESPONSE_CODE), retryAfter: header("Retry-After"),
        contentType: header("Content-Type"), date: header("Date"), body: received.body,
        durationMilliseconds: durationMilliseconds))
  }

  /// Forgets the request; libcurl has no pointer into it any more afterwards.
  func clear() {
    // These options accept null always.
    ccurl_easy_set_pointer(pointer, CURLOPT_POSTFIELDS, nil)
    ccurl_easy_set_list(pointer, CURLOPT_HTTPHEADER, nil)
    ccurl_easy_set_string(pointer, CURLOPT_URL, nil)
    body = nil
    headers = nil
    mayBegin = { true }
    received = ReceivedAnswer(maximumBodyBytes: 0)
  }

  private func failure(_ code: CURLcode) -> HTTPFailure {
    HTTPFailure(
      curl: code, text: String(cString: errorText), systemError: Int32(long(CURLINFO_OS_ERRNO)),
      received: received, milliseconds: durationMilliseconds, requestMayHaveArrived: sendings > 0)
  }

  private var durationMilliseconds: Int {
    var microseconds: curl_off_t = 0
    ccurl_easy_get_offset(pointer, CURLINFO_TOTAL_TIME_T, &microseconds)
    return Int(microseconds) / 1_000
  }

  private func long(_ info: CURLINFO) -> Int {
    var value = 0
    ccurl_easy_get_long(pointer, info, &value)
    return value
  }

  private func header(_ name: String) -> String? {
    var found: UnsafeMutablePointer<curl_header>?
    let code = curl_easy_header(pointer, name, 0, UInt32(CURLH_HEADER), -1, &found)
    guard code == CURLHE_OK, let value = found?.pointee.value else { return nil }
    return String(cString: value)
  }
}

extension EasyHandle {
  private func setOptions(_ configuration: HTTPTransportConfiguration) throws(HTTPFailure) {
    try set(CURLOPT_PROTOCOLS_STR, "http,https")
    try set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
    try set(CURLOPT_FOLLOWLOCATION, 0)
    try set(CURLOPT_USERAGENT, configuration.userAgent)
    if configuration.isDirect { try set(CURLOPT_NOPROXY, "*") }
    try set(CURLOPT_NOSIGNAL, 1)
    // Else a name server that does not answer would block the queue when its request is given up.
    try set(CURLOPT_QUICK_EXIT, 1)

    try set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
    try set(CURLOPT_SSL_VERIFYPEER, 1)
    try set(CURLOPT_SSL_VERIFYHOST, 2)
    if let caFile = configuration.caFile {
      try set(CURLOPT_CAINFO, caFile)
      // Instead of the system's store: its directory is a second default, and would still be trusted.
      try check(ccurl_easy_set_string(pointer, CURLOPT_CAPATH, nil))
    }
    if let certificateFile = configuration.certificateFile {
      try set(CURLOPT_SSLCERT, certificateFile)
    }
    if let keyFile = configuration.keyFile { try set(CURLOPT_SSLKEY, keyFile) }
    try check(ccurl_easy_set_share(pointer, share.pointer))

    // In whole seconds; the transport's own timer is the exact one.
    try set(CURLOPT_MAXAGE_CONN, max(1, configuration.keepAliveMilliseconds / 1_000))
  }

  private func setCallbacks() throws(HTTPFailure) {
    try check(ccurl_easy_set_pointer(pointer, CURLOPT_ERRORBUFFER, errorText))
    // The callbacks reach this object without keeping it: they run only within calls of the multi handle, which a
    // transfer's owner makes.
    let this = Unmanaged.passUnretained(self).toOpaque()
    try check(ccurl_easy_set_pointer(pointer, CURLOPT_WRITEDATA, this))
    try check(
      ccurl_easy_set_receiver(pointer, CURLOPT_WRITEFUNCTION) { bytes, _, count, this in
        guard let bytes, let this else { return 0 }
        let new = UnsafeRawBufferPointer(start: bytes, count: count)
        return EasyHandle.from(this).received.append(body: new) ? count : 0
      })
    try check(ccurl_easy_set_pointer(pointer, CURLOPT_HEADERDATA, this))
    try check(
      ccurl_easy_set_receiver(pointer, CURLOPT_HEADERFUNCTION) { _, _, count, this in
        guard let this else { return 0 }
        return EasyHandle.from(this).received.countHeader(count) ? count : 0
      })
    try check(ccurl_easy_set_pointer(pointer, CURLOPT_PREREQDATA, this))
    try check(
      ccurl_easy_set_before_request(pointer) { this, _, _, _, _ in
        guard let this else { return CURL_PREREQFUNC_ABORT }
        return EasyHandle.from(this).maySend() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
      })
    try check(
      ccurl_easy_set_open_socket(pointer) { _, _, address in
        guard let address = address?.pointee else { return CURL_SOCKET_BAD }
        // Children must not inherit connections, nor keep them in epoll after they are closed here.
        let type = address.socktype | Int32(SOCK_CLOEXEC.rawValue)
        return socket(address.family, type, address.protocol)
      })
  }

  /// Whether libcurl may send the request now, on whatever connection it has.
  ///
  /// When a kept connection dies before the first byte of the answer, libcurl sends the request again on a fresh one,
  /// although the server may have read it and acted on it. A GET does no harm twice. A POST is sent once: whether it is
  /// repeated is decided where attempts are recorded, not in here.
  private func maySend() -> Bool {
    guard mayBegin() else { return false }
    sendings += 1
    return sendings == 1 || body == nil
  }

  private static func from(_ context: UnsafeMutableRawPointer) -> EasyHandle {
    Unmanaged.fromOpaque(context).takeUnretainedValue()
  }

  private func set(_ option: CURLoption, _ value: Int) throws(HTTPFailure) {
    try check(ccurl_easy_set_long(pointer, option, value))
  }

  private func set(_ option: CURLoption, _ value: String) throws(HTTPFailure) {
    try check(ccurl_easy_set_string(pointer, option, value))
  }

  private func check(_ code: CURLcode) throws(HTTPFailure) {
    guard code == CURLE_OK else { throw .curl(code) }
  }
}
