# SPDX-License-Identifier: Apache-2.0
"""A real Prometheus."""
import json
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

import propd


def program(name):
    if shutil.which(name) is None:
        raise unittest.SkipTest("no %s here (Debian: prometheus)" % name)
    return name


class Prometheus:
    """One that scrapes `daemon` every second, or does what `text`, its configuration, says; in a folder of its own."""

    def __init__(self, daemon, text=None):
        self.text = text or ("global: {scrape_interval: 1s}\nscrape_configs: [{job_name: propd, static_configs: "
                             "[{targets: ['127.0.0.1:%d']}]}]\n" % daemon.port)

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="propd-prometheus-")
        configuration = pathlib.Path(self.folder, "prometheus.yml")
        configuration.write_text(self.text)
        self.url = "http://127.0.0.1:%d" % propd.free_port()
        self.log = open(pathlib.Path(self.folder, "log"), "wb")
        self.process = subprocess.Popen(
            [program("prometheus"), "--config.file=%s" % configuration, "--storage.tsdb.path=%s/data" % self.folder,
             "--web.listen-address=%s" % self.url[len("http://"):]], stdout=self.log, stderr=self.log)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20 * propd.PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, path, **query):
        """The data of an answer of its API; None while there is none."""
        try:
            with urllib.request.urlopen("%s/api/v1/%s?%s" % (self.url, path, urllib.parse.urlencode(query)),
                                        timeout=10 * propd.PATIENCE) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as refused:
            if refused.code == 503:  # it is starting
                return None
            raise AssertionError("%s %s: %s" % (path, query, refused.read().decode()))
        except (urllib.error.URLError, ConnectionError):
            return None

    def await_data(self, find, what, seconds=60):
        """What `find` gives, once it gives something."""
        end = time.monotonic() + seconds * propd.PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            found = find()
            if found:
                return found
            time.sleep(0.2)
        raise AssertionError("%s: nothing. %s" % (what, pathlib.Path(self.folder, "log").read_text()[-2000:]))

    def series(self, expression):
        """What it answers with, once that is something."""
        return self.await_data(lambda: (self.ask("query", query=expression) or {}).get("result"), expression)

    def query(self, expression):
        """The first value."""
        return float(self.series(expression)[0]["value"][1])
