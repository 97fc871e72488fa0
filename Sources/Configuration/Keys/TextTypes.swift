import RotationEngine

// The types of keys whose value is text. What was written there is never shown: it may be a secret.

extension ValueType where Value == String {
  static var path: Self { text("an absolute path", Names.problem(ofPath:)) }

  static var instanceURL: Self {
    ValueType("an address") { node, path, problems in
      ServerURL.instance.read(node, path, &problems)
    }
  }

  static var keyPrefix: Self { text("text", Names.problem(ofKeyPrefix:)) { $0.withSlashAtEnd } }

  static var nodeName: Self { text("a name", Names.problem(ofNode:)) }

  static var userName: Self { text("text", Names.problem(ofUser:)) }

  /// Text that follows a rule.
  private static func text(
    _ name: String, _ problem: @escaping @Sendable (String) -> String?,
    _ form: @escaping @Sendable (String) -> String = { $0 }
  ) -> Self {
    ValueType(name) { node, path, problems in
      guard case .string(let text) = node.value else {
        problems.wrongKind(node, at: path, wanted: name)
        return nil
      }
      guard let problem = problem(text) else { return form(text) }
      problems.error("\(path) \(problem)", at: node.position)
      return nil
    }
  }
}

extension String {
  fileprivate var withSlashAtEnd: String { hasSuffix("/") ? self : self + "/" }
}

extension ServerURL {
  fileprivate func read(_ node: Node, _ path: KeyPath, _ problems: inout Problems) -> String? {
    guard case .string(let text) = node.value else {
      problems.wrongKind(node, at: path, wanted: "an address such as \(example)")
      return nil
    }
    do throws(Problem) {
      return try parse(text)
    } catch {
      problems.error("\(path) \(error.message)", at: node.position)
      return nil
    }
  }
}

extension ValueType where Value == [String] {
  static var endpoints: Self {
    let wanted = "an array of addresses such as [\(ServerURL.member.example)]"
    return ValueType("an array of addresses") { node, path, problems in
      guard case .array(let elements) = node.value, !elements.isEmpty else {
        problems.wrongKind(node, at: path, wanted: wanted, unless: "empty")
        return nil
      }
      let addresses = elements.compactMap { ServerURL.member.read($0, path, &problems) }
      return addresses.count == elements.count ? addresses : nil
    }
  }

  static var command: Self {
    let wanted = #"an array of text such as ["/usr/bin/logger", "-t", "dx"]"#
    return ValueType("an array of text") { node, path, problems in
      guard case .array(let elements) = node.value, let program = elements.first else {
        problems.wrongKind(node, at: path, wanted: wanted, unless: "empty")
        return nil
      }
      var words: [String] = []
      for (index, element) in elements.enumerated() {
        guard case .string(let word) = element.value else {
          problems.error(
            "\(path) must hold text alone; element \(index + 1) is \(element.value.kind)",
            at: element.position)
          continue
        }
        if word.utf8.contains(0) {
          problems.error(
            "\(path) must not have a zero byte in element \(index + 1)", at: element.position)
        }
        words.append(word)
      }
      if case .string(let word) = program.value, let problem = Names.problem(ofPath: word) {
        problems.error("\(path) has a program that \(problem)", at: program.position)
        return nil
      }
      return words.count == elements.count ? words : nil
    }
  }
}

extension Problems {
  /// Reports a value of another kind than the key takes, or an array with nothing in it.
  fileprivate mutating func wrongKind(
    _ node: Node, at path: KeyPath, wanted: String, unless empty: String
  ) {
    if case .array = node.value {
      error("\(path) must be \(wanted), and is \(empty)", at: node.position)
    } else {
      wrongKind(node, at: path, wanted: wanted)
    }
  }
}

extension ValueType where Value == AlertSettings.Text {
  /// Text, or a source of it.
  static func text(
    _ name: String, _ problem: @escaping @Sendable (String) -> String?
  ) -> Self {
    ValueType("\(name), or a source of one") { node, path, problems in
      switch node.value {
      case .string(let text):
        guard let problem = problem(text) else { return .literal(text) }
        problems.error("\(path) \(problem)", at: node.position)
        return nil
      case .table(let table):
        return SourceSyntax.read(table, at: node.position, path, &problems).map { .source($0) }
      default:
        problems.wrongKind(node, at: path, wanted: "text or a source")
        return nil
      }
    }
  }

  static var webhookURL: Self {
    text("an address") { text in
      let hasScheme = ["https://", "http://"].contains { text.lowercased().hasPrefix($0) }
      let isPlain = text.utf8.allSatisfy { (0x21..<0x7F).contains($0) }
      return hasScheme && isPlain ? nil : "must be an address that begins with https:// or http://"
    }
  }

  static var headerValue: Self {
    text("text") { text in
      let hasControls = text.utf8.contains { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }
      return hasControls ? "must be one line without control characters" : nil
    }
  }
}
