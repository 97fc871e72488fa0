# After a power-off and a boot it is there by itself, remembers, and sends nothing twice.
await is_active
await steer requests
mark=0
await_entry -b DX_EVENT=started
install -m 640 -g dx-rotated-secrets /dev/stdin /etc/dx-rotated/secret <<<secret-of-the-second-boot
await has_updates 1
holds 1/1 secret-of-the-second-boot
same "the number of sends" "$(updates)" 1
if has_entry -b DX_EVENT=adopted; then fail "it has forgotten what it knew"; fi
contains "the history" "$(dx-rotated history)" "seen for the first time"
