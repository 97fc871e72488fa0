#!/bin/bash
# Boots a real systemd in systemd-nspawn, once for each SCRIPT, and runs that script in it as root.
#   boot.sh [--layer DIR] [--copy FILE:PATH]… SCRIPT…
# The root is an overlay of this machine's own, in memory: a newer systemd may be laid over it with --layer, --copy puts
# files in it, and what one SCRIPT leaves there the next one finds, as after a reboot. Nothing outside is touched, and
# nothing outlives this process. Ends with the first failing script's status, or with 77 where this machine cannot
# do it, and says why.
set -euo pipefail

cannot() {
  echo "this machine cannot boot a container: $1" >&2
  exit 77
}

# All that follows has a mount and a process namespace of its own: whatever ends this process ends all of it.
if [ -z "${LAB_GROUP-}" ]; then
  [ "$(id -u)" -eq 0 ] || cannot "only root can"
  command -v systemd-nspawn >/dev/null || cannot "systemd-nspawn is missing (package systemd-container)"
  grep -q overlay /proc/filesystems || modprobe overlay 2>/dev/null || cannot "its kernel has no overlay file system"
  grep -q cgroup2 /proc/filesystems || cannot "its kernel has no cgroup v2"
  unshare --mount --pid --fork true 2>/dev/null || cannot "it may not make namespaces"
  export LAB_GROUP=dx-rotated-lab-$$
  status=0
  setpriv --pdeathsig KILL unshare --mount --propagation private --pid --fork --kill-child=KILL --mount-proc \
    bash "$0" "$@" </dev/null &
  trap 'kill -KILL $! 2>/dev/null' INT TERM
  wait $! || status=$?
  # Control groups outlive namespaces, and can be removed when the last of their processes is gone: those of earlier
  # runs that were killed as well.
  hierarchy=$(awk '$3 == "cgroup2" {print $2; exit}' /proc/mounts)
  for _ in {1..50}; do
    [ -n "$hierarchy" ] || break
    find "$hierarchy" -depth -type d -path "$hierarchy/dx-rotated-lab-*" -exec rmdir {} + 2>/dev/null || :
    [ -d "$hierarchy/$LAB_GROUP" ] || break
    sleep 0.1
  done
  exit $status
fi

layer= copies=()
while [[ ${1-} == --* ]]; do
  case $1 in
  --layer) layer=$(realpath -e "$2") ;;
  --copy) copies+=("$2") ;;
  *) echo "boot.sh: what is $1?" >&2; exit 64 ;;
  esac
  shift 2
done
[ $# -gt 0 ] || { echo "usage: boot.sh [--layer DIR] [--copy FILE:PATH]… SCRIPT…" >&2; exit 64; }

# The container's systemd wants cgroup v2 alone; this machine may have both. Only this namespace sees the change.
umount -R /sys/fs/cgroup 2>/dev/null || :
mount -t cgroup2 none /sys/fs/cgroup || cannot "cgroup v2 cannot be mounted"
groups=/sys/fs/cgroup/$LAB_GROUP
mkdir "$groups" || cannot "it may not make control groups"

mkdir -p /run/systemd/nspawn
mount -t tmpfs tmpfs /run/systemd/nspawn
work=/run/systemd/nspawn/lab
mkdir $work
mount -t tmpfs -o mode=755 tmpfs $work
mkdir $work/{upper,work,root}
lower=/
if [ -n "$layer" ]; then
  # A layer that is below another one cannot be laid over it.
  cp -a "$layer" $work/layer
  lower=$work/layer:/
fi
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$work/upper,workdir=$work/work" $work/root ||
  cannot "an overlay over / cannot be mounted"

# A machine of its own: none of this one's units, disks, journal and identity, and no console.
root=$work/root
rm -rf $root/etc/{fstab,crypttab} $root/etc/rc?.d
# An image for containers also keeps packages from starting services (policy-rc.d).
rm -rf $root/etc/systemd/system/* $root/var/log/journal $root/.dockerenv $root/usr/sbin/policy-rc.d
mkdir -p $root/var/log/journal
tr -d - </proc/sys/kernel/random/uuid >$root/etc/machine-id
echo lab >$root/etc/hostname
for unit in console-getty systemd-timesyncd systemd-networkd systemd-resolved; do
  ln -s /dev/null $root/etc/systemd/system/$unit.service
done
ln -s /lib/systemd/system/multi-user.target $root/etc/systemd/system/default.target
for copy in "${copies[@]}"; do
  mkdir -p "$root$(dirname "${copy#*:}")"
  cp -rL "${copy%%:*}" "$root${copy#*:}"
done

leader=
inside() {
  nsenter -t "$leader" -m -u -i -n -p -r -w --cgroup -- env -i LANG=C.UTF-8 TERM=dumb \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}
broken() {
  echo "the container $1; its console:" >&2
  cat $work/console >&2
  exit 1
}

boot() {
  # BPF is what IPAddressDeny= and DevicePolicy= need.
  bash -c 'echo $$ >"$0/cgroup.procs"; exec "$@"' "$groups" \
    systemd-nspawn -q -D $root -M lab --register=no --keep-unit --link-journal=no --resolv-conf=off --timezone=off \
    --private-network --console=read-only --capability=CAP_BPF,CAP_PERFMON --system-call-filter=bpf -b \
    >$work/console 2>&1 &
  container=$!
  leader=
  for _ in {1..400}; do
    leader=$(head -n 1 "$groups/payload/init.scope/cgroup.procs" 2>/dev/null || :)
    [ -n "$leader" ] && [ -S "/proc/$leader/root/run/systemd/private" ] && break
    kill -0 $container 2>/dev/null || cannot "systemd-nspawn ended: $(tail -n 3 $work/console)"
    sleep 0.05
  done
  [ -n "$leader" ] || broken "does not boot"
  # What of this machine does not work in a container is no concern of the tests.
  case $(inside timeout 60 systemctl is-system-running --wait) in
  running | degraded) ;;
  *) broken "does not get to the end of its boot" ;;
  esac
}

power_off() {
  inside systemctl poweroff >/dev/null 2>&1 || :
  for _ in {1..400}; do
    kill -0 $container 2>/dev/null || return 0
    sleep 0.05
  done
  broken "does not power off"
}

for script; do
  boot
  # As a unit, so that its processes are apart from systemd's own.
  inside systemd-run --quiet --pipe --wait --collect --working-directory=/ --setenv=PATH="/usr/sbin:/usr/bin:/sbin:/bin" \
    /bin/bash "$script"
  power_off
done
