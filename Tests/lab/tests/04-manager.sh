# What systemd knows of the service.
begin
credential jira 1 '{ file = "/run/secrets/jira" }'
secret jira secret-1
systemctl start dx-rotated
await_entry DX_EVENT=adopted
same Type "$(property Type)" notify
same NotifyAccess "$(property NotifyAccess)" main
same NRestarts "$(property NRestarts)" 0
same WatchdogUSec "$(property WatchdogUSec)" 3min
says_what_is_next() { [[ "$(property StatusText)" == *"1 credential; next jira "* ]]; }
await says_what_is_next
contains "systemctl status" "$(systemctl status --no-pager dx-rotated)" "Status: \"$(property StatusText)\""
same "the state directory's mode" "$(stat -c %a /var/lib/private/dx-rotated)" 700
dx-rotated status || fail "dx-rotated status says that something is wrong"
contains "dx-rotated plan" "$(dx-rotated plan)" jira
