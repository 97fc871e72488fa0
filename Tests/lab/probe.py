#!/usr/bin/env python3
"""Tries what a sandbox should not allow, and writes a line for each thing that it can do: the directive that is in the way.

  probe.py RESULT DIRECTORY: the file for the lines, and a directory that can be written
"""

import mmap
import os
import pathlib
import socket
import subprocess
import sys


def run(*command):
    subprocess.run(command, check=True, capture_output=True)


def exists(path):
    os.stat(path)


def write(path, text=""):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def setuid_file():
    path = pathlib.Path(sys.argv[2], "setuid")
    path.touch()
    path.chmod(0o4755)


def all_users():
    users = pathlib.Path("/proc/self/uid_map").read_text(encoding="ascii").split()
    if users != ["0", "0", "4294967295"]:
        raise OSError


def shared_memory():
    if "4711" not in subprocess.run(["ipcs", "-m"], check=True, capture_output=True, text=True).stdout:
        raise OSError


ATTEMPTS = {
    "LockPersonality": lambda: run("setarch", "--addr-no-randomize", "true"),
    "MemoryDenyWriteExecute": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC),
    "PrivateDevices": lambda: exists("/dev/console"),
    "PrivateIPC": shared_memory,
    "PrivateTmp": lambda: exists("/tmp/probe"),
    "PrivateUsers": all_users,
    "ProcSubset": lambda: exists("/proc/cpuinfo"),
    "ProtectControlGroups": lambda: os.mkdir("/sys/fs/cgroup/probe"),
    "ProtectHome": lambda: exists("/home/probe"),
    "ProtectHostname": lambda: run("hostname", "lab"),
    "ProtectKernelTunables": lambda: write("/proc/sys/net/ipv4/ip_forward", "0"),
    "ProtectProc": lambda: exists("/proc/1"),
    "ProtectSystem": lambda: write("/etc/probe"),
    "RestrictAddressFamilies": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "RestrictNamespaces": lambda: run("unshare", "--mount", "true"),
    "RestrictRealtime": lambda: run("chrt", "--fifo", "1", "true"),
    "RestrictSUIDSGID": setuid_file,
}

with open(sys.argv[1], "w", encoding="ascii") as result:
    for directive, attempt in ATTEMPTS.items():
        try:
            attempt()
            print(directive, file=result)
        except (OSError, subprocess.CalledProcessError):
            pass
