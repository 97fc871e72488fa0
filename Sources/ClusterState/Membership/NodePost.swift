import ClusterSharing
import Dispatch
import RotationEngine

/// Questions of one node to another, by way of etcd: a line asked, a line answered.
///
/// For what people ask now and then: a question is seen with the other node's next heartbeat.
package final class NodePost: @unchecked Sendable {
  // @unchecked, because all state belongs to the client's queue.

  /// Answers a line that another node has asked; may be called from any thread, once.
  package typealias Reply = @Sendable (String) -> Void

  private let client: EtcdClient
  private let keys: ClusterKeys
  private let node: NodeName
  private let asked: @Sendable (String, @escaping Reply) -> Void
  /// Questions that are being answered.
  private var open: Set<String> = []

  /// How long after one look for an answer the next is.
  private static let pause = TimeSpan.milliseconds(200)

  /// Makes the post of a node; `asked` is called on the client's queue.
  package init(
    client: EtcdClient, keys: ClusterKeys, node: String,
    asked: @escaping @Sendable (String, @escaping Reply) -> Void
  ) {
    self.client = client
    self.keys = keys
    self.node = NodeName(node)
    self.asked = asked
  }

  /// Asks a node; `answered` is called on the client's queue, with nil where no answer came in time.
  package func ask(
    _ other: String, _ line: String, under lease: Lease.ID, within time: TimeSpan,
    _ answered: @escaping @Sendable (String?) -> Void
  ) {
    let number = String(UInt64.random(in: 0...UInt64.max), radix: 16)
    let question = keys.question(to: NodeName(other), number)
    let put = EtcdTransaction(then: [.put(key: question, value: Array(line.utf8), lease: lease)])
    let end = SteadyClock.now + time
    // Once: a copy that came late would be a question of its own, and `rotate` be done twice.
    client.transact(put, repeats: false) { [weak self] result in
      guard let self, case .success = result else { return answered(nil) }
      look(for: number, question, until: end, answered)
    }
  }

  private func look(
    for number: String, _ question: String, until end: TimeSpan,
    _ answered: @escaping @Sendable (String?) -> Void
  ) {
    client.range(EtcdRange(key: keys.answer(number))) { [weak self] result in
      guard let self else { return answered(nil) }
      if case .success(let content) = result, let found = content.values.first {
        finish(number, question)
        return answered(String(decoding: found.value, as: UTF8.self))
      }
      guard SteadyClock.now < end else {
        finish(number, question)
        return answered(nil)
      }
      client.queue.asyncAfter(deadline: .now() + .milliseconds(Int(Self.pause.milliseconds))) {
        self.look(for: number, question, until: end, answered)
      }
    }
  }

  private func finish(_ number: String, _ question: String) {
    let operations = [question, keys.answer(number)].map {
      EtcdTransaction.Operation.delete(key: $0)
    }
    client.transact(EtcdTransaction(then: operations)) { _ in }
  }

  /// Takes in what a heartbeat found asked of this node.
  func take(_ questions: [EtcdKeyValue], under lease: Lease.ID) {
    let present = Set(questions.map(\.key))
    open.formIntersection(present)
    for question in questions where open.insert(question.key).inserted {
      let number = String(question.key.dropFirst(keys.questions(to: node).count))
      asked(String(decoding: question.value, as: UTF8.self)) { [client, keys] line in
        let put = EtcdTransaction(then: [
          .put(key: keys.answer(number), value: Array(line.utf8), lease: lease)
        ])
        client.transact(put) { _ in }
      }
    }
  }
}
