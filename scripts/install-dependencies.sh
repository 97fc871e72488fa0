#!/bin/bash
# Installs, with apt, what the build, the tests and the demo need and this machine lacks. Silent if that is nothing.
#   install-dependencies.sh [package]     with `package` also what building and testing the Debian package needs
set -euo pipefail

command -v swift >/dev/null || {
  echo "The Swift toolchain (6.2 or later) is not in \$PATH: see https://www.swift.org/install/linux" >&2
  exit 1
}

missing=()
# needs PACKAGE COMMAND…: the package is missing where the command fails.
needs() { "${@:2}" >/dev/null 2>&1 || missing+=("$1"); }

needs pkg-config command -v pkg-config
needs libcurl4-openssl-dev pkg-config --exists libcurl
needs libtomlplusplus-dev pkg-config --exists tomlplusplus
needs libsqlite3-dev pkg-config --exists sqlite3
needs libssl-dev pkg-config --exists libcrypto
# For the tests and the demo.
needs openssl command -v openssl
needs curl command -v curl
needs python3 command -v python3
needs systemd command -v systemd-analyze
needs etcd-server command -v etcd
needs prometheus command -v promtool
needs prometheus-alertmanager command -v prometheus-alertmanager
needs msmtp command -v msmtp
if [ "${1-}" = package ]; then
  needs debhelper command -v dh
  needs dpkg-dev command -v dpkg-buildpackage
  needs fakeroot command -v fakeroot
  needs lintian command -v lintian
  needs mandoc command -v mandoc
  needs systemd-container command -v systemd-nspawn
  # For the completions.
  needs zsh command -v zsh
  needs fish command -v fish
fi

[ "${#missing[@]}" -gt 0 ] || exit 0

refuse() {
  echo "Missing: ${missing[*]} (names of Debian's packages). $1" >&2
  exit 1
}
command -v apt-get >/dev/null || refuse "There is no apt-get here: install what they hold, then try again."
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || refuse "Without sudo only root can install them: apt-get install ${missing[*]}"
  as_root=(sudo)
fi
echo "Installing ${missing[*]}"
"${as_root[@]}" apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
# Of these the tests want the programs, not the servers that the packages start.
for package in "${missing[@]}"; do
  case $package in
    prometheus | prometheus-alertmanager) service=$package ;;
    etcd-server) service=etcd ;;
    *) continue ;;
  esac
  [ ! -d /run/systemd/system ] || "${as_root[@]}" systemctl disable --now "$service"
done
