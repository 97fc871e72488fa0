#!/bin/bash
# Shows dx-rotated at work against a stand-in for DX on this machine, in some seconds and without root.
#   run.sh DX-ROTATED DX-SIMULATOR    the two binaries; `make demo` builds and passes them
# It ends with 0 only if everything that it announces has happened.
set -euo pipefail

daemon=$(realpath -e "${1:?usage: run.sh DX-ROTATED DX-SIMULATOR}")
simulator=$(realpath -e "${2:?usage: run.sh DX-ROTATED DX-SIMULATOR}")
. "$(dirname "$0")/stage.sh"

cd "$work"
mkdir -m 700 config.d secrets state
options=(--config-dir config.d --state-dir state)
dx_rotated() {
  local expected=$1 command=$2
  shift 2
  shows "$expected" "$daemon" "$command" "$@" "${options[@]}"
}
day() { date -u -d "$1 days" +%F; }

step "A DX with three credentials: Jira's expires in three days; GitHub refuses what begins with bad-."
cat >dx.toml <<TOML
key = "demo-api-key"

[[connection]]
id = 1
type = "jira_cloud"
[[connection.credential]]
id = 10
expiration_date = "$(day 3)"
moves_to = "$(day 180)"

[[connection]]
id = 2
type = "gitlab"
[[connection.credential]]
id = 20
expiration_date = "$(day 90)"

[[connection]]
id = 3
type = "github"
[[connection.credential]]
id = 30
expiration_date = "$(day 120)"
[[connection.credential.rule]]
pattern = "bad-*"
error = "Invalid permissions"
display_message = "GitHub: the token lacks the scope read:org"
TOML
start simulator 1 "$simulator" --config dx.toml
read -r -t 20 line <&"$simulator_output" || fail "the simulator does not start"
dx=${line#listening on }
echo "    $line"

step "Drop-ins say where each secret comes from. This one has short waits, so that you need not wait:"
put api-key demo-api-key
put jira jira-token-1
put gitlab gitlab-token-1
put github github-token-1
drop_in 10-dx.toml <<TOML
[api]
url = "$dx"
token = { file = "$work/secrets/api-key" }

[retry]
initial = "500ms"
verification_attempts = 2
hold = "1h"

[alert.command.pager]
argv = ["$work/pager"]
TOML
# What alerts are told to: a program of yours that passes them on. This one hands them to the demo.
mkfifo alerts
exec {alerts}<>alerts
cat >pager <<SH
#!/bin/sh
echo "\$DX_SEVERITY, \$DX_PHASE: \$DX_SUMMARY" >$work/alerts
SH
chmod +x pager
drop_in 20-jira.toml <<TOML
[credential.jira]
connection_id = 1
id = 10
secrets.api_token = { file = "$work/secrets/jira" }
TOML
drop_in 20-gitlab.toml <<TOML
[credential.gitlab]
connection_id = 2
id = 20
secrets.access_token = { file = "$work/secrets/gitlab" }
TOML
drop_in 20-github.toml <<TOML
[credential.github]
connection_id = 3
id = 30
secrets.token = { file = "$work/secrets/github" }
TOML
sed 's/^/    /' config.d/10-dx.toml
echo
dx_rotated 0 check

step "Before an expiration: the daemon starts, reads DX's dates, and sends the one secret that is due."
start daemon 2 "$daemon" run --log stderr "${options[@]}"
await event=started
await event=adopted credential=gitlab
await event=adopted credential=github
await event=rotated credential=jira reason=first_in_window
holds 1/10 jira-token-1

step "On a change: GitLab's secret file is replaced, and the new secret is sent without waiting for a date."
put gitlab gitlab-token-2
await event=rotated credential=gitlab reason=changed
holds 2/20 gitlab-token-2

step "A bad secret: DX refuses it, it is tried once more, then held, and a person is alerted."
put github bad-token
await event=rotation_failed credential=github attempt=1
await event=rotation_failed credential=github attempt=2
await event=rotation_held credential=github
paged "warning, raised:"
echo
dx_rotated 1 status

step "A good one: it is sent at once, and the alert is over."
put github github-token-2
await event=rotated credential=github
await event=rotation_recovered credential=github reason=changed
paged "warning, resolved:"
holds 3/30 github-token-2

step "Nothing needs a person any more, and every attempt is on record:"
dx_rotated 0 status
echo
dx_rotated 0 history
sent=$(dx "/simulator/requests?match=update" | grep -o '"n":' | wc -l)
[ "$sent" -eq 5 ] || fail "DX was sent $sent updates, not 5"

step "The daemon stops as systemd would stop it."
stop "$daemon_process"
await event=stopping
stop "$simulator_process"
step "That was all; nothing is left behind."
