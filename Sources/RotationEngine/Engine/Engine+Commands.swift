// What commands ask of the engine beside `rotate`.

extension Engine {
  /// Whether the API key was read, or is known to be unreadable: before that nothing can be asked of DX.
  public var isReadyForCommands: Bool { apiKey.reading != nil || apiKey.failures > 0 }

  /// Why no request can be made at this moment; nil: one can.
  public var reasonNothingCanBeAsked: LastError? {
    if apiKey.reading == nil {
      return LastError(at: now, kind: .source, error: "the API key cannot be read")
    }
    if instance.unauthorizedSince != nil, mode == .daemon {
      return LastError(at: now, kind: .unauthorized, error: "not_authed")
    }
    if let throttle = instance.throttle, throttle.nextAt > now {
      return LastError(
        at: now, kind: .throttled, error: "DX asked to wait until \(throttle.nextAt)")
    }
    return nil
  }
}
