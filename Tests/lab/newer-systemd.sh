#!/bin/bash
# Fetches the systemd of Debian 12's backports into DIR, a layer for boot.sh. This machine's own apt is left as it is.
#   newer-systemd.sh DIR
set -euo pipefail

target=$(realpath -m "${1:?usage: newer-systemd.sh DIR}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir -p "$work"/{lists/partial,cache/archives/partial,packages}

mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -n 1)
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror bookworm-backports main" >"$work/sources"
apt_get() {
  apt-get -qq -o Dir::Etc::SourceList="$work/sources" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$work/lists" \
    -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root "$@"
}
apt_get update
cd "$work/packages"
apt_get download systemd systemd-sysv libsystemd-shared libsystemd0 libudev1 libpam-systemd

# /bin, /sbin and /lib are links on this machine, and must not become directories over it.
rm -rf "$target"
for directory in bin sbin lib lib64; do
  mkdir -p "$target/usr/$directory"
  ln -s "usr/$directory" "$target/$directory"
done
for package in *.deb; do
  dpkg-deb --fsys-tarfile "$package" | tar -x -C "$target" --keep-directory-symlink --exclude=./usr/share/doc \
    --exclude=./usr/share/man --exclude=./usr/share/locale
done
