# Runs every test in a directory of /lab, one after the other, and goes on after a failure.
# Sourced by the script of a boot, with the directory in $tests.
export SYSTEMD_PAGER= DEBIAN_FRONTEND=noninteractive
for test in /lab/"$tests"/*.sh; do
  name=$(basename "$test" .sh)
  if timeout -k 2 60 bash -euo pipefail -c '. /lab/library.sh; . "$0"' "$test" >/tmp/output 2>&1; then
    echo "passed: $name"
  else
    echo "FAILED: $name"
    sed 's/^/    /' /tmp/output
    echo "    -- the journal:"
    journalctl -q --no-pager -o short-monotonic -t dx-rotated -t systemd -n 25 | sed 's/^/    /'
  fi
done
