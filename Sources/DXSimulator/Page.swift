import Foundation

/// What a person sees at `/`: the credentials as they are, and the latest requests.
struct Page {
  /// How many requests are shown, newest first.
  private static let shown = 200

  let state: State

  var response: HTTPResponse {
    let html = """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><title>DX simulator</title>
      <style>body { font: 14px/1.4 sans-serif; margin: 2em } table { border-collapse: collapse }
      th, td { border: 1px solid #ccc; padding: .2em .6em; text-align: left }</style></head><body>
      <h1>DX simulator</h1>
      <h2>Credentials</h2>
      \(credentials)
      <h2>Requests (\(state.log.entries.count))</h2>
      \(requests)
      </body></html>

      """
    return HTTPResponse(status: 200, contentType: "text/html; charset=utf-8", body: Data(html.utf8))
  }

  private var credentials: String {
    let rows = state.store.orderedConnections.flatMap { connection in
      connection.orderedCredentials.map { credential in
        [
          "\(connection.name) (\(connection.id))", "\(credential.label) (\(credential.id))",
          credential.expirationDate ?? "none", credential.disabledAt ?? "",
          credential.deletedAt ?? "", text(Redaction.secret(.object(credential.secrets))),
        ]
      }
    }
    return table(["Connection", "Credential", "Expires", "Disabled", "Deleted", "Secrets"], rows)
  }

  private var requests: String {
    let rows = state.log.entries.suffix(Self.shown).reversed().map { entry in
      [
        "\(entry.n)",
        Date(timeIntervalSince1970: Double(entry.at) / 1000)
          .formatted(.iso8601.time(includingFractionalSeconds: true)),
        entry.request.method, entry.request.target, text(Redaction.body(entry.request.body)),
        entry.status.map(String.init) ?? entry.outcome.rawValue,
      ]
    }
    return table(["", "Time", "Method", "Path", "Body", "Status"], rows)
  }

  private func text(_ json: JSON) -> String {
    json == .null ? "" : String(decoding: json.text, as: UTF8.self)
  }

  private func table(_ head: [String], _ rows: [[String]]) -> String {
    func row(_ cells: [String], _ tag: String) -> String {
      "<tr>" + cells.map { "<\(tag)>\(escaped($0))</\(tag)>" }.joined() + "</tr>"
    }
    return "<table>\n" + row(head, "th") + "\n"
      + rows.map { row($0, "td") }.joined(separator: "\n") + "\n</table>"
  }

  private func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;")
      .replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: ">", with: "&gt;")
  }
}
