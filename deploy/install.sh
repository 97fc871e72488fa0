#!/bin/bash
# Installs what `make build` made, below $DESTDIR. This is the one list of what goes where: the package uses it, too.
#   install.sh BINARY [PREFIX]      PREFIX: /usr/local; a distribution's package has /usr
set -euo pipefail

binary=$(realpath -e "${1:?usage: install.sh BINARY [PREFIX]}")
prefix=${2:-/usr/local}
root=${DESTDIR-}
cd "$(dirname "$0")/.."

# put MODE DIRECTORY FILE…
put() {
  install -d "$root$2"
  install -m "$1" -t "$root$2" "${@:3}"
}
# put_as MODE PATH FILE: under another name.
put_as() { install -D -m "$1" "$3" "$root$2"; }
# completion SHELL PATH
completion() {
  install -d "$root$(dirname "$2")"
  # A completion is read by a shell, not run.
  "$binary" --generate-completion-script "$1" | sed '1{/^#!/d}' >"$root$2"
  chmod 644 "$root$2"
}

units=$prefix/lib/systemd/system zsh=$prefix/share/zsh/site-functions
if [ "$prefix" = /usr ]; then
  # Units of packages are in /lib, which is searched like /usr/lib; Debian 12 keeps them there.
  units=/lib/systemd/system zsh=/usr/share/zsh/vendor-completions
fi
documentation=$prefix/share/doc/dx-rotated

put_as 755 "$prefix/bin/dx-rotated" "$binary"
put 644 "$units" deploy/dx-rotated.service
put_as 644 "$prefix/lib/sysusers.d/dx-rotated.conf" deploy/sysusers.conf

# Where these are does not depend on the prefix: dx-rotated and journalctl look for them nowhere else.
put 644 /usr/lib/dx-rotated/config.d deploy/config.d/*.toml
put 644 /usr/lib/systemd/catalog deploy/dx-rotated.catalog
install -d "$root/etc/dx-rotated/config.d"

put 644 "$prefix/share/man/man5" deploy/man/*.5
put 644 "$prefix/share/man/man8" deploy/man/*.8
put 644 "$documentation" README.md docs/*.md
put 644 "$documentation/examples/config" config/10-dx.toml.example config/examples/*.toml
put 644 "$documentation/examples/unit" deploy/unit-examples/*.conf
put 644 "$documentation/examples/prometheus" deploy/prometheus/dx-rotated.rules.yml
put 644 "$documentation/examples/grafana" deploy/grafana/*.json
# What names a place that depends on the prefix.
sed -i "s|/usr/bin/dx-rotated|$prefix/bin/dx-rotated|; s|/usr/share/doc/|$prefix/share/doc/|" "$root$units/dx-rotated.service" \
  "$root$documentation"/examples/unit/*.conf "$root$prefix"/share/man/man?/dx-rotated*
# There the pages are beside each other, and all examples in one place.
sed -E -i -e 's|\]\((\.\./)?config/examples|](examples/config|g' -e 's|\]\((\.\./)?config/10|](examples/config/10|g' \
  -e 's|\]\((\.\./)?deploy/unit-examples|](examples/unit|g' -e 's|\]\((\.\./)?deploy/|](examples/|g' \
  -e 's|\]\((\.\./\|docs/)|](|g' "$root$documentation"/*.md

completion bash "$prefix/share/bash-completion/completions/dx-rotated"
completion zsh "$zsh/_dx-rotated"
completion fish "$prefix/share/fish/vendor_completions.d/dx-rotated.fish"
