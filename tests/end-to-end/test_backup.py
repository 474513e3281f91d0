#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""GET /v1/backup while jobs run, and propd --restore: what comes back is what there was, running jobs end in the bytes that they
would have had, and an archive that is not a whole backup changes nothing."""
import hashlib
import http.client
import io
import json
import os
import shutil
import socket
import subprocess
import tarfile
import tempfile
import threading
import time
import unittest

from propd import IRIS, PATIENCE, PROGRAM, Daemon, Refused, dense, main

# Some seconds, so that it runs still when a busy machine has made a backup of it.
LONG = {"dataset": "iris", "target": "species", "network": dense(16), "name": "long",
        "training": {"epochs": 40000, "batch_size": 16, "optimizer": {"type": "adam", "learning_rate": 0.002}}}
SHORT = dict(LONG, name="short", training={"epochs": 5})


def members(archive):
    """[(header, bytes)] of a tar."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return [(m, tar.extractfile(m).read()) for m in tar.getmembers()]


def pack(entries, **options):
    """A tar of (header or name, bytes)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, format=tarfile.PAX_FORMAT, **dict({"mode": "w"}, **options)) as tar:
        for header, data in entries:
            if isinstance(header, str):
                header = tarfile.TarInfo(header)
            if header.isreg():
                header.size = len(data)
            tar.addfile(header, io.BytesIO(data))
    return out.getvalue()


class Backup(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="propd-backup-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def restore(self, archive, name="restored", source=None):
        """(exit code, what it said)"""
        if source is None:
            source = self.path("archive.tar")
            with open(source, "wb") as file:
                file.write(archive)
        result = subprocess.run([PROGRAM, "--restore", source, "--data", self.path(name)], input=archive,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120 * PATIENCE, check=False)
        return result.returncode, result.stdout.decode()

    def refused(self, archive, *words):
        """No database, no dataset and nothing half written is there after a refusal that says why."""
        code, text = self.restore(archive, "refused")
        self.assertEqual(code, 1, text)
        for word in words:
            self.assertIn(word, text)
        self.assertFalse(os.path.exists(self.path("refused/propd.db")), text)
        for folder in "datasets", "uploads":
            if os.path.exists(self.path("refused/" + folder)):
                self.assertEqual(os.listdir(self.path("refused/" + folder)), [], text)

    def small_backup(self):
        with Daemon() as daemon:
            daemon.upload("iris", IRIS)
            daemon.train(SHORT)
            status, headers, archive = daemon.send("GET", "/v1/backup")
        self.assertEqual((status, headers["Content-Type"]), (200, "application/x-tar"))
        self.assertRegex(headers["Content-Disposition"], r'filename="propd-backup-\d{8}T\d{6}Z\.tar"')
        return archive

    def test_a_restored_daemon_ends_its_running_jobs_in_the_same_bytes(self):
        with Daemon() as daemon:
            daemon.upload("iris", IRIS)
            undisturbed = daemon.model(daemon.train(LONG))["sha256"]
        with Daemon() as daemon:
            daemon.upload("iris", IRIS)
            short = daemon.train(SHORT)
            job = daemon.submit(LONG)
            while daemon.get("/v1/jobs/" + job)["step"] == 0:
                time.sleep(0.01)
            archive = daemon.send("GET", "/v1/backup")[2]
            self.assertEqual(daemon.get("/v1/jobs/" + job)["state"], "running")
        for form in "plain", "gzip":
            data = archive if form == "plain" else subprocess.run(["gzip"], input=archive, stdout=subprocess.PIPE,
                                                                  check=True).stdout
            code, text = self.restore(data, form, source="-")
            self.assertEqual(code, 0, text)
            self.assertIn("1 dataset file", text)
            with Daemon(self.path(form)) as daemon:
                self.assertEqual(daemon.get("/v1/jobs/" + short["id"])["model"], short["model"])
                self.assertEqual(daemon.get("/v1/datasets/iris")["rows"], 150)
                ended = daemon.wait(job)
                self.assertEqual((ended["state"], ended["attempt"]), ("succeeded", 2))
                self.assertEqual(daemon.model(ended)["sha256"], undisturbed)

    def test_the_manifest_names_every_member_with_its_digest(self):
        entries = members(self.small_backup())
        self.assertEqual(entries[0][0].name, "manifest.json")
        manifest = json.loads(entries[0][1])
        self.assertEqual(manifest["format"], "propd-backup")
        self.assertEqual([(f["path"], f["size"], f["sha256"]) for f in manifest["files"]],
                         [(m.name, len(data), hashlib.sha256(data).hexdigest()) for m, data in entries[1:]])
        self.assertEqual(manifest["files"][0]["path"], "propd.db")
        self.assertEqual(manifest["files"][1]["path"], "datasets/" + manifest["files"][1]["sha256"])

    def test_a_folder_with_a_database_is_left_alone(self):
        archive = self.small_backup()
        self.assertEqual(self.restore(archive)[0], 0)
        code, text = self.restore(archive)
        self.assertEqual(code, 1)
        self.assertIn("there already", text)
        with Daemon(self.path("restored")) as daemon:
            code, text = self.restore(archive)
            self.assertEqual(code, 1)
            self.assertIn("in use by another propd", text)
            self.assertEqual(daemon.get("/v1/jobs/short")["state"], "succeeded")

    def test_archives_that_are_no_whole_backup_are_refused(self):
        archive = self.small_backup()
        entries = members(archive)
        manifest = json.loads(entries[0][1])
        dataset = entries[2][0].name

        def changed(**changes):
            return [("manifest.json", json.dumps(dict(manifest, **changes)).encode())] + entries[1:]

        def listed(index, **changes):
            files = [dict(f) for f in manifest["files"]]
            files[index].update(changes)
            return changed(files=files)

        def linked(kind):
            link = tarfile.TarInfo(dataset)
            link.type, link.linkname = kind, "/etc/passwd"
            return entries[:2] + [(link, b"")]

        damaged = bytearray(entries[2][1])
        damaged[len(damaged) // 2] ^= 1
        unsound = bytearray(entries[1][1])
        for at in range(4096, len(unsound), 4096):
            unsound[at:at + 64] = b"\xff" * 64
        unsound_manifest = listed(0, sha256=hashlib.sha256(unsound).hexdigest())[0]
        self.refused(b"", "tar archive")
        self.refused(b"this is no archive, whatever it may be" * 100, "tar archive")
        self.refused(archive[:len(archive) // 2], "tar archive")
        self.refused(pack(entries[:2]), "ends before", dataset)
        self.refused(pack(entries[1:]), "where manifest.json must be")
        self.refused(pack([entries[0], entries[2], entries[1]]), "where propd.db must be")
        self.refused(pack(entries + [entries[2]]), "where its end must be")
        self.refused(pack(entries + [("../evil", b"x")]), "where its end must be")
        self.refused(pack(entries[:2] + [(entries[2][0], bytes(damaged))]), "SHA-256")
        self.refused(pack(entries[:2] + [(entries[2][0], entries[2][1][:-1])]), "the manifest says")
        self.refused(pack([unsound_manifest, (entries[1][0], bytes(unsound)), entries[2]]), "database")
        self.refused(pack(changed(schema_version=1000)), "a newer propd is needed")
        self.refused(pack(changed(schema_version=1)), "the manifest says 1")
        self.refused(pack(changed(format="other")), "propd-backup")
        self.refused(pack(changed(files=manifest["files"][1:])), "must name propd.db")
        self.refused(pack(changed(files=manifest["files"] + manifest["files"][1:])), "twice")
        self.refused(pack(changed(files={})), "must be a list")
        self.refused(pack([changed(files=manifest["files"][:1])[0]] + entries[1:2]), "which the backup lacks")
        self.refused(pack(listed(1, path="../../evil")), "must be propd.db or datasets/")
        self.refused(pack(listed(1, path="datasets/../../evil")), "must be propd.db or datasets/")
        self.refused(pack(listed(1, sha256="X" * 64)), "64 lower-case")
        self.refused(pack(listed(1, size=10 ** 14)), "bytes, but")
        self.refused(pack(listed(1, size=-1)), "size")
        self.refused(pack(linked(tarfile.SYMTYPE)), "plain file")
        self.refused(pack(linked(tarfile.LNKTYPE)), "plain file")
        self.refused(pack([("manifest.json", b"{")] + entries[1:]), "line 1")
        self.assertEqual(self.restore(archive, "refused")[0], 0, "refusals left something behind")

    def test_one_backup_at_a_time_and_a_client_that_goes_away_leaves_nothing(self):
        with Daemon() as daemon:
            # Large enough not to fit into the buffers of a connection that nobody reads.
            daemon.upload("big", b"a,b\n" + b"".join(b"%d,%d\n" % (i, i * 7919 % 65536) for i in range(1500000)))
            slow = socket.create_connection(("127.0.0.1", daemon.port))
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.sendall(b"GET /v1/backup HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            self.assertIn(b"200", slow.recv(100))
            with self.assertRaises(Refused) as caught:
                daemon.get("/v1/backup")
            self.assertEqual(caught.exception.status, 503)
            # What is removed meanwhile is still in the backup, and its file goes with the backup's end.
            daemon.call("DELETE", "/v1/datasets/big")
            self.assertEqual(len(os.listdir(os.path.join(daemon.folder, "datasets"))), 1)
            slow.close()
            end = time.monotonic() + 30 * PATIENCE
            while os.listdir(os.path.join(daemon.folder, "datasets")) and time.monotonic() < end:
                time.sleep(0.05)
            self.assertEqual(os.listdir(os.path.join(daemon.folder, "datasets")), [])
            self.assertEqual(os.listdir(os.path.join(daemon.folder, "uploads")), [])
            self.assertEqual(daemon.send("GET", "/v1/backup")[0], 200)
            status, headers, body = daemon.send("HEAD", "/v1/backup")
            self.assertEqual((status, body), (200, b""))
            self.assertIn("propd-backup-", headers["Content-Disposition"])

    def test_a_damaged_dataset_gives_no_archive_that_looks_whole(self):
        with Daemon() as daemon:
            daemon.upload("iris", IRIS)
            folder = os.path.join(daemon.folder, "datasets")
            path = os.path.join(folder, os.listdir(folder)[0])
            with open(path, "r+b") as file:
                file.seek(100)
                file.write(b"\xee\xee\xee\xee")
            with self.assertRaises(http.client.IncompleteRead):
                daemon.send("GET", "/v1/backup")
            daemon.wait_for_log("it is damaged")

    def test_backups_under_load_can_be_restored(self):
        stop, failures = threading.Event(), []

        def upload(daemon, number):
            row = 0
            while not stop.is_set():
                row += 1
                try:
                    name = "table-%d-%d" % (number, row)
                    daemon.upload(name, b"a,b\n" + b"".join(b"%d,%d\n" % (i, i * row) for i in range(100 + number)))
                    if row % 3 == 0:
                        daemon.call("DELETE", "/v1/datasets/" + name)
                except Exception as failure:  # told by the test
                    failures.append(failure)
                    return

        with Daemon() as daemon:
            daemon.upload("iris", IRIS)
            threads = [threading.Thread(target=upload, args=(daemon, n)) for n in range(3)]
            jobs = [daemon.submit(dict(SHORT, name="load-%d" % n)) for n in range(20)]
            for thread in threads:
                thread.start()
            archives = []
            for _ in range(5):
                archives.append(daemon.send("GET", "/v1/backup")[2])
                time.sleep(0.1)
            stop.set()
            for thread in threads:
                thread.join()
        self.assertEqual(failures, [])
        for number, archive in enumerate(archives):
            code, text = self.restore(archive, "load-%d" % number)
            self.assertEqual(code, 0, text)
        with Daemon(self.path("load-0")) as daemon:
            for job in jobs:
                self.assertEqual(daemon.wait(job)["state"], "succeeded")


if __name__ == "__main__":
    main()
