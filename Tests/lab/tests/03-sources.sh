# Every kind of source, read by a user that systemd made up.
begin
unit_drop_in sources <<'UNIT'
[Service]
LoadCredential=plain:/root/plain
LoadCredentialEncrypted=sealed:/etc/credstore.encrypted/sealed
EnvironmentFile=/etc/dx-rotated/environment
UNIT
mkdir -p /etc/credstore.encrypted
echo from-load-credential >/root/plain
systemd-creds --with-key=host --name=sealed encrypt - /etc/credstore.encrypted/sealed <<<from-sealed-credential
echo TOKEN=from-environment >/etc/dx-rotated/environment
secret file from-file
secret lines 'TOKEN="from environment file"'
credential plain 1 '{ credential = "plain" }' "$push"
credential sealed 2 '{ credential = "sealed" }' "$push"
credential environment 3 '{ env = "TOKEN" }' "$push"
credential file 4 '{ file = "/run/secrets/file" }' "$push"
credential lines 5 '{ env_file = "/run/secrets/lines", key = "TOKEN" }' "$push"
systemctl start dx-rotated
for name in plain sealed environment file lines; do await_entry DX_EVENT=rotated DX_CREDENTIAL=$name; done
holds 1/1 from-load-credential
holds 1/2 from-sealed-credential
holds 1/3 from-environment
holds 1/4 from-file
holds 1/5 "from environment file"

user=$(uid_of_service)
[ "$user" -ge 61184 ] && [ "$user" -le 65519 ] || fail "its user is $user, not one that systemd made up"

# A file that changes is a new secret; the user has not changed, and neither has anything else been sent.
secret file from-file-2
await has_updates 6
holds 1/4 from-file-2
same "the number of sends" "$(updates)" 6
