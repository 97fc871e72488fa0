#!/bin/bash
# Tests the package under a real systemd: run.sh PACKAGE.deb DX-SIMULATOR [LAYER]
# LAYER is a directory with a newer systemd, as Tests/lab/newer-systemd.sh makes it: what needs one is tested on it then.
set -euo pipefail

package=$(realpath -e "${1:?usage: run.sh PACKAGE.deb DX-SIMULATOR [LAYER]}")
simulator=$(realpath -e "${2:?usage: run.sh PACKAGE.deb DX-SIMULATOR [LAYER]}")
layer=${3:+$(realpath -e "$3")}
lab=$(realpath "$(dirname "$0")")
output=$(mktemp)
trap 'rm -f "$output"' EXIT

# in_lab [--layer DIR] SCRIPT…
in_lab() {
  local status=0
  "$lab/boot.sh" --copy "$lab:/lab" --copy "$lab/../../docs/first-rotation.md:/lab/first-rotation.md" \
    --copy "$package:/root/$(basename "$package")" --copy "$simulator:/usr/local/bin/dx-simulator" \
    "$@" 2>&1 | tee -a "$output" || status=${PIPESTATUS[0]}
  [ "$status" -ne 77 ] || return 0
  [ "$status" -eq 0 ] || echo "FAILED: the lab ended with $status" | tee -a "$output"
}
count() { grep -c "^$1" "$output" || :; }

in_lab /lab/first-boot.sh /lab/second-boot.sh
if [ -n "$layer" ]; then
  in_lab --layer "$layer" /lab/newer-boot.sh
else
  echo "SKIP: notify-reload: no newer systemd was given" | tee -a "$output"
fi

if reason=$(grep -m 1 "^this machine cannot boot" "$output"); then
  echo "SKIP: $reason"
  [ "${CI-}" != true ] || echo "FAILED: in CI it must" | tee -a "$output"
fi
failed=$(count FAILED:)
echo "lab: $(count passed:) passed, $failed failed, $(grep -Ec "^(SKIP|this machine cannot)" "$output" || :) skipped"
[ "$failed" -eq 0 ]
