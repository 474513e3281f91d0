#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hostile input over a real socket: every answer is clear, and the daemon serves on. Further collections are used where
PROPD_SHARED/data holds them."""
import json
import random
import socket
import struct
import unittest

from propd import IRIS, SHARED, SOURCE, Daemon, Refused, dense, main

TORTURE = SHARED / "data/csv_torture"
DOCUMENTS = SHARED / "data/json_test_suite"
REQUESTS = SHARED / "data/http_requests"


class Hostile(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon()
        self.daemon.__enter__()
        self.addCleanup(self.daemon.__exit__, None)

    def tearDown(self):
        self.assertEqual(self.daemon.send("GET", "/healthz")[0], 200)

    def raw(self, data):
        """The status of the answer to raw bytes; 0 where the connection is closed without one."""
        with socket.create_connection(("127.0.0.1", self.daemon.port), timeout=20) as connection:
            try:
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
                answer = connection.recv(65536)
            except OSError:
                return 0
        return int(answer.split()[1]) if answer.startswith(b"HTTP/1.") else 0

    def test_malformed_tables_name_the_line(self):
        for data, words in ((b"a,b\n1,2\n3\n", "line 3"), (b"", "empty"), (b"a,b\n", "row"),
                            (b"a,b\n1,\"2\n", "line 2"), (b"a,b\n1,2\x00\n", "line 2")):
            with self.assertRaises(Refused, msg=data) as caught:
                self.daemon.upload("bad", data)
            self.assertEqual(caught.exception.status, 422)
            self.assertIn(words, json.loads(caught.exception.body)["detail"])

    def test_idx_headers_that_lie(self):
        for header in (struct.pack(">IIII", 0x803, 2 ** 31, 2 ** 15, 2 ** 15), struct.pack(">II", 0x801, 10),
                       struct.pack(">I", 0x8ff), b"\x00\x00\x08", struct.pack(">II", 0x7701, 1)):
            with self.assertRaises(Refused) as caught:
                self.daemon.upload("lie", header + b"\x01" * 5, "?format=idx")
            self.assertEqual(caught.exception.status, 422)

    def test_random_bytes_as_tables(self):
        chance = random.Random(3)
        seeds = [IRIS.read_bytes()[:600], b"a;b\n\"x\"\"y\";1\n", b"x\ty\r\n1\t2\r\n"]
        for number in range(150):
            data = bytearray(chance.choice(seeds))
            for _ in range(chance.randrange(1, 12)):
                data[chance.randrange(len(data))] = chance.choice(b"\",;\t\r\n\x00\xff\xfe.-+eE0 ?")
            status, _, _ = self.daemon.send("PUT", "/v1/datasets/fuzz-%d" % number, bytes(data))
            self.assertIn(status, (200, 201, 422))

    def test_absurd_networks_are_refused_before_anything_is_allocated(self):
        self.daemon.upload("iris", IRIS)
        large = {"type": "dense", "units": 65536}
        for layers in ([large] * 1025, [large] * 1000, [{"type": "reshape", "shape": [2 ** 60]}],
                       [{"type": "dense", "units": 2 ** 70}], [{"type": "dense", "units": "many"}], {}, [], [1],
                       [{"type": "dense", "units": 2, "input": "nobody"}], [{"type": "add", "input": ["input", "input"]}] * 2):
            with self.assertRaises(Refused) as caught:
                self.daemon.submit({"dataset": "iris", "network": {"layers": layers}})
            self.assertIn(caught.exception.status, (400, 413, 422))

    def test_deep_and_broken_documents(self):
        for body in (b"[" * 100000, b'{"a":' * 50 + b"1" + b"}" * 50, b'{"dataset": "a", "dataset": "b"}', b"{\"a\": 1e999}",
                     b"\xff\xfe", b"{", b"", b"nul", b"{\"network\": \"\\ud800\"}"):
            status, headers, text = self.daemon.send("POST", "/v1/jobs", body)
            self.assertIn(status, (400, 422), body[:40])
            self.assertEqual(headers["Content-Type"], "application/problem+json")
            self.assertIn("detail", json.loads(text))

    def test_raw_requests(self):
        for data in (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                     b"GET /v1/jobs HTTP/1.1\r\nHost: evil.example\r\n\r\n",
                     b"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
                     b"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
                     b"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n{}",
                     b"GET /v1/../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
                     b"GET /v1/%2e%2e%2fetc HTTP/1.1\r\nHost: localhost\r\n\r\n",
                     b"GET /v1/jobs%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                     b"GET /" + b"a" * 3000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X-A: " + b"b" * 20000 + b"\r\n\r\n", b"\x16\x03\x01\x02\x00"):
            status = self.raw(data)
            self.assertTrue(status == 0 or status >= 400, (status, data[:60]))

    def test_foreign_pages_cannot_write(self):
        for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            status, _, _ = self.daemon.send("POST", "/v1/jobs", b"{}", headers)
            self.assertEqual(status, 403)

    @unittest.skipUnless(TORTURE.exists(), "csv_torture is not present")
    def test_torture_tables(self):
        paths = [p for p in sorted(TORTURE.rglob("*")) if p.is_file() and p.suffix != ".json" and p.name != "SOURCE.txt"]
        for number, path in enumerate(paths):
            status, _, text = self.daemon.send("PUT", "/v1/datasets/torture-%d" % number, path.read_bytes())
            self.assertIn(status, (200, 201, 415, 422), path)
            if status == 422:
                self.assertTrue(json.loads(text)["detail"], path)
        print("%d files" % len(paths))

    @unittest.skipUnless(TORTURE.exists(), "csv_torture is not present")
    def test_csv_spectrum_is_read_as_its_json_says(self):
        for path in sorted((TORTURE / "csv-spectrum").glob("*.csv")):
            rows = json.loads((TORTURE / "csv-spectrum/json" / (path.stem + ".json")).read_text())
            answer = self.daemon.upload("spectrum-" + path.stem, path)
            self.assertEqual(answer["rows"], len(rows), path.name)
            self.assertEqual([c["name"] for c in answer["columns"]], list(rows[0]), path.name)

    @unittest.skipUnless(DOCUMENTS.exists(), "json_test_suite is not present")
    def test_json_that_is_not(self):
        paths = sorted(DOCUMENTS.rglob("n_*"))
        self.assertGreater(len(paths), 100)
        for path in paths:
            status, _, _ = self.daemon.send("POST", "/v1/jobs", path.read_bytes())
            self.assertTrue(400 <= status < 500, (status, path.name))

    @unittest.skipUnless(REQUESTS.exists(), "http_requests is not present")
    def test_requests_that_are_not(self):
        paths = [p for p in sorted((REQUESTS / "invalid").rglob("*")) if p.is_file()]
        self.assertGreater(len(paths), 5)
        for path in paths:
            status = self.raw(path.read_bytes())
            self.assertTrue(status == 0 or status >= 400, (status, path.name))
            self.assertEqual(self.daemon.send("GET", "/healthz")[0], 200)


if __name__ == "__main__":
    main()
