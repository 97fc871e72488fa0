# With notify-reload `systemctl reload` ends when the new configuration is in force.
begin
unit_drop_in notify-reload </usr/share/doc/dx-rotated/examples/unit/notify-reload.conf
credential first 1 '{ file = "/run/secrets/first" }'
secret first secret-1
secret second secret-2
systemctl start dx-rotated
same Type "$(property Type)" notify-reload
process=$(property MainPID)

credential second 2 '{ file = "/run/secrets/second" }' "$push"
systemctl reload dx-rotated
contains StatusText "$(property StatusText)" "2 "
await_entry DX_EVENT=rotated DX_CREDENTIAL=second

echo 'not TOML' | drop_in 30-broken
if systemctl reload dx-rotated 2>/dev/null; then fail "a reload of a broken drop-in succeeds"; fi
await state_is active/running
same "its process" "$(property MainPID)" "$process"
secret first secret-1b
await_entry DX_EVENT=rotated DX_CREDENTIAL=first
