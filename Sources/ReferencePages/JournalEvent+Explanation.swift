import RotationEngine

/// What the catalog says of an event.
struct Explanation {
  /// The event in a few words.
  let subject: String
  /// What happened, and why.
  let meaning: String
  /// What to do.
  let remedy: String

  init(_ subject: String, _ meaning: String, _ remedy: String) {
    self.subject = subject
    self.meaning = meaning
    self.remedy = remedy
  }
}

// journald puts an entry's own field in place of @FIELD@, and leaves that text as it is where the entry has no such
// field: so an explanation names only fields that every entry of its event has.
extension JournalEvent {
  var explanation: Explanation {
    switch self {
    case .started:
      Explanation(
        "dx-rotated watches its credentials",
        "The service has read its configuration and its state, and watches the sources "
          + "from now on. DX need not be reachable for that.",
        "Nothing is to be done. `dx-rotated status` shows each credential, `dx-rotated "
          + "plan` what is sent next.")
    case .stopping:
      Explanation(
        "dx-rotated stops",
        "The service was told to stop. It sends nothing new, waits for the requests "
          + "that are under way, and records how they ended.",
        "Nothing is to be done.")
    case .configLoaded:
      Explanation(
        "A configuration is in force",
        "The drop-in files were read and make sense. As a warning, the entry names "
          + "something in them that deserves a look, such as two credentials that share a "
          + "source.",
        "At a warning, read it; otherwise nothing is to be done.")
    case .configRejected:
      Explanation(
        "The configuration is invalid",
        "The drop-in files have errors; the entry lists each with its file, line and "
          + "column. After a reload the configuration before stays in force. At the start "
          + "the service ends with status 78, and is not started again by itself.",
        "Mend the lines that it names, see what `dx-rotated check` says, then run "
          + "`systemctl reload dx-rotated`, or `systemctl start dx-rotated` where it does "
          + "not run.")
    case .stateRebuilt:
      Explanation(
        "The state was begun anew",
        "The state directory was damaged or had been removed, so the service no longer "
          + "knows what DX accepted from here. Damaged files were kept beside the new ones. "
          + "Each credential is now seen for the first time: what its source holds is taken "
          + "for what DX has.",
        "Look at the disk. Where DX may lack the secret that a source holds, run "
          + "`dx-rotated rotate NAME`.")
    case .watchdogWithheld:
      Explanation(
        "dx-rotated makes no progress",
        "The service's own loop is stuck or has lost a timer, so it does not tell "
          + "systemd that it works. systemd will kill it and start it again; a send that "
          + "was cut off is made again.",
        "Nothing is to be done once. If it comes again, report it as a defect, together "
          + "with the entries before it.")
    case .summary:
      Explanation(
        "The daily summary of dx-rotated",
        "Once a day the service says how many credentials it watches, what it does "
          + "next, and what needs a person.",
        "Nothing is to be done, unless the entry names something that needs a person. A "
          + "day without a summary means trouble: look at `systemctl status dx-rotated`.")
    case .apiUnauthorized:
      Explanation(
        "DX refuses the API key",
        "DX answered that it does not take the API key. Nothing can be rotated until it "
          + "does; one request at a time tries whether the key is taken again. The secrets "
          + "are not at fault.",
        "Make a new API key in DX, and put it into the source of `api.token`: it is "
          + "tried at once. If that source is a credential of systemd or a variable of the "
          + "environment, restart the service.")
    case .clusterUnavailable:
      Explanation(
        "The cluster's etcd cannot be used",
        "No member of the etcd that `cluster.endpoints` names does what it is asked. Credentials are still watched, "
          + "but nothing is sent until it does, since another node might be at the same credential.",
        "Look at etcd, at the network between, and at `DX_ERROR`. All goes on by itself.")
    case .clusterRecovered:
      Explanation(
        "The cluster's etcd can be used again",
        "etcd does what it is asked again, and everything that waited for it goes on.",
        "Nothing is to be done.")
    case .apiUnavailable:
      Explanation(
        "DX cannot be reached",
        "DX did not answer, or what answered is not its API, for longer than "
          + "`alert.after`. No secret is lost: everything is tried again by itself, at "
          + "growing intervals of up to `retry.max`.",
        "Look at the network, the proxy, the certificates and `api.url`. `dx-rotated "
          + "check --online` tries it now.")
    case .apiRecovered:
      Explanation(
        "DX answers again",
        "DX can be reached again, or takes the API key again. What was waiting is sent "
          + "now.",
        "Nothing is to be done.")
    case .keyExpiring:
      Explanation(
        "The API key expires",
        "By `api.token_expires_at` the API key itself expires soon, or has. Without a "
          + "valid key nothing can be rotated. With the reason \"resolved\", that is over.",
        "Make a new API key in DX, put it into the source of `api.token`, and correct "
          + "the date where it is written in the configuration.")
    case .alertDeliveryFailed:
      Explanation(
        "An alert did not reach @DX_REASON@",
        "The alert channel @DX_REASON@ did not take an alert: @DX_ERROR@. It is tried "
          + "again by itself. Other channels are not affected, and every alert is in the "
          + "journal whatever becomes of its channels.",
        "Look at the channel in the drop-in, and run `dx-rotated alert test`.")
    case .adopted:
      Explanation(
        "The secret of @DX_CREDENTIAL@ is taken for what DX has",
        "The service sees the source of @DX_CREDENTIAL@ (connection @DX_CONNECTION_ID@, "
          + "credential @DX_CREDENTIAL_ID@) for the first time, and its expiration is not "
          + "near. It takes what the source holds for what DX has already; nothing was "
          + "sent.",
        "Nothing is to be done. If DX does not have this secret, run `dx-rotated rotate "
          + "@DX_CREDENTIAL@`.")
    case .rotated:
      Explanation(
        "DX accepted a secret for @DX_CREDENTIAL@",
        "DX verified and stored the secret for credential @DX_CREDENTIAL_ID@ of "
          + "connection @DX_CONNECTION_ID@, at attempt @DX_ATTEMPT@, within "
          + "@DX_DURATION_MS@ ms. It was sent for the reason \"@DX_REASON@\".",
        "Nothing is to be done. `dx-rotated history @DX_CREDENTIAL@` has all attempts.")
    case .rotationFailed:
      Explanation(
        "A send for @DX_CREDENTIAL@ failed",
        "One attempt to give DX the secret of credential @DX_CREDENTIAL_ID@ of "
          + "connection @DX_CONNECTION_ID@ was not accepted. The reason is \"@DX_REASON@\": "
          + "with \"verification\" DX tried the secret and its vendor refused it, with "
          + "\"duplicate\" DX has it already, with \"unreachable\" or \"throttled\" it was "
          + "not tried at all, and with \"state\" nothing was sent because it could not be "
          + "recorded first. DX keeps the secret it had.",
        "Nothing is to be done yet: it is tried again by itself where that can help, "
          + "and becomes an alert where a person is needed. `dx-rotated status "
          + "@DX_CREDENTIAL@` says which.")
    case .rotationHeld:
      Explanation(
        "The secret of @DX_CREDENTIAL@ is refused by DX and held",
        "DX refuses the secret that the source of @DX_CREDENTIAL@ holds (connection "
          + "@DX_CONNECTION_ID@, credential @DX_CREDENTIAL_ID@). It is not sent again soon, "
          + "for that could lock the account at the vendor. DX keeps the secret it had, "
          + "which will expire.",
        "Put a valid secret into the source: it is sent at once. If instead the cause "
          + "that DX gives was mended at the vendor, run `dx-rotated rotate "
          + "@DX_CREDENTIAL@`.")
    case .rotationRecovered:
      Explanation(
        "@DX_CREDENTIAL@ needs nobody any more",
        "After failures DX accepted a secret for @DX_CREDENTIAL@, or nothing is held "
          + "for it any more.",
        "Nothing is to be done.")
    case .awaitingSecret:
      Explanation(
        "@DX_CREDENTIAL@ needs a new secret",
        "The secret of @DX_CREDENTIAL@ (connection @DX_CONNECTION_ID@, credential "
          + "@DX_CREDENTIAL_ID@) expires soon, and its source still holds the one that DX "
          + "has. The entry becomes critical when the time of `critical_before` has come. "
          + "With the reason \"resolved\", that is over.",
        "Make a new secret at the vendor, and put it into the source: it is sent at "
          + "once. Where the date is wrong, correct it in DX or in `expires_at`.")
    case .expired:
      Explanation(
        "@DX_CREDENTIAL@ has expired",
        "The expiration of @DX_CREDENTIAL@ (connection @DX_CONNECTION_ID@, credential "
          + "@DX_CREDENTIAL_ID@) is past, and its source holds no newer secret. DX can no "
          + "longer use the connection. With the reason \"resolved\", that is over.",
        "Make a new secret at the vendor now, and put it into the source: it is sent at "
          + "once.")
    case .expirationUnknown:
      Explanation(
        "Nobody knows when @DX_CREDENTIAL@ expires",
        "DX has no date for @DX_CREDENTIAL@ (connection @DX_CONNECTION_ID@, credential "
          + "@DX_CREDENTIAL_ID@), or still has the one of the secret before, and the "
          + "configuration has none. Its secret is sent when the source changes, but nobody "
          + "can be warned in time.",
        "Set `expires_at` or `max_age` for it, in the drop-in of @DX_CREDENTIAL@.")
    case .sourceUnavailable:
      Explanation(
        "A source cannot be read",
        "The place where a secret, or the API key, is read from is missing, may not be "
          + "read, does not answer, or holds nothing that can be used. The entry says which "
          + "and why. Nothing is sent from it, and DX keeps what it has.",
        "Mend its path, its access or its content. The service runs as a user that is "
          + "made up at its start: a file must be readable through the group "
          + "dx-rotated-secrets, or through a group that the unit is given. The source is read "
          + "again by itself.")
    case .sourceRecovered:
      Explanation(
        "A source can be read again",
        "The source that could not be read holds a secret again.",
        "Nothing is to be done.")
    case .credentialMissing:
      Explanation(
        "DX does not know @DX_CREDENTIAL@",
        "DX does not list credential @DX_CREDENTIAL_ID@ of connection "
          + "@DX_CONNECTION_ID@, which @DX_CREDENTIAL@ stands for, or says that it was "
          + "deleted. Nothing is sent for it. With the reason \"resolved\", DX lists it "
          + "again.",
        "Compare `connection_id` and `id` with DX. Correct the drop-in, or remove it if "
          + "the credential is gone for good.")
    case .credentialDisabled:
      Explanation(
        "DX has disabled @DX_CREDENTIAL@",
        "Somebody, or DX itself, has disabled credential @DX_CREDENTIAL_ID@ of "
          + "connection @DX_CONNECTION_ID@. DX does not use it, whatever secret it has. "
          + "With the reason \"resolved\", it is enabled again.",
        "Look at the connection in DX, and enable it there.")
    case .interrupted:
      Explanation(
        "A send for @DX_CREDENTIAL@ has no known outcome",
        "The service ended between sending a secret for @DX_CREDENTIAL@ (attempt "
          + "@DX_ATTEMPT@) and DX's answer. DX may have taken it. The same secret is sent "
          + "again, which does no harm.",
        "Nothing is to be done. If it comes again, look for what kills the service.")
    }
  }
}
