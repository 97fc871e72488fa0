/// How bad a standing alert is.
public enum Severity: String, Hashable, Comparable, Sendable, CaseIterable {
  /// A person should look soon.
  case warning
  /// A person should look now.
  case critical

  /// A warning is less than a critical alert.
  public static func < (left: Severity, right: Severity) -> Bool {
    left == .warning && right == .critical
  }
}

/// The `alert` table of contract section 2.
public struct AlertSettings: Hashable, Sendable {
  /// Text in the configuration, or a source of it.
  public enum Text: Hashable, Sendable {
    /// The text itself.
    case literal(String)
    /// Where it is read from.
    case source(Source)
  }

  /// One `alert.webhook.NAME`.
  public struct Webhook: Hashable, Sendable {
    /// What is posted.
    public enum Format: String, Hashable, Sendable, CaseIterable {
      /// The documented JSON object.
      case json
      /// A Slack incoming webhook's text.
      case slack
      /// Alertmanager's `POST /api/v2/alerts`.
      case alertmanager
    }

    /// The channel's name.
    public var name: String
    /// Where to post.
    public var url: Text
    /// What to post.
    public var format: Format
    /// Further request headers, in the order of their names.
    public var headers: [Header]
    /// The least that is sent here.
    public var severity: Severity

    /// A request header.
    public struct Header: Hashable, Sendable {
      /// Its name.
      public var name: String
      /// Its value.
      public var value: Text

      /// Makes a header.
      public init(name: String, value: Text) {
        self.name = name
        self.value = value
      }
    }

    /// Makes a webhook.
    public init(
      name: String, url: Text, format: Format = .json, headers: [Header] = [],
      severity: Severity = .warning
    ) {
      self.name = name
      self.url = url
      self.format = format
      self.headers = headers
      self.severity = severity
    }
  }

  /// One `alert.command.NAME`.
  public struct Command: Hashable, Sendable {
    /// The channel's name.
    public var name: String
    /// The program and its arguments; no shell.
    public var argv: [String]
    /// How long it may run.
    public var timeout: TimeSpan
    /// The least that is sent here.
    public var severity: Severity

    /// Makes a command.
    public init(
      name: String, argv: [String], timeout: TimeSpan = .seconds(30),
      severity: Severity = .warning
    ) {
      self.name = name
      self.argv = argv
      self.timeout = timeout
      self.severity = severity
    }
  }

  /// How long DX, or a source, must stay unreachable before that is an alert.
  public var after: TimeSpan = .minutes(15)
  /// How often a standing alert is said again.
  public var repeatInterval: TimeSpan = .hours(24)
  /// The webhooks, in the order of their names.
  public var webhooks: [Webhook] = []
  /// The commands, in the order of their names.
  public var commands: [Command] = []

  /// The contract's defaults.
  public init() {}
}
