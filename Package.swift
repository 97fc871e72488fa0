// swift-tools-version: 6.2
import PackageDescription

// The arrows of docs/architecture.md: a target names every module it may import, and
// `swift build --explicit-target-dependency-import-check error` refuses any other.

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
  name: "dx-rotated",
  products: [
    .executable(name: "dx-rotated", targets: ["dx-rotated"]),
    .executable(name: "dx-simulator", targets: ["dx-simulator"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
  ],
  targets: [
    // Deciding: pure.
    .target(name: "RotationEngine", swiftSettings: strict),

    // Doing: one adapter for each part of the world.
    .target(name: "SecretMemory", swiftSettings: strict),
    .target(
      name: "Configuration", dependencies: ["RotationEngine", "CTomlPlusPlus"],
      swiftSettings: strict),
    .target(
      name: "SecretSources", dependencies: ["RotationEngine", "SecretMemory", "COpenSSL"],
      swiftSettings: strict),
    .target(
      name: "HTTPTransport", dependencies: ["SecretMemory", "CCurl"], swiftSettings: strict),
    .target(
      name: "DXClient", dependencies: ["RotationEngine", "SecretMemory", "HTTPTransport"],
      swiftSettings: strict),
    .target(
      name: "StateStore", dependencies: ["RotationEngine", "CSQLite"], swiftSettings: strict),
    .target(name: "Systemd", dependencies: ["CSystemd"], swiftSettings: strict),

    // Joining them.
    .target(
      name: "RotationDaemon",
      dependencies: [
        "RotationEngine", "SecretMemory", "Configuration", "SecretSources", "HTTPTransport",
        "DXClient", "StateStore", "Systemd",
      ], swiftSettings: strict),
    .executableTarget(
      name: "dx-rotated",
      dependencies: [
        "RotationDaemon", "RotationEngine", "Configuration",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: strict),

    // A DX to try against.
    .target(
      name: "DXSimulator",
      dependencies: ["CTomlPlusPlus", .product(name: "FlyingFox", package: "FlyingFox")],
      swiftSettings: strict),
    .executableTarget(name: "dx-simulator", dependencies: ["DXSimulator"], swiftSettings: strict),

    // Libraries of the system, each behind one header.
    .target(name: "CTomlPlusPlus", cxxSettings: [.unsafeFlags(["-std=c++17"])]),
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(
      name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
      name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),

    .testTarget(
      name: "RotationEngineTests", dependencies: ["RotationEngine"], swiftSettings: strict),
    .testTarget(
      name: "SecretSourcesTests",
      dependencies: ["SecretSources", "RotationEngine", "SecretMemory"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
