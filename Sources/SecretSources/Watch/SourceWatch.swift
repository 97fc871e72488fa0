import Dispatch
import Glibc

/// Tells which sources may have changed, by inotify on the directories of their files.
///
/// Directories, because files are replaced by renames and swaps of symbolic links (Kubernetes' and Vault's `..data`);
/// links are followed anew after each event, so that the second swap is seen too. inotify sees nothing on network file
/// systems and has limits, so whoever watches must also read again from time to time.
///
/// Every call, and every callback, is on `queue`.
package final class SourceWatch<Token: Hashable & Sendable>: @unchecked Sendable {
  // All state is confined to `queue`; that is why @unchecked holds.

  private struct Watched {
    var tokens: Few<Token>
    var marks = Few<Mark>.none
  }

  private let touched: (Set<Token>) -> Void
  private let limited: (String) -> Void
  private var inotify: Inotify?
  private var source: (any DispatchSourceRead)?
  private var paths: [String: Watched] = [:]
  /// For each watch, and each name in its directory, the paths that depend on it.
  private var dependents: [Int32: [String: Few<String>]] = [:]
  private var saidLimits: Set<String> = []

  /// Makes a watch of nothing.
  ///
  /// - Parameters:
  ///   - queue: the serial queue of all calls and callbacks.
  ///   - touched: takes the tokens of the paths that may have changed; once for all events that are there.
  ///   - limited: takes a sentence on why something cannot be watched and what to do, each once; such sources are
  ///     found changed only when they are read again.
  package init(
    queue: DispatchQueue, touched: @escaping (Set<Token>) -> Void,
    limited: @escaping (String) -> Void
  ) {
    self.touched = touched
    self.limited = limited
    guard let inotify = try? Inotify() else { return }
    let source = DispatchSource.makeReadSource(fileDescriptor: inotify.descriptor, queue: queue)
    self.inotify = inotify
    self.source = source
    source.setEventHandler { [weak self] in self?.drain() }
    // Held until the source has let go of the descriptor.
    source.setCancelHandler { withExtendedLifetime(inotify) {} }
    source.activate()
  }

  deinit { source?.cancel() }

  /// Watches exactly these paths from now on, each for its tokens.
  ///
  /// Directories that stay watched are not disturbed. Called again with the same paths, it looks for what events do
  /// not tell: a limit that was raised, a directory further up that was renamed.
  package func update(_ wanted: [String: Few<Token>]) {
    if inotify == nil {
      say("fs.inotify.max_user_instances, or the limit of open files, is reached; raise it")
    }
    for path in paths.keys where wanted[path] == nil {
      replaceMarks(of: path, with: [])
      paths[path] = nil
    }
    for (path, tokens) in wanted {
      paths[path, default: Watched(tokens: .none)].tokens = tokens
    }
    findMarks(of: wanted.keys)
  }

  /// How many directories are watched.
  package var directoryCount: Int { dependents.count }

  /// Takes the events that are there.
  func drain() {
    var touchedPaths: Set<String> = []
    var pathsToFind: Set<String> = []
    inotify?.drain { event in
      if event.isAny(of: IN_Q_OVERFLOW) {
        touchedPaths.formUnion(paths.keys)
        pathsToFind.formUnion(paths.keys)
        return
      }
      guard let names = dependents[event.watch] else { return }
      if let name = event.name {
        guard let paths = names[name]?.all else { return }
        touchedPaths.formUnion(paths)
        if !event.isAny(of: IN_CLOSE_WRITE, IN_ATTRIB) { pathsToFind.formUnion(paths) }
      } else {
        // The directory itself was removed, moved, unmounted, or given other permissions.
        for paths in names.values.map(\.all) {
          touchedPaths.formUnion(paths)
          pathsToFind.formUnion(paths)
        }
        if event.isAny(of: IN_IGNORED) { dependents[event.watch] = nil }
      }
    }
    if !pathsToFind.isEmpty { findMarks(of: pathsToFind) }
    let tokens = touchedPaths.reduce(into: Set<Token>()) {
      $0.formUnion(paths[$1]?.tokens.all ?? [])
    }
    if !tokens.isEmpty { touched(tokens) }
  }

  private func findMarks(of changed: some Collection<String>) {
    guard let inotify else { return }
    let mounts = NetworkMounts.current()
    // A directory that vanishes between the look and the watch asks for another look.
    var vanished = false
    for _ in 0..<3 {
      vanished = false
      var finder = TrailFinder(mounts: mounts) { directory in
        do throws(SystemError) {
          return try inotify.add(directory: directory)
        } catch {
          if error.code == ENOENT || error.code == ENOTDIR { vanished = true }
          self.sayWhy(directory, error.code)
          return nil
        }
      }
      for path in changed { replaceMarks(of: path, with: finder.marks(ofFile: path)) }
      if !vanished { break }
    }
    for (watch, names) in dependents where names.isEmpty {
      dependents[watch] = nil
      inotify.remove(watch)
    }
  }

  private func replaceMarks(of path: String, with marks: [Mark]) {
    for mark in paths[path]?.marks.all ?? [] where !marks.contains(mark) {
      dependents[mark.watch]?[mark.name]?.remove(path)
      if dependents[mark.watch]?[mark.name]?.isEmpty == true {
        dependents[mark.watch]?[mark.name] = nil
      }
    }
    for mark in marks {
      dependents[mark.watch, default: [:]][mark.name, default: .none].insert(path)
    }
    paths[path]?.marks = Few(marks)
  }

  private func sayWhy(_ directory: String, _ code: Int32) {
    switch code {
    case ENOENT, ENOTDIR: break
    case ENOSPC: say("the limit fs.inotify.max_user_watches is reached; raise it with sysctl")
    case EACCES:
      say("directory \(directory): permission denied; let the service's user read it")
    default: say("directory \(directory): cannot be watched (error \(code))")
    }
  }

  private func say(_ reason: String) {
    if saidLimits.insert(reason).inserted { limited(reason) }
  }
}
