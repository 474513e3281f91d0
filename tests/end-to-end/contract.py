# SPDX-License-Identifier: Apache-2.0
"""Whether what a daemon answers is what its /openapi.json says.

    with propd.Daemon() as daemon, contract.recorded(daemon) as record:
        …                              # any calls
        self.assertEqual(record.complaints(), [])
"""
import base64
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

VALIDATE = pathlib.Path(__file__).with_name("validate.py")


def find_python():
    """One that has the jsonschema package; skips the test where none has."""
    for program in (os.environ.get("PROPD_TEST_PYTHON"), sys.executable, "/usr/bin/python3"):
        if program and subprocess.run([program, "-c", "import jsonschema; jsonschema.Draft202012Validator"],
                                      stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return program
    raise unittest.SkipTest("no Python here has jsonschema (Debian: python3-jsonschema)")


class Record:
    def __init__(self, daemon, python):
        self.daemon, self.python, self.lines = daemon, python, []

    def add(self, method, path, sent, status, headers, body):
        self.lines.append(json.dumps({
            "method": method, "path": path, "sent": sent if isinstance(sent, str) else None, "status": status,
            "headers": {name.lower(): value for name, value in headers.items()},
            "body": base64.b64encode(body).decode()}))

    def complaints(self, *words):
        """What does not fit the document that the daemon serves, a line each. `words`: "--complete"."""
        with tempfile.TemporaryDirectory(prefix="propd-contract-") as folder:
            document, exchanges = pathlib.Path(folder, "openapi.json"), pathlib.Path(folder, "exchanges")
            exchanges.write_text("".join(line + "\n" for line in self.lines))
            document.write_bytes(self.daemon.send("GET", "/openapi.json")[2])
            result = subprocess.run([self.python, str(VALIDATE), str(document), str(exchanges), *words],
                                    check=True, capture_output=True, text=True)
        return result.stdout.splitlines()


@contextlib.contextmanager
def recorded(daemon):
    record = Record(daemon, find_python())
    daemon.recorder = record.add
    try:
        yield record
    finally:
        daemon.recorder = None
