// swift-tools-version: 6.2
import PackageDescription

// The arrows of docs/architecture.md: a target names every module it may import, and
// `swift build --explicit-target-dependency-import-check error` refuses any other.

let isFuzzing = Context.environment["DX_ROTATED_FUZZ"] != nil
let fuzzed: [Target.Dependency] = [
  "Configuration", "DXClient", "HTTPTransport", "RotationEngine", "SecretMemory", "SecretSources",
  "StateStore",
]

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
  name: "dx-rotated",
  products: [
    .executable(name: "dx-rotated", targets: ["dx-rotated"]),
    .executable(name: "dx-simulator", targets: ["dx-simulator"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
  ],
  targets: [
    // Deciding: pure.
    .target(name: "RotationEngine", swiftSettings: strict),

    // Deciding which of several nodes does it: pure.
    .target(name: "ClusterSharing", dependencies: ["RotationEngine"], swiftSettings: strict),

    // Doing: one adapter for each part of the world.
    .target(name: "SecretMemory", swiftSettings: strict),
    .target(name: "Descriptors", dependencies: ["CLinux"], swiftSettings: strict),
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
      name: "StateStore", dependencies: ["RotationEngine", "SecretMemory", "CSQLite"],
      swiftSettings: strict),
    .target(
      name: "ClusterState",
      dependencies: [
        "RotationEngine", "ClusterSharing", "SecretMemory", "HTTPTransport", "StateStore",
        "COpenSSL",
      ],
      swiftSettings: strict),
    .target(name: "Systemd", swiftSettings: strict),
    .target(
      name: "Alerts",
      dependencies: [
        "RotationEngine", "SecretMemory", "HTTPTransport", "Descriptors", "CLinux",
      ],
      swiftSettings: strict),

    // Joining them.
    .target(
      name: "RotationDaemon",
      dependencies: [
        "RotationEngine", "ClusterSharing", "SecretMemory", "Configuration", "SecretSources",
        "HTTPTransport", "DXClient", "StateStore", "ClusterState", "Systemd", "Alerts",
        "Descriptors", "CLinux",
      ], swiftSettings: strict),
    .executableTarget(
      name: "dx-rotated",
      dependencies: [
        "RotationDaemon", "Configuration", "Systemd",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: strict),

    // Pages that are made from the code: the manual of the configuration, the journal's catalog.
    .target(
      name: "ReferencePages", dependencies: ["Configuration", "RotationDaemon", "RotationEngine"],
      swiftSettings: strict),
    .executableTarget(
      name: "reference", dependencies: ["ReferencePages"], swiftSettings: strict),

    // A DX to try against. TOMLKit carries a toml++ of its own, of another version than the
    // system's: it stays in this executable, away from CTomlPlusPlus and the test bundle.
    .target(name: "DXSimulator", swiftSettings: strict),
    .executableTarget(
      name: "dx-simulator",
      dependencies: ["DXSimulator", .product(name: "TOMLKit", package: "TOMLKit")],
      swiftSettings: strict),

    // Years of the engine's life in virtual time, for developers.
    .target(
      name: "RotationSimulation", dependencies: ["RotationEngine", "SecretMemory", "StateStore"],
      swiftSettings: strict),
    .executableTarget(
      name: "dx-simulate",
      dependencies: [
        "RotationSimulation",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // Libraries of the system, each behind one header.
    .target(name: "CTomlPlusPlus", cxxSettings: [.unsafeFlags(["-std=c++17"])]),
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(
      name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),

    .testTarget(
      name: "RotationEngineTests", dependencies: ["RotationEngine"],
      swiftSettings: strict),
    .testTarget(
      name: "RotationSimulationTests", dependencies: ["RotationSimulation", "RotationEngine"],
      swiftSettings: strict),
    .testTarget(
      name: "ClusterSharingTests", dependencies: ["ClusterSharing", "RotationEngine"],
      swiftSettings: strict),
    .testTarget(
      name: "ConfigurationTests", dependencies: ["Configuration", "RotationEngine"],
      swiftSettings: strict),
    .testTarget(
      name: "HTTPTransportTests", dependencies: ["HTTPTransport", "SecretMemory"],
      swiftSettings: strict),
    .testTarget(
      name: "DXClientTests",
      dependencies: ["DXClient", "HTTPTransport", "RotationEngine", "SecretMemory", "DXSimulator"],
      swiftSettings: strict),
    .testTarget(
      name: "SecretSourcesTests",
      dependencies: ["SecretSources", "RotationEngine", "SecretMemory"],
      swiftSettings: strict),
    // A real etcd for tests; it knows nothing of the product.
    .target(name: "EtcdFixture", path: "Tests/EtcdFixture", swiftSettings: strict),
    .testTarget(
      name: "StateStoreTests",
      dependencies: [
        "StateStore", "ClusterState", "RotationEngine", "SecretMemory", "EtcdFixture",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "ClusterStateTests",
      dependencies: [
        "ClusterState", "ClusterSharing", "StateStore", "RotationEngine", "SecretMemory",
        "EtcdFixture",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "ReferencePagesTests",
      dependencies: ["ReferencePages", "Configuration", "RotationDaemon", "RotationEngine"],
      swiftSettings: strict),
    .testTarget(
      name: "RotationDaemonTests",
      dependencies: [
        "RotationDaemon", "RotationEngine", "SecretSources", "StateStore", "Systemd",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "SystemdTests", dependencies: ["Systemd"],
      swiftSettings: strict),
    .testTarget(
      name: "DescriptorsTests", dependencies: ["Descriptors"], swiftSettings: strict),
    .testTarget(
      name: "DXSimulatorTests", dependencies: ["DXSimulator"],
      swiftSettings: strict),
    .testTarget(
      name: "AlertsTests", dependencies: ["Alerts", "RotationEngine"],
      swiftSettings: strict),
    // The inputs that are kept, replayed. `make fuzz` gives the same subjects to libFuzzer.
    isFuzzing
      ? .executableTarget(
        name: "dx-fuzz", dependencies: fuzzed, path: "Tests/FuzzTests",
        exclude: ["CorpusTests.swift", "Corpora"],
        swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])])
      : .testTarget(
        name: "FuzzTests", dependencies: fuzzed, exclude: ["Fuzzer.swift", "Corpora"],
        swiftSettings: strict),
    // The built binaries, from outside: linked with nothing of them.
    .testTarget(name: "BlackBoxTests", dependencies: ["EtcdFixture"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
