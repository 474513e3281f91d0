# SPDX-License-Identifier: Apache-2.0
"""Answers in all their forms: ETags, 304, HEAD, pretty, gzip, ranges, CSV, NDJSON, TensorBoard's event files, and a
look at a file before it is uploaded."""
import csv
import gzip
import http.client
import io
import json
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import unittest
import zlib

import propd

# Every route that answers GET but the event stream by itself, which never ends.
LOOKS = ["/", "/healthz", "/readyz", "/v1/system", "/v1/catalog", "/v1/datasets", "/v1/datasets/iris",
         "/v1/datasets/iris/rows", "/v1/datasets/digits/rows/0.png", "/v1/jobs", "/v1/jobs/iris",
         "/v1/jobs/iris/history", "/v1/jobs/iris/history?format=csv", "/v1/jobs/iris/history?format=tfevents",
         "/v1/jobs/iris/events?after=0", "/v1/jobs/iris/evaluation", "/v1/jobs/iris/weights/histograms",
         "/v1/models", "/v1/models/iris", "/v1/models/iris/file"]
# What is another one each time that it is asked for.
CHANGING = ("/v1/system",)
OWN = ("X-Request-Id", "Date", "ETag", "Content-Length")


def with_query(path, word):
    return path + ("&" if "?" in path else "?") + word


class Representations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = propd.Daemon().start()
        cls.folder = tempfile.mkdtemp(prefix="propd-test-")
        cls.daemon.upload("iris", propd.IRIS)
        cls.daemon.upload_pair("digits", *propd.draw_digits(cls.folder, 20, 1))
        cls.job = cls.daemon.train({"dataset": "iris", "target": "species", "network": propd.dense(256, 64),
                                    "training": {"epochs": 20}})

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)
        cls.daemon.stop()
        shutil.rmtree(cls.daemon.folder)

    def get(self, path, **headers):
        """(status, headers, body); headers by names with underscores."""
        return self.daemon.send("GET", path, None, {k.replace("_", "-"): v for k, v in headers.items()})

    def good(self, path, **headers):
        status, answer, body = self.get(path, **headers)
        self.assertEqual(status, 200, (path, body[:500]))
        return answer, body

    # ---- every GET

    def test_every_get_has_a_strong_etag_and_304(self):
        for path in LOOKS:
            with self.subTest(path):
                headers, body = self.good(path)
                self.assertRegex(headers["ETag"], r'^"[!#-~]+"$')
                if path in CHANGING:
                    continue
                status, same, nothing = self.get(path, If_None_Match='"x", W/' + headers["ETag"])
                self.assertEqual((status, nothing), (304, b""))
                self.assertEqual(same["ETag"], headers["ETag"])
                self.assertEqual(same.get("Vary"), headers.get("Vary"))
                self.assertEqual(same.get("Content-Length", "0"), "0")  # wrk would wait for what it says
                self.assertEqual(self.get(path, If_None_Match='"other"')[0], 200)

    def test_head_is_get_without_the_body(self):
        for path in LOOKS:
            with self.subTest(path):
                headers, body = self.good(path)
                status, head, nothing = self.daemon.send("HEAD", path)
                self.assertEqual((status, nothing), (200, b""))
                if path in CHANGING:
                    continue
                self.assertEqual(int(head["Content-Length"]), len(body))
                for own in ("X-Request-Id", "Date"):
                    head.pop(own), headers.pop(own)
                self.assertEqual(head, headers)

    def test_pretty_is_the_same_document(self):
        for path in LOOKS:
            with self.subTest(path):
                headers, body = self.good(path)
                pretty_headers, pretty = self.good(with_query(path, "pretty"))
                if headers["Content-Type"] != "application/json":
                    self.assertEqual(pretty, body)
                    continue
                self.assertGreater(pretty.count(b"\n"), 2)
                if path not in CHANGING:
                    self.assertEqual(json.loads(pretty), json.loads(body))
                    self.assertNotEqual(pretty_headers["ETag"], headers["ETag"])

    def test_errors_are_indented_too(self):
        for path in "/nothing?pretty", "/v1/jobs/nothing?pretty", "/v1/jobs?limit=0&pretty":
            status, _, body = self.get(path)
            self.assertGreaterEqual(status, 400, path)
            self.assertGreater(body.count(b"\n"), 2, path)

    def test_head_of_a_backup_tells_no_length(self):
        status, headers, _ = self.daemon.send("HEAD", "/v1/backup")
        self.assertEqual((status, headers["Content-Type"]), (200, "application/x-tar"))
        self.assertNotIn("Content-Length", headers)
        self.assertNotIn("ETag", headers)

    def test_gzip_is_the_same_bytes_packed(self):
        packed_count = 0
        for path in LOOKS:
            with self.subTest(path):
                plain, body = self.good(path)
                headers, packed = self.good(path, Accept_Encoding="gzip;q=0.5, br")
                is_text = plain["Content-Type"].startswith(("text/", "application/json"))
                self.assertEqual("Accept-Encoding" in plain.get("Vary", ""), is_text)
                self.assertEqual(headers.get("Vary"), plain.get("Vary"))
                self.assertEqual("Content-Encoding" in headers, is_text and len(body) >= 1024)
                self.assertEqual(int(headers["Content-Length"]), len(packed))
                if "Content-Encoding" not in headers or path in CHANGING:
                    continue
                packed_count += 1
                self.assertEqual(headers["Content-Encoding"], "gzip")
                self.assertEqual(gzip.decompress(packed), body)
                self.assertNotEqual(headers["ETag"], plain["ETag"])
                for tag in headers["ETag"], plain["ETag"]:
                    status, same, nothing = self.get(path, Accept_Encoding="gzip", If_None_Match=tag)
                    self.assertEqual((status, nothing, same["ETag"]), (304, b"", headers["ETag"]))
                head = self.daemon.send("HEAD", path, None, {"Accept-Encoding": "gzip"})[1]
                self.assertEqual((head["Content-Length"], head["ETag"]), (str(len(packed)), headers["ETag"]))
        self.assertGreater(packed_count, 5)

    def test_who_refuses_gzip_does_not_get_it(self):
        for accepted in "gzip;q=0", "identity", "br", "":
            self.assertNotIn("Content-Encoding", self.good("/v1/catalog", Accept_Encoding=accepted)[0], accepted)
        headers, body = self.good("/v1/catalog", Accept_Encoding="deflate")
        self.assertEqual(headers["Content-Encoding"], "deflate")
        self.assertEqual(json.loads(zlib.decompress(body)), self.daemon.get("/v1/catalog"))

    def test_if_match_knows_all_forms_of_a_tag(self):
        self.daemon.upload("gone", b"a,b\n1,2\n3,4\n")
        path = "/v1/datasets/gone"
        tag = self.good(path)[0]["ETag"]
        for wrong in '"x"', "W/" + tag:
            self.assertEqual(self.daemon.send("DELETE", path, None, {"If-Match": wrong})[0], 412, wrong)
        pretty = self.good(path + "?pretty", Accept_Encoding="gzip")[0]["ETag"]
        self.assertEqual(self.daemon.send("DELETE", path, None, {"If-Match": pretty})[0], 204)

    # ---- ranges

    def test_model_files_come_in_pieces(self):
        path = "/v1/models/iris/file"
        headers, body = self.good(path)
        self.assertEqual(headers["Accept-Ranges"], "bytes")
        size = len(body)
        self.assertGreater(size, 64 << 10)  # larger than what goes out at once
        for words, first, last in (("0-9", 0, 9), ("70000-", 70000, size - 1), ("-7", size - 7, size - 1),
                                   ("5-%d" % (size * 2), 5, size - 1)):
            status, part, piece = self.get(path, Range="bytes=" + words, If_None_Match='"x"')
            self.assertEqual((status, piece), (206, body[first:last + 1]), words)
            self.assertEqual(part["Content-Range"], "bytes %d-%d/%d" % (first, last, size))
            self.assertEqual((int(part["Content-Length"]), part["ETag"]), (len(piece), headers["ETag"]))
        status, refused, text = self.get(path, Range="bytes=%d-" % size)
        self.assertEqual((status, refused["Content-Range"]), (416, "bytes */%d" % size))
        self.assertEqual(json.loads(text)["code"], "range_not_satisfiable")
        self.assertEqual(self.get(path, Range="bytes=0-1,5-6")[2], body)
        self.assertEqual(self.get(path, Range="bytes=0-1", If_Range=headers["ETag"])[0], 206)
        self.assertEqual(self.get(path, Range="bytes=0-1", If_Range='"old"')[2], body)
        self.assertEqual(self.get(path, Range="bytes=0-1", If_None_Match=headers["ETag"])[0], 304)

    def test_curl_resumes_a_download(self):
        if shutil.which("curl") is None:
            raise unittest.SkipTest("no curl here")
        body = self.good("/v1/models/iris/file")[1]
        path = pathlib.Path(self.folder, "resumed")
        path.write_bytes(body[:50000])
        url = "http://127.0.0.1:%d/v1/models/iris/file" % self.daemon.port
        subprocess.run(["curl", "-fsS", "-C", "-", "-o", str(path), url], check=True)
        self.assertEqual(path.read_bytes(), body)

    # ---- rows

    def test_rows_are_the_same_in_json_csv_and_ndjson(self):
        rows = self.daemon.get("/v1/datasets/iris/rows?limit=20&offset=40")["rows"]
        headers, text = self.good("/v1/datasets/iris/rows?limit=20&offset=40", Accept="text/csv")
        self.assertEqual(headers["Content-Type"], "text/csv; charset=utf-8")
        self.assertEqual(headers["Link"], '</v1/datasets/iris/rows?offset=60&limit=20>; rel="next"')
        self.assertEqual(headers["Vary"], "Accept, Accept-Encoding")
        table = list(csv.DictReader(io.StringIO(text.decode(), newline="")))
        self.assertEqual([{k: v if k == "species" else float(v) for k, v in row.items()} for row in table], rows)
        lines = self.good("/v1/datasets/iris/rows?limit=20&offset=40&format=ndjson")[1].splitlines()
        self.assertEqual([json.loads(line) for line in lines], rows)
        self.assertNotIn("Link", self.good("/v1/datasets/iris/rows?offset=140")[0])

    def test_formulas_are_disarmed(self):
        self.daemon.upload("bad", b'name,n\n"=1+1",-5\n"@x, ""y""",+2\n plain,3\n-a,4\n')
        text = self.good("/v1/datasets/bad/rows?format=csv")[1].decode()
        self.assertIn("'=1+1,-5.0\r\n", text.replace("-5\r", "-5.0\r"))
        self.assertIn("\"'@x, \"\"y\"\"\",", text)
        self.assertIn("'-a,4", text)

    def test_lists_are_the_same_in_json_csv_and_ndjson(self):
        for name in "datasets", "jobs", "models":
            with self.subTest(name):
                items = self.daemon.get("/v1/" + name)[name]
                lines = self.good("/v1/" + name, Accept="application/x-ndjson")[1].splitlines()
                self.assertEqual([json.loads(line) for line in lines], items)
                table = list(csv.DictReader(io.StringIO(self.good("/v1/%s?format=csv" % name)[1].decode(), newline="")))
                self.assertEqual([row["id"] for row in table], [item["id"] for item in items])
                for row, item in zip(table, items):
                    for key, value in item.items():
                        if isinstance(value, str):
                            self.assertEqual(row[key], value)
                        elif isinstance(value, (int, float)) and not isinstance(value, bool) and key in row:
                            self.assertEqual(float(row[key]), value)
        headers, nothing = self.good("/v1/jobs?name=nothing", Accept="application/x-ndjson")
        self.assertEqual((headers["Content-Type"], nothing), ("application/x-ndjson", b""))
        headers = self.good("/v1/datasets?limit=1", Accept="text/csv")[0]
        self.assertIn('rel="next"', headers["Link"])
        following = self.good(headers["Link"].split(">")[0][1:])[1]
        self.assertNotEqual(json.loads(following)["datasets"][0]["id"],
                            self.daemon.get("/v1/datasets?limit=1")["datasets"][0]["id"])

    def test_events_come_as_lines_too(self):
        events = self.daemon.get("/v1/jobs/iris/events?after=0")["events"]
        lines = self.good("/v1/jobs/iris/events?after=0", Accept="application/x-ndjson")[1].splitlines()
        self.assertEqual([json.loads(line) for line in lines], events)
        lines = self.good("/v1/jobs/iris/events", Accept="application/x-ndjson")[1].splitlines()
        self.assertEqual([json.loads(line) for line in lines], events)
        stream = self.good("/v1/jobs/iris/events", Accept_Encoding="gzip")[0]
        self.assertEqual(stream["Content-Type"], "text/event-stream; charset=utf-8")
        self.assertNotIn("Content-Encoding", stream)

    def test_what_cannot_be_served_is_not_acceptable(self):
        for path in ("/v1/datasets", "/v1/datasets/iris/rows", "/v1/jobs", "/v1/jobs/iris/history",
                     "/v1/jobs/iris/events?after=0", "/v1/models"):
            status, _, body = self.get(path, Accept="application/xml, text/html;q=0.5")
            self.assertEqual(status, 406, path)
            for name in "application/json", "text/csv", "application/x-ndjson":
                self.assertIn(name, json.loads(body)["detail"])

    # ---- TensorBoard

    def test_event_files_hold_the_history(self):
        headers, body = self.good("/v1/jobs/iris/history?format=tfevents")
        self.assertRegex(headers["Content-Disposition"], r'filename="events\.out\.tfevents\.[0-9]{10}\.job_')
        events = read_event_file(body)
        self.assertEqual(events[0]["version"], "brain.Event:2")
        found = {}
        for event in events[1:]:
            for tag, value in event["values"]:
                found.setdefault(tag, []).append((event["step"], value))
        history = self.daemon.get("/v1/jobs/iris/history?points=1000000")["series"]
        self.assertEqual(set(found), {series["metric"] for series in history})
        for series in history:
            single = [struct.unpack("<f", struct.pack("<f", value))[0] for value in series["mean"]]
            self.assertEqual(found[series["metric"]], list(zip(series["step"], single)))
        times = [event["wall_time"] for event in events]
        self.assertEqual(times, sorted(times))
        self.assertAlmostEqual(times[-1] - times[0], self.job["running_s"], delta=0.01)

    def test_event_files_may_be_a_part(self):
        events = read_event_file(self.good("/v1/jobs/iris/history?format=tfevents&metric=loss&from=3&to=5")[1])
        self.assertEqual([(e["step"], [tag for tag, _ in e["values"]]) for e in events[1:]],
                         [(step, ["loss"]) for step in (3, 4, 5)])

    # ---- a look before uploading

    def inspect(self, body, query="", status=200):
        found, _, text = self.daemon.send("POST", "/v1/datasets:inspect" + query, body)
        self.assertEqual(found, status, text)
        return json.loads(text)

    def test_a_whole_file_is_described_as_its_upload_is(self):
        look = self.inspect(propd.IRIS.read_bytes(), "?name=flowers")
        dataset = self.daemon.get("/v1/datasets/iris")
        self.assertEqual((look["format"], look["separator"], look["encoding"], look["header"], look["rows"]),
                         ("csv", ",", "utf-8", True, 150))
        self.assertFalse(look["is_cut"])
        for column, uploaded in zip(look["columns"], dataset["columns"]):
            self.assertTrue(1 <= len(column.pop("examples")) <= 5)
            self.assertEqual(column, uploaded)
        self.assertEqual((look["target"], look["task"], look["warnings"]), ("species", "classification", []))
        self.assertEqual(self.daemon.send("GET", "/v1/datasets/flowers")[0], 404)
        self.assertEqual(os.listdir(os.path.join(self.daemon.folder, "uploads")), [])

    def test_the_lines_that_it_gives_work(self):
        if shutil.which("curl") is None:
            raise unittest.SkipTest("no curl here")
        files = {"flowers": (propd.IRIS.read_bytes(), "?name=flowers"),
                 "semi": (b"on;x;y\n" + b"".join(b"%s;%d;%d\n" % (b"yes" if i % 3 else b"no", i, i * i % 7)
                                                 for i in range(60)), "?name=semi&target=on&separator=semicolon"),
                 "numbers": (b"".join(b"%d,%g\n" % (i, i * 0.37) for i in range(50)), "?name=numbers&header=no")}
        for name, (data, query) in files.items():
            with self.subTest(name):
                look = self.inspect(data, query)
                pathlib.Path(self.folder, name + ".csv").write_bytes(data)
                subprocess.run(look["upload"] + " -fsS", shell=True, check=True, cwd=self.folder,
                               stdout=subprocess.DEVNULL)
                job = self.daemon.train(dict(look["job"], training={"epochs": 2}))
                self.assertEqual(job["spec"]["target"], [look["target"]])

    def test_beginnings_are_cut_to_whole_rows(self):
        data = propd.IRIS.read_bytes()
        for size in 300, 1000, 2999:
            look = self.inspect(data[:size])
            self.assertEqual(look["rows"], data[:size].count(b"\n") - 1)
            self.assertTrue(look["is_cut"] and look["warnings"])
        self.assertEqual(self.inspect(gzip.compress(data)[:700])["compression"], "gzip")
        images = pathlib.Path(self.folder, "images.idx").read_bytes()
        look = self.inspect(images[:16 + 28 * 28 * 3 + 100])
        self.assertEqual((look["format"], look["rows"]), ("idx", 3))
        lines = b'[{"a": 1, "b": "x"}, {"a": 2, "b": "y"}, {"a": 3'
        self.assertEqual(self.inspect(lines)["rows"], 2)

    def test_errors_are_those_of_an_upload(self):
        for data in b"", b"\x89PNG\r\n\x1a\n" + b"x" * 50, b"a,b\n1,2\n3,4,5\n":
            problem = self.inspect(data, status=422)
            if data:
                uploaded = self.daemon.send("PUT", "/v1/datasets/wrong", data)
                self.assertEqual(problem["detail"], json.loads(uploaded[2])["detail"])
        self.assertIn("is not a parameter", self.inspect(b"a\n1\n", "?colour=red", 422)["detail"])
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.port, timeout=60)
        connection.putrequest("POST", "/v1/datasets:inspect")
        connection.putheader("Content-Length", str((4 << 20) + 1))
        connection.endheaders()
        self.assertEqual(connection.getresponse().status, 413)
        connection.close()


# ---- event files, read as their formats say and by nobody else's code

def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


assert crc32c(b"123456789") == 0xe3069283


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xa282ead8) & 0xffffffff


def records(data):
    at = 0
    while at < len(data):
        size, check = struct.unpack_from("<QI", data, at)
        assert check == masked(data[at:at + 8])
        record = data[at + 12:at + 12 + size]
        assert struct.unpack_from("<I", data, at + 12 + size)[0] == masked(record)
        yield record
        at += 16 + size


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7f) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(message):
    """(number, value): of protobuf's wire types the four that there are."""
    at = 0
    while at < len(message):
        key, at = varint(message, at)
        wire = key & 7
        if wire == 0:
            value, at = varint(message, at)
        elif wire == 2:
            size, at = varint(message, at)
            value, at = message[at:at + size], at + size
        else:
            size = {1: 8, 5: 4}[wire]
            value, at = struct.unpack("<d" if size == 8 else "<f", message[at:at + size])[0], at + size
        yield key >> 3, value


def read_event_file(data):
    events = []
    for record in records(data):
        event = dict(fields(record))
        read = {"wall_time": event[1], "step": event.get(2, 0)}
        if 3 in event:
            read["version"] = event[3].decode()
        if 5 in event:
            values = [dict(fields(value)) for _, value in fields(event[5])]
            read["values"] = [(value[1].decode(), value[2]) for value in values]
        events.append(read)
    return events


if __name__ == "__main__":
    propd.main()
