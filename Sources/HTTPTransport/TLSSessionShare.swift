import CCurl

/// TLS sessions that the handles of a pool resume; without it a fresh handle would start each from nothing.
///
/// Sessions carry the trust they were verified with, so a share never outlives its pool's configuration. Every
/// `EasyHandle` keeps its share alive, because libcurl frees a share only after the last handle that uses it.
final class TLSSessionShare {
  let pointer: UnsafeMutableRawPointer

  init() throws(HTTPFailure) {
    guard let pointer = curl_share_init() else { throw .curl(CURLE_OUT_OF_MEMORY) }
    self.pointer = pointer
    // Everything happens on one queue: no lock functions are needed.
    ccurl_share_set_data(pointer, CURL_LOCK_DATA_SSL_SESSION)
  }

  deinit { curl_share_cleanup(pointer) }
}
