# SPDX-License-Identifier: Apache-2.0
"""A real daemon on a free port in a folder of its own, and the HTTP calls that the end-to-end tests make."""
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = os.environ.get("PROPD", "./propd")
DIGITS = os.environ.get("DIGITS", "./digits")
SOURCE = pathlib.Path(os.environ.get("SOURCE", pathlib.Path(__file__).parents[2])).resolve()
SHARED = pathlib.Path(os.environ.get("PROPD_SHARED", SOURCE.parent / "shared"))
IRIS = SOURCE / "clients/demo/iris.csv"
# How much slower a run may be under sanitizers or valgrind.
PATIENCE = float(os.environ.get("PROPD_TEST_PATIENCE", "1"))

# Programs from npm (tests/node): there after make node-tools.
NODE_MODULES = pathlib.Path(os.environ.get("BUILD", "."), "tests/node/node_modules").resolve()


def node(script, *words, **options):
    """Runs a script of tests/node under Node.js with its modules in reach; skips the test where they are absent."""
    if shutil.which("node") is None or not NODE_MODULES.exists():
        raise unittest.SkipTest("no programs from npm: make node-tools installs them")
    environment = dict(os.environ, NODE_PATH=str(NODE_MODULES))
    return subprocess.run(["node", str(SOURCE / "tests/node" / script), *map(str, words)], env=environment,
                          check=True, capture_output=True, **options)


def free_port():
    """A TCP port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def create_token(folder, name, scope, *more):
    """The text of a token that is made in a folder on which no daemon runs."""
    words = [PROGRAM, "--data", folder, "--create-token", name, "--scope", scope, *more]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()


class Refused(Exception):
    """An answer that is an error: its status and body."""

    def __init__(self, status, body):
        super().__init__("%d %s" % (status, body))
        self.status, self.body = status, body


class Daemon:
    def __init__(self, folder=None, **options):
        self.own_folder = folder is None
        self.folder = folder or tempfile.mkdtemp(prefix="propd-test-")
        self.options = options
        self.process = None
        self.token = None    # for calls that bring no Authorization of their own
        self.context = None  # ssl.SSLContext, where HTTPS is spoken
        self.recorder = None  # called with every request and its answer (contract.py)

    def start(self):
        words = [PROGRAM, "--data", self.folder]
        if "listen" not in self.options:
            words += ["--listen", "127.0.0.1:0"]
        words += ["--%s=%s" % (k.replace("_", "-"), v) for k, v in self.options.items()]
        self.log = open(os.path.join(self.folder, "daemon.log"), "ab")
        self.process = self.spawn(words)
        line = self.process.stdout.readline().decode()
        if not line.startswith("listening on http"):
            raise RuntimeError("the daemon said %r; its log: %s" % (line, self.log_tail()))
        self.port = int(line.rsplit(":", 1)[1])
        return self

    def spawn(self, words):
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=self.log)

    def log_tail(self):
        return pathlib.Path(self.folder, "daemon.log").read_bytes()[-2000:].decode(errors="replace")

    def wait_for_log(self, text):
        """What the daemon does beside its answers is in the log at some time after them."""
        deadline = time.monotonic() + 30 * PATIENCE
        while text not in self.log_tail():
            if time.monotonic() > deadline:
                raise AssertionError("%r is not in the log: %s" % (text, self.log_tail()))
            time.sleep(0.01)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self._closed()

    def stop(self):
        """SIGTERM; returns (exit code, seconds)."""
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60 * PATIENCE)
        self._closed()
        return code, time.monotonic() - start

    def _closed(self):
        self.process.stdout.close()
        self.log.close()
        self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        try:
            if self.process is not None:
                code, _ = self.stop()
                if kind is None and code != 0:
                    raise RuntimeError("exit code %s; its log: %s" % (code, self.log_tail()))
            elif kind is not None:
                print(self.log_tail(), file=sys.stderr)
        finally:
            if self.own_folder:
                shutil.rmtree(self.folder, ignore_errors=True)

    def send(self, method, path, body=None, headers=None):
        """(status, headers, bytes)"""
        headers = dict(headers or {})
        if self.token:
            headers.setdefault("Authorization", "Bearer " + self.token)
        timeout = 120 * PATIENCE
        connection = (http.client.HTTPSConnection("localhost", self.port, timeout=timeout, context=self.context)
                      if self.context else http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout))
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            status, given, content = answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()
        if self.recorder is not None:
            self.recorder(method, path, body, status, given, content)
        return status, given, content

    def call(self, method, path, body=None, headers=None):
        """The answer as JSON; Refused where it is an error."""
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        status, _, text = self.send(method, path, body, headers)
        if status >= 400:
            raise Refused(status, text.decode(errors="replace"))
        return json.loads(text) if text else None

    def get(self, path):
        return self.call("GET", path)

    def post(self, path, body=None):
        return self.call("POST", path, body if body is not None else {})

    def upload(self, name, data, query=""):
        data = data.read_bytes() if isinstance(data, pathlib.Path) else data
        return self.call("PUT", "/v1/datasets/%s%s" % (name, query), data)

    def upload_pair(self, name, features, labels, query=""):
        """Each a path or bytes, as curl -F sends files."""
        edge = "----propd-end-to-end"
        body = b""
        for part, data in (("features", features), ("labels", labels)):
            body += ("--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\n"
                     "Content-Type: application/octet-stream\r\n\r\n" % (edge, part, part)).encode()
            body += (data if isinstance(data, bytes) else pathlib.Path(data).read_bytes()) + b"\r\n"
        body += ("--%s--\r\n" % edge).encode()
        return self.call("POST", "/v1/datasets?name=" + name + query, body,
                         {"Content-Type": "multipart/form-data; boundary=" + edge})

    def submit(self, document):
        return self.post("/v1/jobs", document)["id"]

    def wait(self, job, seconds=300, states=("succeeded", "failed", "cancelled")):
        """The job once it is in one of `states`; by long polls, so that no time is lost."""
        end = time.monotonic() + seconds * PATIENCE
        while time.monotonic() < end:
            answer = self.get("/v1/jobs/" + job)
            if answer["state"] in states:
                return answer
            self.get("/v1/jobs/%s/events?after=%d&wait=5" % (job, answer["seq"]))
        raise AssertionError("job %s is still %s after %g s" % (job, answer["state"], seconds))

    def train(self, document, seconds=300):
        """Submits, waits for success, returns the job."""
        job = self.wait(self.submit(document), seconds)
        if job["state"] != "succeeded":
            raise AssertionError("%s: %s" % (job["state"], job["error"]))
        return job

    def model(self, job):
        return self.get("/v1/models/" + job["model"])


def dense(*units, activation="relu", output="softmax"):
    """An MLP with these hidden widths, its output by the target."""
    layers = [{"type": "dense", "units": n, "activation": activation} for n in units]
    return {"layers": layers + [{"type": "dense", "units": "auto", "activation": output}]}


def read_safetensors(data):
    """{name: (shape, list of numbers)}, metadata"""
    size, = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + size])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        code = {"F32": "f", "I32": "i"}[entry["dtype"]]
        raw = data[8 + size + begin:8 + size + end]
        tensors[name] = entry["shape"], list(struct.unpack("<%d%s" % (len(raw) // 4, code), raw))
    return tensors, metadata


def write_safetensors(tensors, metadata):
    header, at, blobs = {"__metadata__": metadata}, 0, []
    for name, (shape, values) in tensors.items():
        raw = struct.pack("<%df" % len(values), *values)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + len(raw)]}
        at += len(raw)
        blobs.append(raw)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(blobs)


def draw_digits(folder, rows, seed):
    """Paths of images and labels, made by the project's own program."""
    images, labels = os.path.join(folder, "images.idx"), os.path.join(folder, "labels.idx")
    subprocess.run([DIGITS, str(rows), str(seed), images, labels], check=True)
    return images, labels


def main():
    """Runs the calling module's tests; automake reads exit code 77 as skipped."""
    runner = unittest.TextTestRunner(verbosity=2)
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    result = runner.run(suite)
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(77 if result.testsRun == len(result.skipped) else 0)
