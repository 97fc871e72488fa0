# An upgrade restarts the service, and it remembers.
begin
credential jira 1 '{ file = "/run/secrets/jira" }' "$push"
secret jira secret-1
systemctl start dx-rotated
await_entry DX_EVENT=rotated
process=$(property MainPID)
dpkg-deb --raw-extract /root/dx-rotated_*.deb /tmp/newer
sed -i 's/^Version: .*/&+newer/' /tmp/newer/DEBIAN/control
dpkg-deb --build -Znone /tmp/newer /tmp/newer.deb
mark
dpkg --install /tmp/newer.deb
await_entry DX_EVENT=started
[ "$(property MainPID)" != "$process" ] || fail "it was not restarted"
secret jira secret-2
await has_updates 2
holds 1/1 secret-2
same "the number of sends" "$(updates)" 2
contains "the history" "$(dx-rotated history)" "seen for the first time"
