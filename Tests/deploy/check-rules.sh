#!/bin/sh
# Checks and unit-tests the Prometheus rules that ship, with promtool (Debian's package prometheus; `make deps` gets it).
set -eu
cd "$(dirname "$0")/../../deploy"
python3 -m json.tool grafana/dx-rotated.json >/dev/null
promtool check rules prometheus/dx-rotated.rules.yml
promtool test rules prometheus/dx-rotated.rules.test.yml
