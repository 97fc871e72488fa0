import Foundation
import RotationEngine

@testable import StateStore

struct Failure: Error, CustomStringConvertible {
  let description: String
}

/// Runs a program, and waits for it.
func system(_ program: String, _ arguments: [String]) throws {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = [program] + arguments
  let output = Pipe()
  process.standardError = output
  try process.run()
  let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  guard process.terminationStatus == 0 else { throw Failure(description: "\(program): \(text)") }
}

/// Changes a database as a person might.
func run(_ sql: String, on place: Place) throws {
  try Connection(path: place.database, mode: .write).execute(sql)
}

/// A state as a daemon leaves it that was killed: with a log that no one has worked in yet.
///
/// Files copied under an open database are what a crash leaves.
struct Killed {
  init(_ place: Place) throws {
    let living = try Place()
    let state = try living.open()
    try state.save(Sample.accepted)
    _ = try state.begin(Sample.attempt)
    try system("cp", ["-a", living.state, place.state])
    withExtendedLifetime(state) {}
  }
}
