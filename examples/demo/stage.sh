# What the demo is played with: the processes and their output, waiting, and the end. Sourced by run.sh.

work=$(mktemp -d "${TMPDIR:-/tmp}/dx-rotated-demo.XXXXXX")
declare -A children=()  # by process id
entries=()  # the daemon's log so far

# Nothing of the caller's service, proxy or configuration has a part in this.
unset STATE_DIRECTORY RUNTIME_DIRECTORY CREDENTIALS_DIRECTORY NOTIFY_SOCKET WATCHDOG_USEC
unset DX_ROTATED_API_URL DX_ROTATED_LOG_LEVEL
export no_proxy=127.0.0.1

end() {
  local status=$? child
  trap - EXIT
  trap '' INT TERM HUP
  cd /
  for child in "${!children[@]}"; do kill "$child" 2>/dev/null || :; done
  for child in "${!children[@]}"; do wait "$child" 2>/dev/null || :; done
  rm -rf "$work"
  exit "$status"
}
trap end EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# A sentence before what the reader is about to see.
step() { printf '\n%s\n\n' "$*"; }

fail() {
  printf '\nThe demo failed: %s\n' "$*" >&2
  exit 1
}

# Shows a command and runs it; it has to end with this status.
shows() {
  local expected=$1 status=0
  shift
  printf '    $ %s %s\n' "${1##*/}" "${*:2}"
  "$@" >output 2>&1 || status=$?
  sed 's/^/    /' output
  [ "$status" -eq "$expected" ] || fail "the status was $status, not $expected"
}

# start NAME 1|2 COMMAND…: a process with that output on descriptor NAME_output; NAME_process is its id.
start() {
  local name=$1 stream=$2 descriptor
  shift 2
  mkfifo "$name"
  if [ "$stream" = 2 ]; then
    "$@" 2>"$name" &
  else
    "$@" >"$name" &
  fi
  children[$!]=$name
  printf -v "${name}_process" %s $!
  exec {descriptor}<"$name"
  printf -v "${name}_output" %s "$descriptor"
}

# Ends a process as systemd would; its status has to be 0.
stop() {
  local status=0
  kill -TERM "$1"
  wait "$1" || status=$?
  unset "children[$1]"
  [ "$status" -eq 0 ] || fail "it ended with status $status"
}

# Reads the daemon's log until it has an entry with all of these fields, and shows what comes by.
await() {
  local entry field next=0
  while :; do
    while [ "$next" -lt "${#entries[@]}" ]; do
      entry=${entries[next]}
      next=$((next + 1))
      for field; do [[ " $entry " == *" $field "* ]] || continue 2; done
      return
    done
    IFS= read -r -t 20 entry <&"$daemon_output" || fail "no log entry with $*"
    entry=${entry#<?>}  # the priority
    entries+=("$entry")
    show "$entry"
  done
}

# An entry as journalctl shows it, behind its event: DX_EVENT and MESSAGE.
show() {
  local event=${1#event=} message=${1##* msg=}
  message=${message#\"}
  message=${message%\"}
  printf '    %-18s %s\n' "${event%% *}" "${message//\\\"/\"}"
}

# Waits for an alert through the command channel, which has to begin with this.
paged() {
  local alert
  IFS= read -r -t 20 alert <&"$alerts" || fail "no alert: $1"
  printf '    %-18s %s\n' "(the pager)" "$alert"
  [[ $alert == "$1"* ]] || fail "the alert is not: $1"
}

# Replaces a secret file whole, as whatever makes new secrets should.
put() {
  printf '%s\n' "$2" >secrets/.new
  mv secrets/.new "secrets/$1"
}

# A drop-in of this name from standard input.
drop_in() { cat >"config.d/$1"; }

# Asks the simulator.
dx() { curl --silent --show-error --fail --max-time 30 "$dx$1" || fail "the simulator did not answer $1"; }

# What DX has to hold for a credential now.
holds() {
  local held
  held=$(dx "/simulator/accepted/$1?raw=1")
  printf '    DX holds %s\n' "$held"
  [[ $held == *"\"$2\""* ]] || fail "DX does not hold $2"
}
