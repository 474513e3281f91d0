# SPDX-License-Identifier: Apache-2.0
"""Estimators for scikit-learn whose fitting and predicting is a propd daemon's."""
from __future__ import annotations

import uuid
from contextlib import suppress
from typing import Any, Iterable, Optional

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, column_or_1d

from .client import Client
from .errors import NotFound, PropdError, Refused
from .served import ServedModel
from .uploads import csv_body

WEIGHT = "sample weight"


class _Estimator(BaseEstimator):
    """What the classifier and the regressor share: a table goes up, a job trains, the model comes back."""

    def __init__(self, hidden=(100,), activation="relu", optimizer="adam", learning_rate=0.001, batch_size=32, epochs=200,
                 dropout=0.0, l2=0.0, validation=None, patience=None, random_state=0, training=None, client=None,
                 keep=False):
        self.hidden = hidden
        self.activation = activation
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.epochs = epochs
        self.dropout = dropout
        self.l2 = l2
        self.validation = validation
        self.patience = patience
        self.random_state = random_state
        self.training = training
        self.client = client
        self.keep = keep

    def _more_tags(self) -> dict[str, Any]:
        return {"allow_nan": True}

    def _layers(self, output: str) -> list[dict[str, Any]]:
        layers: list[dict[str, Any]] = []
        for units in self.hidden:
            layers.append({"type": "dense", "units": int(units), "activation": self.activation})
            if self.dropout:
                layers.append({"type": "dropout", "rate": self.dropout})
        return layers + [{"type": "dense", "units": "auto", "activation": output}]

    def _training(self, weighted: bool) -> dict[str, Any]:
        settings: dict[str, Any] = {
            "epochs": self.epochs, "batch_size": self.batch_size, "l2": self.l2,
            "optimizer": {"type": self.optimizer, "learning_rate": self.learning_rate},
            "seed": int(check_random_state(self.random_state).randint(2**31 - 1)),
            "validation": {"split": self.validation} if self.validation else None}
        if self.patience is not None:
            settings["early_stopping"] = {"patience": self.patience,
                                          "monitor": "val_loss" if self.validation else "train_loss"}
        if weighted:
            settings["sample_weight"] = WEIGHT
        return {**settings, **(self.training or {})}

    def _fit(self, X: Any, y: np.ndarray, weight: Optional[np.ndarray], types: str, output: str) -> None:
        """Trains on rows in an order of their own, so that the model does not depend on the one they come in."""
        targets = list(y.reshape(len(y), -1).T)
        columns = list(X.T) + targets
        features = self._feature_names()
        names = _unlike(features, len(targets))
        given = features + names
        if weight is not None:
            columns, given = columns + [weight], given + [WEIGHT]
        order = np.lexsort(columns)
        self._train([column[order].tolist() for column in columns], given, names, types,
                    self._training(weight is not None), output)

    def _train(self, columns: Iterable[Any], given: list[str], targets: list[str], types: str,
               training: dict[str, Any], output: str) -> None:
        client = self.client if isinstance(self.client, Client) else Client(self.client)
        name = "sklearn-" + uuid.uuid4().hex
        dataset = client.upload(csv_body(given, columns), name, types=_types(given, targets, types), header="yes")
        job = None
        try:
            job = client.submit(dataset, self._layers(output), targets, name=name, training=training)
            job.wait(progress=False)
            model = job.model
            self.n_iter_ = job.epoch
            self.loss_curve_ = job.series("train_loss", points=max(2, job.epoch))[0]["mean"]
            self.model_ = ServedModel(client, model.download(), model, self.keep)
        except BaseException:
            if not self.keep:
                with suppress(PropdError):  # of the two errors the first says more
                    _clean(job, dataset, with_model=True)
            raise
        if not self.keep:
            _clean(job, dataset)

    def _feature_names(self) -> list[str]:
        names = getattr(self, "feature_names_in_", None)
        if names is not None and all(names) and len(set(names)) == len(names) and WEIGHT not in names:
            return list(names)
        return [f"x{i}" for i in range(self.n_features_in_)]

    def _ask(self, X: Any) -> np.ndarray:
        check_is_fitted(self, "model_")
        X = self._validate_data(X, dtype=np.float64, force_all_finite="allow-nan", reset=False)
        # The daemon leaves out columns that had no value at all.
        places = {name: place for place, name in enumerate(self._feature_names())}
        taken = [places[name] for name in self.model_.model.columns]
        return np.asarray(self.model_.predict(X[:, taken]), dtype=np.float64)


class PropdClassifier(ClassifierMixin, _Estimator):
    """A dense network for classes, trained by a propd daemon.

    `hidden` are widths of dense layers with `activation`, each followed by `dropout`. `validation` is a share of the rows held
    back, `patience` stops after so many epochs without progress, `training` holds further fields of the job document's
    training. `random_state` decides all that is random. `client` is a propd.Client or an address (PROPD_URL by itself); a
    pickle does not hold its token. What is made on the daemon is removed again, the model when the estimator goes, unless
    `keep`. NaN is a missing value.

    >>> from propd.sklearn import PropdClassifier
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> PropdClassifier(hidden=(16,), epochs=60, learning_rate=0.01).fit(X, y).score(X, y) > 0.9
    True
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> PropdClassifier:
        """Trains on rows X, the label of each in y, and what each counts in sample_weight."""
        X, y = self._validate_data(X, y, dtype=np.float64, force_all_finite="allow-nan")
        check_classification_targets(y)
        X, y, weight = _counted(X, column_or_1d(y, warn=True), sample_weight)
        self.classes_, numbers = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("PropdClassifier needs rows of at least 2 classes; the data holds 1 class alone")
        self._fit(X, numbers, weight, "category", "softmax")
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """The probabilities of the classes, in the order of classes_."""
        said = self._ask(X)
        # What the daemon calls a class is its number among classes_.
        order = [self.model_.model.classes.index(str(number)) for number in range(len(self.classes_))]
        return said[:, order] / said.sum(axis=1, keepdims=True)  # float32's sums are 1 to seven digits

    def predict(self, X: Any) -> np.ndarray:
        """The most probable label of each row."""
        most = self.predict_proba(X).argmax(axis=1)
        return self.classes_[most]


class PropdRegressor(RegressorMixin, _Estimator):
    """A dense network for one number or several, trained by a propd daemon; parameters as of PropdClassifier.

    >>> from propd.sklearn import PropdRegressor
    >>> from sklearn.datasets import make_regression
    >>> X, y = make_regression(200, 4, random_state=0)
    >>> PropdRegressor(hidden=(32,), epochs=60, learning_rate=0.01).fit(X, y).score(X, y) > 0.9
    True
    """

    def _more_tags(self) -> dict[str, Any]:
        return {**super()._more_tags(), "multioutput": True}

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> PropdRegressor:
        """Trains on rows X, the number of each in y (a row a row where there are several), and what each counts."""
        X, y = self._validate_data(X, y, dtype=np.float64, force_all_finite="allow-nan", y_numeric=True, multi_output=True)
        X, y, weight = _counted(X, y.astype(np.float64), sample_weight)
        self._outputs = y.shape[1:]
        self._fit(X, y, weight, "number", "linear")
        return self

    def predict(self, X: Any) -> np.ndarray:
        """The number of each row, or its numbers, in y's own units."""
        said = self._ask(X)
        return said.reshape((len(said),) + self._outputs)


def _counted(X: np.ndarray, y: np.ndarray, sample_weight: Any) -> tuple[np.ndarray, np.ndarray, Optional[np.ndarray]]:
    """The rows that count, and their weights; None where all count the same."""
    if sample_weight is None:
        return X, y, None
    weight = _check_sample_weight(sample_weight, X, only_non_negative=True)
    counts = weight > 0
    X, y, weight = X[counts], y[counts], weight[counts]
    return X, y, None if len(np.unique(weight)) == 1 else weight


def _unlike(features: list[str], count: int) -> list[str]:
    """Names for target columns that no feature has."""
    stem = "y"
    while any(name.startswith(stem) for name in features):
        stem = "_" + stem if stem[0] != "_" else stem + "_"
    return [stem] if count == 1 else [f"{stem}{i}" for i in range(count)]


def _types(given: list[str], targets: list[str], types: str) -> dict[str, str]:
    """All features are numbers, also those of which no value is there."""
    return {name: types if name in targets else "number" for name in given}


def _clean(job: Any, dataset: Any, with_model: bool = False) -> None:
    try:
        if job is not None:
            _end(job)
            if with_model:
                _delete_model(job)
            job.delete()
    finally:
        dataset.delete()


def _end(job: Any) -> None:
    if not job.ended:
        try:
            job.cancel(keep=False)
        except Refused as refused:
            if refused.status != 409:  # it has ended since the last look
                raise
        job.wait(check=False, progress=False)


def _delete_model(job: Any) -> None:
    with suppress(NotFound):
        model = job.model
        if model is not None:
            model.delete()
