#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Predictions by many clients at once, beside training, and across versions of a model."""
import http.client
import json
import random
import threading
import unittest

import propd
from propd import IRIS, Daemon, Refused, dense

PREDICT = "/v1/models/iris:predict"


def iris_job(epochs, seed=1):
    return {"dataset": "iris", "target": "species", "network": dense(16), "training": {"epochs": epochs, "seed": seed}}


def iris_rows(count):
    numbers = random.Random(5)
    return [[round(numbers.uniform(0.1, 8), 2) for _ in range(4)] for _ in range(count)]


class Client(threading.Thread):
    """Sends its bodies one after the other on one connection and keeps the answers' bytes."""

    def __init__(self, port, bodies):
        super().__init__()
        self.port, self.bodies, self.answers = port, bodies, []

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60 * propd.PATIENCE)
        for body in self.bodies:
            connection.request("POST", PREDICT, body)
            answer = connection.getresponse()
            self.answers.append((answer.status, answer.read()))
        connection.close()


class Serving(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon().start()
        self.addCleanup(self.daemon.__exit__, None)
        self.daemon.upload("iris", IRIS)
        self.daemon.train(iris_job(5))

    def ask_at_once(self, bodies, clients, times):
        threads = [Client(self.daemon.port, [bodies[(k + 7 * i) % len(bodies)] for i in range(times)]) for k in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [(body, answer) for thread in threads for body, answer in zip(thread.bodies, thread.answers)]

    def test_answers_to_many_clients_are_the_bytes_of_the_answer_to_one(self):
        rows = iris_rows(40)
        bodies = [json.dumps({"instances": [row]}) for row in rows] + [json.dumps({"instances": rows[:n]}) for n in (2, 9, 40)]
        bodies += [json.dumps({"inputs": {"sepal_length": 1}}), json.dumps({"instances": [[1, 2]]}), "{"]
        alone = {body: self.ask_at_once([body], 1, 1)[0][1] for body in bodies}
        self.assertEqual({status for status, _ in alone.values()}, {200, 400, 422})
        for body, answer in self.ask_at_once(bodies, 48, 30):
            self.assertEqual(answer, alone[body])

    def test_predictions_go_on_while_every_core_trains(self):
        jobs = [self.daemon.submit(iris_job(1000000)) for _ in range(2)]
        for job in jobs:
            self.daemon.wait(job, states=("running",))
        body = json.dumps({"instances": iris_rows(1)})
        answers = self.ask_at_once([body], 8, 50)
        self.assertEqual({answer for _, answer in answers}, {answers[0][1]})
        self.assertEqual(answers[0][1][0], 200)
        for job in jobs:
            self.daemon.post("/v1/jobs/%s:cancel" % job, {"keep": False})

    def test_a_name_means_the_newest_model_at_once(self):
        body = {"instances": iris_rows(1)}
        self.assertEqual(self.daemon.post(PREDICT, body)["version"], 1)
        self.daemon.train(iris_job(5, seed=2))
        self.assertEqual(self.daemon.post(PREDICT, body)["version"], 2)
        self.assertEqual(self.daemon.post("/v1/models/iris@1:predict", body)["version"], 1)
        self.daemon.call("DELETE", "/v1/models/iris@2")
        self.assertEqual(self.daemon.post(PREDICT, body)["version"], 1)
        self.daemon.call("DELETE", "/v1/models/iris@1")
        with self.assertRaisesRegex(Refused, "404"):
            self.daemon.post(PREDICT, body)


if __name__ == "__main__":
    propd.main()
