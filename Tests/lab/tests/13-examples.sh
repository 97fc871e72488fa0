# Each example of a drop-in for the unit does what it says, and without it that would fail.
examples=/usr/share/doc/dx-rotated/examples/unit
tried=
# The service with one example alone; arguments: its name, and edits for sed.
with() {
  rm -rf /etc/systemd/system/dx-rotated.service.d
  sed "${@:2}" -e '' $examples/"$1".conf | unit_drop_in "$1"
  tried+="$1.conf "
  systemctl restart dx-rotated || fail "it does not start with $1"
}
without() {
  rm -rf /etc/systemd/system/dx-rotated.service.d
  systemctl daemon-reload
  systemctl restart dx-rotated
}
count=0
next_secret() {
  count=$((count + 1))
  secret jira "secret-$count"
}
has_it() { [[ "$(accepted 1/1)" == *"\"secret-$count\""* ]]; }
rotates() {
  next_secret
  await has_it
}
cannot_reach_dx() {
  mark
  next_secret
  await_entry DX_EVENT=rotation_failed DX_REASON=unreachable
}

begin
credential jira 1 '{ file = "/run/secrets/jira" }' "$push"
secret jira secret-0
key=/etc/credstore/dx-api-token

# The API key from elsewhere.
mv $key /etc/dx-rotated/api-token
with token-file
rotates
mkdir -p /etc/credstore.encrypted
systemd-creds --with-key=host --name=dx-api-token encrypt - /etc/credstore.encrypted/dx-api-token <<<lab-api-key
rm /etc/dx-rotated/api-token
with credential-encrypted
rotates
install -m 600 /dev/stdin $key <<<lab-api-key

# A file of environment variables.
echo TOKEN=secret-of-the-environment >/etc/dx-rotated/environment
credential environment 2 '{ env = "TOKEN" }' "$push"
with environment-file
await_entry DX_EVENT=rotated DX_CREDENTIAL=environment
holds 1/2 secret-of-the-environment
rm $drop_ins/20-environment.toml /etc/dx-rotated/environment

# A secret that only another group may read.
groupadd --system vault-agent
touch /run/secrets/vault
chgrp vault-agent /run/secrets/vault
chmod 640 /run/secrets/vault
echo secret-of-the-vault >/run/secrets/vault
credential vault 3 '{ file = "/run/secrets/vault" }' "$push"
without
await_entry DX_EVENT=source_unavailable DX_CREDENTIAL=vault
with run-secrets
await_entry DX_EVENT=rotated DX_CREDENTIAL=vault
rm $drop_ins/20-vault.toml

# Figures for node_exporter.
textfile=/var/lib/prometheus/node-exporter/dx-rotated.prom
mkdir -p "$(dirname $textfile)"
chgrp dx-rotated-secrets "$(dirname $textfile)"
chmod g+w "$(dirname $textfile)"
echo "metrics.textfile = \"$textfile\"" | drop_in 30-metrics
without
rotates
[ ! -e $textfile ] || fail "it can write anywhere"
with node-exporter
await grep -q ^dx_rotated_ $textfile
rm $drop_ins/30-metrics.toml

# Addresses: this machine's alone, then no address at all.
with known-addresses
rotates
with known-addresses -e 's/localhost//'
cannot_reach_dx

# A private certificate authority, below a directory that the service does not see, and a proxy that alone knows DX.
mkdir /root/front
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=lab -addext \
  subjectAltName=DNS:dx.example,IP:127.0.0.1 -keyout /root/front/key -out /root/front/certificate 2>/dev/null
cp /root/front/certificate /root/private-ca.pem
systemd-run --quiet --unit=front python3 /lab/front.py /root/front/certificate /root/front/key
printf '[api]\nurl = "https://127.0.0.1:8443"\nca_file = "/root/private-ca.pem"\n' | drop_in 30-https
with private-ca
rotates
install -m 644 /root/front/certificate /etc/ssl/private-ca.pem
printf '[api]\nurl = "https://dx.example:8443"\nca_file = "/etc/ssl/private-ca.pem"\n' | drop_in 30-https
without
cannot_reach_dx
with proxy -e 's|proxy.example.com|127.0.0.1|'
rotates
contains "what the proxy did" "$(journalctl -q -u front -o cat)" "CONNECT dx.example:8443"
rm $drop_ins/30-https.toml

# Mail: what stands in for sendmail does what Postfix's own does, and the service is no other user for that.
groupadd --system postdrop
install -d -m 1730 -g postdrop /var/spool/postfix/maildrop
install -m 755 /dev/stdin /usr/sbin/sendmail <<'SH'
#!/bin/sh
python3 -c 'import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)' || exit
exec tee /var/spool/postfix/maildrop/mail
SH
drop_in 30-mail <<'TOML'
[alert.command.mail]
argv = ["/usr/sbin/sendmail", "-t"]
[retry]
verification_attempts = 1
TOML
without
secret jira bad-secret
await_entry DX_EVENT=alert_delivery_failed
with alert-sendmail
await grep -q rotation_held /var/spool/postfix/maildrop/mail

for example in $examples/*.conf; do
  name=$(basename "$example")
  [[ "$tried" == *"$name "* ]] || [ "$name" = notify-reload.conf ] || fail "nobody has tried $name"
done
