#!/bin/sh
# Checks and unit-tests the Prometheus rules that ship, where promtool (Debian's package prometheus) is installed.
set -eu
cd "$(dirname "$0")/../../deploy"
python3 -m json.tool grafana/dx-rotated.json >/dev/null
if ! command -v promtool >/dev/null; then
  echo "skipped: promtool is not installed"
  exit 0
fi
promtool check rules prometheus/dx-rotated.rules.yml
promtool test rules prometheus/dx-rotated.rules.test.yml
