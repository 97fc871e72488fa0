/// The tables, as a list of steps from nothing to the present version.
///
/// The version is the number of steps taken, kept in the file's `user_version`. A step that was released never
/// changes; whatever alters what an older program would find, a new name in an enumeration too, is a new step.
struct Schema {
  /// `DxRo`: the `application_id` that tells this database from any other.
  static let applicationID: Int64 = 0x4478_526f

  /// SQL, one text a version.
  let steps: [String]

  /// The version that the steps lead to.
  var version: Int { steps.count }

  /// This program's.
  static let current = Schema(
    steps: [first, undeliveredAlerts, acceptedInDoubt, lastUsed, cluster, keyExpiration])

  /// Brings a database forward, each step in a transaction of its own.
  func migrate(_ connection: Connection, from version: Int) throws(StateError) {
    for (step, sql) in zip(1..., steps).dropFirst(version) {
      do throws(StateError) {
        try connection.execute("BEGIN IMMEDIATE; \(sql); PRAGMA user_version = \(step); COMMIT")
      } catch {
        try? connection.execute("ROLLBACK")
        throw error
      }
    }
  }

  // Times are milliseconds since 1970-01-01T00:00:00Z. A digest is 0 when there are no rows.
  private static let first = """
    CREATE TABLE store (
      number INTEGER PRIMARY KEY CHECK (number = 1),
      key_id BLOB NOT NULL CHECK (length(key_id) = 16),
      created_at INTEGER NOT NULL,
      opened_at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE instance (
      number INTEGER PRIMARY KEY,
      url TEXT NOT NULL UNIQUE,
      alerts_digest INTEGER NOT NULL DEFAULT 0,
      unauthorized_since INTEGER,
      probe_since INTEGER,
      probe_failures INTEGER,
      probe_next_at INTEGER,
      refused_key BLOB CHECK (length(refused_key) = 32),
      throttle_since INTEGER,
      throttle_failures INTEGER,
      throttle_next_at INTEGER,
      unreachable_since INTEGER,
      key_failing_since INTEGER,
      summary_said_at INTEGER
    ) STRICT;

    CREATE TABLE credential (
      number INTEGER PRIMARY KEY,
      instance INTEGER NOT NULL REFERENCES instance,
      connection_id INTEGER NOT NULL,
      id INTEGER NOT NULL,
      name TEXT NOT NULL,
      revision INTEGER NOT NULL DEFAULT 1,
      refusals_digest INTEGER NOT NULL DEFAULT 0,
      alerts_digest INTEGER NOT NULL DEFAULT 0,
      first_read_at INTEGER,
      sources_digest INTEGER NOT NULL,
      accepted_fingerprint BLOB CHECK (length(accepted_fingerprint) = 32),
      accepted_at INTEGER,
      accepted_origin TEXT,
      accepted_expiration INTEGER,
      accepted_superseded_date INTEGER,
      accepted_listed_date INTEGER,
      recent_sends TEXT NOT NULL,
      backoff_since INTEGER,
      backoff_failures INTEGER,
      backoff_next_at INTEGER,
      listed_at INTEGER,
      listed_expiration INTEGER,
      listed_disabled_at INTEGER,
      missing_since INTEGER,
      source_fingerprint BLOB CHECK (length(source_fingerprint) = 32),
      source_failing_since INTEGER,
      source_failure TEXT,
      source_failure_message TEXT,
      error_kind TEXT,
      error_at INTEGER,
      error TEXT,
      error_display_message TEXT,
      error_raw_message TEXT,
      error_http_status INTEGER,
      said_expiration_unknown INTEGER NOT NULL,
      state TEXT NOT NULL,
      needs_attention INTEGER NOT NULL,
      expires_at INTEGER,
      expires_from TEXT,
      window_opens_at INTEGER,
      attempts INTEGER NOT NULL,
      next_action_at INTEGER,
      UNIQUE (instance, connection_id, id)
    ) STRICT;

    CREATE TABLE refusal (
      credential INTEGER NOT NULL REFERENCES credential,
      position INTEGER NOT NULL,
      fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
      attempts INTEGER NOT NULL,
      last_at INTEGER NOT NULL,
      cause TEXT NOT NULL,
      next_at INTEGER,
      is_held INTEGER NOT NULL,
      PRIMARY KEY (credential, position)
    ) STRICT, WITHOUT ROWID;

    -- Alerts of the instance as a whole have no credential.
    CREATE TABLE alert (
      number INTEGER PRIMARY KEY,
      instance INTEGER NOT NULL REFERENCES instance,
      credential INTEGER REFERENCES credential,
      position INTEGER NOT NULL,
      kind TEXT NOT NULL,
      severity TEXT NOT NULL,
      since INTEGER NOT NULL,
      said_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX alert_by_owner ON alert (instance, credential, position);

    CREATE TABLE attempt (
      number INTEGER PRIMARY KEY,
      instance INTEGER NOT NULL REFERENCES instance,
      connection_id INTEGER NOT NULL,
      id INTEGER NOT NULL,
      name TEXT NOT NULL,
      fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
      reason TEXT NOT NULL,
      ordinal INTEGER NOT NULL,
      at INTEGER NOT NULL,
      finished_at INTEGER,
      outcome TEXT,
      error_kind TEXT,
      error_at INTEGER,
      error TEXT,
      error_display_message TEXT,
      error_raw_message TEXT,
      error_http_status INTEGER
    ) STRICT;
    CREATE INDEX attempt_by_credential ON attempt (instance, connection_id, id, number);
    CREATE INDEX attempt_unfinished ON attempt (instance, number) WHERE outcome IS NULL;

    CREATE TABLE total (
      instance INTEGER NOT NULL REFERENCES instance,
      name TEXT NOT NULL,
      label TEXT NOT NULL,
      value INTEGER NOT NULL,
      PRIMARY KEY (instance, name, label)
    ) STRICT, WITHOUT ROWID;
    """

  // Its numbers are the order in which channels are told.
  private static let undeliveredAlerts = """
    CREATE TABLE undelivered_alert (
      number INTEGER PRIMARY KEY,
      instance INTEGER NOT NULL REFERENCES instance,
      channel TEXT NOT NULL,
      alert TEXT NOT NULL,
      message TEXT NOT NULL,
      UNIQUE (instance, channel, alert)
    ) STRICT
    """

  private static let acceptedInDoubt = """
    ALTER TABLE credential ADD COLUMN accepted_in_doubt INTEGER NOT NULL DEFAULT 0
    """

  // When a daemon turned to an instance last.
  private static let lastUsed = "ALTER TABLE instance ADD COLUMN used_at INTEGER"

  // Also the names `cluster_unavailable` among alerts and `behind` among failures of sources.
  private static let cluster = """
    ALTER TABLE credential ADD COLUMN accepted_former BLOB CHECK (length(accepted_former) = 32)
    """

  private static let keyExpiration = "ALTER TABLE instance ADD COLUMN key_expires_at INTEGER"
}
