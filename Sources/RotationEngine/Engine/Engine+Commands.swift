// What commands ask of the engine beside `rotate`.

extension Engine {
  /// Whether what a command asks can be answered.
  ///
  /// That is once the API key was read, or is known to be unreadable; in `lookOnly` mode, once every source was read.
  public var isReadyForCommands: Bool {
    mode == .lookOnly ? isQuiet : keyInUse != nil || apiKey.failures > 0
  }

  /// Whether nothing is under way, and nothing can be begun before some time has passed.
  public var isAtRest: Bool {
    isQuiet || budget.inFlight == 0 && reasonNothingCanBeAsked != nil
  }

  /// Why no request can be made at this moment; nil: one can.
  public var reasonNothingCanBeAsked: LastError? {
    if keyInUse == nil {
      return LastError(
        at: now, kind: .source, error: keyFailure?.message ?? "the API key was not read yet")
    }
    if isUnauthorized, mode == .daemon {
      return LastError(at: now, kind: .unauthorized, error: "not_authed")
    }
    if isThrottled, let next = instance.throttle?.nextAt {
      return LastError(at: now, kind: .throttled, error: "DX asked to wait until \(next)")
    }
    return nil
  }
}
