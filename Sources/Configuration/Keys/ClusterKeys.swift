import RotationEngine

extension KeyTable {
  /// The keys of `cluster`.
  static let cluster: [Key<ClusterSettings>] = [
    Key(
      "endpoints", .endpoints, \.endpoints, default: KeyDescription.required,
      "The members of etcd (3.4 or later), one or more, each as https://HOST:PORT; without https "
        + "only on a loopback address. The first that answers is used."),
    Key(
      "prefix", .keyPrefix, \.prefix, default: #""/dx-rotated/""#,
      "What all keys in etcd begin with."),
    Key(
      optional: "node", .nodeName, \.node, default: "the host's name",
      "What this node is called in etcd, in messages and in status; no two nodes share a name."),
    Key(
      "lease", .wholeSeconds(.seconds(2) ... .minutes(10)), \.lease, default: #""15s""#,
      "How long a node may be silent before the others take its credentials over."),
    Key(
      "key", .source, \.key, default: KeyDescription.required,
      "The source of a random text of 32 bytes or more, the same on every node. It keys the "
        + "fingerprints of secrets, and is never stored in etcd."),
    Key(
      optional: "ca_file", .path, \.caFile, default: "the system's store",
      "A PEM bundle of certificate authorities to trust for etcd instead of the system's."),
    Key(
      optional: "cert_file", .path, \.certificateFile,
      "A PEM file with the certificate that is shown to etcd; together with key_file."),
    Key(
      optional: "key_file", .path, \.keyFile,
      "A PEM file with the key of cert_file."),
    Key(
      optional: "username", .userName, \.username,
      "The user of etcd to authenticate as; together with password."),
    Key(
      optional: "password", .source, \.password,
      "The source of that user's password."),
  ]
}
