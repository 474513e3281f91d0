# SPDX-License-Identifier: Apache-2.0
"""Programs that people use: wrk's load, and a browser's EventSource in a page of another origin."""
import http.server
import json
import pathlib
import queue
import re
import shutil
import subprocess
import tempfile
import threading
import unittest

import propd

JOB = {"dataset": "iris", "target": "species", "network": propd.dense(8), "training": {"epochs": 20}}
# Tells the server that it came from what it was told: "end succeeded: state-1 …", or that it was refused.
PAGE = """<!DOCTYPE html><title>events</title><script>
const told = [], tell = text => fetch("/told", {method: "POST", body: text + ": " + told.join(" ")});
const source = new EventSource("%s");
for (const type of ["state", "metrics", "log", "setting"])
    source.addEventListener(type, event => told.push(type + "-" + event.lastEventId));
source.addEventListener("end", event => { source.close(); tell("end " + JSON.parse(event.data).state); });
source.onerror = () => { if (source.readyState === EventSource.CLOSED) tell("refused"); };
</script>"""


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(self.server.page.encode() if self.path == "/" else b"")

    def do_POST(self):
        self.server.told.put(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


class Origin:
    """A page's server on a free port."""

    def __enter__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
        self.server.told = queue.Queue()
        self.address = "http://127.0.0.1:%d" % self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def look(self, chromium, page):
        """What the page tells when a browser shows it."""
        self.server.page = page
        with tempfile.TemporaryDirectory(prefix="propd-chromium-", ignore_cleanup_errors=True) as profile:
            browser = subprocess.Popen(
                [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync",
                 "--remote-debugging-port=0", "--user-data-dir=" + profile, self.address + "/"],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                return self.server.told.get(timeout=60 * propd.PATIENCE)
            finally:
                browser.terminate()
                browser.wait()


class Clients(unittest.TestCase):
    def test_a_browsers_event_source(self):
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        if chromium is None:
            raise unittest.SkipTest("no Chromium here")
        with Origin() as origin, propd.Daemon(allowed_origins=origin.address) as daemon:
            daemon.upload("iris", propd.IRIS)
            job = daemon.train(JOB)["id"]
            events = daemon.get("/v1/jobs/%s/events?after=0" % job)["events"]
            url = "http://127.0.0.1:%d/v1/jobs/%s/events" % (daemon.port, job)
            expected = " ".join("%s-%d" % (event["type"], event["seq"]) for event in events if event["type"] != "end")
            self.assertEqual(origin.look(chromium, PAGE % url), "end succeeded: " + expected)
        with Origin() as origin, propd.Daemon() as daemon:  # no origin is listed
            daemon.upload("iris", propd.IRIS)
            job = daemon.train(JOB)["id"]
            url = "http://127.0.0.1:%d/v1/jobs/%s/events" % (daemon.port, job)
            self.assertEqual(origin.look(chromium, PAGE % url), "refused: ")

    def test_wrk_is_answered_well(self):
        wrk = shutil.which("wrk")
        if wrk is None:
            raise unittest.SkipTest("no wrk here")
        with propd.Daemon() as daemon, tempfile.TemporaryDirectory(prefix="propd-wrk-") as folder:
            daemon.upload("iris", propd.IRIS)
            daemon.train(JOB)
            script = pathlib.Path(folder, "predict.lua")
            script.write_text("wrk.method = 'POST'\nwrk.headers['Content-Type'] = 'application/json'\nwrk.body = '%s'\n" %
                              json.dumps({"instances": [[5.1, 3.5, 1.4, 0.2]]}))
            url = "http://127.0.0.1:%d/v1/models/iris:predict" % daemon.port
            said = subprocess.run([wrk, "-t2", "-c32", "-d2s", "-s", str(script), url], capture_output=True, text=True,
                                  timeout=60 * propd.PATIENCE, check=True).stdout
            self.check(said)
            self.assertNotIn("Non-2xx", said)
            url = "http://127.0.0.1:%d/v1/jobs" % daemon.port
            tag = daemon.send("GET", "/v1/jobs")[1]["ETag"]
            self.check(subprocess.run([wrk, "-t2", "-c32", "-d2s", "-H", "If-None-Match: " + tag, url], capture_output=True,
                                      text=True, timeout=60 * propd.PATIENCE, check=True).stdout)

    def check(self, said):
        self.assertGreater(int(re.search(r"(\d+) requests in", said).group(1)), 100, said)
        self.assertNotIn("Socket errors", said)


if __name__ == "__main__":
    propd.main()
