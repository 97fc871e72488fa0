import RotationEngine
import SecretMemory

/// All secrets of a credential, from one pass.
package struct ValuesRead: Sendable {
  /// What the engine may know.
  package let reading: Reading
  /// The values under the keys they are sent under, in the order of the settings.
  package let secrets: [(key: String, value: SecretBytes)]
  /// What a person should look at, each naming its source; never a value.
  package let warnings: [String]
}

/// The API key, from one pass.
package struct KeyRead: Sendable {
  /// What the engine may know.
  package let reading: Reading
  /// The key.
  package let key: SecretBytes
  /// What a person should look at, each naming its source; never a value.
  package let warnings: [String]
}

/// A text for an alert channel.
package struct TextRead: Sendable {
  /// The text.
  package let text: SecretBytes
  /// What a person should look at, each naming its source; never a value.
  package let warnings: [String]
}

/// The key of a cluster's fingerprints, made of its text.
package struct ClusterKeyRead: Sendable {
  /// The key.
  package let key: FingerprintKey
  /// What a person should look at, each naming its source; never a value.
  package let warnings: [String]
}
