import RotationEngine

/// `dx-rotated rotate`: one pass now, by the daemon if one runs.
package struct RotateCommand {
  private let place: CommandPlace
  private let request: ControlRequest

  /// Makes the command; at least one name.
  package init(place: CommandPlace, names: [String], force: Bool, dryRun: Bool) {
    self.place = place
    request = ControlRequest(.rotate, names: names, force: force, dryRun: dryRun)
  }

  /// Rotates, and prints a line for each name.
  package func run() throws(ExitStatus) -> ExitStatus {
    let reply = try CommandAnswer(place: place).ask(request)
    for report in reply.rotations ?? [] {
      let line = "\(report.name.printable): \(report.message.printable)"
      if report.status == 0 { Output.text(line) } else { Output.error(line) }
    }
    return ExitStatus(rawValue: reply.status) ?? .unexpected
  }
}

/// Has a request answered: by the daemon if one runs, else alone.
struct CommandAnswer {
  let place: CommandPlace

  /// - Throws: `ExitStatus`, said on stderr; also that of a reply which says why nothing was done.
  func ask(_ request: ControlRequest) throws(ExitStatus) -> ControlReply {
    let reply: ControlReply
    if let client = try ControlClient(stateDirectory: place.stateDirectory) {
      reply = try client.ask(request)
    } else {
      let settings = try place.loadConfiguration().settings
      _ = try place.select(request.names, from: settings)
      // What is sent in a cluster is sent under a node's lease.
      guard settings.cluster == nil else {
        Output.error(
          "dx-rotated: no daemon runs on this node of the cluster; ask on a node where one does")
        throw .tryLater
      }
      reply = try OnePass(place: place, settings: settings).answer(request)
    }
    if let error = reply.error {
      Output.error("dx-rotated: \(error)")
      throw ExitStatus(rawValue: reply.status) ?? .unexpected
    }
    return reply
  }
}
