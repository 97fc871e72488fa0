import ClusterState
import Glibc
import RotationEngine
import SecretMemory
import SecretSources
import StateStore

/// What the commands of `dx-rotated state` have in common.
enum Moving {
  /// Reads keys and passwords as a command can.
  static var reader: SourceReader {
    SourceReader(
      environment: SecretSources.ProcessEnvironment(),
      credentialsDirectory: Environment["CREDENTIALS_DIRECTORY"], readsEnvironment: false)
  }

  /// Tells a key from another, and nothing else of it.
  static func identification(of key: SecretBytes) throws(StateError) -> [UInt8] {
    guard let bytes = KeyIdentification.bytes(of: key) else {
      throw .failed(path: "the key", reason: "libcrypto did not compute HMAC with SHA-256")
    }
    return bytes
  }

  static func key(_ bytes: SecretBytes) throws(StateError) -> FingerprintKey {
    guard let key = FingerprintKey(bytes: bytes) else {
      throw .failed(path: "the key", reason: "it has \(bytes.count) bytes")
    }
    return key
  }

  /// Says a failure on stderr, in one line.
  static func saying<Result>(_ body: () throws -> Result) throws(ExitStatus) -> Result {
    do { return try body() } catch let error as StateError {
      Output.error("dx-rotated: \(error)")
      throw ExitStatus(error)
    } catch let failure as SourceFailure {
      Output.error("dx-rotated: \(failure.message)")
      throw .sourceUnavailable
    } catch {
      Output.error("dx-rotated: \(error)")
      throw .unexpected
    }
  }
}

/// A file that nobody else may read, whole or not at all; or stdout.
enum PrivateFile {
  static func write(_ parts: [SecretBytes], to path: String?) throws(ExitStatus) {
    guard let path else {
      guard parts.allSatisfy({ writeAll($0, to: STDOUT_FILENO) }) else {
        throw refuse("stdout")
      }
      return
    }
    let unfinished = "\(path).\(getpid()).new"
    let descriptor = open(unfinished, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw refuse(path) }
    let isWritten = parts.allSatisfy { writeAll($0, to: descriptor) } && fsync(descriptor) == 0
    guard isWritten, rename(unfinished, path) == 0 else {
      let status = refuse(path)
      close(descriptor)
      unlink(unfinished)
      throw status
    }
    close(descriptor)
  }

  private static func refuse(_ path: String) -> ExitStatus {
    Output.error("dx-rotated: cannot write \(path): \(String(cString: strerror(errno)))")
    return .stateUnwritable
  }

  private static func writeAll(_ bytes: SecretBytes, to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Glibc.write(
          descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0, errno != EINTR { return false }
        rest = rest.dropFirst(max(0, count))
      }
      return true
    }
  }
}
