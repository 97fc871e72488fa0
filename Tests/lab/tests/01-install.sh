# A fresh package is complete, and a service without a configuration is no failure.
dpkg --install /root/dx-rotated_*.deb
same "the service after the installation" "$(property ActiveState)" inactive
same "whether it was skipped" "$(property ConditionResult)" no
same "whether it is enabled" "$(systemctl is-enabled dx-rotated)" enabled
getent group dx-rotated-secrets >/dev/null || fail "there is no group dx-rotated-secrets"
same "the catalog's entries" "$(journalctl --list-catalog 2>/dev/null | grep -c ' dx-rotated: ')" \
  "$(grep -c '^-- ' /usr/lib/systemd/catalog/dx-rotated.catalog)"
for page in 'dx-rotated.8' 'dx-rotated.toml.5'; do
  zcat "/usr/share/man/man${page##*.}/$page.gz" | grep -q '^\.SH NAME' || fail "there is no manual page $page"
done
completed=$(
  . /usr/share/bash-completion/completions/dx-rotated
  COMP_WORDS=(dx-rotated ro) COMP_CWORD=1
  _dx-rotated dx-rotated ro dx-rotated
  echo "${COMPREPLY[@]}"
)
same "what bash completes" "$completed" rotate
contains "what fish completes" "$(fish -c 'complete -C "dx-rotated ro"')" rotate
same "what zsh knows" "$(zsh -c 'autoload -U compinit; compinit -u; echo $_comps[dx-rotated]')" _dx-rotated
zsh -n /usr/share/zsh/vendor-completions/_dx-rotated
cd /usr/share/doc/dx-rotated
for example in $(grep -oh '](examples/[^)]*)' ./*.md | tr -d '](' | tr -d ')'); do
  [ -e "$example" ] || fail "a page leads to $example, which is not there"
done
contains "the version" "$(dpkg-query -W -f '${Version}' dx-rotated)" "$(dx-rotated --version)"

# The shortest configuration makes it start, whether at a boot or by hand.
begin
credential jira 1 '{ file = "/run/secrets/jira" }'
secret jira first-secret
systemctl start dx-rotated
is_active || fail "the service does not start"
