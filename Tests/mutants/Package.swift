// swift-tools-version: 6.2
import PackageDescription

// The engine and the simulator alone, so that a mutant builds nothing else. Incremental: the engine's other files stay.

let package = Package(
  name: "mutants",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .target(name: "RotationEngine"),
    .target(name: "SecretMemory"),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3"),
    .target(name: "StateStore", dependencies: ["RotationEngine", "SecretMemory", "CSQLite"]),
    .target(
      name: "RotationSimulation", dependencies: ["RotationEngine", "SecretMemory", "StateStore"]),
    .executableTarget(
      name: "dx-simulate",
      dependencies: [
        "RotationSimulation",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
