import RotationEngine

// The ids are fixed for ever: journald finds the catalog's text by them, and administrators filter by them.
extension JournalEvent {
  /// The `MESSAGE_ID` of the event (systemd.journal-fields(7)): 32 hexadecimal digits.
  package var messageID: String {
    switch self {
    case .started: "f6fadfa7e5c14b629362da5cc13da58a"
    case .stopping: "2c63888f28f04481be6ddce7a7ace732"
    case .configLoaded: "8a119b9e16bc47328f7b7676d015b0dc"
    case .configRejected: "bc67ba94637d4efaa09e467ada679f81"
    case .adopted: "fab36728a78b4b7e8787c0de2f960063"
    case .rotated: "a712755f6cac44d599d5269512e74f7b"
    case .rotationFailed: "ac8efe121c5949f1ba2dde83458bfed0"
    case .rotationHeld: "5796a670482c490e8d9782bfcdc83011"
    case .rotationRecovered: "0b80a25553a14945a93258ef7777682c"
    case .awaitingSecret: "45ac16b9c20d4c218f8a7abff2e91ac7"
    case .expired: "dd2ee150d2844277b89c1af40ce8fcc9"
    case .expirationUnknown: "3c3ae353fb14428e90b401a6c1cc0aff"
    case .sourceUnavailable: "b9c8b9ffe46e46279419c7723226db94"
    case .sourceRecovered: "bbeeb6361d334c6d96f0da847a2a3b87"
    case .apiUnauthorized: "68e58909ccb24416925a56c9a30f4300"
    case .apiUnavailable: "ff53a46f5ead403a84c4b877678537a3"
    case .apiRecovered: "e179f773a6e043c09514b7dde2ad0478"
    case .credentialMissing: "0c28cec1b94742afa4b936976b4b76b0"
    case .credentialDisabled: "a398d022d4354df48322905089933837"
    case .keyExpiring: "4c8b1eb44f1e4ccf8372a2a784a67245"
    case .interrupted: "ac9130f4547c47d38e3a655f20731ab2"
    case .stateRebuilt: "ca3ab343ac334b68be9bf77c6519a9d5"
    case .watchdogWithheld: "03c472ca449548b4b8d889d2b47a5c1d"
    case .alertDeliveryFailed: "77dde229df884e4dac2386e5cc86ba64"
    case .clusterUnavailable: "0e5ff85336f24701b42d7a985e653847"
    case .clusterRecovered: "c16e1a9a58df48a6987f965f7d8fd228"
    case .summary: "c3dd75f6808548e6ac925f09a227f039"
    }
  }
}
