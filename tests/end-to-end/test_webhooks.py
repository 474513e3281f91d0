#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Webhooks on a job's end, with a real receiver: signatures, retries, crashes, private addresses, slow receivers."""
import base64
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest

from propd import IRIS, PATIENCE, PROGRAM, Daemon, Refused, dense, main

KEY = os.urandom(32)
SECRET = "whsec_" + base64.b64encode(KEY).decode()
JOB = {"dataset": "iris", "target": "species", "network": dense(4), "training": {"epochs": 3}}
ENDLESS = dict(JOB, training={"epochs": 10 ** 6})


class Receiver:
    """Answers with `statuses` in turn, the last for ever; keeps what came. `gate`: answers wait for it."""

    def __init__(self, *statuses, location=None, size=0):
        self.calls, self.gate = [], threading.Event()
        self.gate.set()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = statuses[min(len(receiver.calls), len(statuses) - 1)]
                receiver.calls.append((self.path, self.headers, body))
                receiver.gate.wait(60)
                try:
                    self.send_response(status)
                    if location:
                        self.send_header("Location", location)
                    self.send_header("Content-Length", str(size))
                    self.end_headers()
                    self.wfile.write(b"x" * size)
                except OSError:  # the daemon had enough, or ended
                    pass

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # the daemon breaks calls off when it ends
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        self.url = "http://127.0.0.1:%d/hook?x=1" % self.server.server_port

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.gate.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def wait(self, count, seconds=30):
        end = time.monotonic() + seconds * PATIENCE
        while len(self.calls) < count and time.monotonic() < end:
            time.sleep(0.02)
        if len(self.calls) < count:
            raise AssertionError("%d calls, not %d" % (len(self.calls), count))
        return self.calls


def daemon(folder=None, **options):
    return Daemon(folder, **dict({"webhook_allow_private": "true", "webhook_retry_s": 0.05}, **options))


def wait_state(service, job, state, count=1):
    """The job's deliveries once all are in this state."""
    end = time.monotonic() + 30 * PATIENCE
    while True:
        found = service.get("/v1/jobs/%s/webhooks" % job)["webhooks"]
        if len(found) == count and all(d["state"] == state for d in found):
            return found
        if time.monotonic() > end:
            raise AssertionError(found)
        time.sleep(0.02)


class Webhooks(unittest.TestCase):
    def check_signature(self, call, key=KEY):
        """As the Standard Webhooks specification words it."""
        _, headers, body = call
        signed = ("%s.%s." % (headers["webhook-id"], headers["webhook-timestamp"])).encode() + body
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        self.assertEqual(headers["webhook-signature"], "v1," + expected)
        self.assertLess(abs(time.time() - int(headers["webhook-timestamp"])), 60 * PATIENCE)

    def test_the_end_of_a_job_is_told_with_a_signature(self):
        with Receiver(204) as receiver, daemon() as service:
            service.upload("iris", IRIS)
            job = service.submit(dict(JOB, webhook={"url": receiver.url, "secret": SECRET}))
            path, headers, body = receiver.wait(1)[0]
            self.check_signature(receiver.calls[0])
            self.assertEqual((path, headers["Content-Type"]), ("/hook?x=1", "application/json"))
            told = json.loads(body)
            shown = service.get("/v1/jobs/" + job)
            self.assertEqual((told["type"], told["id"], told["job"]), ("job.succeeded", headers["webhook-id"], shown))
            delivery, = wait_state(service, job, "delivered")
            self.assertEqual((delivery["id"], delivery["tries"], delivery["status"], delivery["failure"],
                              delivery["next_at"], delivery["to"]), (told["id"], 1, 204, None, None, "job"))

    def test_the_secret_is_nowhere_to_be_seen_and_the_address_is_not_in_models(self):
        with Receiver(200) as receiver, daemon() as service:
            service.upload("iris", IRIS)
            job = service.train(dict(JOB, webhook={"url": receiver.url, "secret": SECRET}))
            self.assertEqual(job["spec"]["webhook"], {"url": receiver.url})
            for path in "/v1/jobs", "/v1/jobs/" + job["id"], "/v1/jobs/%s/webhooks" % job["id"], "/v1/jobs/%s/events?after=0" % job["id"]:
                self.assertNotIn(SECRET[6:].encode(), service.send("GET", path)[2])
            self.assertNotIn(SECRET[6:].encode(), receiver.wait(1)[0][2])
            model = service.send("GET", "/v1/models/%s/file" % job["model"])[2]
            self.assertNotIn(receiver.url.encode(), model)
            replay = service.wait(service.post("/v1/jobs/%s:verify" % job["id"])["id"])
            self.assertEqual((replay["state"], replay["spec"]["webhook"]), ("succeeded", None))
            self.assertEqual(len(receiver.calls), 1)
            self.assertNotIn(SECRET, pathlib.Path(service.folder, "daemon.log").read_text())
        printed = subprocess.run([PROGRAM, "--print-config", "--webhook-secret", SECRET], check=True,
                                 stdout=subprocess.PIPE).stdout
        self.assertNotIn(SECRET.encode(), printed)

    def test_failures_are_tried_again_with_the_same_bytes_until_one_succeeds(self):
        with Receiver(500, 503, 302, 200) as receiver, daemon() as service:
            service.upload("iris", IRIS)
            job = service.submit(dict(JOB, webhook={"url": receiver.url, "secret": SECRET}))
            calls = receiver.wait(4)
            for call in calls:
                self.check_signature(call)
            self.assertEqual(len({(c[1]["webhook-id"], c[2]) for c in calls}), 1)
            delivery, = wait_state(service, job, "delivered")
            self.assertEqual((delivery["tries"], delivery["status"]), (4, 200))

    def test_what_never_succeeds_is_given_up_and_can_be_told_again(self):
        with Receiver(500) as receiver, daemon(webhook_tries=3) as service:
            service.upload("iris", IRIS)
            job = service.submit(dict(JOB, webhook={"url": receiver.url}))
            delivery, = wait_state(service, job, "failed")
            self.assertEqual((delivery["tries"], delivery["status"]), (3, 500))
            self.assertIn("500", delivery["failure"])
            self.assertNotIn("webhook-signature", receiver.calls[0][1])
            again = service.post("/v1/webhooks/%s:retry" % delivery["id"])
            self.assertIn(again["state"], ("pending", "failed"))
            receiver.wait(4)
            with self.assertRaises(Refused) as caught:
                service.post("/v1/webhooks/dlv_none:retry")
            self.assertEqual(caught.exception.status, 404)

    def test_a_receiver_that_is_gone_is_called_no_more(self):
        with Receiver(410) as receiver, daemon() as service:
            service.upload("iris", IRIS)
            job = service.submit(dict(JOB, webhook={"url": receiver.url}))
            delivery, = wait_state(service, job, "failed")
            self.assertEqual((delivery["tries"], len(receiver.calls)), (1, 1))

    def test_redirects_are_not_followed_and_long_answers_not_read(self):
        with Receiver(200) as other, Receiver(307, location=other.url) as moved, \
                Receiver(200, size=10 ** 7) as long, daemon(webhook_tries=2) as service:
            service.upload("iris", IRIS)
            job = service.submit(dict(JOB, webhook={"url": moved.url}))
            delivery, = wait_state(service, job, "failed")
            self.assertEqual((delivery["status"], other.calls), (307, []))
            job = service.submit(dict(JOB, webhook={"url": long.url}))
            wait_state(service, job, "delivered")

    def test_cancelled_and_failed_jobs_are_told_of_and_the_services_own_webhook(self):
        with Receiver(200) as receiver, Receiver(200) as own, \
                daemon(webhook_url=own.url, webhook_secret=SECRET, cores=2) as service:
            service.upload("iris", IRIS)
            running = service.submit(dict(ENDLESS, webhook={"url": receiver.url}))
            service.wait(running, states=("running",))
            waiting = service.submit(dict(JOB, threads=2, webhook={"url": receiver.url}))
            failing = {"dataset": "iris", "target": "petal_width", "network": {"layers": [{"type": "dense", "units": "auto"}]},
                       "training": {"epochs": 60, "batch_size": 8, "optimizer": {"type": "sgd", "learning_rate": 1000}}}
            service.post("/v1/jobs/%s:cancel" % waiting)
            service.post("/v1/jobs/%s:cancel" % running)
            failed = service.submit(failing)
            self.assertEqual(service.wait(failed)["state"], "failed")
            receiver.wait(2)
            told = sorted((json.loads(c[2])["type"], json.loads(c[2])["job"]["id"]) for c in own.wait(3))
            self.assertEqual(told, sorted([("job.cancelled", running), ("job.cancelled", waiting), ("job.failed", failed)]))
            for call in own.calls:
                self.check_signature(call)
            deliveries = wait_state(service, running, "delivered", 2)
            self.assertEqual([(d["to"], d["url"]) for d in deliveries], [("job", receiver.url), ("service", None)])

    def test_a_crash_loses_no_delivery(self):
        folder = tempfile.mkdtemp(prefix="propd-webhooks-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        with Receiver(500, 200) as receiver:
            service = daemon(folder, webhook_retry_s=1).start()
            service.upload("iris", IRIS)
            receiver.gate.clear()
            job = service.submit(dict(JOB, webhook={"url": receiver.url, "secret": SECRET}))
            receiver.wait(1)
            service.kill()  # the call is under way, the job has ended
            receiver.gate.set()
            with daemon(folder, webhook_retry_s=1) as service:
                calls = receiver.wait(2)
                self.assertEqual(calls[0][2], calls[1][2])
                self.check_signature(calls[1])
                delivery, = wait_state(service, job, "delivered")
                self.assertEqual(delivery["id"], calls[0][1]["webhook-id"])

    def test_an_end_and_its_delivery_are_one_transaction(self):
        folder = tempfile.mkdtemp(prefix="propd-webhooks-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        ended = 0
        with Receiver(200) as receiver:
            for _ in range(6):
                service = daemon(folder).start()
                service.upload("iris", IRIS)
                jobs = [service.submit(dict(JOB, training={"epochs": 60 * 2 ** n}, webhook={"url": receiver.url}))
                        for n in range(8)]
                time.sleep(0.1)
                service.kill()
                database = sqlite3.connect("file:%s/propd.db?mode=ro" % folder, uri=True)
                for job in jobs:
                    (state, told), = database.execute(
                        "SELECT state, (SELECT count(*) FROM deliveries WHERE job = jobs.number) FROM jobs WHERE id = ?", (job,))
                    self.assertEqual(told, state == "succeeded", (job, state))
                    ended += told
                database.close()
            with daemon(folder) as service:
                for job in jobs:
                    service.wait(job)
                    wait_state(service, job, "delivered")
        print("%d ends before a crash" % ended)

    def test_private_addresses_are_refused_unless_allowed(self):
        with Receiver(200) as receiver, Daemon() as service:
            service.upload("iris", IRIS)
            port = receiver.server.server_port
            for host in ("127.0.0.1", "10.1.2.3", "172.20.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "224.0.0.1",
                         "0.0.0.0", "255.255.255.255", "[::1]", "[fd00::1]", "[fe80::1]", "[ff02::1]", "[::ffff:127.0.0.1]",
                         "[64:ff9b::7f00:1]", "2130706433", "0x7f.1", "127.1"):
                with self.assertRaises(Refused, msg=host) as caught:
                    service.submit(dict(JOB, webhook={"url": "http://%s:%d/" % (host, port)}))
                self.assertEqual(caught.exception.status, 422)
                self.assertIn("public address", caught.exception.body)
            # A name is seen through when it is called: the address that it stands for is what counts.
            job = service.submit(dict(JOB, webhook={"url": "http://localhost:%d/" % port}))
            delivery, = wait_state(service, job, "failed")
            self.assertIn("private address", delivery["failure"])
            self.assertEqual((delivery["tries"], receiver.calls), (1, []))

    def test_wrong_webhooks_are_refused_with_an_example(self):
        with daemon() as service:
            service.upload("iris", IRIS)
            for webhook, word in (({"url": "ftp://example.org/"}, "https://example.org/hook"),
                                  ({"url": "file:///etc/passwd"}, "https://example.org/hook"),
                                  ({"url": "nonsense"}, "webhook.url"), ({"url": ""}, "webhook.url"), ({}, "webhook.url"),
                                  ({"url": "http://user:word@example.org/"}, "no user"),
                                  ({"url": "http://example.org/" + "x" * 3000}, "webhook.url"),
                                  ({"url": "http://example.org/", "secret": "short"}, "whsec_"),
                                  ({"url": "http://example.org/", "secret": "whsec_AAAA"}, "24 to 64"),
                                  ({"url": "http://example.org/", "secret": "whsec_!!!!"}, "whsec_"),
                                  ({"url": "http://example.org/", "token": "x"}, "token")):
                with self.assertRaises(Refused, msg=webhook) as caught:
                    service.submit(dict(JOB, webhook=webhook))
                self.assertEqual(caught.exception.status, 422, webhook)
                self.assertIn(word, caught.exception.body)

    def test_a_slow_receiver_never_delays_a_job_nor_the_stop(self):
        with Receiver(200) as slow, Receiver(200) as quick, daemon(webhook_timeout_s=60) as service:
            service.upload("iris", IRIS)
            slow.gate.clear()
            first = service.submit(dict(JOB, webhook={"url": slow.url}))
            slow.wait(1)
            start = time.monotonic()
            jobs = [service.submit(dict(JOB, webhook={"url": slow.url if n % 4 == 0 else quick.url})) for n in range(20)]
            for job in [first] + jobs:
                self.assertEqual(service.wait(job)["state"], "succeeded")
            quick.wait(15)
            self.assertLess(time.monotonic() - start, 20 * PATIENCE)
            code, seconds = service.stop()
            self.assertEqual(code, 0)
            self.assertLess(seconds, 10 * PATIENCE)


if __name__ == "__main__":
    main()
