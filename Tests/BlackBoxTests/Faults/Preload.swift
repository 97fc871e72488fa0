import Foundation

/// `Tests/preload/faults.c`, built once: faults in the calls of one process, without a hook in the program.
enum Preload {
  /// The variables that load it into a daemon, and tell it what to do.
  static func environment(_ variables: [String: String]) throws -> [String: String] {
    variables.merging(["LD_PRELOAD": try library.get()]) { given, _ in given }
  }

  private static let library = Result { try build() }

  private static func build() throws -> String {
    let source = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../preload/faults.c").standardized.path
    let output = "/tmp/dx-faults-\(getpid()).so"
    let compiler = try ChildProcess(
      "/usr/bin/cc", ["-shared", "-fPIC", "-O1", "-o", output, source])
    let result = try compiler.result()
    guard result.status == 0 else { throw Failure("\(source) cannot be built: \(result)") }
    return output
  }
}
