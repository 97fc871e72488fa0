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
same "its environment for the manager" "$(tr '\0' '\n' <"/proc/$process/environ" | grep -c lab-api-key)" 0

# As itself, in what it sees. Each of these would succeed without its directive, as the control shows.
as_service() { nsenter -t "$process" -m -S "$(uid_of_service)" -G "$(gid_of_service)" -- "$@"; }
as_service test -r /run/secrets/jira && fail "a stranger to the group reads secrets" || :
as_service sh -c 'echo >/var/lib/dx-rotated/probe && rm /var/lib/dx-rotated/probe' || fail "it cannot write its state"
inside_only() { nsenter -t "$process" -m -- "$@"; }
if inside_only touch /etc/probe 2>/dev/null; then fail "it can write to /etc (ProtectSystem)"; fi
touch /home/probe /tmp/probe
if inside_only test -e /home/probe; then fail "it sees /home (ProtectHome)"; fi
if inside_only test -e /tmp/probe; then fail "it sees /tmp (PrivateTmp)"; fi
if inside_only test -e /dev/kmsg; then fail "it sees devices (PrivateDevices)"; fi
if inside_only test -e /proc/cpuinfo; then fail "it sees the system's /proc (ProcSubset)"; fi
if inside_only sh -c 'echo 1 >/proc/sys/vm/swappiness' 2>/dev/null; then fail "it can tune the kernel"; fi
test -e /proc/cpuinfo || fail "the control sees nothing either"
