// libsystemd for Swift.
#pragma once
#include <systemd/sd-daemon.h>
