# A service that only a person can help is not started again and again.
begin
echo 'api.urll = "https://acme.getdx.net"' | drop_in 20-broken
if systemctl start dx-rotated 2>/dev/null; then fail "it starts with a broken configuration"; fi
same "its state" "$(property ActiveState)/$(property SubState)" failed/failed
same "its exit status" "$(property ExecMainStatus)" 78
same NRestarts "$(property NRestarts)" 0
has_entry DX_EVENT=config_rejected || fail "the journal does not say why"
contains "the journal" "$(entries -o cat)" "20-broken.toml:1:"
contains "StatusText" "$(property StatusText)" "error"
