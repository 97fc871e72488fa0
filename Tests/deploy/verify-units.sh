#!/bin/bash
# Checks the units: no message from systemd-analyze, also with each example of a drop-in, and an exposure of at most
# 1.1.
#   verify-units.sh BINARY    BINARY stands in for /usr/bin/dx-rotated, which need not be installed.
set -euo pipefail

binary=$(realpath -e "${1:?usage: verify-units.sh BINARY}")
deploy=$(realpath "$(dirname "$0")/../../deploy")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The exit status is 0 also for unknown settings: only silence is success.
verify() {
  local messages
  messages=$(systemd-analyze verify --man=no "$work/dx-rotated.service" 2>&1) || :
  if [ -n "$messages" ]; then
    echo "$1: $messages" >&2
    exit 1
  fi
}

sed "s|/usr/bin/dx-rotated|$binary|" "$deploy/dx-rotated.service" >"$work/dx-rotated.service"
verify "as shipped"
mkdir "$work/dx-rotated.service.d"
version=$(systemctl --version | awk 'NR == 1 {print $2}')
for example in "$deploy"/unit-examples/*.conf; do
  name=$(basename "$example")
  [ "$name" != notify-reload.conf ] || [ "$version" -ge 253 ] || continue
  sed "s|/usr/bin/dx-rotated|$binary|" "$example" >"$work/dx-rotated.service.d/$name"
  verify "with $name"
  rm "$work/dx-rotated.service.d/$name"
done

systemd-analyze security --offline=true --threshold=11 "$deploy/dx-rotated.service" >"$work/security" || {
  cat "$work/security" >&2
  exit 1
}
# What is still exposed is explained in the unit.
awk '$1 == "✗" {print $2}' "$work/security" | while read -r setting; do
  name=${setting%%=*}
  grep -q "$name=" "$deploy/dx-rotated.service" || { echo "the unit does not say why $setting is exposed" >&2; exit 1; }
done
tail -n 1 "$work/security"
