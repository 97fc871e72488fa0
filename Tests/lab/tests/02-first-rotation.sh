# The page for newcomers is true to the letter.
begin
rm -rf /etc/dx-rotated
apt-get purge -y dx-rotated
cd /root
script=$(sed -n '/^```bash$/,/^```$/p' /lab/first-rotation.md | sed '1d;$d')
[ "$(wc -l <<<"$script")" -eq 10 ] || fail "it is not ten lines"
output=$(DX_URL=$dx CONNECTION_ID=1 CREDENTIAL_ID=2 DX_API_KEY=lab-api-key SECRET=newcomer-secret \
  bash -euo pipefail -c "$script")
contains "the journal" "$output" "jira: DX accepted the secret"
contains "its explanation" "$output" "Nothing is to be done."
holds 1/2 newcomer-secret
lacks "the output" "$output" newcomer-secret
rm -rf /etc/dx-rotated/secrets
