#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Raw requests that two readers could read in two ways, or that are no requests at all, and the exact answer to each:
its status, and whether the connection ends with it."""
import json
import socket
import unittest

from propd import Daemon, main

HOST = b"Host: localhost\r\n"
CLOSES, STAYS = True, False


def get(target, *lines, version=b"HTTP/1.1", host=HOST):
    return b"GET " + target + b" " + version + b"\r\n" + host + b"".join(line + b"\r\n" for line in lines) + b"\r\n"


def post(*lines, body=b"", target=b"/v1/jobs"):
    return b"POST " + target + b" HTTP/1.1\r\n" + HOST + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body


# What it is, the bytes, the status (0: closed without an answer), whether the connection ends.
REQUESTS = [
    # framing that a proxy could read otherwise
    ("two Content-Length", post(b"Content-Length: 2", b"Content-Length: 3", body=b"{}"), 400, CLOSES),
    ("two equal Content-Length", post(b"Content-Length: 2", b"Content-Length: 2", body=b"{}"), 400, CLOSES),
    ("Content-Length and chunks", post(b"Content-Length: 2", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"), 400, CLOSES),
    ("chunks and Content-Length", post(b"Transfer-Encoding: chunked", b"Content-Length: 2", body=b"0\r\n\r\n"), 400, CLOSES),
    ("two Transfer-Encoding", post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"), 400, CLOSES),
    ("gzip as Transfer-Encoding", post(b"Transfer-Encoding: gzip", body=b"{}"), 501, CLOSES),
    ("gzip, chunked", post(b"Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"), 501, CLOSES),
    ("identity as Transfer-Encoding", post(b"Transfer-Encoding: identity", body=b"{}"), 501, CLOSES),
    ("chunks in HTTP/1.0", b"POST /v1/jobs HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, CLOSES),
    ("a negative Content-Length", post(b"Content-Length: -2", body=b"{}"), 400, CLOSES),
    ("a signed Content-Length", post(b"Content-Length: +2", body=b"{}"), 400, CLOSES),
    ("a hexadecimal Content-Length", post(b"Content-Length: 0x2", body=b"{}"), 400, CLOSES),
    ("a list as Content-Length", post(b"Content-Length: 2, 2", body=b"{}"), 400, CLOSES),
    ("an empty Content-Length", post(b"Content-Length: ", body=b"{}"), 400, CLOSES),
    ("a huge Content-Length", post(b"Content-Length: 99999999999999999999", body=b"{}"), 413, CLOSES),
    ("Content-Length with a space before the colon", post(b"Content-Length : 2", body=b"{}"), 400, CLOSES),
    ("Content_Length", post(b"Content_Length: 2", body=b"{}"), 400, CLOSES),
    ("Transfer_Encoding", post(b"Transfer_Encoding: chunked", body=b""), 400, CLOSES),
    ("a folded Content-Length", post(b"Content-Length:\r\n 2", body=b"{}"), 400, CLOSES),
    ("a folded header", get(b"/healthz", b"X-A: a\r\n b"), 400, CLOSES),
    ("a body over the limit", post(b"Content-Length: 9000000", body=b"{}"), 413, CLOSES),
    # hosts, origins, doubles
    ("two Hosts", get(b"/healthz", b"Host: localhost"), 400, CLOSES),
    ("no Host", get(b"/healthz", host=b""), 400, CLOSES),
    ("a foreign Host", get(b"/v1/jobs", host=b"Host: evil.example\r\n"), 421, STAYS),
    ("a Host with a path", get(b"/v1/jobs", host=b"Host: localhost/x\r\n"), 421, STAYS),
    ("a Host with credentials", get(b"/v1/jobs", host=b"Host: localhost@evil.example\r\n"), 421, STAYS),
    ("an empty Host", get(b"/v1/jobs", host=b"Host: \r\n"), 421, STAYS),
    ("a foreign Origin", post(b"Origin: http://evil.example", b"Content-Length: 2", body=b"{}"), 403, CLOSES),
    ("Origin null", post(b"Origin: null", b"Content-Length: 2", body=b"{}"), 403, CLOSES),
    ("another site", post(b"Sec-Fetch-Site: cross-site", b"Content-Length: 2", body=b"{}"), 403, CLOSES),
    ("two Origins", post(b"Origin: http://localhost", b"Origin: http://evil.example", b"Content-Length: 2", body=b"{}"), 400, CLOSES),
    ("two Authorizations", get(b"/v1/jobs", b"Authorization: Bearer a", b"Authorization: Bearer b"), 400, CLOSES),
    ("two Content-Types", post(b"Content-Type: text/csv", b"Content-Type: application/json", b"Content-Length: 2", body=b"{}"), 400, CLOSES),
    # header syntax and sizes
    ("a NUL in a header", get(b"/healthz", b"X-A: a\x00b"), 400, CLOSES),
    ("a control byte in a header", get(b"/healthz", b"X-A: a\x07b"), 400, CLOSES),
    ("a header without a colon", get(b"/healthz", b"nothing"), 400, CLOSES),
    ("a header without a name", get(b"/healthz", b": a"), 400, CLOSES),
    ("a header without a name before others", get(b"/healthz", b": a", b"X-A: b"), 400, CLOSES),
    ("a colon for a header", get(b"/healthz", b":", b"X-A: b"), 400, CLOSES),
    ("a colon and a request behind it", get(b"/healthz", b":", b"GET /v1/jobs HTTP/1.1", HOST[:-2]), 400, CLOSES),
    ("a colon, lines that end with a line feed", get(b"/healthz", b":").replace(b"\r", b""), 400, CLOSES),
    ("a colon in place of all headers", b"GET /healthz HTTP/1.0\r\n:\r\n\r\n", 400, CLOSES),
    ("lines that end with a line feed", get(b"/healthz", b"X-A: b").replace(b"\r", b""), 200, STAYS),
    ("a header whose value is empty", get(b"/healthz", b"X-A:"), 200, STAYS),
    ("a header that ends in spaces", get(b"/healthz", b"X-A: b  "), 200, STAYS),
    ("a header's name with brackets", get(b"/healthz", b"X(a): b"), 400, CLOSES),
    ("a header over 8000 bytes", get(b"/healthz", b"X-A: " + b"a" * 9000), 431, CLOSES),
    ("headers over 16 KiB", get(b"/healthz", *[b"X-%d: " % i + b"a" * 1000 for i in range(20)]), 431, CLOSES),
    # targets
    ("a target over 2 KiB", get(b"/" + b"a" * 3000), 414, CLOSES),
    ("dot segments", get(b"/v1/../healthz"), 400, CLOSES),
    ("a dot segment", get(b"/v1/./jobs"), 400, CLOSES),
    ("escaped dot segments", get(b"/v1/%2e%2e/healthz"), 400, CLOSES),
    ("an escaped slash", get(b"/v1/jobs%2fx"), 400, CLOSES),
    ("an escaped backslash", get(b"/v1/jobs%5cx"), 400, CLOSES),
    ("an escaped NUL", get(b"/v1/jobs%00"), 400, CLOSES),
    ("an escaped line end", get(b"/v1/jobs%0d%0aX-A:%20b"), 400, CLOSES),
    ("a broken escape", get(b"/v1/jobs/%zz"), 400, CLOSES),
    ("half an escape", get(b"/v1/jobs/%2"), 400, CLOSES),
    ("two slashes", get(b"/v1//jobs"), 400, CLOSES),
    ("a backslash", get(b"/v1\\jobs"), 400, CLOSES),
    ("a target without a slash", get(b"v1/jobs"), 400, CLOSES),
    # request lines
    ("HTTP/2.0", get(b"/healthz", version=b"HTTP/2.0"), 505, CLOSES),
    ("HTTP/1.2", get(b"/healthz", version=b"HTTP/1.2"), 400, CLOSES),
    ("a space in the target", get(b"/v1/jobs/a b"), 400, CLOSES),
    ("no version", b"GET /healthz\r\n" + HOST + b"\r\n", 400, CLOSES),
    ("two spaces", b"GET  /healthz HTTP/1.1\r\n" + HOST + b"\r\n", 400, CLOSES),
    ("a NUL in the target", get(b"/heal\x00thz"), 400, CLOSES),
    ("a method with brackets", b"G(T /healthz HTTP/1.1\r\n" + HOST + b"\r\n", 400, CLOSES),
    ("a method that nobody knows", b"BREW /healthz HTTP/1.1\r\n" + HOST + b"\r\n", 405, STAYS),
    ("a lower-case method", b"get /healthz HTTP/1.1\r\n" + HOST + b"\r\n", 405, STAYS),
    ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 0, CLOSES),
    ("nothing but a line end", b"\r\n\r\n\r\n", 0, CLOSES),
    # bodies
    ("a chunk's size that is none", post(b"Transfer-Encoding: chunked", body=b"zz\r\n{}\r\n0\r\n\r\n"), 400, CLOSES),
    ("a media type that is not JSON", post(b"Content-Type: text/csv", b"Content-Length: 2", body=b"{}"), 415, CLOSES),
    ("JSON that is not", post(b"Content-Length: 1", body=b"{"), 400, STAYS),
    ("JSON with a key twice", post(b"Content-Length: 19", body=b'{"a": 1, "a": true}'), 400, STAYS),
    ("a parameter that nobody knows", get(b"/v1/jobs?nothing=1"), 422, STAYS),
    ("a parameter twice", get(b"/v1/jobs?limit=1&limit=2"), 422, STAYS),
    ("a token as a parameter", get(b"/v1/jobs?access_token=propd_1"), 422, STAYS),
]


class Malformed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon()
        cls.daemon.__enter__()
        cls.addClassCleanup(cls.daemon.__exit__, None)

    def answer(self, data):
        """The status of the answer (0: none), and whether the connection ends: nothing but the end of the test's own
        patience says that it stays."""
        with socket.create_connection(("127.0.0.1", self.daemon.port), timeout=20) as connection:
            text = b""
            try:
                connection.sendall(data)
                while b"\r\n\r\n" not in text:
                    piece = connection.recv(65536)
                    if piece == b"":
                        break
                    text += piece
                status = int(text.split()[1]) if text.startswith(b"HTTP/1.") else 0
                if status == 0:
                    return 0, True
                head = text.split(b"\r\n\r\n")[0].lower()
                return status, b"connection: close" in head
            except socket.timeout:
                return -1, False
            except ConnectionResetError:
                return (int(text.split()[1]) if text.startswith(b"HTTP/1.") else 0), True

    def test_each_gets_its_answer(self):
        self.assertGreaterEqual(len(REQUESTS), 40)
        for what, data, status, closes in REQUESTS:
            with self.subTest(what):
                self.assertEqual(self.answer(data), (status, closes))
        self.assertEqual(self.daemon.send("GET", "/healthz")[0], 200)

    def test_no_host_is_refused_in_our_own_form(self):
        with socket.create_connection(("127.0.0.1", self.daemon.port), timeout=20) as connection:
            connection.sendall(get(b"/healthz", host=b""))
            text = b""
            while piece := connection.recv(65536):
                text += piece
        head, _, body = text.partition(b"\r\n\r\n")
        self.assertIn(b"content-type: application/problem+json", head.lower())
        self.assertEqual(json.loads(body)["code"], "malformed")

    def test_what_follows_a_refused_body_is_no_request(self):
        hidden = get(b"/healthz")
        data = post(b"Content-Length: 9000000", body=hidden)
        with socket.create_connection(("127.0.0.1", self.daemon.port), timeout=20) as connection:
            connection.sendall(data)
            text = b""
            try:
                while piece := connection.recv(65536):
                    text += piece
            except ConnectionResetError:
                pass
        self.assertEqual(text.count(b"HTTP/1.1 "), 1)
        self.assertIn(b"HTTP/1.1 413", text)


if __name__ == "__main__":
    main()
