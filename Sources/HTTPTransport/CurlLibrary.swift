import CCurl
import Glibc

/// libcurl itself: set up once a process, before its first handle.
///
/// libcurl copies headers and bodies into buffers of its own. So it is given an allocator that wipes memory before it
/// is freed: no secret stays behind in the heap, whichever of libcurl's paths a request took.
enum CurlLibrary {
  /// Sets libcurl up at the first call.
  ///
  /// - Throws: `HTTPFailure` if libcurl refuses, for instance for want of memory.
  static func prepare() throws(HTTPFailure) {
    guard setUp == CURLE_OK else { throw .curl(setUp) }
  }

  private static let setUp = curl_global_init_mem(
    Int(CURL_GLOBAL_DEFAULT),
    { malloc($0) },
    { wipeAndFree($0) },
    { reallocateAndWipe($0, $1) },
    { text in text.flatMap { strdup($0) } },
    { calloc($0, $1) })

  private static func wipeAndFree(_ memory: UnsafeMutableRawPointer?) {
    guard let memory else { return }
    explicit_bzero(memory, malloc_usable_size(memory))
    free(memory)
  }

  /// realloc(3) may move and free the old block unwiped: so move by hand.
  private static func reallocateAndWipe(
    _ old: UnsafeMutableRawPointer?, _ size: Int
  ) -> UnsafeMutableRawPointer? {
    guard let old else { return malloc(size) }
    let usable = malloc_usable_size(old)
    if size <= usable && size > usable / 2 { return old }
    guard let new = malloc(size) else { return nil }
    memcpy(new, old, min(usable, size))
    wipeAndFree(old)
    return new
  }
}
