import Dispatch
import RotationEngine
import SecretSources
import StateStore
import Systemd

/// The same loop as the daemon's, for one command, where no daemon runs.
struct OnePass {
  let place: CommandPlace
  let settings: Settings

  /// Runs the desk's answer to a request on a loop of its own.
  ///
  /// - Throws: `ExitStatus`, said on stderr.
  func answer(_ request: ControlRequest) throws(ExitStatus) -> ControlReply {
    let queue = DispatchQueue(label: "dx-rotated.command")
    let finished = DispatchSemaphore(value: 0)
    let result = Handover()
    do {
      let state = try SQLiteState(
        directory: place.stateDirectory, instance: settings.api.url,
        access: .command)
      guard let key = FingerprintKey(bytes: try state.fingerprintKey()) else {
        throw StateError.corrupt(path: place.stateDirectory, reason: "the fingerprint key")
      }
      let reader = SourceReader(
        environment: SecretSources.ProcessEnvironment(),
        credentialsDirectory: Environment["CREDENTIALS_DIRECTORY"], readsEnvironment: false)
      try queue.sync {
        let loop = try RotationLoop.make(
          queue: queue, clock: SystemClock(), settings: settings, state: state, reader: reader,
          fingerprintKey: key, journal: Self.journal,
          mode: request.verb == .plan ? .lookOnly : .onePass)
        let desk = ControlDesk(loop: loop)
        result.keep = (loop, desk)
        loop.whenReadyForCommands {
          desk.answer(request, progress: { Output.error($0) }) { reply in
            result.reply = reply
            loop.turnEnded = { if loop.engine.isAtRest { finished.signal() } }
            loop.post(.tick)
          }
        }
      }
    } catch let error as StateError {
      Output.error("dx-rotated: \(error)")
      throw ExitStatus(error)
    } catch {
      Output.error("dx-rotated: \(error)")
      throw .unexpected
    }
    finished.wait()
    return queue.sync {
      result.keep = nil
      return result.reply
    }
  }

  /// Failures of a command are in its answer; what else there is to say is for the daemon's journal.
  private static var journal: Journal {
    Journal(EventLog(destination: .standardError, minimum: .error))
  }

  /// What is handed from the loop's queue to the command's thread, one after the other.
  private final class Handover: @unchecked Sendable {
    var reply = ControlReply()
    var keep: (RotationLoop, ControlDesk)?
  }
}
