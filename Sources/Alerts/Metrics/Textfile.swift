import Glibc

/// The textfile of node_exporter's collector: `metrics.textfile`.
package final class Textfile {
  private let file: AtomicFile
  private var isFailing = false

  /// A textfile at an absolute path; whoever may reach it may read it.
  package init(path: String) { file = AtomicFile(path: path, mode: 0o644) }

  /// Where it is.
  package var path: String { file.path }

  /// Replaces it as a whole.
  ///
  /// - Returns: why it cannot be written, the first time of a row.
  package func write(_ page: MetricsPage) -> String? {
    do throws(AtomicFile.Failure) {
      try file.replace(with: page.bytes)
      isFailing = false
      return nil
    } catch {
      defer { isFailing = true }
      let why = strerror(error.code).map { String(cString: $0) } ?? "error \(error.code)"
      return isFailing ? nil : "\(error.path): \(why)"
    }
  }

  /// Removes it: nobody writes it any more, and what is old must not be taken for the present.
  package func remove() { unlink(file.path) }
}
