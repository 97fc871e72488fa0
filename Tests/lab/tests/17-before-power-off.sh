# What the second boot finds: a service that is enabled, and one secret that DX has from it.
begin
credential jira 1 '{ file = "/etc/dx-rotated/secret" }' "$push"
install -m 640 -g dx-rotated-secrets /dev/stdin /etc/dx-rotated/secret <<<secret-of-the-first-boot
systemctl enable --now dx-rotated dx-simulator
await_entry DX_EVENT=rotated
