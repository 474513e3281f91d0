#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Python client where something goes wrong: no daemon, one that dies, lost answers, no token, Ctrl-C, HTTPS."""
import io
import json
import os
import pickle
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from unittest import mock

from propd import IRIS, PATIENCE, SOURCE, Daemon, create_token, dense, free_port, main
import python_client
from test_tls import OPENSSL, make_certificate

propd = python_client.load()
LONG = dict(epochs=10**7)


def address(daemon):
    return "http://127.0.0.1:%d" % daemon.port


def check_a_refusal_is_heard(test, client):
    """At a daemon with max_dataset=100K."""
    with test.assertRaises(propd.Refused) as caught:
        client.upload(b"a,b\n" + b"1,2\n" * 10**7, "large")
    test.assertEqual(caught.exception.status, 413)
    test.assertEqual(client.upload(b"a,b\n1,2\n", "small").rows, 1)


class LossyProxy:
    """Passes requests on to a daemon. Of the first `lost` requests that begin with `method` it loses the answers, but for
    their first `kept` bytes."""

    def __init__(self, daemon, method, lost=1, kept=0):
        self.daemon, self.method, self.lost, self.kept, self.seen = daemon, method.encode(), lost, kept, 0
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.close()

    def serve(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self.carry, args=(client,), daemon=True).start()

    def carry(self, client):
        with client, socket.create_connection(("127.0.0.1", self.daemon.port)) as server:
            losing = False
            while True:
                for end in select.select([client, server], [], [])[0]:
                    data = end.recv(1 << 16)
                    if losing and end is server:
                        client.sendall(data[:self.kept])
                        return
                    if not data:
                        return
                    if end is client and data.startswith(self.method):
                        self.seen += 1
                        losing = self.seen <= self.lost
                    (server if end is client else client).sendall(data)


class NobodyThere(unittest.TestCase):
    def test_the_first_call_says_what_to_do(self):
        port = free_port()
        client = propd.Client("127.0.0.1:%d" % port)
        with self.assertRaisesRegex(propd.ConnectionLost, "no propd answers at http://127.0.0.1:%d .*propd --data" % port):
            client.system()

    def test_an_answer_that_is_not_http(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            threading.Thread(target=lambda: server.accept()[0].sendall(b"SSH-2.0\r\n"), daemon=True).start()
            with self.assertRaisesRegex(propd.ConnectionLost, "no propd answers"):
                propd.Client("127.0.0.1:%d" % server.getsockname()[1]).system()

    def test_addresses_that_are_none(self):
        for url in ("ftp://host", "http://host:1/path", "http://", "http://host?token=x"):
            with self.assertRaisesRegex(ValueError, "must be like http://127.0.0.1:8420"):
                propd.Client(url)
        with self.assertRaisesRegex(ValueError, "PROPD_TOKEN") as caught:
            propd.Client("http://user:secret@host:1")
        self.assertNotIn("secret", str(caught.exception))
        self.assertEqual(propd.Client("[::1]:8420").url, "http://[::1]:8420")


class DaemonThatDies(unittest.TestCase):
    def start_again(self, daemon):
        """On the same port, as a service manager would."""
        daemon.options["listen"] = "127.0.0.1:%d" % daemon.port
        daemon.start()

    def test_waiting_goes_on_after_a_restart(self):
        with Daemon() as daemon:
            client = propd.Client(address(daemon), patience=60 * PATIENCE)
            daemon.upload("iris", IRIS)
            job = client.submit("iris", dense(16), limits={"seconds": 4}, **LONG)
            events = job.follow()
            states = [next(events)["state"]]
            daemon.kill()
            timer = threading.Timer(0.5, self.start_again, (daemon,))
            timer.start()
            states += [event["state"] for event in events if event["type"] == "state"]
            timer.join()
            self.assertEqual(states[0], "queued")
            self.assertEqual(states[-1], "succeeded")
            self.assertEqual(job.wait().model.predict([[5.1, 3.5, 1.4, 0.2]]).labels, ["setosa"])

    def test_patience_is_counted_from_the_loss(self):
        patience = 3 * PATIENCE
        with Daemon() as daemon:
            client = propd.Client(address(daemon), patience=patience)
            job = client.submit(client.upload(IRIS), dense(16), **LONG).pause()
            daemon.wait(job.id, states=("paused",))

            def interrupt():
                daemon.kill()
                self.start_again(daemon)
                daemon.post("/v1/jobs/%s:cancel" % job.id)

            timer = threading.Timer(patience + 1, interrupt)
            start = time.monotonic()
            timer.start()
            self.assertEqual(job.wait(check=False).state, "cancelled")
            timer.join()
            self.assertGreater(time.monotonic() - start, patience)

    def test_an_answer_that_does_not_come_in_time_is_not_asked_for_again(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            client = propd.Client("127.0.0.1:%d" % server.getsockname()[1])
            client._connection._spoken = True
            # As Python has it before 3.10, where that is no TimeoutError.
            with mock.patch("socket.timeout", type("timeout", (OSError,), {})):
                with mock.patch.object(client._connection, "_once", side_effect=socket.timeout("timed out")) as asked:
                    with self.assertRaisesRegex(propd.ConnectionLost, "timed out.* after 1 attempts"):
                        client.system()
        self.assertEqual(asked.call_count, 1)

    def test_a_daemon_that_stays_away_is_told_of(self):
        with Daemon() as daemon:
            client = propd.Client(address(daemon), patience=0.5)
            client.upload(IRIS)
            job = client.submit("iris", dense(16), **LONG)
            killer = threading.Timer(0.3, daemon.kill)
            killer.start()
            with self.assertRaisesRegex(propd.ConnectionLost, "was lost .* did not come back after"):
                job.wait()
            killer.join()

    def test_a_connection_that_the_daemon_closed_is_opened_again(self):
        with Daemon(idle_timeout_s=1) as daemon:
            client = propd.Client(address(daemon))
            job = client.submit(client.upload(IRIS), dense(4), epochs=1)
            job.wait()
            # By its own measure the daemon has closed it when another connection that came later is closed.
            with socket.create_connection(("127.0.0.1", daemon.port), timeout=60 * PATIENCE) as other:
                other.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                while other.recv(4096):
                    pass
            self.assertEqual(job.change(priority=3).data["priority"], 3)


class LostAnswers(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon()
        self.daemon.__enter__()
        self.addCleanup(self.daemon.__exit__, None)
        self.daemon.upload("iris", IRIS)

    def through(self, method, lost=1, kept=0, patience=30 * PATIENCE):
        proxy = LossyProxy(self.daemon, method, lost, kept)
        self.addCleanup(proxy.__exit__)
        client = propd.Client("127.0.0.1:%d" % proxy.__enter__().port, patience=patience)
        client.system()
        return client, proxy

    def test_a_job_is_made_once(self):
        client, proxy = self.through("POST", lost=2)
        client.submit("iris", dense(4), epochs=1).wait()
        self.assertEqual(proxy.seen, 3)
        self.assertEqual(len(list(client.jobs())), 1)

    def test_a_pair_and_a_file_are_uploaded_once(self):
        client, proxy = self.through("POST")
        with tempfile.TemporaryDirectory() as folder:
            pair = []
            for name in ("features", "labels"):
                pair.append(os.path.join(folder, name))
                with open(pair[-1], "wb") as file:
                    file.write(b"\0\0\x08\1\0\0\0\4" + bytes((0, 1, 2, 3)))
            self.assertEqual(client.upload(tuple(pair), "pair").rows, 4)
        self.assertEqual(proxy.seen, 2)
        client, proxy = self.through("PUT")
        self.assertEqual(client.upload(io.BytesIO(b"a,b\n1,2\n"), "file").version, 1)
        self.assertEqual(proxy.seen, 2)

    def test_what_was_removed_by_the_lost_request_counts_as_removed(self):
        client, proxy = self.through("DELETE")
        client.dataset("iris").delete()
        self.assertEqual((proxy.seen, list(client.datasets())), (2, []))

    def test_a_download_that_breaks_off_begins_again_or_leaves_nothing(self):
        self.daemon.train({"dataset": "iris", "network": dense(16)})
        whole = propd.Client(address(self.daemon)).model("iris").download()
        with tempfile.TemporaryDirectory() as folder:
            for kept in (0, 600):
                client, proxy = self.through("GET /v1/models/mdl", kept=kept)
                path = client.model("iris").download(folder)
                self.assertEqual((path.read_bytes(), proxy.seen), (whole, 2))
                path.unlink()
            client, _ = self.through("GET /v1/models/mdl", lost=1000, kept=600, patience=0.5)
            with self.assertRaises(propd.ConnectionLost):
                client.model("iris").download(folder)
            self.assertEqual(os.listdir(folder), [])

    def test_a_stream_cannot_be_sent_again(self):
        client, proxy = self.through("PUT")
        reader, writer = os.pipe()
        os.write(writer, b"a,b\n1,2\n")
        os.close(writer)
        with open(reader, "rb") as pipe, self.assertRaisesRegex(propd.ConnectionLost, "after 1 attempts"):
            client.upload(pipe, "pipe")
        self.assertEqual(proxy.seen, 1)

    def test_a_refusal_in_the_middle_of_an_upload_is_heard(self):
        self.daemon.stop()
        self.daemon.options["max_dataset"] = "100K"
        self.daemon.start()
        check_a_refusal_is_heard(self, propd.Client(address(self.daemon)))


class Tokens(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon()
        self.addCleanup(self.daemon.__exit__, None)
        self.admin = create_token(self.daemon.folder, "ann", "admin")
        self.reader = create_token(self.daemon.folder, "bob", "read")
        self.daemon.start()

    def test_no_token_a_wrong_one_and_one_that_may_not(self):
        for token, status in ((None, 401), ("propd_wrong", 401), (self.reader, 403)):
            with self.assertRaises(propd.NotAllowed) as caught:
                propd.Client(address(self.daemon), token).upload(IRIS)
            self.assertEqual(caught.exception.status, status)
        self.assertIn("train", str(caught.exception))
        self.assertEqual(propd.Client(address(self.daemon), self.admin).upload(IRIS).rows, 150)

    def test_the_environment_is_asked_for_address_and_token(self):
        text = "import propd; print(propd.Client().upload('clients/demo/iris.csv').rows)"
        self.assertEqual(python_client.run(text, self.daemon, PROPD_TOKEN=self.admin).stdout, "150\n")

    def test_a_token_is_shown_nowhere(self):
        client = propd.Client(address(self.daemon), self.admin)
        iris = client.upload(IRIS)
        with self.assertRaises(propd.Refused) as caught:
            client.submit("absent", dense(4))
        seen = [repr(client), repr(client._connection), repr(iris), iris._repr_html_(), str(caught.exception),
                pickle.dumps(client).decode("latin-1"), pickle.dumps(iris).decode("latin-1")]
        for text in seen:
            self.assertNotIn(self.admin, text)
            self.assertNotIn(self.admin[-20:], text)
        os.environ["PROPD_TOKEN"] = self.admin
        self.addCleanup(os.environ.pop, "PROPD_TOKEN")
        self.assertEqual(pickle.loads(pickle.dumps(iris)).refresh().rows, 150)


class Refusals(unittest.TestCase):
    def test_they_say_where_and_what_and_survive_a_pickle(self):
        with Daemon() as daemon:
            client = propd.Client(address(daemon))
            client.upload(IRIS)
            with self.assertRaises(propd.Refused) as caught:
                client.submit("iris", "dense 8", epohcs=3)
        error = pickle.loads(pickle.dumps(caught.exception))
        self.assertEqual((error.status, error.code, error.errors[0]["pointer"]), (422, "invalid", "#/training/epohcs"))
        self.assertRegex(str(error), r"^POST /v1/jobs: 422: training.epohcs .* did you mean epochs\? \(#/training/epohcs\)$")
        self.assertTrue(error.request_id.startswith("req_"))

    def test_answers_of_others_are_shown_as_they_are(self):
        error = propd.errors.refusal("GET /", 502, b"<html>bad gateway</html>")
        self.assertEqual(str(error), "GET /: 502: <html>bad gateway</html>")
        error = propd.errors.refusal("GET /", 422, json.dumps({"detail": "two things", "errors": [
            {"pointer": "#/a", "detail": "one"}, {"pointer": "#/b", "detail": "two"}]}).encode())
        self.assertEqual(str(error), "GET /: 422: two things\n  #/a: one\n  #/b: two")


def hear_interrupts():
    """In a child: Python minds no Ctrl-C where it was started in the background by a shell, which has it ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Interrupt(unittest.TestCase):
    def test_ctrl_c_leaves_the_job_and_says_how_to_come_back(self):
        text = """
import propd
client = propd.Client()
client.upload("clients/demo/iris.csv")
client.train("iris", "dense 16 relu, dense auto softmax", epochs=10**7, progress=True)"""
        with Daemon() as daemon:
            process = subprocess.Popen([sys.executable, "-c", text], env=python_client.environment(daemon), cwd=SOURCE,
                                       stderr=subprocess.PIPE, text=True, preexec_fn=hear_interrupts)
            said = ""
            while "running" not in said:
                line = process.stderr.readline()
                self.assertTrue(line, said)
                said += line
            process.send_signal(signal.SIGINT)
            said += process.communicate(timeout=60 * PATIENCE)[1]
            job = daemon.get("/v1/jobs/iris")
            self.assertEqual((job["state"], process.returncode), ("running", -signal.SIGINT))
            self.assertIn("job %s goes on: client.job('%s').wait() follows it again, .cancel() ends it" % ((job["id"],) * 2), said)
            self.assertTrue(said.rstrip().endswith("KeyboardInterrupt"), said)
            daemon.post("/v1/jobs/iris:cancel")


@unittest.skipUnless(OPENSSL, "openssl makes the certificates, and is not here")
class Https(unittest.TestCase):
    def test_an_authority_of_ones_own(self):
        with tempfile.TemporaryDirectory() as folder:
            chain, key = make_certificate(folder)
            with Daemon(tls_certificate=chain, tls_key=key, max_dataset="100K") as daemon:
                url = "https://localhost:%d" % daemon.port
                with self.assertRaisesRegex(propd.ConnectionLost, "not trusted .*ca_file='ca.pem'"):
                    propd.Client(url).system()
                client = propd.Client(url, ca_file=chain)
                self.assertEqual(client.upload(IRIS).rows, 150)
                self.assertEqual(pickle.loads(pickle.dumps(client)).dataset("iris").rows, 150)
                check_a_refusal_is_heard(self, client)
                client.close()


if __name__ == "__main__":
    main()
