# SPDX-License-Identifier: Apache-2.0
"""What the figures were measured on, and holding programs to its cores."""
import contextlib
import datetime
import os
import pathlib
import platform
import subprocess
import time

# Best first, as the kernels' sets.
INSTRUCTION_SETS = (("avx512f", "AVX-512"), ("avx2", "AVX2"), ("asimd", "NEON"))


def cores():
    return sorted(os.sched_getaffinity(0))


def _siblings(core, folder="/sys/devices/system/cpu"):
    """Which logical cores share the units of this one, in the kernel's words."""
    with contextlib.suppress(OSError):
        return pathlib.Path(folder, "cpu%d/topology/thread_siblings_list" % core).read_text().strip()
    return str(core)


def spread_out(listed, siblings=_siblings):
    """The logical cores in an order in which those come last that share the units of one before."""
    first, rest, seen = [], [], set()
    for core in listed:
        shared = siblings(core)
        (rest if shared in seen else first).append(core)
        seen.add(shared)
    return first + rest


@contextlib.contextmanager
def pinned(threads):
    """This program and what it starts meanwhile to as many cores as threads, that share as little as there is."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, set(spread_out(sorted(before))[:threads]))
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def output(*command, **more):
    """What a program prints, in one line; None where there is no such program, or it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, **more)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _processor():
    """(model, instruction set) by /proc/cpuinfo; the architecture where that says nothing."""
    fields = {}
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        fields.setdefault(key.strip(), value.strip())
    flags = (fields.get("flags") or fields.get("Features") or "").split()
    sets = [name for flag, name in INSTRUCTION_SETS if flag in flags]
    return fields.get("model name", platform.machine()), sets[0] if sets else platform.machine()


def _system():
    with contextlib.suppress(OSError):
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    return platform.system()


def describe(source):
    """The machine, the date and the commit of `source`."""
    model, instruction_set = _processor()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    commit = output("git", "-C", str(source), "describe", "--always", "--dirty") or "unknown"
    return {"processor": model, "instruction_set": instruction_set, "cores": len(cores()), "memory_gib": round(memory / 2 ** 30, 1),
            "system": _system(), "kernel": platform.release(), "date": datetime.date.today().isoformat(), "commit": commit}


def _ticks():
    """(all, idle) of all cores since the start, in the kernel's ticks; what is stolen from a virtual machine is not idle."""
    fields = [int(field) for field in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return sum(fields), fields[3] + fields[4]


def busy(seconds=0.5):
    """Cores that others used in the seconds that this waits: figures of a busy machine are worth little, those of several threads least."""
    before = _ticks()
    time.sleep(seconds)
    total, idle = (after - earlier for after, earlier in zip(_ticks(), before))
    return os.cpu_count() * (1 - idle / total) if total else 0.0
