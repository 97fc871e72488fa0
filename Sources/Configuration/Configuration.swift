import RotationEngine

/// A configuration that can be used.
package struct LoadedConfiguration: Sendable {
  /// What it means.
  package var settings: Settings
  /// The files it was read from, in their order.
  package var files: [String]
  /// What somebody should look at.
  package var warnings: [Diagnostic]
}

/// A configuration that cannot be used.
package struct InvalidConfiguration: Error, Sendable {
  /// All that is wrong with it, in the order of the files and their lines; never empty.
  package var diagnostics: [Diagnostic]
}

/// The configuration: drop-ins as written, merged, and validated.
package enum Configuration {
  /// The variable that overrides `api.url`.
  static let urlVariable = "DX_ROTATED_API_URL"

  /// Reads the drop-ins of some directories, lowest priority first.
  ///
  /// Of the environment, `DX_ROTATED_API_URL` is used, unless it is empty. No source is read.
  ///
  /// - Throws: Every error of every file at once. A file that is not TOML is one error.
  package static func load(
    directories: [String] = ConfigurationDirectories.standard, environment: [String: String]
  ) throws(InvalidConfiguration) -> LoadedConfiguration {
    let dropIns = DropIns.find(in: directories)
    var problems = Problems()
    for problem in dropIns.problems { problems.add(problem) }
    if dropIns.paths.isEmpty, problems.isEmpty {
      throw InvalidConfiguration(diagnostics: [
        nothing(in: directories, all: dropIns.candidates.isEmpty)
      ])
    }
    var isComplete = problems.isEmpty
    var merged = Layer()
    for path in dropIns.paths {
      do throws(Diagnostic) {
        let table = try TOMLDocument.parse(try DropInFile.read(path), path: path)
        merged.add(Layer(checking: table, &problems))
      } catch {
        problems.add(error)
        isComplete = false
      }
    }
    let url = environment[urlVariable].flatMap { $0.isEmpty ? nil : $0 }
    var reader = SettingsReader(
      merged, lastFile: dropIns.paths.last ?? directories.last ?? "", problems: problems,
      isComplete: isComplete, environmentURL: url)
    let settings = reader.settings()
    let inOrder = order(of: dropIns.candidates)
    guard reader.problems.isEmpty else {
      throw InvalidConfiguration(diagnostics: reader.problems.diagnostics.sorted(by: inOrder))
    }
    if settings.credentials.isEmpty, let last = dropIns.paths.last {
      reader.warnings.append(
        .warning(
          "no credential is configured, so there is nothing to rotate; write [credential.NAME]",
          at: .start(of: last)))
    }
    return LoadedConfiguration(
      settings: settings, files: dropIns.paths, warnings: reader.warnings.sorted(by: inOrder))
  }

  private static func nothing(in directories: [String], all isEmpty: Bool) -> Diagnostic {
    let what = isEmpty ? "there is no drop-in" : "every drop-in is masked"
    return .error(
      "\(what) (*.toml) in \(directories.joined(separator: ", ")); the first one needs [api] with "
        + "url = \(ServerURL.instance.example) and token = \(SourceSyntax.example)",
      at: .whole(directories.last ?? "configuration"))
  }

  private static func order(of paths: [String]) -> (Diagnostic, Diagnostic) -> Bool {
    let ranks = Dictionary(
      paths.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    return { left, right in
      // What is no file comes first.
      let leftRank = ranks[left.position.path] ?? -1
      let rightRank = ranks[right.position.path] ?? -1
      return (leftRank, left.position.line, left.position.column, left.message)
        < (rightRank, right.position.line, right.position.column, right.message)
    }
  }
}
