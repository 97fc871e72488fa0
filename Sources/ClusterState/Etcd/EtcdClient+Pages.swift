extension EtcdClient {
  /// All keys that begin with a prefix, page by page, as of one revision, and that revision.
  ///
  /// Where it is compacted away before the last page, it begins anew; one that is asked for is another's to find anew.
  package func all(
    _ prefix: String, keysOnly: Bool = false, since modification: Int64? = nil,
    asOf revision: Int64? = nil
  ) throws(EtcdError) -> (values: [EtcdKeyValue], revision: Int64) {
    var first = EtcdRange(prefix: prefix)
    first.limit = Self.page
    first.keysOnly = keysOnly
    first.minimumModification = modification
    first.revision = revision
    var question = first
    var values: [EtcdKeyValue] = []
    while true {
      let content: EtcdContent
      do throws(EtcdError) { content = try range(question) } catch {
        // OUT_OF_RANGE.
        guard question.revision != first.revision, case .refused(code: 11, _) = error else {
          throw error
        }
        question = first
        values = []
        continue
      }
      values += content.values
      let revision = question.revision ?? content.revision
      guard content.hasMore, let last = content.values.last else { return (values, revision) }
      question.revision = revision
      question.first = last.key + "\0"
    }
  }

  /// Answers stay below a few megabytes, which is what etcd's gateway lets through.
  private static var page: Int { 500 }
}
