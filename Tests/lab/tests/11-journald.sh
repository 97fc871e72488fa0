# The journal may be restarted, or stop for a while: the service goes on, and nothing is lost in silence.
begin
credential jira 1 '{ file = "/run/secrets/jira" }' "$push"
secret jira secret-1
systemctl start dx-rotated
await_entry DX_EVENT=rotated
process=$(property MainPID)
# has_said N: so many rotations are in the journal.
has_said() { [ "$(entries -o cat DX_EVENT=rotated | wc -l)" -eq "$1" ]; }

systemctl restart systemd-journald
secret jira secret-2
await has_said 2

sockets="systemd-journald.socket systemd-journald-dev-log.socket"
[ "$(systemctl is-active systemd-journald-audit.socket)" != active ] || sockets+=" systemd-journald-audit.socket"
systemctl stop $sockets systemd-journald.service
secret jira secret-3
await has_updates 3
systemctl start $sockets systemd-journald.service
secret jira secret-4
await has_said 3
same "its process" "$(property MainPID)" "$process"
# Behind stderr there was only the same journal: so the third is lost, and the manager has been told.
contains StatusText "$(property StatusText)" "log entries lost: 1"

# Where stderr leads elsewhere it takes over, and gives back.
log=/var/log/dx-rotated.log
unit_drop_in stderr <<UNIT
[Service]
ExecStart=
ExecStart=/usr/bin/dx-rotated run --log journal
StandardError=append:$log
UNIT
systemctl restart dx-rotated
systemctl stop $sockets systemd-journald.service
secret jira secret-5
await grep -q '^<5>event=rotated credential=jira ' $log
systemctl start $sockets systemd-journald.service
secret jira secret-6
await has_updates 6
await has_said 4
same "the lines on stderr" "$(wc -l <$log)" 1
