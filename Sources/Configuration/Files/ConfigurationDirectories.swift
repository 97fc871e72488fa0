/// Where drop-ins are looked for.
package enum ConfigurationDirectories {
  /// The three standard directories, lowest priority first (contract, section 2).
  package static let standard = ["/usr/lib", "/run", "/etc"].map { "\($0)/dx-rotated/config.d" }
}
