# A service that hangs is killed and started again, and sends nothing twice.
begin
unit_drop_in fast <<'UNIT'
[Service]
WatchdogSec=1s
RestartSec=100ms
UNIT
credential jira 1 '{ file = "/run/secrets/jira" }' "$push"
secret jira secret-1
systemctl start dx-rotated
await_entry DX_EVENT=rotated
kill -STOP "$(property MainPID)"
restarted() { [ "$(property NRestarts)" -ge 1 ] && [ "$(property SubState)" = running ]; }
await restarted
contains "the journal" "$(journalctl -q --no-pager -u dx-rotated --since="@$mark")" "watchdog"
secret jira secret-2
await has_updates 2
holds 1/1 secret-2
same "the number of sends" "$(updates)" 2
