#!/bin/bash
# Tests the package under a real systemd: run.sh PACKAGE.deb DX-SIMULATOR
# A machine that cannot boot one skips that, and says why; in CI ($CI is true) that is a failure.
set -euo pipefail

package=$(realpath -e "${1:?usage: run.sh PACKAGE.deb DX-SIMULATOR}")
simulator=$(realpath -e "${2:?usage: run.sh PACKAGE.deb DX-SIMULATOR}")
lab=$(realpath "$(dirname "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
output=$work/output

say() { tee -a "$output" <<<"$*"; }
skip() {
  say "SKIP: $*"
  [ "${CI-}" != true ] || say "FAILED: in CI nothing may be skipped"
}
count() { grep -c "^$1: " "$output" || :; }

# in_lab [--layer DIR] SCRIPT…
in_lab() {
  local status=0
  "$lab/boot.sh" --copy "$lab:/lab" --copy "$lab/../../docs/first-rotation.md:/lab/first-rotation.md" \
    --copy "$package:/root/$(basename "$package")" --copy "$simulator:/usr/local/bin/dx-simulator" \
    "$@" 2>"$work/errors" | tee -a "$output" || status=${PIPESTATUS[0]}
  case $status in
  0) ;;
  77) skip "the lab: $(<"$work/errors")" ;;
  *) say "FAILED: the lab ended with $status: $(<"$work/errors")" ;;
  esac
}

# Debian 12 has no notify-reload: what needs it is tested on the systemd of its backports.
newer() {
  if [ "$(systemctl --version | awk 'NR == 1 {print $2}')" -ge 253 ]; then
    in_lab /lab/newer-boot.sh
  elif "$lab/newer-systemd.sh" "$work/layer" 2>"$work/errors"; then
    in_lab --layer "$work/layer" /lab/newer-boot.sh
  else
    skip "notify-reload: no newer systemd could be fetched: $(<"$work/errors")"
  fi
}

in_lab /lab/first-boot.sh /lab/second-boot.sh
newer
echo "lab: $(count passed) passed, $(count FAILED) failed, $(count SKIP) skipped"
[ "$(count FAILED)" -eq 0 ]
