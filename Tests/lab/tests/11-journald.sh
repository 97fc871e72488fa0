# The journal may be restarted, or stop for a while: the service goes on, and nothing is lost in silence.
begin
credential jira 1 '{ file = "/run/secrets/jira" }' "$push"
secret jira secret-1
systemctl start dx-rotated
await_entry DX_EVENT=rotated
process=$(property MainPID)

systemctl restart systemd-journald
secret jira secret-2
await has_updates 2
said_twice() { [ "$(entries -o cat DX_EVENT=rotated | wc -l)" -eq 2 ]; }
await said_twice

sockets="systemd-journald.socket systemd-journald-dev-log.socket"
[ "$(systemctl is-active systemd-journald-audit.socket)" != active ] || sockets+=" systemd-journald-audit.socket"
systemctl stop $sockets systemd-journald.service
secret jira secret-3
await has_updates 3
systemctl start $sockets systemd-journald.service
secret jira secret-4
await has_updates 4
await_entry -b DX_EVENT=rotated
same "its process" "$(property MainPID)" "$process"
told() { [ "$(entries -o cat DX_EVENT=rotated | wc -l)" -eq 4 ] || [[ "$(property StatusText)" == *"log entr"*" lost"* ]]; }
await told
