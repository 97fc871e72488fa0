import Glibc
import RotationEngine

extension SourceFailure {
  /// What an error of the system means for who set the source up; the message does not name the source.
  static func ofSystem(_ code: Int32, at path: String) -> SourceFailure {
    switch code {
    case ENOENT, ENOTDIR:
      isLink(path)
        ? SourceFailure(.missing, "is a symbolic link that leads nowhere")
        : SourceFailure(.missing, "does not exist")
    case EACCES, EPERM:
      SourceFailure(
        .unreadable,
        "permission denied; let the service's user read it, e.g. by the group dx-rotated-secrets")
    case ELOOP: SourceFailure(.unreadable, "too many symbolic links on the way")
    case ENXIO: SourceFailure(.notAFile, "is a socket or a device; name a regular file")
    case EAGAIN: SourceFailure(.unreadable, "another process holds a lease on it")
    default: SourceFailure(.unreadable, plainText(code))
    }
  }

  /// It is larger than a source may be.
  static let tooLarge = SourceFailure(
    .tooLarge, "is larger than 64 KiB (\(FileAccess.limit) bytes)")

  /// The same failure, its message beginning with what it is about.
  func about(_ subject: some CustomStringConvertible) -> SourceFailure {
    SourceFailure(kind, "\(subject): \(message)")
  }

  /// The system's text for an error, as the rest of a sentence.
  package static func plainText(_ code: Int32) -> String {
    let text = String(cString: strerror(code))
    return text.prefix(1).lowercased() + text.dropFirst()
  }

  private static func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }
}
