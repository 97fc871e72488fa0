#!/bin/bash
# Checks the units: no message from systemd-analyze, also with every choice of the example taken, and an exposure
# of at most 1.1.
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

cp -r "$deploy/dx-rotated.service.d" "$work/"
sed "s|/usr/bin/dx-rotated|$binary|" "$deploy/dx-rotated.service" >"$work/dx-rotated.service"
verify "as shipped"
# In the example `#Setting=` is a choice, and `# text` is text.
sed -i 's/^#\([A-Z]\)/\1/' "$work/dx-rotated.service.d/10-example.conf"
verify "with every choice of the example"

systemd-analyze security --offline=true --threshold=11 "$deploy/dx-rotated.service" >"$work/security" || {
  cat "$work/security" >&2
  exit 1
}
tail -n 1 "$work/security"
