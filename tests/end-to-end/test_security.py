#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tokens, owners, quotas and sessions over a real socket: who may do what, and what nobody may."""
import http.client
import json
import pathlib
import re
import socket
import subprocess
import tempfile
import time
import unittest

from propd import IRIS, PROGRAM, SOURCE, Daemon, create_token, dense, main

PUBLIC = {("GET", "/"), ("GET", "/dashboard/{build}/{file}"), ("GET", "/healthz"), ("GET", "/readyz"), ("POST", "/v1/session"), ("DELETE", "/v1/session"),
          ("GET", "/openapi.json"), ("GET", "/v2/health/live"), ("GET", "/v2/health/ready")}


def routes():
    """(method, path, scope) of every line of the table in api/routes.c, its macros written out."""
    text = pathlib.Path(SOURCE, "api/routes.c").read_text()
    table = re.findall(r'\{"([A-Z]+)", "(/[^"]*)"(.*?)(?=\n    \{"[A-Z]+", "|\{\.method = NULL)', text, re.S)
    for method, path, rest in table:
        given = re.search(r'\.scope = (?:"(\w+)"|(SCOPE_ANY))|OPEN_INFERENCE\(\w+, (?:"(\w+)"|NULL)|(OPEN_INFER|PREDICT\w*)\(', rest)
        if given is None or not any(given.groups()):
            yield method, path, None
        else:
            yield method, path, given[1] or given[3] or ("any" if given[2] else "predict")


def refused(*words):
    """What propd says when it does not start."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([PROGRAM, "--data", folder, *words], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0, done
    return done.stderr


class Security(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="propd-test-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.tokens = {name: create_token(self.folder, name, scope, *more) for name, scope, *more in (
            ("root", "admin"), ("ada", "train"), ("bob", "train"), ("reader", "read", "--owner", "ada"),
            ("caller", "predict", "--owner", "ada"), ("late", "admin", "--expires", "1s"), ("gone", "admin"))}
        self.daemon = Daemon(self.folder)
        self.daemon.__enter__()
        self.addCleanup(self.daemon.__exit__, None)
        self.assertEqual(self.send("root", "DELETE", "/v1/tokens/gone")[0], 204)

    def send(self, who, method, path, body=None, headers=None):
        headers = dict(headers or {})
        if who is not None:
            headers["Authorization"] = "Bearer " + self.tokens.get(who, who)
        if isinstance(body, dict):
            body = json.dumps(body)
        return self.daemon.send(method, path, body, headers)

    def test_every_route_with_every_token(self):
        allowed = {"reader": {"read"}, "caller": {"predict"}, "bob": {"read", "predict", "train"},
                   "root": {"read", "predict", "train", "admin"}}
        time.sleep(1.1)
        count = 0
        for method, path, scope in routes():
            count += 1
            self.assertEqual(scope is None, (method, path) in PUBLIC, path)
            path = re.sub(r"\{row\}|\{version\}", "1", path).replace("{file}", "main.js")
            path = re.sub(r"\{\w+\}", "nobody", path)
            body = b"{\"wrong\": 1}" if method in ("POST", "PUT", "PATCH") else None
            with self.subTest(method + " " + path):
                if scope is None:
                    self.assertNotIn(self.send(None, method, path, body)[0], (401, 403, 404))
                    continue
                status, headers, _ = self.send(None, method, path, body)
                self.assertEqual((status, headers["WWW-Authenticate"]), (401, 'Bearer realm="propd"'))
                for who in ("propd_wrong", "late", "gone"):
                    self.assertIn(self.send(who, method, path, body)[0], (401, 429))
                for who, scopes in allowed.items():
                    status, headers, text = self.send(who, method, path, body)
                    is_allowed = scope == "any" or scope in scopes
                    self.assertEqual(status == 403, not is_allowed, (who, text))
                    if not is_allowed:
                        self.assertEqual(json.loads(text).get("code", "insufficient_scope"), "insufficient_scope")
                        self.assertIn('scope="%s"' % scope, headers["WWW-Authenticate"])
                status, _, _ = self.send("root", method, path, body, {"Host": "evil.example"})
                self.assertEqual(status, 421)
                if method not in ("GET", "HEAD"):
                    self.assertEqual(self.send("root", method, path, body, {"Origin": "http://evil.example"})[0], 403)
        self.assertGreater(count, 30)

    def test_401_comes_before_the_body(self):
        with socket.create_connection(("127.0.0.1", self.daemon.port), timeout=20) as connection:
            connection.sendall(b"PUT /v1/datasets/iris HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n"
                               b"Expect: 100-continue\r\n\r\n")
            self.assertTrue(connection.recv(4096).startswith(b"HTTP/1.1 401 "))

    def test_owners_see_their_own(self):
        for who in ("ada", "bob"):
            self.assertEqual(self.send(who, "PUT", "/v1/datasets/iris", IRIS.read_bytes())[0], 201)
        job = json.loads(self.send("ada", "POST", "/v1/jobs", {"dataset": "iris", "network": dense(4),
                                                               "training": {"epochs": 2}})[2])["id"]
        for _ in range(600):
            state = json.loads(self.send("reader", "GET", "/v1/jobs/" + job)[2])
            if state["state"] == "succeeded":
                break
            time.sleep(0.1)
        self.assertEqual(state["state"], "succeeded")
        model = json.loads(self.send("reader", "GET", "/v1/models")[2])["models"][0]["id"]
        dataset = json.loads(self.send("ada", "GET", "/v1/datasets/iris")[2])["id"]
        rows = {"instances": [[5.1, 3.5, 1.4, 0.2]]}
        self.assertEqual(self.send("caller", "POST", "/v1/models/%s:predict" % model, rows)[0], 200)
        for method, path in (("GET", "/v1/jobs/" + job), ("GET", "/v1/models/" + model),
                             ("GET", "/v1/datasets/" + dataset), ("DELETE", "/v1/models/" + model),
                             ("DELETE", "/v1/jobs/" + job), ("GET", "/v1/jobs/%s/history" % job),
                             ("GET", "/v1/jobs/%s/events" % job), ("GET", "/v1/models/%s/file" % model),
                             ("POST", "/v1/jobs/%s:cancel" % job), ("POST", "/v1/models/%s:predict" % model)):
            body = rows if "predict" in path else {} if method == "POST" else None
            self.assertEqual(self.send("bob", method, path, body)[0], 404, path)
            if method == "GET":
                self.assertEqual(self.send("root", method, path.replace("/events", "/events?wait=0"))[0], 200, path)
        self.assertEqual(json.loads(self.send("bob", "GET", "/v1/jobs")[2])["jobs"], [])
        self.assertEqual(len(json.loads(self.send("root", "GET", "/v1/datasets")[2])["datasets"]), 2)

    def test_nothing_of_a_token_is_kept_or_logged(self):
        made = json.loads(self.send("root", "POST", "/v1/tokens", {"name": "ci", "scopes": ["read"]})[2])["token"]
        self.assertEqual(self.send(made, "GET", "/v1/jobs")[0], 200)
        self.send(made + "x", "GET", "/v1/jobs")
        for path in pathlib.Path(self.folder).rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                for text in [made, *self.tokens.values()]:
                    self.assertNotIn(text.encode(), data, path)

    def test_tokens_survive_a_restart_and_so_does_their_end(self):
        self.assertEqual(self.send("ada", "GET", "/v1/jobs")[0], 200)
        self.daemon.stop()
        self.daemon.start()
        self.assertEqual(self.send("ada", "GET", "/v1/jobs")[0], 200)
        self.assertEqual(self.send("gone", "GET", "/v1/jobs")[0], 401)
        self.assertIsNotNone(json.loads(self.send("root", "GET", "/v1/tokens/ada")[2])["used_at"])

    def test_a_daemon_has_its_folder_for_itself(self):
        done = subprocess.run([PROGRAM, "--data", self.folder, "--create-token", "x", "--scope", "read"],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("POST /v1/tokens", done.stderr)

    def test_a_browser_logs_in_by_cookie(self):
        status, headers, _ = self.send(None, "POST", "/v1/session", {"token": self.tokens["ada"]})
        self.assertEqual(status, 200)
        cookie = headers["Set-Cookie"]
        for word in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"):
            self.assertIn(word, cookie)
        cookie = {"Cookie": cookie.split(";")[0]}
        self.assertEqual(json.loads(self.send(None, "GET", "/v1/session", headers=cookie)[2])["owner"], "ada")
        own = "http://127.0.0.1:%d" % self.daemon.port
        put = ("PUT", "/v1/datasets/iris", IRIS.read_bytes())
        self.assertEqual(self.send(None, *put, cookie)[0], 403)
        self.assertEqual(self.send(None, *put, {**cookie, "Origin": "http://127.0.0.1:1"})[0], 403)
        self.assertEqual(self.send(None, *put, {**cookie, "Origin": own})[0], 201)
        self.assertEqual(self.send(None, "DELETE", "/v1/session", None, {**cookie, "Origin": own})[0], 204)
        self.assertEqual(self.send(None, "GET", "/v1/session", headers=cookie)[0], 401)

    def test_quotas_bound_what_waits_and_what_is_kept(self):
        quotas = {"queued": 2, "cores": 1, "bytes": 20000}
        made = json.loads(self.send("root", "POST", "/v1/tokens", {"name": "eve", "scopes": ["train"],
                                                                   "quotas": quotas})[2])["token"]
        self.assertEqual(self.send(made, "PUT", "/v1/datasets/iris", IRIS.read_bytes())[0], 201)
        big = b"x,y\n" + b"".join(b"%d.25,%d\n" % (i, i % 2) for i in range(5000))
        status, _, text = self.send(made, "PUT", "/v1/datasets/big", big)
        self.assertEqual((status, json.loads(text)["code"]), (403, "quota_exceeded"))
        long = {"dataset": "iris", "network": dense(64), "training": {"epochs": 1000000}}
        status, _, text = self.send(made, "POST", "/v1/jobs", {**long, "threads": 2})
        self.assertEqual((status, json.loads(text)["code"]), (403, "quota_exceeded"))
        first = json.loads(self.send(made, "POST", "/v1/jobs", long)[2])["id"]
        for _ in range(100):
            if json.loads(self.send(made, "GET", "/v1/jobs/" + first)[2])["state"] == "running":
                break
            time.sleep(0.05)
        self.assertEqual([self.send(made, "POST", "/v1/jobs", long)[0] for _ in range(3)], [202, 202, 429])
        for job in json.loads(self.send(made, "GET", "/v1/jobs")[2])["jobs"]:
            self.send(made, "POST", "/v1/jobs/%s:cancel" % job["id"], {})

    def test_listed_origins_may_preflight(self):
        with Daemon(allowed_origins="http://app.example") as daemon:
            status, headers, _ = daemon.send("OPTIONS", "/v1/jobs", headers={
                "Origin": "http://app.example", "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization"})
            self.assertEqual((status, headers["Access-Control-Allow-Origin"]), (204, "http://app.example"))
            self.assertIn("Authorization", headers["Access-Control-Allow-Headers"])
            self.assertIn("Origin", headers["Vary"])
            _, headers, _ = daemon.send("GET", "/v1/jobs", headers={"Origin": "http://evil.example"})
            self.assertNotIn("Access-Control-Allow-Origin", headers)
            self.assertIn("Origin", headers["Vary"])

    def test_streams_end_with_their_token(self):
        made = json.loads(self.send("root", "POST", "/v1/tokens", {"name": "eye", "scopes": ["read"], "owner": "ada"})[2])
        self.send("ada", "PUT", "/v1/datasets/iris", IRIS.read_bytes())
        job = json.loads(self.send("ada", "POST", "/v1/jobs", {
            "dataset": "iris", "network": dense(64), "training": {"epochs": 1000000}})[2])["id"]
        stream = http.client.HTTPConnection("127.0.0.1", self.daemon.port, timeout=60)
        stream.request("GET", "/v1/jobs/%s/events" % job, headers={
            "Accept": "text/event-stream", "Authorization": "Bearer " + made["token"]})
        answer = stream.getresponse()
        self.assertIn(b"event", answer.readline() + answer.readline())
        self.assertEqual(self.send("root", "DELETE", "/v1/tokens/" + made["id"])[0], 204)
        answer.read()
        stream.close()
        self.send("ada", "POST", "/v1/jobs/%s:cancel" % job, {})


class Exposure(unittest.TestCase):
    def test_other_addresses_need_tokens_and_tls(self):
        self.assertIn("--insecure-http", refused("--listen", "0.0.0.0:0"))
        self.assertIn("tokens", refused("--listen", "0.0.0.0:0", "--insecure-http", "--tokens", "off"))
        self.assertIn("tls_key", refused("--listen", "0.0.0.0:0", "--tls-certificate", "a.pem"))
        self.assertIn("--insecure-http", refused("--listen", "127.0.0.1.example:0"))

    def test_every_address_wants_a_token_and_knows_its_names(self):
        with Daemon(listen="0.0.0.0:0", insecure_http="true") as daemon:
            self.assertEqual(daemon.send("GET", "/healthz")[0], 200)
            self.assertEqual(daemon.send("GET", "/v1/jobs")[0], 401)
            self.assertEqual(daemon.send("GET", "/v1/jobs", headers={"Host": "evil.example"})[0], 421)
            daemon.wait_for_log("--create-token")

    def test_what_a_token_is_asked_to_be_is_checked(self):
        for words in (["--create-token", "a"], ["--create-token", "a", "--scope", "write"],
                      ["--create-token", "a b", "--scope", "read"],
                      ["--create-token", "a", "--scope", "read", "--expires", "soon"],
                      ["--create-token", "a", "--scope", "read", "--quota", "bytes"],
                      ["--create-token", "a", "--scope", "read", "--quota", "bytes=-1"]):
            self.assertIn("--create-token", refused(*words))


if __name__ == "__main__":
    main()
