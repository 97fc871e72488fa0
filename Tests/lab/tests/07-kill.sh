# A kill in the middle of a send: it is started again, says so, and makes up for that send alone. No core is dumped.
begin
unit_drop_in fast <<'UNIT'
[Service]
RestartSec=100ms
UNIT
credential jira 1 '{ file = "/run/secrets/jira" }' "$push"
credential other 2 '{ file = "/run/secrets/other" }' "$push"
secret jira secret-1
secret other secret-2
steer faults -d '{"match":"update","credential":1,"kind":"delay","ms":60000}' >/dev/null
systemctl start dx-rotated
await_entry DX_EVENT=rotated DX_CREDENTIAL=other
await has_updates 2
systemctl kill --signal=KILL --kill-whom=main dx-rotated
await_entry DX_EVENT=interrupted DX_CREDENTIAL=jira
await_entry DX_EVENT=rotated DX_CREDENTIAL=jira
same "the number of sends" "$(updates)" 3
contains "the history" "$(dx-rotated history jira)" interrupted

# systemd tells a death with a core from one without.
unit_drop_in fast <<'UNIT'
[Service]
Restart=no
UNIT
systemctl kill --signal=ABRT --kill-whom=main dx-rotated
await state_is failed/failed
same "how it ended" "$(property Result)" signal
