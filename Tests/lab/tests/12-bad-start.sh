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

# A manager that nobody is, or that does not listen.
for socket in /nonexistent @dx-rotated-lab-nobody; do
  mark
  systemd-run --quiet --unit=alone --service-type=exec --setenv=NOTIFY_SOCKET=$socket --setenv=DX_ROTATED_API_URL=$dx \
    --property=StateDirectory=dx-rotated-alone --property=LoadCredential=dx-api-token \
    env "NOTIFY_SOCKET=$socket" dx-rotated run
  await has_entry DX_EVENT=started
  systemctl stop alone
  same "how it ended with $socket" "$(systemctl show -P Result alone)" success
done
