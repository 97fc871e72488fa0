import Glibc

/// What libFuzzer calls with each of its inputs; `DX_FUZZ_SUBJECT` names what takes them.
@_cdecl("LLVMFuzzerTestOneInput")
public func takeInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let name = getenv("DX_FUZZ_SUBJECT").map { String(cString: $0) } ?? ""
  guard let subject = Subject(rawValue: name) else {
    say("DX_FUZZ_SUBJECT is one of \(Subject.allCases.map(\.rawValue))")
    exit(64)
  }
  do throws(Finding) {
    try subject.take(Array(UnsafeBufferPointer(start: bytes, count: count)))
  } catch {
    say("finding: \(error)")
    // libFuzzer keeps the input of a process that ends like this.
    abort()
  }
  return 0
}

private func say(_ text: String) {
  let line = text + "\n"
  _ = write(2, line, line.utf8.count)
}
