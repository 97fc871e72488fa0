# The second boot, with what the first one left.
tests=second-boot
. /lab/run-inside.sh
