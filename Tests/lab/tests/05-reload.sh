# A reload takes a good configuration, refuses a broken one, and never ends the service.
begin
credential first 1 '{ file = "/run/secrets/first" }'
secret first secret-1
secret second secret-2
systemctl start dx-rotated
process=$(property MainPID)

credential second 2 '{ file = "/run/secrets/second" }' "$push"
systemctl reload dx-rotated
await_entry DX_EVENT=rotated DX_CREDENTIAL=second
holds 1/2 secret-2

mark
echo 'not TOML' | drop_in 30-broken
if output=$(systemctl reload dx-rotated 2>&1); then fail "a reload of a broken drop-in succeeds"; fi
contains "the journal" "$(journalctl -q --no-pager -u dx-rotated --since="@$mark" -o cat)" "30-broken.toml:1:"

# Told by a signal, past the check, the service refuses it itself.
systemctl kill --signal=HUP --kill-whom=main dx-rotated
await_entry DX_EVENT=config_rejected
same "its process" "$(property MainPID)" "$process"
secret first secret-1b
await_entry DX_EVENT=rotated DX_CREDENTIAL=first
holds 1/1 secret-1b

rm $drop_ins/30-broken.toml
systemctl reload dx-rotated
await state_is active/running
same NRestarts "$(property NRestarts)" 0
