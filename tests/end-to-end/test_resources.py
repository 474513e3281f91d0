#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lists by pages, versions and aliases, changes on conditions, keys for making things once, and polls that cost nothing."""
import http.client
import json
import random
import threading
import time
import unittest
import urllib.parse

from propd import IRIS, Daemon, Refused, dense

ENDLESS = 1000000


def iris_job(name, epochs=2, **more):
    return dict({"name": name, "dataset": "iris", "target": "species", "network": dense(4),
                 "training": {"epochs": epochs, "seed": 1}}, **more)


def pages(daemon, path, noun, between=lambda: None, limit=3):
    """All items of a list, page by page."""
    items, cursor = [], None
    while True:
        query = {"limit": limit} if cursor is None else {"limit": limit, "cursor": cursor}
        page = daemon.get(path + ("&" if "?" in path else "?") + urllib.parse.urlencode(query))
        items += page[noun]
        cursor = page["next"]
        if cursor is None:
            return items
        between()


class WithDaemon(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon(cores=1).start()
        self.addCleanup(self.daemon.__exit__, None)
        self.daemon.upload("iris", IRIS)

    def refused(self, status, words, method, path, body=None, headers=None):
        with self.assertRaises(Refused) as caught:
            self.daemon.call(method, path, body, headers)
        self.assertEqual(caught.exception.status, status, caught.exception.body)
        self.assertIn(words, json.loads(caught.exception.body)["detail"])

    def etag(self, path):
        return self.daemon.send("GET", path)[1]["ETag"]


class Lists(WithDaemon):
    def queue(self, count):
        """Jobs behind one that does not end."""
        self.daemon.post("/v1/jobs", iris_job("first", ENDLESS))
        for i in range(count):
            self.daemon.post("/v1/jobs", iris_job("job-%02d" % i, priority=i % 5,
                                                  tags={"team": "vision" if i % 2 else "speech", "n": str(i)}))

    def names(self, query):
        return [job["name"] for job in pages(self.daemon, "/v1/jobs?" + query, "jobs")]

    def test_pages_have_what_is_there_throughout_once(self):
        self.queue(20)
        numbers = random.Random(3)
        kept = {"job-%02d" % i for i in range(0, 20, 2)}

        def stir():
            self.daemon.post("/v1/jobs", iris_job("new-%d" % numbers.randrange(10 ** 6), priority=numbers.randrange(5)))
            victim = "job-%02d" % numbers.randrange(1, 20, 2)
            try:
                self.daemon.call("POST", "/v1/jobs/%s:cancel" % victim)
                self.daemon.call("DELETE", "/v1/jobs/" + victim)
            except Refused:
                pass  # it is gone already

        for sort in ("created_at", "-created_at", "name", "-name", "priority", "-priority"):
            names = [job["name"] for job in pages(self.daemon, "/v1/jobs?sort=" + sort, "jobs", stir)]
            self.assertEqual(len(names), len(set(names)), sort)
            self.assertLessEqual(kept, set(names), sort)

    def test_orders_and_filters(self):
        self.queue(9)
        self.assertEqual(self.names("name=job-*&sort=name"), ["job-%02d" % i for i in range(9)])
        self.assertEqual(self.names("name=job-*&sort=-priority")[0], "job-04")
        self.assertEqual(self.names("state=running"), ["first"])
        self.assertEqual(len(self.names("state=running,queued")), 10)
        self.assertEqual(self.names("tag=team:vision&sort=name"), ["job-01", "job-03", "job-05", "job-07"])
        self.assertEqual(self.names("tag=team:vision,n:3"), ["job-03"])
        self.assertEqual(len(self.names("tag=team")), 9)
        self.assertEqual(self.names("name=first&dataset=iris"), ["first"])
        middle = self.daemon.get("/v1/jobs/job-04")["created_at"]
        self.assertEqual(self.names("sort=created_at&created_after=" + middle)[0], "job-05")
        self.assertEqual(self.names("created_before=" + middle)[0], "job-03")
        self.assertEqual(self.names("created_before=2020-01-01"), [])

    def test_models_of_a_job_by_name_or_id(self):
        job = self.daemon.train({"name": "made", "dataset": "iris", "target": "species", "network": dense(4),
                                 "training": {"epochs": 1}})
        for reference in job["id"], "made":
            models = self.daemon.get("/v1/models?job=" + reference)["models"]
            self.assertEqual([model["job"] for model in models], [job["id"]])
        self.assertEqual(self.daemon.send("GET", "/v1/models?job=nothing")[0], 404)
        self.daemon.call("DELETE", "/v1/jobs/made")
        self.assertEqual(len(self.daemon.get("/v1/models?job=" + job["id"])["models"]), 1)

    def test_best_first_and_those_without_last(self):
        for epochs in (1, 30):
            self.daemon.train(iris_job("epochs-%d" % epochs, epochs))
        self.daemon.post("/v1/jobs", iris_job("none", ENDLESS))
        jobs = pages(self.daemon, "/v1/jobs?sort=best", "jobs", limit=1)
        self.assertEqual([job["name"] for job in jobs], ["epochs-30", "epochs-1", "none"])
        jobs = pages(self.daemon, "/v1/jobs?sort=-best", "jobs", limit=1)
        self.assertEqual([job["name"] for job in jobs], ["epochs-1", "epochs-30", "none"])

    def test_cursors_hold_for_their_list_alone(self):
        for name in "abc":
            self.daemon.upload(name, IRIS)
        cursor = self.daemon.get("/v1/datasets?limit=1&sort=name")["next"]
        self.assertRegex(cursor, "^[A-Za-z0-9_-]+$")
        self.assertEqual(self.daemon.get("/v1/datasets?sort=name&cursor=" + cursor)["datasets"][0]["name"], "b")
        for path in ("/v1/datasets?cursor=" + cursor, "/v1/datasets?sort=-name&cursor=" + cursor,
                     "/v1/datasets?sort=name&name=a*&cursor=" + cursor, "/v1/models?sort=name&cursor=" + cursor,
                     "/v1/datasets?sort=name&cursor=" + cursor[:-2], "/v1/datasets?sort=name&cursor=AA",
                     "/v1/datasets?sort=name&cursor=ds_1"):
            self.refused(422, "must be the \"next\"", "GET", path)
        self.refused(422, "-created_at", "GET", "/v1/datasets?sort=colour")
        self.refused(422, "known are", "GET", "/v1/datasets?colour=red")
        self.refused(422, "running,queued", "GET", "/v1/jobs?state=asleep")
        self.refused(422, "2026-01-31", "GET", "/v1/jobs?created_after=yesterday")


class Models(WithDaemon):
    def setUp(self):
        super().setUp()
        for seed in (1, 2, 3):
            job = iris_job("flower")
            job["training"]["seed"] = seed
            self.daemon.train(job)

    def version(self, reference):
        answer = self.daemon.post("/v1/models/%s:predict" % reference, {"instances": [[5.1, 3.5, 1.4, 0.2]]})
        return answer["version"]

    def test_an_alias_is_a_version_wherever_one_is_named(self):
        path = "/v1/models/flower/aliases/production"
        status, _, text = self.daemon.send("PUT", path, json.dumps({"version": 1}))
        self.assertEqual(status, 201)
        self.assertEqual(json.loads(text)["version"], 1)
        self.assertEqual(self.version("flower@production"), 1)
        self.assertEqual(self.daemon.call("PUT", path, {"version": "flower@2"})["version"], 2)
        self.assertEqual(self.version("flower@production"), 2)
        self.assertEqual(self.version("flower"), 3)
        self.assertEqual(self.daemon.get("/v1/models/flower@production")["aliases"], ["production"])
        self.assertEqual(self.daemon.get("/v1/models/flower@1")["aliases"], [])
        self.assertEqual([a["alias"] for a in self.daemon.get("/v1/models/flower/aliases")["aliases"]], ["production"])
        self.assertEqual(self.daemon.get(path)["version"], 2)
        self.assertEqual(self.daemon.send("GET", "/v1/models/flower@production/file")[0], 200)
        job = self.daemon.train(iris_job("again", initial_model="flower@production"))
        self.assertEqual(job["spec"]["initial_model"], "flower@2")
        self.refused(409, "flower@production", "DELETE", "/v1/models/flower@2")
        self.daemon.call("DELETE", path)
        with self.assertRaises(Refused) as caught:
            self.version("flower@production")
        self.assertEqual(caught.exception.status, 404)
        self.daemon.call("DELETE", "/v1/models/flower@2")

    def test_what_cannot_be_an_alias_is_said(self):
        for alias in ("latest", "live", "7", "a b"):
            self.refused(422, "as in", "PUT", "/v1/models/flower/aliases/" + urllib.parse.quote(alias), {"version": 1})
        self.refused(404, "flower@9", "PUT", "/v1/models/flower/aliases/x", {"version": 9})
        self.refused(422, "flower@3", "PUT", "/v1/models/flower/aliases/x", {"version": -1})
        self.daemon.train(iris_job("other"))
        self.refused(422, "not of \"other\"", "PUT", "/v1/models/flower/aliases/x", {"version": "other@1"})
        self.refused(404, "no alias", "GET", "/v1/models/flower/aliases/x")
        self.refused(404, "no alias", "DELETE", "/v1/models/flower/aliases/x")

    def test_versions_are_listed_newest_first(self):
        versions = pages(self.daemon, "/v1/models/flower/versions", "versions", limit=2)
        self.assertEqual([model["version"] for model in versions], [3, 2, 1])
        job = versions[0]["job"]
        self.assertEqual([m["version"] for m in self.daemon.get("/v1/models?job=" + job)["models"]], [3])

    def test_tags_and_words_are_changed_and_found(self):
        for path in ("/v1/models/flower", "/v1/datasets/iris"):
            before = self.daemon.get(path)
            changed = self.daemon.call("PATCH", path, {"tags": {"team": "vision"}, "about": "of 1936"})
            self.assertEqual((changed["tags"], changed["about"]), ({"team": "vision"}, "of 1936"))
            self.assertEqual(changed["file_sha256"], before["file_sha256"])
            self.assertEqual(self.daemon.call("PATCH", path, {"about": None})["tags"], {"team": "vision"})
            noun = path.split("/")[2]
            self.assertEqual(len(self.daemon.get("/v1/%s?tag=team:vision" % noun)[noun]), 1)
            self.assertEqual(self.daemon.call("PATCH", path, {"tags": None})["tags"], {})
            self.refused(422, "must be a string", "PATCH", path, {"tags": {"a": 1}})
            self.refused(422, "file_sha256", "PATCH", path, {"file_sha256": "0"})


class Conditions(WithDaemon):
    def test_of_patches_on_the_same_etag_one_is_made(self):
        for turn in range(20):
            etag = self.etag("/v1/datasets/iris")
            answers = []

            def patch(who):
                answers.append(self.daemon.send("PATCH", "/v1/datasets/iris",
                                                json.dumps({"tags": {"turn": str(turn), "who": str(who)}}),
                                                {"If-Match": etag})[0])
            threads = [threading.Thread(target=patch, args=(i,)) for i in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(sorted(answers), [200, 412, 412, 412])

    def test_another_thing_of_the_table_is_no_change(self):
        """Uploads go on while a dataset is patched on its ETag: none of the patches fails."""
        ended = threading.Event()

        def upload():
            i = 0
            while not ended.is_set():
                self.daemon.upload("other-%d" % (i % 5), IRIS.read_bytes() + b"5,3,1,%d,setosa\n" % i)
                i += 1
        thread = threading.Thread(target=upload)
        thread.start()
        try:
            for i in range(30):
                self.daemon.call("PATCH", "/v1/datasets/iris", {"tags": {"i": str(i)}}, {"If-Match": self.etag("/v1/datasets/iris")})
        finally:
            ended.set()
            thread.join()

    def test_a_newer_version_keeps_an_old_etag_from_deleting(self):
        etag = self.etag("/v1/datasets/iris")
        self.daemon.upload("iris", IRIS.read_bytes() + b"5,3,1,1,setosa\n")
        self.refused(412, "its ETag is", "DELETE", "/v1/datasets/iris", None, {"If-Match": etag})
        self.daemon.call("DELETE", "/v1/datasets/iris", None, {"If-Match": self.etag("/v1/datasets/iris")})


class Keys(WithDaemon):
    def once(self, method, path, body, key="k"):
        return self.daemon.send(method, path, body if isinstance(body, bytes) else json.dumps(body), {"Idempotency-Key": key})

    def test_the_same_request_gets_the_first_answer(self):
        for number, (path, body, noun) in enumerate((
                ("/v1/jobs", iris_job("once", ENDLESS), "jobs"),
                ("/v1/datasets?name=once", IRIS.read_bytes(), "datasets"))):
            first = self.once("POST", path, body, "key-%d" % number)
            again = self.once("POST", path, body, "key-%d" % number)
            self.assertIn(first[0], (201, 202))
            self.assertEqual((first[0], first[1]["Location"], json.loads(first[2])),
                             (again[0], again[1]["Location"], json.loads(again[2])))
            self.assertEqual(again[1]["Idempotency-Replayed"], "true")
            self.assertEqual(len(self.daemon.get("/v1/%s?name=once" % noun)[noun]), 1)
        self.assertEqual(self.once("POST", "/v1/jobs", iris_job("another"), "key-0")[0], 422)

    def test_computed_answers_are_kept_too(self):
        self.daemon.train(iris_job("flower"))
        first = self.once("POST", "/v1/models/flower:predict", {"instances": [[5.1, 3.5, 1.4, 0.2]]})
        self.daemon.train(iris_job("flower", 5))
        again = self.once("POST", "/v1/models/flower:predict", {"instances": [[5.1, 3.5, 1.4, 0.2]]})
        self.assertEqual(json.loads(first[2]), json.loads(again[2]))
        self.assertEqual(again[1]["Idempotency-Replayed"], "true")

    def test_killed_at_any_moment_a_job_and_its_answer_are_both_there_or_neither(self):
        numbers = random.Random(11)
        jobs = {}
        for turn in range(8):
            stop = time.monotonic() + numbers.uniform(0.02, 0.2)

            def post(lane, turn=turn):
                for i in range(1000):
                    key = "%d-%d-%d" % (turn, lane, i)
                    jobs[key] = None
                    try:
                        jobs[key] = json.loads(self.once("POST", "/v1/jobs", iris_job("n" + key, ENDLESS), key)[2])["id"]
                    except (OSError, http.client.HTTPException):
                        return
            threads = [threading.Thread(target=post, args=(lane,)) for lane in range(3)]
            for thread in threads:
                thread.start()
            time.sleep(max(0, stop - time.monotonic()))
            self.daemon.kill()
            for thread in threads:
                thread.join()
            self.daemon.start()
        self.assertGreater(sum(id is not None for id in jobs.values()), 8)
        for key, id in jobs.items():
            there = self.daemon.get("/v1/jobs?name=n" + key)["jobs"]
            answer = json.loads(self.once("POST", "/v1/jobs", iris_job("n" + key, ENDLESS), key)[2])
            self.assertEqual(len(self.daemon.get("/v1/jobs?name=n" + key)["jobs"]), 1, key)
            if there:  # whether its answer came through or not
                self.assertEqual(answer["id"], there[0]["id"])
            if id is not None:
                self.assertEqual(answer["id"], id)


class Poller(threading.Thread):
    """Asks for things again and again with the ETags that it has, each connection for some clients."""

    def __init__(self, port, paths, clients, rounds):
        super().__init__()
        self.port, self.paths, self.clients, self.rounds, self.statuses = port, paths, clients, rounds, set()

    def run(self):
        for _ in range(self.clients):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            for _ in range(self.rounds):
                for path, etag in self.paths:
                    connection.request("GET", path, headers={"If-None-Match": etag})
                    answer = connection.getresponse()
                    answer.read()
                    self.statuses.add(answer.status)
            connection.close()


class Polls(WithDaemon):
    def test_a_thousand_pollers_cost_the_database_nothing(self):
        job = self.daemon.train(iris_job("flower"))
        paths = ["/v1/jobs", "/v1/jobs/" + job["id"], "/v1/jobs/flower", "/v1/jobs/%s/history" % job["id"], "/v1/models",
                 "/v1/models/flower", "/v1/models/flower/file", "/v1/datasets", "/v1/datasets/iris?pretty"]
        while self.daemon.get("/v1/system")["jobs"]["running"] > 0:
            time.sleep(0.02)  # the job has ended; its thread is about to
        paths = [(path, self.etag(path)) for path in paths]
        reads = self.daemon.get("/v1/system")["storage"]["reads"]
        pollers = [Poller(self.daemon.port, paths, 125, 1) for _ in range(8)]
        for poller in pollers:
            poller.start()
        for poller in pollers:
            poller.join()
        self.assertEqual(set.union(*(poller.statuses for poller in pollers)), {304})
        # Those of /v1/system itself.
        self.assertEqual(self.daemon.get("/v1/system")["storage"]["reads"], reads + 2)

    def test_a_poller_never_misses_a_change(self):
        """As soon as a change is answered, nobody is told 304 for what was before."""
        self.daemon.train(iris_job("flower"))
        changes = [("/v1/datasets/iris", "PATCH", "/v1/datasets/iris"), ("/v1/datasets", "PATCH", "/v1/datasets/iris"),
                   ("/v1/models/flower", "PATCH", "/v1/models/flower"), ("/v1/models", "PATCH", "/v1/models/flower"),
                   ("/v1/jobs/flower", "PATCH", "/v1/jobs/flower"), ("/v1/jobs", "PATCH", "/v1/jobs/flower")]
        pollers = [Poller(self.daemon.port, [(path, '"none"') for path, _, _ in changes], 1, 150) for _ in range(3)]
        for poller in pollers:
            poller.start()
        for i in range(60):
            path, method, target = changes[i % len(changes)]
            etag = self.etag(path)
            self.daemon.call(method, target, {"tags": {"i": str(i)}})
            status, headers, _ = self.daemon.send("GET", path, None, {"If-None-Match": etag})
            self.assertEqual(status, 200, path)
            self.assertEqual(self.daemon.send("GET", path, None, {"If-None-Match": headers["ETag"]})[0], 304)
        for poller in pollers:
            poller.join()

    def test_a_running_job_is_told_as_it_is(self):
        job = self.daemon.post("/v1/jobs", iris_job("long", ENDLESS))
        path, steps, etag = "/v1/jobs/" + job["id"], set(), '"none"'
        end = time.monotonic() + 20
        while len(steps) < 5 and time.monotonic() < end:
            status, headers, text = self.daemon.send("GET", path, None, {"If-None-Match": etag})
            if status == 200:
                etag = headers["ETag"]
                steps.add(json.loads(text)["step"])
        self.assertGreaterEqual(len(steps), 5)

    def test_a_place_in_the_queue_is_told_as_it_is(self):
        first = self.daemon.post("/v1/jobs", iris_job("first", ENDLESS))
        second, third = (self.daemon.post("/v1/jobs", iris_job(name, ENDLESS)) for name in ("second", "third"))
        path = "/v1/jobs/" + third["id"]
        while self.daemon.get("/v1/jobs/" + first["id"])["state"] != "running":
            time.sleep(0.05)
        etag = self.etag(path)
        self.daemon.post("/v1/jobs/%s:cancel" % second["id"])
        status, _, text = self.daemon.send("GET", path, None, {"If-None-Match": etag})
        self.assertEqual((status, json.loads(text)["position"]), (200, 1))


if __name__ == "__main__":
    unittest.main()
