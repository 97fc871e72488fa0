# Each example of a drop-in for the unit works, once what it names exists.
begin
credential jira 1 '{ file = "/run/secrets/jira" }' "$push"
secret jira secret-1
echo lab-api-key >/etc/dx-rotated/api-token
mkdir -p /etc/credstore.encrypted
systemd-creds --with-key=host --name=dx-api-token encrypt - /etc/credstore.encrypted/dx-api-token <<<lab-api-key
touch /etc/dx-rotated/environment /root/private-ca.pem
groupadd --system vault-agent
useradd --system dx-rotated-mail
mkdir -p /var/lib/prometheus/node-exporter
count=0
for example in /usr/share/doc/dx-rotated/examples/unit/*.conf; do
  name=$(basename "$example" .conf)
  [ "$name" != notify-reload ] || continue
  # With these the key is nowhere else.
  rm -f /etc/credstore/dx-api-token
  case $name in
  token-file | credential-encrypted) ;;
  *) install -m 600 /dev/stdin /etc/credstore/dx-api-token <<<lab-api-key ;;
  esac
  rm -rf /etc/systemd/system/dx-rotated.service.d
  unit_drop_in "$name" <"$example"
  systemctl restart dx-rotated || fail "it does not start with $name"
  count=$((count + 1))
  secret jira "secret-$name"
  await has_updates $count
  holds 1/1 "secret-$name"
done
