import FoundationEssentials
import RotationDaemon
import RotationEngine
import Testing

@testable import ReferencePages

/// What is committed is what the code makes, and nothing in it can be left behind by the code.
@Suite struct ReferencePageTests {
  private static let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

  private static func file(_ path: String) throws -> String {
    try String(contentsOfFile: "/\(root)/\(path)", encoding: .utf8)
  }

  @Test(arguments: ReferencePage.all.map(\.path))
  func theCommittedPageIsTheOneMade(path: String) throws {
    let page = try #require(ReferencePage.all.first { $0.path == path })
    #expect(try Self.file(path) == page.text, "run make reference, and commit \(path)")
  }

  @Test func everyKeyIsInBothPages() throws {
    for path in ["deploy/man/dx-rotated.toml.5", "docs/configuration.md"] {
      let text = try Self.file(path).replacing("\\", with: "")
      for key in KeyNames.all { #expect(text.contains(key), "\(key) is not in \(path)") }
    }
  }

  @Test(arguments: JournalEvent.allCases)
  func theCatalogExplains(event: JournalEvent) throws {
    let entry = try #require(
      Catalog.text.components(separatedBy: "\n-- ").first { $0.hasPrefix(event.messageID) })
    #expect(entry.contains("\nSubject: "))
    #expect(entry.contains("\n\n\(event.explanation.meaning.prefix(20))"))
    #expect(entry.contains("\n\n\(event.explanation.remedy.prefix(12))"))
  }

  @Test func theCatalogHasNothingElse() {
    let ids = Catalog.text.split(separator: "\n").filter { $0.hasPrefix("-- ") }
    #expect(ids.count == JournalEvent.allCases.count)
    #expect(Set(ids).count == ids.count)
  }

  // What is to be typed can be taken whole from a terminal.
  @Test func theCatalogBreaksNoLiteralAndNoWord() {
    for line in Catalog.text.split(separator: "\n") {
      #expect(line.count { $0 == "`" }.isMultiple(of: 2), "\(line)")
      #expect(!line.contains("- ") || line.hasPrefix("-- "), "\(line)")
      #expect(!line.hasSuffix("-"), "\(line)")
    }
  }

  // A field that an entry lacks would stand in the text as @FIELD@.
  @Test(arguments: JournalEvent.allCases)
  func theCatalogNamesFieldsThatExist(event: JournalEvent) {
    let explanation = event.explanation
    let text = [explanation.subject, explanation.meaning, explanation.remedy].joined(separator: " ")
    let named = text.split(separator: "@", omittingEmptySubsequences: false).enumerated()
      .filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) }
    for field in named {
      #expect(Self.fields(of: event).contains(field), "\(event.rawValue): \(field)")
    }
  }

  /// The fields that every entry of an event has.
  private static func fields(of event: JournalEvent) -> Set<String> {
    let subject: Set = ["DX_CREDENTIAL", "DX_CONNECTION_ID", "DX_CREDENTIAL_ID"]
    return switch event {
    case .rotated: subject.union(["DX_REASON", "DX_ATTEMPT", "DX_DURATION_MS"])
    case .rotationFailed: subject.union(["DX_REASON"])
    case .interrupted: subject.union(["DX_ATTEMPT"])
    case .adopted, .rotationHeld, .rotationRecovered, .awaitingSecret, .expired,
      .expirationUnknown, .credentialMissing, .credentialDisabled:
      subject
    case .alertDeliveryFailed: ["DX_REASON", "DX_ERROR"]
    case .started, .stopping, .configLoaded, .configRejected, .sourceUnavailable, .sourceRecovered,
      .apiUnauthorized, .apiUnavailable, .apiRecovered, .keyExpiring, .clusterUnavailable,
      .clusterRecovered, .stateRebuilt,
      .watchdogWithheld, .summary:
      []
    }
  }

  @Test func theManualOfTheProgramNamesEveryEvent() throws {
    let page = try Self.file("deploy/man/dx-rotated.8").replacing("\\", with: "")
    for event in JournalEvent.allCases {
      #expect(page.contains(event.rawValue), "\(event.rawValue) is not in dx-rotated(8)")
    }
  }
}
