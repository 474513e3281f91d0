#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Jobs that are changed while they run: at the next step, on the curve, in the record. A replay from the record gives the
same bytes, also where the daemon was killed after the change. Divergence, rollback, retry."""
import json
import random
import time
import unittest

from propd import IRIS, PATIENCE, Daemon, Refused, dense, main

RATE = {"type": "adam", "learning_rate": 0.001}


def document(epochs, **training):
    return {"name": "steered", "dataset": "iris", "target": "species", "network": dense(16),
            "training": dict({"epochs": epochs, "batch_size": 8, "optimizer": RATE}, **training)}


def linear(rate, epochs=60, **training):
    """A regression whose plain gradient descent diverges where the rate is too large."""
    return {"name": "linear", "dataset": "iris", "target": "petal_width",
            "network": {"layers": [{"type": "dense", "units": "auto"}]},
            "training": dict({"epochs": epochs, "batch_size": 8, "optimizer": {"type": "sgd", "learning_rate": rate}},
                             **training)}


class Steering(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon(cores=2).start()
        self.addCleanup(self.daemon.__exit__, None)
        self.daemon.upload("iris", IRIS)

    def patch(self, job, change, **headers):
        return self.daemon.call("PATCH", "/v1/jobs/" + job, change, headers)

    def refused(self, status, method, path, body=None, headers=None):
        with self.assertRaises(Refused) as refusal:
            self.daemon.call(method, path, body, headers)
        self.assertEqual(refusal.exception.status, status, refusal.exception.body)
        return json.loads(refusal.exception.body)

    def events(self, job, kind):
        return [event for event in self.daemon.get("/v1/jobs/%s/events?after=0" % job)["events"]
                if event["type"] == kind]

    def series(self, job, metric):
        answer = self.daemon.get("/v1/jobs/%s/history?metric=%s&points=100000" % (job, metric))
        return dict(zip(answer["series"][0]["step"], answer["series"][0]["first"]))

    def wait_step(self, job, step):
        while self.daemon.get("/v1/jobs/" + job)["step"] <= step:
            time.sleep(0.01)

    def verify(self, job):
        status, headers, text = self.daemon.send("POST", "/v1/jobs/%s:verify" % job)
        self.assertEqual(status, 202, text)
        replay = json.loads(text)
        self.assertEqual(headers["Location"], "/v1/jobs/" + replay["id"])
        self.assertEqual(replay["verifies"], job)
        return self.daemon.wait(replay["id"])

    def check_verified(self, job):
        replay = self.verify(job["id"])
        self.assertEqual(replay["state"], "succeeded", replay["error"])
        self.assertIsNone(replay["model"])
        self.assertIs(replay["verification"]["verified"], True, replay["verification"])
        self.assertEqual(replay["verification"]["sha256"], self.daemon.model(job)["sha256"])
        for told in (job["id"], replay["id"]):
            event, = (event for event in self.events(told, "log") if "verified" in event)
            self.assertEqual((event["verified"], event["job"], event["replay"]), (True, job["id"], replay["id"]))
        return replay

    # ---- PATCH

    def test_change_is_on_the_curve_at_its_step_and_in_the_record(self):
        job = self.daemon.submit(document(300000))
        self.wait_step(job, 0)
        answer = self.patch(job, {"learning_rate": 0.0005, "l2": 0.001})
        self.assertEqual(answer["settings"][0]["changes"], {"learning_rate": 0.0005, "l2": 0.001})
        step = answer["settings"][0]["step"]
        self.assertGreater(step, 0)
        event, = self.events(job, "setting")
        self.assertEqual((event["step"], event["changes"]), (step, {"learning_rate": 0.0005, "l2": 0.001}))
        self.wait_step(job, step)
        self.patch(job, {"epochs": 1})  # ends with the epoch that it is in
        job = self.daemon.wait(job)
        self.assertEqual(job["state"], "succeeded", job["error"])
        self.assertLess(job["epochs"], 300000)
        self.assertEqual(job["step"], job["steps"])
        self.assertEqual(job["spec"]["training"]["optimizer"]["learning_rate"], 0.001)
        rates = self.series(job["id"], "learning_rate")
        self.assertEqual({rates[s] for s in rates if s <= step}, {0.001})
        self.assertEqual({rates[s] for s in rates if s > step}, {0.0005})
        self.assertEqual(len(rates), job["steps"])
        lineage = self.daemon.model(job)["lineage"]
        self.assertEqual(lineage["settings"][0]["changes"], {"learning_rate": 0.0005, "l2": 0.001})
        self.check_verified(job)

    def test_jobs_that_wait_can_be_changed(self):
        job = self.daemon.submit(dict(document(3000), tags={"first": "one"}))
        self.assertEqual(self.daemon.get("/v1/jobs/" + job)["tags"], {"first": "one"})
        self.wait_step(job, 100)
        self.daemon.post("/v1/jobs/%s:pause" % job)
        step = self.daemon.get("/v1/jobs/" + job)["step"]
        answer = self.patch(job, {"schedule": {"type": "exponential", "gamma": 0.999}, "tags": {"team": "vision"}})
        self.assertEqual(answer["settings"][0]["step"], step)
        self.assertEqual(answer["tags"], {"team": "vision"})
        self.assertEqual(answer["spec"]["tags"], {"first": "one"})
        self.assertEqual(self.patch(job, {"epochs": step // 15 + 40})["settings"][1]["step"], step)
        self.daemon.post("/v1/jobs/%s:resume" % job)
        job = self.daemon.wait(job)
        self.assertEqual(job["epochs"], step // 15 + 40)
        rates = self.series(job["id"], "learning_rate")
        self.assertEqual(rates[step], 0.001)
        self.assertAlmostEqual(rates[step + 1], 0.001 * 0.999 ** (step // 15), 15)
        self.check_verified(job)

    def test_answer_to_a_change_tells_the_new_epochs(self):
        running = [self.daemon.submit(document(10 ** 7)) for _ in range(2)]
        waiting = self.daemon.submit(document(3000))
        for job in running:
            self.wait_step(job, 0)
        for job, epochs in ((running[0], 9000000), (running[0], 8000000), (waiting, 70)):
            answer = self.patch(job, {"epochs": epochs})
            self.assertEqual(answer["epochs"], epochs)
            self.assertGreaterEqual(answer["epochs"], answer["epoch"])
            self.assertEqual(self.daemon.get("/v1/jobs/" + job)["epochs"], epochs)
        self.daemon.post("/v1/jobs/%s:cancel" % waiting, {"keep": False})
        self.daemon.post("/v1/jobs/%s:pause" % running[0])
        self.assertEqual(self.patch(running[0], {"epochs": 7000000})["epochs"], 7000000)
        paused = self.patch(running[0], {"epochs": 1})  # fewer than are done
        self.assertEqual(paused["epochs"], max(1, paused["epoch"]))
        for job in running:
            self.daemon.post("/v1/jobs/%s:cancel" % job, {"keep": False})

    def test_patience_that_is_left_is_the_new_one(self):
        job = self.daemon.submit(document(10 ** 7, early_stopping={"patience": 9000000}))
        self.wait_step(job, 100)
        left = self.patch(job, {"patience": 1000000})["patience_left"]
        deadline = time.monotonic() + 30 * PATIENCE
        while left > 1000000:  # within a validation the change waits for its end
            self.assertLess(time.monotonic(), deadline, left)
            left = self.daemon.get("/v1/jobs/" + job)["patience_left"]
        self.assertGreater(left, 0)
        self.daemon.post("/v1/jobs/%s:cancel" % job, {"keep": False})

    def test_priority_orders_the_queue(self):
        running = [self.daemon.submit(document(10 ** 7)) for _ in range(2)]
        waiting = [self.daemon.submit(document(1)) for _ in range(3)]
        answer = self.patch(waiting[2], {"priority": 5})
        self.assertEqual((answer["priority"], answer["position"]), (5, 1))
        self.assertEqual(self.daemon.get("/v1/jobs/" + waiting[0])["position"], 2)
        self.assertEqual(self.patch(waiting[0], {"priority": -5})["position"], 3)
        self.assertEqual(self.events(waiting[0], "setting")[0]["changes"], {"priority": -5})
        self.assertEqual(answer["settings"], [])
        for job in waiting + running:
            self.daemon.post("/v1/jobs/%s:cancel" % job, {"keep": False})
        self.assertEqual(self.patch(running[0], {"priority": 3, "tags": {"a": "b"}})["tags"], {"a": "b"})

    def test_what_cannot_be_changed_is_refused_by_name(self):
        job = self.daemon.submit(document(10 ** 7))
        path = "/v1/jobs/" + job
        for change, pointer in (({"learning_rate": -1}, "#/learning_rate"), ({"epochs": 0}, "#/epochs"),
                                ({"l1": "much"}, "#/l1"), ({"schedule": {"type": "step"}}, "#/schedule/step_size"),
                                ({"patience": 3}, "#/patience"), ({"batch_size": 3}, "#/batch_size"),
                                ({"priority": 5000}, "#/priority"), ({"tags": {"a": 1}}, "#/tags"),
                                ({"name": "other"}, "#/name")):
            answer = self.refused(422, "PATCH", path, change)
            self.assertEqual(answer["errors"][0]["pointer"], pointer, answer)
        self.refused(404, "PATCH", "/v1/jobs/nobody", {"priority": 1})
        self.refused(412, "PATCH", path, {"priority": 1}, {"If-Match": '"other"'})
        self.assertEqual(self.daemon.get(path)["settings"], [])
        self.daemon.post(path + ":cancel")
        self.assertIn("is cancelled", self.refused(409, "PATCH", path, {"learning_rate": 1})["detail"])
        self.assertIn("is cancelled", self.refused(409, "POST", path + ":verify")["detail"])
        done = self.daemon.train(document(1))["id"]
        self.assertIn("cannot be tried again", self.refused(409, "POST", "/v1/jobs/%s:retry" % done)["detail"])
        tag = {"If-Match": self.daemon.send("GET", path)[1]["ETag"]}
        self.assertEqual(self.daemon.call("PATCH", path, {"priority": 1}, tag)["priority"], 1)

    # ---- kill

    def test_killed_after_changes_it_ends_in_the_bytes_of_its_replay(self):
        chance = random.Random(7)
        job = self.daemon.submit(document(10 ** 6, early_stopping={"patience": 10 ** 6}))
        for change in ({"learning_rate": 0.002}, {"l2": 0.0001, "patience": 10 ** 5},
                       {"schedule": {"type": "cosine", "warmup": 2}}, {"epochs": 1}):
            time.sleep(chance.uniform(0.05, 0.8))
            self.patch(job, change)
            time.sleep(chance.uniform(0, 0.02))
            self.daemon.kill()
            self.daemon.start()
        settings = self.daemon.get("/v1/jobs/" + job)["settings"]
        self.assertEqual(len(settings), 4)  # whatever was answered is there
        job = self.daemon.wait(job)
        self.assertEqual(job["settings"], settings)
        history = self.daemon.get("/v1/jobs/%s/history?metric=loss&points=10" % job["id"])
        self.assertEqual(history["series"][0]["count"], job["steps"])
        self.check_verified(job)

    def test_replay_survives_a_kill_and_tells_other_bytes(self):
        job = self.daemon.train(document(2500))
        replay = self.daemon.post("/v1/jobs/%s:verify" % job["id"])["id"]
        self.wait_step(replay, 0)
        self.refused(409, "PATCH", "/v1/jobs/" + replay, {"learning_rate": 1})
        self.patch(replay, {"priority": 2})
        self.daemon.kill()
        self.daemon.start()
        replay = self.daemon.wait(replay)
        self.assertIs(replay["verification"]["verified"], True)
        self.refused(409, "POST", "/v1/jobs/%s:verify" % replay["id"])
        self.daemon.call("DELETE", "/v1/models/" + job["model"])
        self.assertIn("removed", self.refused(409, "POST", "/v1/jobs/%s:verify" % job["id"])["detail"])

    # ---- divergence

    def test_diverged_job_tells_where_and_keeps_its_best(self):
        job = self.daemon.wait(self.daemon.submit(linear(1)))
        self.assertEqual((job["state"], job["eta_s"]), ("failed", None))
        error = job["error"]
        self.assertEqual((error["code"], error["layer"]), ("diverged", "dense_1"))
        self.assertEqual(error["step"], job["step"] + 1)
        self.assertEqual(len(error["rows"]), error["row_count"])
        self.assertEqual(len(error["gradient_norms"]), 8)
        self.assertEqual(error["gradient_norms"], list(self.series(job["id"], "gradient_norm").values())[-8:])
        self.assertIsNotNone(job["model"])
        self.assertEqual(self.events(job["id"], "state")[-1]["error"], error)

    def test_rollback_goes_on_with_half_the_learning_rate(self):
        job = self.daemon.train(linear(1, on_divergence="rollback"))
        told = [event for event in self.events(job["id"], "log") if "rolled back" in event["message"]]
        self.assertIn(len(told), (1, 2, 3))
        self.assertEqual(told[0]["learning_rate"], 0.5)
        rates = self.series(job["id"], "learning_rate")
        self.assertEqual(sorted(rates), list(range(1, job["steps"] + 1)))
        self.assertEqual(rates[job["steps"]], 0.5 ** len(told))
        self.check_verified(job)

    def test_rollback_gives_the_same_bytes_after_kills(self):
        digest = self.daemon.model(self.daemon.train(linear(1, 3000, on_divergence="rollback")))["sha256"]
        job = self.daemon.submit(linear(1, 3000, on_divergence="rollback"))
        for pause in (0.02, 0.1, 0.3):
            time.sleep(pause)
            self.daemon.kill()
            self.daemon.start()
        job = self.daemon.wait(job)
        self.assertEqual(self.daemon.model(job)["sha256"], digest)
        self.assertEqual(len(self.series(job["id"], "loss")), job["steps"])

    def test_fourth_divergence_fails_and_can_be_tried_again(self):
        job = self.daemon.wait(self.daemon.submit(linear(1e5, on_divergence="rollback")))
        self.assertEqual((job["state"], job["error"]["code"]), ("failed", "diverged"))
        self.assertEqual(sum("rolled back" in event["message"] for event in self.events(job["id"], "log")), 3)
        again = self.daemon.post("/v1/jobs/%s:retry" % job["id"])
        self.assertEqual((again["attempt"], again["error"], again["finished_at"]), (2, None, None))
        self.assertEqual(self.daemon.wait(job["id"])["error"]["code"], "diverged")

    # ---- retry

    def test_cancelled_job_is_tried_again_from_its_checkpoint(self):
        whole = document(2500)
        digest = self.daemon.model(self.daemon.train(whole))["sha256"]
        job = self.daemon.submit(whole)
        self.wait_step(job, 15)
        self.daemon.post("/v1/jobs/%s:pause" % job)
        step = self.daemon.get("/v1/jobs/" + job)["step"]
        self.daemon.post("/v1/jobs/%s:cancel" % job)
        self.assertEqual(self.daemon.post("/v1/jobs/%s:retry" % job)["state"], "queued")
        job = self.daemon.wait(job)
        self.assertEqual((job["state"], job["attempt"]), ("succeeded", 2))
        self.assertEqual(self.daemon.model(job)["sha256"], digest)
        self.assertTrue(any(event["message"].endswith("checkpoint at step %d" % step)
                            for event in self.events(job["id"], "log")))


if __name__ == "__main__":
    main()
