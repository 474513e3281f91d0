#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Rules of retention: what goes, what never does, rehearsals, and writers that notice nothing."""
import sqlite3
import time
import unittest

from propd import IRIS, PATIENCE, Daemon, dense, main

JOB = {"dataset": "iris", "target": "species", "network": dense(4), "training": {"epochs": 2}}
ENDLESS = dict(JOB, training={"epochs": 10 ** 6, "checkpoint": {"every_s": 0.01, "epochs": 1, "keep": 3}})
NEVER = 86400  # seconds between two runs that are not asked for


def run(service, rehearse=False):
    return service.post("/v1/upkeep:run", {"dry_run": rehearse})


def ids(items):
    return [item["id"] for item in items]


def age(service, seconds):
    """Makes everything that has ended older."""
    database = sqlite3.connect(service.folder + "/propd.db", timeout=30)
    with database:
        database.execute("UPDATE jobs SET finished_ms = finished_ms - ? WHERE finished_ms > 0", (int(seconds * 1000),))
    database.close()


def checkpoints(service, job):
    database = sqlite3.connect("file:%s/propd.db?mode=ro" % service.folder, uri=True)
    (count,), = database.execute("SELECT count(*) FROM checkpoints JOIN jobs ON jobs.number = job WHERE id = ?", (job,))
    database.close()
    return count


class Upkeep(unittest.TestCase):
    def start(self, **rules):
        service = Daemon(**dict({"upkeep_every_s": NEVER}, **rules))
        self.addCleanup(service.__exit__, None)
        service.start().upload("iris", IRIS)
        return service

    def test_by_default_everything_stays(self):
        service = self.start(upkeep_every_s=0.05)
        jobs = [service.train(dict(JOB, name="same"))["id"] for _ in range(3)]
        age(service, 3650 * 86400)
        time.sleep(0.5)
        answer = run(service)
        self.assertEqual((answer["jobs"], answer["models"], answer["checkpoints"], answer["more"]), ([], [], [], False))
        self.assertEqual(ids(service.get("/v1/jobs")["jobs"]), jobs[::-1])

    def test_the_newest_ended_jobs_stay_and_unfinished_ones_never_go(self):
        service = self.start(keep_jobs=2, cores=2)
        running = service.submit(ENDLESS)
        service.wait(running, states=("running",))
        paused = service.submit(ENDLESS)
        service.post("/v1/jobs/%s:pause" % paused)
        ended = [service.train(JOB)["id"] for _ in range(5)]
        rehearsal = run(service, rehearse=True)
        self.assertEqual((rehearsal["dry_run"], ids(rehearsal["jobs"])), (True, ended[:3]))
        self.assertEqual(len(service.get("/v1/jobs")["jobs"]), 7, "a rehearsal removed something")
        self.assertEqual(ids(run(service)["jobs"]), ended[:3])
        self.assertEqual(sorted(ids(service.get("/v1/jobs")["jobs"])), sorted([running, paused] + ended[3:]))
        self.assertEqual(len(service.get("/v1/models")["models"]), 5, "models outlive their jobs")
        self.assertEqual(service.log_tail().count("upkeep_removed"), 3)

    def test_old_jobs_go_by_the_timer(self):
        service = self.start(keep_jobs_days=2, upkeep_every_s=0.1)
        old = service.train(JOB)["id"]
        age(service, 86400)
        middle = service.train(JOB)["id"]
        age(service, 86400 + 60)
        end = time.monotonic() + 30 * PATIENCE
        while old in ids(service.get("/v1/jobs")["jobs"]) and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(ids(service.get("/v1/jobs")["jobs"]), [middle])

    def test_model_versions_that_are_named_stay(self):
        service = self.start(keep_model_versions=2)
        for _ in range(6):
            service.train(dict(JOB, name="flower"))
        service.train(dict(JOB, name="other"))
        waiting = service.submit(dict(ENDLESS, initial_model="flower@1", name="tuned"))
        service.wait(waiting, states=("running",))
        with_alias = service.get("/v1/models/flower@2")["id"]
        database = sqlite3.connect(service.folder + "/propd.db", timeout=30)
        with database:
            database.execute("INSERT INTO aliases (owner, name, alias, model, changed_ms) "
                             "SELECT owner, name, 'live', number, 0 FROM models WHERE id = ?", (with_alias,))
        database.close()
        rehearsal = run(service, rehearse=True)
        self.assertEqual([m["name"] for m in rehearsal["models"]], ["flower@3", "flower@4"])
        self.assertEqual(run(service)["models"], rehearsal["models"])
        self.assertEqual(sorted(m["version"] for m in service.get("/v1/models?name=flower")["models"]
                                if m["name"] == "flower"), [1, 2, 5, 6])

    def test_ended_jobs_keep_the_checkpoints_that_the_rule_says(self):
        service = self.start(keep_checkpoints=2, keep_checkpoints_days=1)
        job = service.submit(dict(JOB, training={"epochs": 1000, "checkpoint": {"every_s": 0.01, "epochs": 1, "keep": 5}}))
        cancelled = service.submit(ENDLESS)
        service.wait(cancelled, states=("running",))
        end = time.monotonic() + 60 * PATIENCE
        while checkpoints(service, cancelled) < 3 and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(checkpoints(service, cancelled), 3, "a running job keeps what its document says")
        service.post("/v1/jobs/%s:cancel" % cancelled)
        self.assertEqual(checkpoints(service, cancelled), 2)
        service.wait(job)
        self.assertLessEqual(checkpoints(service, job), 2)
        self.assertEqual(run(service)["checkpoints"], [])
        service.stop()
        service.options["keep_checkpoints"] = 0
        service.start()
        self.assertEqual([(c["id"], c["checkpoints"]) for c in run(service)["checkpoints"] if c["id"] == cancelled],
                         [(cancelled, 1)], "the last one is needed to try again")
        service.post("/v1/jobs/%s:retry" % cancelled)
        self.assertGreater(service.wait(cancelled, states=("running",))["epoch"], 0)
        service.post("/v1/jobs/%s:cancel" % cancelled)
        age(service, 2 * 86400)
        self.assertEqual([(c["id"], c["checkpoints"]) for c in run(service)["checkpoints"]], [(cancelled, 1)])
        self.assertEqual(checkpoints(service, cancelled), 0)

    def test_an_end_that_is_still_to_be_told_keeps_its_job(self):
        service = self.start(keep_jobs=1, webhook_allow_private="true")
        told = service.train(dict(JOB, webhook={"url": "http://127.0.0.1:9/"}))["id"]
        last = service.train(JOB)["id"]
        self.assertEqual(run(service)["jobs"], [])
        self.assertEqual(sorted(ids(service.get("/v1/jobs")["jobs"])), sorted([told, last]))

    def test_removals_do_not_hold_up_writers(self):
        service = self.start(keep_jobs=1, upkeep_every_s=0.05)
        slowest = 0
        for _ in range(30):
            start = time.monotonic()
            service.wait(service.submit(JOB))
            slowest = max(slowest, time.monotonic() - start)
        self.assertLess(slowest, 5 * PATIENCE)
        end = time.monotonic() + 30 * PATIENCE
        while len(service.get("/v1/jobs")["jobs"]) > 1 and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(len(service.get("/v1/jobs")["jobs"]), 1)


if __name__ == "__main__":
    main()
