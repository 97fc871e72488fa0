import Descriptors
import Dispatch
import Glibc
import RotationEngine
import Systemd

/// The socket through which commands ask the daemon (contract, section 1): root and the service's own user only.
///
/// Requests are bounded, and a client that hangs costs one of a few places for a few seconds.
final class ControlServer: @unchecked Sendable {
  // All state is confined to the loop's queue; that is why @unchecked holds.

  static let connectionLimit = 16

  private let loop: RotationLoop
  private let path: String
  private let stateDirectory: String
  private let desk: ControlDesk
  private var listener: (any DispatchSourceRead)?
  private var watch: DescriptorWatch?
  private var connections: [Int32: ControlConnection] = [:]

  init(loop: RotationLoop, desk: ControlDesk, path: String, stateDirectory: String) {
    self.loop = loop
    self.path = path
    self.stateDirectory = stateDirectory
    self.desk = desk
  }

  /// Listens.
  ///
  /// Without the socket the daemon does all the rest; commands then say that they cannot ask it.
  func start() {
    guard let watch = DescriptorWatch(queue: loop.queue),
      let descriptor = UnixSocket.listen(at: path)
    else { return cannotListen() }
    self.watch = watch
    ControlPath.note(path, stateDirectory: stateDirectory)
    let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: loop.queue)
    source.setEventHandler { [weak self] in self?.accept(descriptor, watch) }
    source.setCancelHandler { close(descriptor) }
    source.activate()
    listener = source
  }

  func stop() {
    listener?.cancel()
    listener = nil
    unlink(path)
  }

  private func cannotListen() {
    loop.say(
      Announcement(
        .configLoaded, .warning,
        "the control socket \(path) cannot be made (\(String(cString: strerror(errno)))): rotate, "
          + "plan and check --online cannot ask this daemon", reason: "no_control_socket"))
  }

  private func accept(_ listening: Int32, _ watch: DescriptorWatch) {
    while let descriptor = UnixSocket.accept(listening) {
      guard UnixSocket.isPeerAllowed(descriptor), connections.count < Self.connectionLimit else {
        close(descriptor)
        continue
      }
      let connection = ControlConnection(
        descriptor: descriptor, watch: watch, queue: loop.queue,
        asked: { [desk] request, progress, reply in
          desk.answer(request, progress: progress, reply)
        },
        ended: { [weak self] in self?.connections[descriptor] = nil })
      connections[descriptor] = connection
      connection.start()
    }
  }
}
