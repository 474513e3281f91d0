#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""propd.sklearn: scikit-learn's own checks, and what they do not look at."""
import gc
import os
import pickle
import unittest
import warnings
from unittest import mock

from propd import Daemon, create_token, main
import python_client

try:
    import numpy
    import sklearn  # noqa: F401
except ImportError:
    raise SystemExit(77) if __name__ == "__main__" else unittest.SkipTest("numpy and scikit-learn are not here")
from sklearn.datasets import load_iris, make_regression
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils.estimator_checks import check_estimator

propd = python_client.load()
from propd_client.sklearn import PropdClassifier, PropdRegressor  # noqa: E402

# So few that the checks take seconds, so quick that what they train is good enough for them.
QUICK = dict(epochs=30, learning_rate=0.01)


class Estimators(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon()
        cls.daemon.__enter__()
        cls.addClassCleanup(cls.daemon.__exit__, None)
        cls.client = propd.Client("http://127.0.0.1:%d" % cls.daemon.port)
        cls.addClassCleanup(cls.client.close)
        cls.X, cls.y = load_iris(return_X_y=True, as_frame=True)

    def classifier(self, **settings):
        return PropdClassifier(client=self.client, **{**QUICK, **settings})

    def left(self):
        gc.collect()
        return [one for kind in ("datasets", "jobs", "models") for one in getattr(self.client, kind)()]

    def check(self, estimator):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", ResourceWarning)
            for category in (DeprecationWarning, FutureWarning):
                warnings.simplefilter("ignore", category)
            checks = list(check_estimator(estimator, generate_only=True))
            self.assertGreater(len(checks), 40)
            for one, check in checks:
                with self.subTest(getattr(check, "func", check).__name__):
                    check(one)  # one that scikit-learn skips would raise SkipTestWarning
        self.assertEqual(self.left(), [])

    def test_the_classifier_passes_all_checks(self):
        self.check(self.classifier())

    def test_the_regressor_passes_all_checks(self):
        self.check(PropdRegressor(client=self.client, **QUICK))

    def test_labels_and_names_of_columns_are_the_callers(self):
        labels = self.y.map({0: "setosa", 1: "", 2: "NA"})
        fitted = self.classifier(epochs=60, validation=0.2).fit(self.X, labels)
        self.assertGreater(fitted.score(self.X, labels), 0.9)
        self.assertEqual(fitted.classes_.tolist(), ["", "NA", "setosa"])
        self.assertEqual(fitted.model_.model.columns, list(self.X.columns))
        self.assertEqual((fitted.n_iter_, len(fitted.loss_curve_)), (60, 60))
        for names in (["y", "y", "=1+1", "sample weight"], ["y", "_y", "a=1,b", 'x "y"'], ["", "y0", " ", "é"]):
            hostile = self.X.set_axis(names, axis=1)
            self.assertGreater(self.classifier(epochs=60).fit(hostile, labels).score(hostile, labels), 0.9)

    def test_the_order_of_rows_does_not_matter(self):
        shuffled = self.X.sample(frac=1, random_state=1)
        one = self.classifier().fit(self.X, self.y).predict_proba(self.X)
        other = self.classifier().fit(shuffled, self.y[shuffled.index]).predict_proba(self.X)
        self.assertTrue((one == other).all())
        other = self.classifier(random_state=1).fit(self.X, self.y).predict_proba(self.X)
        self.assertFalse((one == other).any())

    def test_weights_count(self):
        def counts(weight):
            return numpy.bincount(self.classifier().fit(self.X, self.y, weight).predict(self.X), minlength=3).tolist()

        heavy = [counts(numpy.where(self.y == label, 10.0, 1.0)) for label in (1, 2)]
        self.assertGreater(heavy[0][1], heavy[1][1])
        self.assertLess(heavy[0][2], heavy[1][2])
        self.assertEqual(self.classifier().fit(self.X, self.y, numpy.where(self.y == 1, 0, 3)).classes_.tolist(), [0, 2])
        with self.assertRaisesRegex(ValueError, "(?i)negative"):
            self.classifier().fit(self.X, self.y, -numpy.ones(150))

    def test_missing_values(self):
        holes = self.X.mask(numpy.random.RandomState(0).rand(*self.X.shape) < 0.2)
        holes["nothing"] = numpy.nan
        self.assertGreater(self.classifier(epochs=60).fit(holes, self.y).score(holes, self.y), 0.8)

    def test_several_numbers_and_their_shapes(self):
        X, y = make_regression(100, 4, n_targets=2, random_state=0)
        regressor = PropdRegressor((32,), epochs=100, learning_rate=0.01, client=self.client)
        self.assertGreater(regressor.fit(X, y).score(X, y), 0.9)
        self.assertEqual(regressor.predict(X[:3]).shape, (3, 2))
        self.assertEqual(regressor.fit(X, y[:, :1]).predict(X[:3]).shape, (3, 1))
        self.assertEqual(regressor.fit(X, y[:, 0]).predict(X[:3]).shape, (3,))

    def test_settings_reach_the_job(self):
        self.classifier(hidden=(8, 4), activation="tanh", dropout=0.5, l2=0.1, optimizer="sgd", batch_size=10, validation=0.3,
                        patience=2, training={"clip_norm": 1.0}, keep=True).fit(self.X, self.y)
        job, = self.client.jobs()
        training = job.spec["training"]
        self.assertEqual([layer["type"] for layer in job.spec["network"]["layers"]],
                         ["dense", "dropout", "dense", "dropout", "dense"])
        self.assertEqual((training["l2"], training["batch_size"], training["clip_norm"], training["optimizer"]["type"]),
                         (0.1, 10, 1.0, "sgd"))
        self.assertEqual((training["validation"]["split"], training["early_stopping"]["patience"]), (0.3, 2))
        self.assertEqual([type(one).__name__ for one in self.left()], ["Dataset", "Job", "Model"])
        for one in (job, *self.client.models(), *self.client.datasets()):
            one.delete()

    def test_a_pickle_answers_at_any_daemon(self):
        fitted = self.classifier().fit(self.X, self.y)
        expected = fitted.predict_proba(self.X).tolist()
        other = pickle.loads(pickle.dumps(fitted))
        del fitted
        self.assertEqual(self.left(), [])
        self.assertEqual(other.predict_proba(self.X).tolist(), expected)
        other.model_.model.delete()
        self.assertEqual(other.predict_proba(self.X).tolist(), expected)
        with Daemon() as elsewhere:
            other.model_.client = propd.Client("127.0.0.1:%d" % elsewhere.port)
            self.assertEqual(other.predict_proba(self.X).tolist(), expected)
            del other
            gc.collect()

    def test_pipelines_and_searches(self):
        search = GridSearchCV(make_pipeline(MinMaxScaler(), self.classifier(epochs=10)),
                              {"propdclassifier__hidden": [(4,), (16,)]}, cv=2)
        self.assertEqual(search.fit(self.X, self.y).best_params_, {"propdclassifier__hidden": (16,)})
        del search
        self.assertEqual(self.left(), [])

    def test_what_fails_leaves_nothing_behind(self):
        with self.assertRaisesRegex(propd.Refused, "rleu"):
            self.classifier(activation="rleu").fit(self.X, self.y)
        with self.assertRaises(propd.JobFailed):
            PropdRegressor((64, 64), optimizer="sgd", learning_rate=1e6, epochs=50, client=self.client).fit(self.X, self.X)
        with self.assertRaises(NotFittedError):
            self.classifier().predict(self.X)
        self.assertEqual(self.left(), [])

    def test_what_is_interrupted_leaves_nothing_behind(self):
        wait = propd.Job.wait

        def wait_and_interrupt(job, **_):
            """The job has ended, and `job` does not know."""
            wait(self.client.job(job.id))
            job.wait = lambda **settings: wait(job, **settings)
            raise KeyboardInterrupt

        def interrupt(*_, **__):
            raise KeyboardInterrupt

        for method, instead in (("series", interrupt), ("wait", wait_and_interrupt)):
            with mock.patch.object(propd.Job, method, instead), self.assertRaises(KeyboardInterrupt):
                self.classifier().fit(self.X, self.y)
            self.assertEqual(self.left(), [], method)

    def test_of_two_threads_that_miss_the_model_one_brings_it_back(self):
        fitted = self.classifier().fit(self.X, self.y)
        fitted.model_.model.delete()
        predict, asked = propd.Model.predict, []

        def overtaken(model, rows):
            asked.append(model)
            if len(asked) == 1:
                fitted.model_.predict(rows)  # as another thread that is quicker
            return predict(model, rows)

        with mock.patch.object(propd.Model, "predict", overtaken):
            self.assertEqual(len(fitted.predict(self.X)), 150)
        self.assertEqual(list(self.client.models()), [fitted.model_.model])
        del fitted, asked
        self.assertEqual(self.left(), [])

    def test_no_token_in_what_is_shown_or_pickled(self):
        daemon = Daemon()
        self.addCleanup(daemon.__exit__, None)
        token = create_token(daemon.folder, "ann", "train")
        daemon.start()
        client = propd.Client("127.0.0.1:%d" % daemon.port, token)
        fitted = PropdClassifier(client=client, **QUICK).fit(self.X, self.y)
        pickled = pickle.dumps(fitted)
        self.assertNotIn(token, repr(fitted) + pickled.decode("latin-1"))
        os.environ["PROPD_TOKEN"] = token
        self.addCleanup(os.environ.pop, "PROPD_TOKEN")
        self.assertEqual(pickle.loads(pickled).predict(self.X).tolist(), fitted.predict(self.X).tolist())
        del fitted
        gc.collect()

    def test_examples_of_the_documentation(self):
        text = "import doctest, sys, propd.sklearn as m; r = doctest.testmod(m); sys.exit(r.failed or r.attempted < 6)"
        result = python_client.run(text, self.daemon, check=False)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


if __name__ == "__main__":
    main()
