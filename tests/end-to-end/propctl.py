# SPDX-License-Identifier: Apache-2.0
"""propctl as people and scripts run it: with words and standard input, or on a terminal of its own."""
import fcntl
import json
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import termios
import time

from propd import PATIENCE

PROGRAM = pathlib.Path(os.environ.get("BUILD", "."), "propctl").resolve()
LIMIT_S = 120 * PATIENCE
LAYERS = "dense 8 relu, dense auto softmax"
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Propctl:
    """Runs it in an environment that nobody's configuration reaches."""

    def __init__(self, daemon=None, **environment):
        self.home = tempfile.mkdtemp(prefix="propctl-test-")
        self.environment = {"HOME": self.home, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "xterm"}
        for name, value in os.environ.items():
            if name.endswith("SAN_OPTIONS"):
                self.environment[name] = value
        # cairo's fonts come by fontconfig, which keeps some of what it has read until the process ends.
        suppressions = pathlib.Path(self.home, ".leaks")
        suppressions.write_text("leak:libfontconfig\n")
        self.environment["LSAN_OPTIONS"] = "suppressions=%s:print_suppressions=0" % suppressions
        if daemon is not None:
            self.environment["PROPD_URL"] = "http://127.0.0.1:%d" % daemon.port
        self.environment.update(environment)

    def close(self):
        shutil.rmtree(self.home, ignore_errors=True)

    def run(self, *words, code=0, stdin=None, **environment):
        """The finished process; its exit code must be `code`."""
        done = subprocess.run([PROGRAM, *map(str, words)], input=stdin, capture_output=True, timeout=LIMIT_S,
                              env=dict(self.environment, **environment), cwd=self.home)
        done.out, done.err = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
        if done.returncode != code:
            raise AssertionError("propctl %s: exit code %d, not %d\n%s\n%s"
                                 % (" ".join(map(str, words)), done.returncode, code, done.out, done.err))
        return done

    def out(self, *words, **options):
        return self.run(*words, **options).out

    def json(self, *words, **options):
        return json.loads(self.run(*words, "--json", **options).out)

    def start(self, *words):
        return subprocess.Popen([PROGRAM, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env=self.environment, cwd=self.home, text=True)

    def terminal(self, *words, columns=100, rows=30, **environment):
        return Terminal([str(PROGRAM), *map(str, words)], dict(self.environment, **environment), self.home, columns, rows)


class Terminal:
    """A process on a terminal of its own, and all that it wrote there."""

    def __init__(self, words, environment, folder, columns, rows):
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            try:
                os.chdir(folder)
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
                os.execve(words[0], words, environment)
            finally:
                os._exit(127)
        self.written, self.code = b"", None

    @property
    def text(self):
        return self.written.decode(errors="replace")

    @property
    def plain(self):
        return ESCAPE.sub("", self.text)

    def read(self, seconds):
        """More of what it writes; False at its end."""
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            piece = os.read(self.master, 65536)
        except OSError:  # the end of a terminal
            piece = b""
        self.written += piece
        return piece != b""

    def wait_until(self, is_there):
        """Reads until what was written is as is wanted."""
        end = time.monotonic() + LIMIT_S
        while not is_there(self):
            if time.monotonic() > end or not self.read(0.1):
                raise AssertionError("what is waited for did not come; there is: %s" % self.plain)
        return self

    def wait_for(self, *texts):
        return self.wait_until(lambda terminal: all(text in terminal.plain for text in texts))

    def interrupt(self):
        """Ctrl-C as the keyboard sends it."""
        os.write(self.master, b"\x03")
        return self

    def end(self):
        """Waits until it ends; its exit code."""
        end = time.monotonic() + LIMIT_S
        while self.read(0.1):
            if time.monotonic() > end:
                os.kill(self.pid, signal.SIGKILL)
                raise AssertionError("it does not end; there is: %s" % self.plain)
        self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.master)
        return self.code

    def lines(self):
        return [line.strip("\r") for line in self.plain.replace("\r\n", "\n").split("\n")]
