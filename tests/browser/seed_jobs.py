#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes COUNT copies of the newest job of a data folder, on which no daemon runs, into its database.
    seed_jobs.py FOLDER COUNT"""
import sqlite3
import sys


def columns(database, table, but):
    return [name for _, name, *_ in database.execute("PRAGMA table_info(%s)" % table) if name not in but]


def main(folder, count):
    database = sqlite3.connect(folder + "/propd.db")
    jobs = ", ".join(columns(database, "jobs", {"number", "id", "name", "created_ms"}))
    specs = ", ".join(columns(database, "job_specs", {"job"}))
    number, name = database.execute("SELECT number, id FROM jobs ORDER BY id DESC LIMIT 1").fetchone()
    with database:
        for i in range(count):
            place = database.execute(
                "INSERT INTO jobs (id, name, created_ms, %s) SELECT ?, ?, created_ms + ?, %s FROM jobs WHERE number = ?" % (jobs, jobs),
                (name[:-6] + "%06d" % i, "copy-%05d" % i, i, number)).lastrowid
            database.execute("INSERT INTO job_specs (job, %s) SELECT ?, %s FROM job_specs WHERE job = ?" % (specs, specs), (place, number))
    database.close()


main(sys.argv[1], int(sys.argv[2]))
