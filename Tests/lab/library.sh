# What the tests in the lab have in common. Each begins with nothing of the service but its package; `begin` gives it a DX,
# an API key and the shortest configuration.

dx=http://127.0.0.1:8080
drop_ins=/etc/dx-rotated/config.d

fail() {
  echo "$*" >&2
  exit 1
}

# same WHAT ACTUAL EXPECTED
same() { [ "$2" = "$3" ] || fail "$1 is '$2', not '$3'"; }
# contains WHAT TEXT PART
contains() { [[ "$2" == *"$3"* ]] || fail "$1 has no '$3': $2"; }
lacks() { [[ "$2" != *"$3"* ]] || fail "$1 has '$3': $2"; }

# Waits until a command succeeds.
await() {
  local end=$((SECONDS + 20))
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || fail "waited in vain for: $*"
    sleep 0.05
  done
}

# Entries of the journal since the test began; arguments as of journalctl.
# By time, since a cursor and a match together leave out the first entry (systemd 252).
entries() { journalctl -q --no-pager -t dx-rotated --since="@$mark" "$@"; }
has_entry() { [ -n "$(entries -o cat "$@")" ]; }
await_entry() { await has_entry "$@"; }
mark() { mark=$(date +%s.%6N); }

property() { systemctl show -P "$1" dx-rotated; }
is_active() { systemctl is-active dx-rotated; }
state_is() { [ "$(property ActiveState)/$(property SubState)" = "$1" ]; }

# The service's user; the owner of /proc/PID is root, since the process may not be dumped.
uid_of_service() { awk '$1 == "Uid:" {print $2}' "/proc/$(property MainPID)/status"; }
gid_of_service() { awk '$1 == "Gid:" {print $2}' "/proc/$(property MainPID)/status"; }

# steer PATH [CURL-OPTION…]: asks or tells the simulator.
steer() { curl -fsS "$dx/simulator/$1" "${@:2}"; }
updates() { steer 'requests?match=update' | grep -o '"n":' | wc -l; }
has_updates() { [ "$(updates)" -ge "$1" ]; }
accepted() { steer "accepted/$1?raw=1"; }
holds() { contains "what DX holds for $1" "$(accepted "$1")" "\"$2\""; }

drop_in() { cat >"$drop_ins/$1.toml"; }
unit_drop_in() {
  mkdir -p /etc/systemd/system/dx-rotated.service.d
  cat >"/etc/systemd/system/dx-rotated.service.d/$1.conf"
  systemctl daemon-reload
}
# credential NAME ID SOURCE [LINE…]: a drop-in of its own; its first value is pushed, unless a line says otherwise.
credential() {
  {
    printf '[credential.%s]\nconnection_id = 1\nid = %s\nsecrets.api_token = %s\n' "$1" "$2" "$3"
    printf '%s\n' "${@:4}"
  } | drop_in "20-$1"
}
# secret NAME VALUE: a file that the service may read, replaced as a whole.
secret() {
  install -D -m 640 -g dx-rotated-secrets /dev/stdin "/run/secrets/.$1" <<<"$2"
  mv "/run/secrets/.$1" "/run/secrets/$1"
}
push='first_seen = "push"'

begin() {
  # In this order, so that a request that is held back does not hold up the stop.
  systemctl stop dx-simulator
  systemctl stop dx-rotated
  systemctl reset-failed dx-rotated 2>/dev/null || :
  rm -rf /var/lib/private/dx-rotated /var/lib/dx-rotated /run/secrets "$drop_ins" \
    /etc/systemd/system/dx-rotated.service.d /etc/credstore /etc/credstore.encrypted
  mkdir -p "$drop_ins"
  systemctl daemon-reload
  systemctl start dx-simulator
  await steer requests
  install -D -m 600 /dev/stdin /etc/credstore/dx-api-token <<<lab-api-key
  drop_in 10-dx <<TOML
[api]
url = "$dx"
[retry]
initial = "200ms"
max = "400ms"
TOML
  mark
}
