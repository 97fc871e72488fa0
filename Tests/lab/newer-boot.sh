# A boot with a newer systemd.
dpkg --install /root/dx-rotated_*.deb >/dev/null 2>&1
tests=newer
. /lab/run-inside.sh
