#!/bin/bash
# How long the others take to go on when a node of a cluster is killed: takeover.sh DX-ROTATED DX-SIMULATOR [LEASE [RUNS]]
# Two nodes on a real etcd; the one that has a credential is killed and a new secret is put there at the same moment. Prints
# the time from the kill to the request at DX, run by run.
set -euo pipefail

rotated=$(realpath -e "$1") simulator=$(realpath -e "$2") lease=${3:-15} runs=${4:-3}
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
client=http://127.0.0.1:$(free_port) peer=http://127.0.0.1:$(free_port) dx=$(free_port)
etcd --data-dir etcd --listen-client-urls "$client" --advertise-client-urls "$client" --listen-peer-urls "$peer" \
  --initial-advertise-peer-urls "$peer" --initial-cluster "default=$peer" 2>etcd.log &
printf 'key = "k"\n[[connection]]\nid = 1\n[[connection.credential]]\nid = 1\nexpiration_date = "2099-01-01"\n' >dx.toml
"$simulator" --config dx.toml --port "$dx" >/dev/null &
until curl -fs "$client/health" >/dev/null; do sleep 0.1; done

declare -A process
start() {
  mkdir -p "$1"/{config,state}
  cat >"$1/config/10.toml" <<TOML
api.url = "http://127.0.0.1:$dx"
api.token = { file = "$work/key" }
defaults.settle = "20ms"
credential.one = { connection_id = 1, id = 1, secrets.token = { file = "$work/$1/secret" } }
[cluster]
endpoints = ["$client"]
node = "$1"
lease = "${lease}s"
key = { file = "$work/cluster-key" }
TOML
  "$rotated" run --config-dir "$1/config" --state-dir "$1/state" --log stderr 2>>"$1/log" &
  process[$1]=$!
}
put() { for node in a b; do echo "$1" >$node/.new && mv $node/.new $node/secret; done; }
sent() { curl -fs "http://127.0.0.1:$dx/simulator/requests?match=update" | python3 -c 'import json, sys; print(len(json.load(sys.stdin)))'; }
wait_for() { until [ "$(sent)" -ge "$1" ]; do sleep 0.02; done; }

echo k >key
echo "a text of more than thirty-two bytes, the same on all" >cluster-key
mkdir a b
put first
start a
start b
until grep -q event=adopted a/log b/log; do sleep 0.1; done
sleep "$lease"
count=0
for run in $(seq "$runs"); do
  before=$(cat a/log | grep -c event=rotated || :)
  put "value-$run"
  wait_for $((count += 1))
  sleep 0.3
  owner=b
  [ "$(grep -c event=rotated a/log || :)" -eq "$before" ] || owner=a
  kill -KILL "${process[$owner]}"
  begin=$(date +%s%N)
  put "value-$run-again"
  wait_for $((count += 1))
  echo "run $run: $((($(date +%s%N) - begin) / 1000000)) ms after the kill, with a lease of $lease s"
  start $owner
  sleep $((2 * lease))
done
