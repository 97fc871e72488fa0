import ClusterSharing
import Foundation
import RotationEngine
import StateStore
import Testing

@testable import ClusterState

/// While a state is put into etcd nobody works on it, and what is there in part is known for that.
@Suite struct ImportTests {
  let place: Place
  private let content = StateContent(
    records: (1...300).map { Sample.record(CredentialKey(connection: 1, id: $0)) }, attempts: [])

  init() throws { place = try Place() }

  private func requests() throws -> MembershipRequests {
    MembershipRequests(
      client: try place.client(), keys: ClusterKeys(prefix: place.prefix, instance: acme),
      node: NodeName("host-a"), lease: .seconds(600),
      identification: KeyIdentification.bytes(of: place.key) ?? [])
  }

  private func join() throws -> Result<MembershipRequests.Registration, ClusterFailure> {
    let requests = try requests()
    let value = MemberValue(
      version: "1", since: noon, ClusterMember(name: NodeName("host-a"), configured: []), digest: 1)
    let ended = DispatchSemaphore(value: 0)
    nonisolated(unsafe) var joined = Result<MembershipRequests.Registration, ClusterFailure>
      .failure(.leaseOver)
    requests.join(value, pages: []) {
      joined = $0
      ended.signal()
    }
    ended.wait()
    return joined
  }

  @Test func `while a node is there, nothing is imported`() throws {
    _ = try join().get()
    #expect {
      try place.reader().replace(with: content, key: nil)
    } throws: { error in
      "\(error)".contains("node host-a is at work")
    }
    #expect(try place.reader().isVacant())
  }

  @Test func `an import that died keeps nodes away until it is done again`() throws {
    let state = try place.reader()
    let writing = try ImportWriting(state)
    #expect(throws: ClusterFailure.self) { try join().get() }
    #expect(throws: StateError.self) { try place.reader().replace(with: content, key: nil) }
    try writing.add(.put(key: state.keys.record(Sample.key), value: [1]), bytes: 1)
    try writing.flush()
    writing.end()

    #expect(try !place.reader().isVacant())
    #expect {
      try join().get()
    } throws: { error in
      "\(error)".contains("did not come to its end")
    }
    try place.reader().replace(with: content, key: nil)
    #expect(
      try place.reader().content() == StateContent(records: place.reader().records(), attempts: []))
    #expect(try place.reader().records().count == 300)
    _ = try join().get()
  }

  @Test func `an import whose lease ended writes nothing more`() throws {
    let state = try place.reader()
    let writing = try ImportWriting(state)
    try state.loseLease()
    try writing.add(.put(key: state.keys.record(Sample.key), value: [1]), bytes: 1)
    #expect(throws: StateError.self) { try writing.flush() }
    #expect(try place.reader().records() == [])
  }

  @Test func `answers that are lost do no harm`() throws {
    let cluster = try Place.shared.get()
    let gateway = try Gateway(to: try #require(cluster.members.first))
    gateway.loses = { _, number in number % 2 == 1 }
    let slow = place.at([gateway.endpoint])
    try slow.reader().replace(with: content, key: nil)
    #expect(gateway.lostAnswers > 3)
    #expect(try place.reader().records().count == 300)
    _ = try join().get()
  }
}
