# The first boot: the package is installed, and everything tried.
tests=tests
. /lab/run-inside.sh
