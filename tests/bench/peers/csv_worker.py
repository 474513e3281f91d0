#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Readers of CSV beside propd: csv_worker.py THREADS pandas|NumPy. Its lines: {"path": p}, answered with the seconds until the numbers of the file
are in memory."""
import sys
import time

import arrays


def read_pandas(path):
    import pandas
    return pandas.read_csv(path).shape


def read_numpy(path):
    import numpy
    return numpy.loadtxt(path, delimiter=",", skiprows=1).shape


READ = {"pandas": read_pandas, "NumPy": read_numpy}[sys.argv[2]]


def handle(line):
    start = time.perf_counter()
    rows, columns = READ(line["path"])
    return {"seconds": time.perf_counter() - start, "rows": int(rows), "columns": int(columns)}


arrays.answer(handle)
