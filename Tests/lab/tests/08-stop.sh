# A stop waits for the request that is under way, longer than systemd's own patience, and its outcome is recorded.
begin
unit_drop_in impatient <<'UNIT'
[Service]
TimeoutStopSec=1s
UNIT
credential jira 1 '{ file = "/run/secrets/jira" }' "$push"
secret jira secret-1
steer faults -d '{"match":"update","kind":"delay","ms":2500}' >/dev/null
systemctl start dx-rotated
await has_updates 1
systemctl stop dx-rotated
same "how it ended" "$(property Result)/$(property ExecMainStatus)" success/0
has_entry DX_EVENT=stopping || fail "it does not say that it stops"
has_entry DX_EVENT=rotated || fail "the outcome is not in the journal"
same "the number of sends" "$(updates)" 1

# Nothing is left to be done at the next start.
mark
systemctl start dx-rotated
await_entry DX_EVENT=started
secret jira secret-2
await has_updates 2
if has_entry DX_EVENT=interrupted; then fail "a send that ended is called interrupted"; fi
