# What may be wrong around the service: each has its own plain ending.
begin
credential jira 1 '{ file = "/run/secrets/jira" }' "$push"
secret jira secret-1

# A credential's file that does not exist: systemd itself says so (243, systemd.exec(5)).
unit_drop_in missing <<'UNIT'
[Service]
LoadCredential=jira:/nonexistent
Restart=no
UNIT
if systemctl start dx-rotated 2>/dev/null; then fail "it starts without a credential's file"; fi
same "the exit status" "$(property ExecMainStatus)" 243
rm -r /etc/systemd/system/dx-rotated.service.d
systemctl daemon-reload

# No API key at all: the service runs, says what it lacks, and sends nothing.
rm /etc/credstore/dx-api-token
systemctl restart dx-rotated
await_entry DX_EVENT=source_unavailable
is_active || fail "it does not run without a key"
same "the number of sends" "$(updates)" 0
systemctl stop dx-rotated

# A state directory of another owner is made the service's own by systemd.
install -m 600 /dev/stdin /etc/credstore/dx-api-token <<<lab-api-key
chown -R nobody /var/lib/private/dx-rotated
systemctl start dx-rotated
await_entry DX_EVENT=rotated
systemctl stop dx-rotated

# One that cannot be written is said, with a status of its own.
unit_drop_in readonly <<'UNIT'
[Service]
Restart=no
ReadOnlyPaths=/var/lib/private/dx-rotated
UNIT
if systemctl start dx-rotated 2>/dev/null; then fail "it starts without a state"; fi
same "the exit status" "$(property ExecMainStatus)" 73

# The same for one whose files are not its own; what is wrong is said.
rm -r /etc/systemd/system/dx-rotated.service.d
systemctl daemon-reload
chown root:root /var/lib/private/dx-rotated/state.db
mark
if systemctl start dx-rotated 2>/dev/null; then fail "it starts with another's state"; fi
same "the exit status" "$(property ExecMainStatus)" 73
contains "the journal" "$(entries -o cat)" /var/lib/
systemctl stop dx-rotated

# A manager that nobody is, that does not listen, or that listens and never reads.
systemd-run --quiet --unit=deaf python3 -c '
import socket, time
sockets = [socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2)]
for number, name in enumerate(["/run/deaf", "\0deaf"]): sockets[number].bind(name)
open("/run/deaf.ready", "w")
time.sleep(600)'
await test -e /run/deaf.ready
chmod 777 /run/deaf
reloaded() { [ "$(entries -o cat DX_EVENT=config_loaded | wc -l)" -ge 2 ]; }
for socket in /nonexistent @nobody /run/deaf @deaf; do
  mark
  systemd-run --quiet --unit=alone --service-type=exec --setenv=DX_ROTATED_API_URL=$dx \
    --property=StateDirectory=dx-rotated-alone --property=LoadCredential=dx-api-token \
    env "NOTIFY_SOCKET=$socket" WATCHDOG_USEC=20000 dx-rotated run
  await has_entry DX_EVENT=started
  # Far more than such a socket holds.
  for _ in {1..20}; do systemctl kill --signal=HUP alone; done
  await reloaded
  secret jira "secret-$RANDOM"
  await has_entry DX_EVENT=rotated
  systemctl stop alone
  same "how it ended with $socket" "$(systemctl show -P Result alone)" success
done
