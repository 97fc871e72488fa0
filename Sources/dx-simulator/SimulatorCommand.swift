import DXSimulator
import Foundation
import Glibc

/// The command line of `dx-simulator`.
enum SimulatorCommand {
  private static let usage = """
    usage: dx-simulator --config FILE.toml [--port N] [--verbose]

      --config FILE.toml  the connections and credentials it holds at the start
      --port N            where it listens on 127.0.0.1; any free port if 0 or absent
      --verbose           a line on stderr for each request to the API

    """

  /// The exit statuses, of sysexits(3).
  private enum Status {
    static let usage: Int32 = 64
    static let unavailable: Int32 = 69
    static let configuration: Int32 = 78
  }

  private struct Options {
    var configuration: String
    var port: UInt16 = 0
    var isVerbose = false

    /// Nil when the arguments are not those of `usage`.
    init?(_ arguments: some Sequence<String>) {
      var configuration: String?
      var rest = arguments.makeIterator()
      while let argument = rest.next() {
        switch argument {
        case "--config": configuration = rest.next()
        case "--port":
          guard let port = rest.next().flatMap(UInt16.init) else { return nil }
          self.port = port
        case "--verbose": isVerbose = true
        default: return nil
        }
      }
      guard let configuration else { return nil }
      self.configuration = configuration
    }
  }

  /// Runs until SIGTERM or SIGINT, then exits with 0.
  static func run(arguments: [String]) -> Never {
    let rest = arguments.dropFirst()
    if rest.contains("--help") {
      write(usage, to: STDOUT_FILENO)
      exit(0)
    }
    guard let options = Options(rest) else {
      write(usage, to: STDERR_FILENO)
      exit(Status.usage)
    }
    // Blocked before the first thread starts, so that all of them inherit it and none is lost.
    let stops = block(signals: [SIGTERM, SIGINT])
    signal(SIGPIPE, SIG_IGN)

    let simulator = start(options)
    write("listening on http://127.0.0.1:\(simulator.port)\n", to: STDOUT_FILENO)
    wait(for: stops)
    // Whatever is still open ends with the process: nothing here is worth waiting for.
    exit(0)
  }

  private static func start(_ options: Options) -> Simulator {
    let configuration: SimulatorConfiguration
    do throws(ConfigurationFile.ReadError) {
      configuration = try ConfigurationFile.read(options.configuration)
    } catch {
      fail(error.description, Status.configuration)
    }
    do throws(ListenError) {
      let isVerbose = options.isVerbose
      return try Simulator(
        configuration, port: options.port,
        log: { line in if isVerbose { write(line + "\n", to: STDERR_FILENO) } })
    } catch {
      fail(error.description, Status.unavailable)
    }
  }

  private static func fail(_ message: String, _ status: Int32) -> Never {
    write("dx-simulator: \(message)\n", to: STDERR_FILENO)
    exit(status)
  }

  /// Writes straight to the descriptor: nothing stays in a buffer.
  private static func write(_ text: String, to descriptor: Int32) {
    FileHandle(fileDescriptor: descriptor, closeOnDealloc: false).write(Data(text.utf8))
  }

  private static func block(signals: [Int32]) -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
    return set
  }

  private static func wait(for signals: sigset_t) {
    var set = signals
    var received: Int32 = 0
    sigwait(&set, &received)
  }
}
