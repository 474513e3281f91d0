# SPDX-License-Identifier: Apache-2.0
"""propd from Python: train neural networks on a propd daemon, and ask them.

    import propd

    client = propd.Client("http://127.0.0.1:8420")
    iris = client.upload("iris.csv", target="species")
    job = client.train(iris, [propd.dense(16, "relu"), propd.dense("auto", "softmax")], epochs=60)
    job.history()                                    # a DataFrame, where pandas is installed
    job.model.predict([[5.1, 3.5, 1.4, 0.2]]).labels

Only the standard library is needed; numpy and pandas are used where they are there. Estimators for scikit-learn are in
propd.sklearn.
"""
from . import layers as _layers
from .client import Client
from .datasets import Dataset
from .errors import ConnectionLost, JobFailed, NotAllowed, NotFound, PropdError, Refused
from .jobs import Job
from .layers import layer
from .models import LiveModel, Model
from .predictions import Predictions

__version__ = "0.1.0"

globals().update(_layers.MAKERS)

__all__ = ["Client", "ConnectionLost", "Dataset", "Job", "JobFailed", "LiveModel", "Model", "NotAllowed", "NotFound",
           "Predictions", "PropdError", "Refused", "layer", *_layers.MAKERS]
