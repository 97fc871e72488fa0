# Removed, it is gone but for what it remembers and how it was configured; purged, it remembers nothing.
begin
credential jira 1 '{ file = "/run/secrets/jira" }'
secret jira secret-1
systemctl start dx-rotated
await_entry DX_EVENT=adopted
dpkg --remove dx-rotated
if is_active; then fail "it runs without its package"; fi
[ ! -e /usr/bin/dx-rotated ] || fail "the program is still there"
[ -e /var/lib/private/dx-rotated/state.db ] || fail "a removal takes the state away"
dpkg --purge dx-rotated
for path in /var/lib/private/dx-rotated /var/lib/dx-rotated; do
  if [ -e $path ] || [ -L $path ]; then fail "$path is still there"; fi
done
[ -e $drop_ins/10-dx.toml ] || fail "a purge takes away what the administrator wrote"
dpkg --install /root/dx-rotated_*.deb
