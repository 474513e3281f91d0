# SPDX-License-Identifier: Apache-2.0
"""Reads the files that propd is given (../data.py makes them) for peers with NumPy, and the loop of a worker."""
import json
import sys

import numpy as np


def read(path, labels=False):
    """float32 features, those of bytes as [0, 1] as propd has them; labels as they are."""
    if open(path, "rb").read(6) == b"\x93NUMPY":
        return np.load(path)
    rank = np.fromfile(path, np.uint8, 4)[3]
    shape = np.fromfile(path, ">u4", 1 + rank)[1:]
    values = np.fromfile(path, np.uint8)[4 + 4 * rank:].reshape(shape)
    return values.astype(np.int64) if labels else values.astype(np.float32) / 255


def answer(handle):
    """Answers each line of JSON with another one, for as long as there are lines; what cannot be done, with an error."""
    for line in sys.stdin:
        try:
            result = handle(json.loads(line))
        except Exception as problem:  # whatever a library raises where it cannot do something
            result = {"error": (str(problem).strip().splitlines() or [repr(problem)])[-1]}
        print(json.dumps(result), flush=True)
