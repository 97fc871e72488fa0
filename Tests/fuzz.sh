#!/bin/bash
# Fuzzes one subject, and says in one line how many inputs there were; all that libFuzzer says is in .build-fuzz/SUBJECT.log.
#   fuzz.sh SUBJECT SECONDS     after `make fuzz` has built .build-fuzz/release/dx-fuzz
# An input that shows a defect is left as .build-fuzz/SUBJECT-crash-…, and the status is 255, which stops xargs.
set -euo pipefail
subject=$1 seconds=$2
mkdir -p ".build-fuzz/corpora/$subject"
log=.build-fuzz/$subject.log

# At most so long an input: what the subject reads is smaller, or cut there.
if ! DX_FUZZ_SUBJECT=$subject SWIFT_BACKTRACE=enable=no .build-fuzz/release/dx-fuzz \
  -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -max_len=65536 -print_final_stats=1 -verbosity=0 \
  -artifact_prefix=".build-fuzz/$subject-" ".build-fuzz/corpora/$subject" "Tests/FuzzTests/Corpora/$subject" >"$log" 2>&1; then
  tail -n 60 "$log" >&2
  echo "fuzz $subject: a finding, see $log" >&2
  exit 255
fi
echo "fuzz $subject: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $seconds s, no finding"
