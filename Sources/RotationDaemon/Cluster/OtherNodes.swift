import ClusterState
import Dispatch
import FoundationEssentials
import RotationEngine
import StateStore

/// Has what people ask here about credentials of other nodes answered by those nodes.
///
/// All calls are the loop's, and replies come over the loop's queue.
final class OtherNodes: @unchecked Sendable {
  // What is under `access.queue` asks the state there, and all else is the loop's; that is why @unchecked holds.

  private let loop: RotationLoop
  private let access: ClusterAccess
  private let post: NodePost
  /// The lease under which questions are asked.
  var lease: Int64?

  init(loop: RotationLoop, access: ClusterAccess, post: NodePost) {
    self.loop = loop
    self.access = access
    self.post = post
  }

  /// Answers what other nodes ask of this one.
  static func answering(
    _ control: ControlDesk, on queue: DispatchQueue
  ) -> @Sendable (String, @escaping NodePost.Reply) -> Void {
    let desk = UncheckedBox(control)
    return { line, reply in
      queue.async {
        guard let request = try? JSONDecoder().decode(ControlRequest.self, from: Data(line.utf8))
        else {
          return reply(JSONOutput.line(ControlReply(.usage, "a question of another version")))
        }
        desk.value.answerOwn(request) { reply(JSONOutput.line($0)) }
      }
    }
  }

  /// Asks whoever works on these credentials; the reply has a report for each of them.
  func answer(
    _ request: ControlRequest, about credentials: [CredentialSettings],
    _ reply: @escaping (ControlReply) -> Void
  ) {
    let taken = UncheckedBox(reply)
    access.queue.async { [self] in
      let nodes = try? access.state.claimants()
      loop.queue.async { self.ask(request, credentials, nodes, taken.value) }
    }
  }

  private func ask(
    _ request: ControlRequest, _ credentials: [CredentialSettings],
    _ nodes: [CredentialKey: String]?, _ reply: @escaping (ControlReply) -> Void
  ) {
    guard let nodes, let lease else {
      return reply(
        ControlReply(.unreachable, "the cluster's etcd does not tell which node works on it"))
    }
    let byNode = Dictionary(grouping: credentials) { nodes[$0.key] ?? "" }
    let replies = Replies(count: byNode.count, complete: reply)
    for (node, credentials) in byNode {
      guard !node.isEmpty else {
        replies.take(ControlReply(.tryLater, "no node of the cluster works on it now; try again"))
        continue
      }
      var question = request
      question.names = credentials.map(\.name)
      let time = loop.engine.settings.api.timeout + .seconds(30)
      post.ask(node, JSONOutput.line(question), under: lease, within: time) { [loop] line in
        let answer = line.flatMap {
          try? JSONDecoder().decode(ControlReply.self, from: Data($0.utf8))
        }
        loop.queue.async {
          replies.take(
            answer ?? ControlReply(.tryLater, "node \(node), which works on it, did not answer"))
        }
      }
    }
  }
}

/// What several nodes reply, added up; confined to the loop's queue, which is why @unchecked holds.
private final class Replies: @unchecked Sendable {
  private var missing: Int
  private var all = ControlReply()
  private let complete: (ControlReply) -> Void

  init(count: Int, complete: @escaping (ControlReply) -> Void) {
    missing = count
    self.complete = complete
  }

  func take(_ reply: ControlReply) {
    all.add(reply)
    missing -= 1
    if missing == 0 { complete(all) }
  }
}

extension ControlReply {
  /// Adds what another node says; the first failure's status stays.
  mutating func add(_ other: ControlReply) {
    error = error ?? other.error
    if status == 0 { status = other.status }
    rotations = Self.joined(rotations, other.rotations)
    plan = Self.joined(plan, other.plan)
    connections = Self.joined(connections, other.connections)
  }

  private static func joined<Report>(_ some: [Report]?, _ more: [Report]?) -> [Report]? {
    some == nil && more == nil ? nil : (some ?? []) + (more ?? [])
  }
}
