# Each entry carries its fields, is explained, and has no secret in it.
begin
credential jira 1 '{ file = "/run/secrets/jira" }' "$push"
credential old 2 '{ file = "/run/secrets/old" }' 'expires_at = 2020-01-01' 'rotate_before = "1d"'
printf '[retry]\nverification_attempts = 2\n' | drop_in 30-retry
secret jira bad-secret-value
secret old old-secret-value
systemctl start dx-rotated
await_entry DX_EVENT=rotation_held
secret jira good-secret-value
await_entry DX_EVENT=rotated DX_CREDENTIAL=jira
await_entry DX_EVENT=expired
systemctl stop dx-rotated

# fields EVENT FIELD…: the first entry of an event has them all.
fields() {
  local entry
  entry=$(journalctl -q --no-pager -u dx-rotated --since="@$mark" -o json "DX_EVENT=$1" | head -n 1)
  for field in MESSAGE MESSAGE_ID PRIORITY "${@:2}"; do contains "$1" "$entry" "\"$field\":\"" ; done
  contains "$1" "$entry" '"SYSLOG_IDENTIFIER":"dx-rotated"'
  contains "$1" "$entry" '"_SYSTEMD_UNIT":"dx-rotated.service"'
}
subject="DX_CREDENTIAL DX_CONNECTION_ID DX_CREDENTIAL_ID"
fields started
fields stopping
fields config_loaded
fields rotation_failed $subject DX_REASON DX_ATTEMPT DX_HTTP_STATUS DX_ERROR DX_DISPLAY_MESSAGE DX_RAW_MESSAGE \
  DX_NEXT_ATTEMPT_AT DX_DURATION_MS
fields rotation_held $subject DX_REASON DX_ATTEMPT DX_ERROR DX_DISPLAY_MESSAGE
fields rotated $subject DX_REASON DX_ATTEMPT DX_HTTP_STATUS DX_DURATION_MS
fields expired $subject DX_EXPIRES_AT

explained=$(entries -x)
contains "an explanation" "$explained" "Subject: The secret of jira is refused by DX and held"
lacks "an explanation" "$explained" "@DX_"
same "entries without an explanation" \
  "$(entries -o json | grep -c '"DX_EVENT"')" "$(grep -c 'Defined-By: dx-rotated' <<<"$explained")"
lacks "the journal" "$(journalctl -q --no-pager -o export --since="@$mark")" secret-value
lacks "the journal" "$(journalctl -q --no-pager -o export --since="@$mark")" lab-api-key
