# SPDX-License-Identifier: Apache-2.0
"""What propd asks of the kernel in a session is what its unit's sandbox grants (packaging/systemd/propd.service.in)."""
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import tempfile
import time
import unittest

import propd
from test_metrics import JOB
from test_tls import make_certificate

UNIT = (propd.SOURCE / "packaging/systemd/propd.service.in").read_text()


def setting(name):
    return re.findall(r"^%s=(.*)$" % name, UNIT, re.MULTILINE)


def calls_of(word):
    """The calls that a word of a filter names: one, or a group of systemd's with the groups in it."""
    if word[0] != "@":
        return {word}
    text = subprocess.run(["systemd-analyze", "syscall-filter", word], capture_output=True, text=True, check=True).stdout
    return set().union(*map(calls_of, re.findall(r"^ +([@\w-]+)$", text, re.MULTILINE)))


def granted():
    names = calls_of("@default")  # systemd adds these to every list
    for line in setting("SystemCallFilter"):
        calls = set().union(*map(calls_of, line.lstrip("~").split()))
        names = names - calls if line[0] == "~" else names | calls
    return names


class TracedDaemon(propd.Daemon):
    def spawn(self, words):
        self.trace = self.folder + "/trace"
        return subprocess.Popen(["strace", "-D", "-f", "-o", self.trace, *words], stdout=subprocess.PIPE, stderr=self.log)


def has_sanitizers():
    """Sanitizers make calls of their own, and look for leaks by ptrace, as strace does."""
    program = pathlib.Path(propd.PROGRAM).read_bytes()
    return any(name in program for name in (b"__asan_init", b"__tsan_init", b"__ubsan_handle"))


@unittest.skipIf(has_sanitizers(), "built with sanitizers")
@unittest.skipUnless(shutil.which("strace") and shutil.which("systemd-analyze"), "no strace or no systemd-analyze here")
@unittest.skipUnless(shutil.which("openssl"), "openssl makes the certificate, and is not here")
class Sandbox(unittest.TestCase):
    def session(self, folder):
        """The trace of a daemon that does some of everything, on every address and over HTTPS."""
        chain, key = make_certificate(folder)
        token = propd.create_token(folder, "ann", "admin")
        with TracedDaemon(folder, listen="0.0.0.0:0", tls_certificate=chain, tls_key=key, webhook_tries=1) as daemon:
            daemon.token, daemon.context = token, ssl.create_default_context(cafile=chain)
            daemon.upload("iris", propd.IRIS)
            # A name that never is: what looks it up is what counts.
            daemon.train(dict(JOB, webhook={"url": "https://propd.invalid/hook"}))
            daemon.post("/v1/models/iris:predict", {"instances": [[5.1, 3.5, 1.4, 0.2]]})
            for path in ("/v1/backup", "/v1/models/iris/file?format=onnx", "/metrics", "/v1/system"):
                self.assertEqual(daemon.send("GET", path)[0], 200)
            self.await_call(daemon)
        with open(daemon.trace, encoding="utf-8", errors="replace") as lines:
            return lines.read()

    def await_call(self, daemon):
        job = daemon.get("/v1/jobs")["jobs"][0]["id"]
        end = time.monotonic() + 60 * propd.PATIENCE
        while time.monotonic() < end:
            if daemon.get("/v1/jobs/%s/webhooks" % job)["webhooks"][0]["tries"] > 0:
                return
            time.sleep(0.1)
        self.fail("the webhook was never called")

    def test_every_call_is_granted(self):
        with tempfile.TemporaryDirectory(prefix="propd-sandbox-") as folder:
            trace = self.session(folder)
        used = set(re.findall(r"^\d+ +(?:<\.\.\. )?(\w+)[( ]", trace, re.MULTILINE)) - {"resumed"}
        self.assertGreater(len(used), 40)
        self.assertIn("fdatasync", used)
        if os.geteuid() == 0:
            used.discard("fchown")  # SQLite's, so that what root makes stays its owner's
        self.assertEqual(used - granted(), set())
        families = {family.replace("AF_LOCAL", "AF_UNIX") for family in re.findall(r"\bsocket\((AF_\w+)", trace)}
        self.assertIn("AF_INET", families)
        self.assertEqual(families - set(setting("RestrictAddressFamilies")[0].split()), set())
        self.assertEqual(re.findall(r"mprotect\(.*PROT_EXEC.*|mmap\(.*PROT_WRITE\|PROT_EXEC.*", trace), [])


if __name__ == "__main__":
    propd.main()
