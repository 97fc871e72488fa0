# The sandbox is there, seen from the process that is in it.
begin
credential jira 1 '{ file = "/run/secrets/jira" }' "$push"
secret jira secret-1
systemctl start dx-rotated
await_entry DX_EVENT=rotated
process=$(property MainPID)
status=$(cat "/proc/$process/status")
for line in $'NoNewPrivs:\t1' $'Seccomp:\t2' $'CapEff:\t0000000000000000' $'CapBnd:\t0000000000000000'; do
  contains "its status" "$status" "$line"
done
contains "its limits" "$(tr -s ' ' <"/proc/$process/limits")" "Max core file size 0 0"
same "keys in its environment" "$(tr '\0' '\n' <"/proc/$process/environ" | grep -c lab-api-key)" 0

# Files are for its group, and not for its user alone.
as_service() { nsenter -t "$process" -m -S "$(uid_of_service)" -G "$(gid_of_service)" -- "$@"; }
if as_service test -r /run/secrets/jira; then fail "a stranger to the group reads secrets"; fi
as_service sh -c 'echo >/var/lib/dx-rotated/probe && rm /var/lib/dx-rotated/probe' || fail "it cannot write its state"

# Nothing in it makes the process, or a library, complain.
same "entries that are no event" "$(entries -o json | grep -vc '"DX_EVENT"' || :)" 0

# The unit with another program: it can do nothing of what the same program can do without the sandbox.
touch /home/probe /tmp/probe
ipcmk --shmem 4711 >/dev/null
systemctl stop dx-rotated
python3 /lab/probe.py /tmp/control /var/lib
unit_drop_in probe <<'UNIT'
[Service]
Type=oneshot
ExecStart=
ExecStart=/usr/bin/python3 /lab/probe.py /var/lib/dx-rotated/result /var/lib/dx-rotated
UNIT
systemctl start dx-rotated
same "what it can do" "$(cat /var/lib/private/dx-rotated/result)" ""
same "what can be done without" "$(cat /tmp/control)" "$(sed -n 's/^    "\([A-Z][A-Za-z]*\)": .*/\1/p' /lab/probe.py)"
