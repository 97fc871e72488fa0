import RotationEngine

@testable import ClusterSharing

/// Nodes, and the store that they share, in virtual time: requests and answers are slow or lost, nodes die, stand still
/// and are cut off, the store goes away and comes back.
struct SimulatedCluster {
  struct Node {
    var logic: ClusterNode
    /// Raised with each life of the process: what belongs to an earlier one is lost.
    var life = 0
    var isAlive = true
    /// While it stands still (SIGSTOP), what reaches it waits.
    var stopped: [Happening] = []
    var isStopped = false
    var isCutOff = false
    /// Sends under way, by credential, until when.
    var sends: [CredentialKey: TimeSpan] = [:]
    /// What it works on, as the loop would know it.
    var following: Set<CredentialKey> = []
    var isSuspended = false
    /// When its next tick is queued for.
    var tickAt: TimeSpan?
  }

  indirect enum Happening {
    case tick(Int, life: Int)
    case request(Int, life: Int, ClusterEffect, sentAt: TimeSpan)
    case answer(Int, life: Int, ClusterEvent)
    case sendEnds(Int, life: Int, CredentialKey)
  }

  let credentials: Set<CredentialKey>
  let timing: ClusterTiming
  var nodes: [Node]
  var store: ModelStore
  var dice: SystemlessDice
  var now = TimeSpan.zero
  var faultsEnd = TimeSpan.zero
  /// Two senders for one credential, if that was ever seen.
  var violations: [String] = []
  private var queue: [(at: TimeSpan, number: Int, what: Happening)] = []
  private var number = 0

  init(nodes count: Int, credentials: Int, lease: TimeSpan, seed: UInt64) {
    self.credentials = Set((1...credentials).map { CredentialKey(connection: 1, id: Int64($0)) })
    timing = ClusterTiming(lease: lease)
    dice = SystemlessDice(seed: seed)
    store = ModelStore()
    let (keys, timing) = (self.credentials, timing)
    nodes = (0..<count).map {
      Node(logic: ClusterNode(name: NodeName("host-\($0)"), configured: keys, timing: timing))
    }
    for index in nodes.indices { add(.tick(index, life: 0), after: dice.span(.seconds(1))) }
  }

  // MARK: Time

  /// Lets a span of time pass.
  mutating func run(_ span: TimeSpan, stirring: ((inout SimulatedCluster) -> Void)? = nil) {
    let end = now + span
    while let next = queue.first, next.at <= end {
      pop()
      now = max(now, next.at)
      store.expire(at: now)
      happen(next.what)
      stirring?(&self)
    }
    now = end
    store.expire(at: now)
  }

  private mutating func add(_ what: Happening, after delay: TimeSpan) {
    number += 1
    queue.append((now + delay, number, what))
    var child = queue.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard precedes(child, parent) else { break }
      queue.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func pop() {
    queue.swapAt(0, queue.count - 1)
    queue.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < queue.count {
        if precedes(child, least) { least = child }
      }
      guard least != parent else { return }
      queue.swapAt(parent, least)
      parent = least
    }
  }

  private func precedes(_ left: Int, _ right: Int) -> Bool {
    (queue[left].at, queue[left].number) < (queue[right].at, queue[right].number)
  }

  // MARK: What happens

  private mutating func happen(_ what: Happening) {
    switch what {
    case .tick(let index, let life):
      guard isReached(index, life, what) else { return }
      nodes[index].tickAt = nil
      tell(index, .tick)
    case .answer(let index, let life, let event):
      if isReached(index, life, what) { tell(index, event) }
    case .request(let index, let life, let effect, let sentAt):
      serve(index, life, effect, sentAt)
    case .sendEnds(let index, let life, let key):
      guard isReached(index, life, what) else { return }
      nodes[index].sends[key] = nil
      drain(index)
    }
  }

  private mutating func isReached(_ index: Int, _ life: Int, _ what: Happening) -> Bool {
    guard nodes[index].isAlive, nodes[index].life == life else { return false }
    guard nodes[index].isStopped else { return true }
    nodes[index].stopped.append(what)
    return false
  }

  mutating func tell(_ index: Int, _ event: ClusterEvent) {
    let effects = nodes[index].logic.handle(event, at: now)
    for effect in effects { carryOut(index, effect) }
    beginSends(index)
    let next = nodes[index].logic.nextDeadline
    if let next, nodes[index].tickAt.map({ next < $0 }) ?? true {
      nodes[index].tickAt = next
      add(.tick(index, life: nodes[index].life), after: max(.zero, next - now))
    }
  }

  private mutating func carryOut(_ index: Int, _ effect: ClusterEffect) {
    switch effect {
    case .join, .beat, .take, .release:
      add(.request(index, life: nodes[index].life, effect, sentAt: now), after: latency())
    case .follow(let keys): nodes[index].following.formUnion(keys)
    case .letGo(let keys):
      nodes[index].following.subtract(keys)
      drain(index, keys)
    case .drop(let keys):
      nodes[index].following.subtract(keys)
      for key in keys { nodes[index].sends[key] = nil }
    case .suspend:
      nodes[index].isSuspended = true
      nodes[index].sends = [:]
    case .resume: nodes[index].isSuspended = false
    }
  }

  /// What was let go and is not being sent is told as drained, at some later time.
  private mutating func drain(_ index: Int, _ keys: [CredentialKey]? = nil) {
    let node = nodes[index]
    let ready = (keys ?? Array(credentials.subtracting(node.following))).filter {
      node.sends[$0] == nil
    }
    guard !ready.isEmpty else { return }
    add(.answer(index, life: node.life, .drained(ready)), after: dice.span(.milliseconds(50)))
  }

  // MARK: Sending

  /// Some of what a node works on is sent, and each time it is checked that nobody else is at it.
  private mutating func beginSends(_ index: Int) {
    guard !nodes[index].isSuspended, nodes[index].isAlive else { return }
    for _ in 0..<3 {
      guard let key = nodes[index].following.randomElement(using: &dice),
        nodes[index].sends[key] == nil, nodes[index].logic.maySend(key, at: now)
      else { continue }
      for other in nodes.indices where other != index {
        if nodes[other].isAlive, nodes[other].sends[key] != nil {
          violations.append("\(now): host-\(index) and host-\(other) send \(key)")
        }
      }
      let length = dice.span(timing.lease * 2)
      nodes[index].sends[key] = now + length
      add(.sendEnds(index, life: nodes[index].life, key), after: length)
    }
  }

  // MARK: The store

  private mutating func latency() -> TimeSpan { .milliseconds(1) + dice.span(.milliseconds(30)) }

  private mutating func serve(
    _ index: Int, _ life: Int, _ effect: ClusterEffect, _ sentAt: TimeSpan
  ) {
    let isFaulty = now < faultsEnd
    let isLost = nodes[index].isCutOff || store.isDown || isFaulty && dice.chance(0.05)
    let answer = isLost ? nil : store.serve(effect, sentAt: sentAt, at: now)
    if let answer, !nodes[index].isCutOff, !(isFaulty && dice.chance(0.05)) {
      return add(.answer(index, life: life, answer), after: latency())
    }
    // A request that is not answered ends with its time limit.
    add(.answer(index, life: life, effect.unanswered(sentAt: sentAt)), after: timing.heartbeat)
  }

  // MARK: Faults

  /// kill -9.
  mutating func kill(_ index: Int) {
    nodes[index].isAlive = false
    nodes[index].sends = [:]
  }

  mutating func start(_ index: Int) {
    guard !nodes[index].isAlive else { return }
    let life = nodes[index].life + 1
    nodes[index] = Node(
      logic: ClusterNode(
        name: nodes[index].logic.member.name, configured: credentials, timing: timing),
      life: life)
    // The clock of a process is the machine's, which went on.
    add(.tick(index, life: life), after: .zero)
  }

  /// SIGSTOP: requests that were written go on their way, but nothing new is begun.
  ///
  /// What is being sent counts as sent: it is with the machine, not with the process.
  mutating func stop(_ index: Int) {
    nodes[index].isStopped = true
    nodes[index].sends = [:]
  }

  /// SIGCONT.
  mutating func goOn(_ index: Int) {
    guard nodes[index].isStopped else { return }
    nodes[index].isStopped = false
    let waiting = nodes[index].stopped
    nodes[index].stopped = []
    // The loop's first turn after a pause looks at the clock before it takes anything in.
    tell(index, .tick)
    for what in waiting { happen(what) }
  }

  /// Whose each credential is now, by what live nodes hold; more than one is a violation.
  func holders() -> [CredentialKey: [Int]] {
    var holders: [CredentialKey: [Int]] = [:]
    for index in nodes.indices where nodes[index].isAlive {
      for key in nodes[index].logic.held { holders[key, default: []].append(index) }
    }
    return holders
  }
}
