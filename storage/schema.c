/* The migrations themselves. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "storage/migrations.h"

/* `number` is what rows refer to each other by; ids are for the outside. Jobs and models keep the
 * ids of what they came from as text, since they outlive it. What changes often (jobs) lies apart
 * from what is big (job_specs). */
static const char first_schema[] =
    "CREATE TABLE versions (" /* the newest version that a name ever had */
    "  noun TEXT NOT NULL, name TEXT NOT NULL, newest INTEGER NOT NULL,"
    "  PRIMARY KEY (noun, name)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE datasets ("
    "  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
    "  name TEXT NOT NULL, version INTEGER NOT NULL,"
    "  source_sha256 TEXT NOT NULL, file_sha256 TEXT NOT NULL,"
    "  source_bytes INTEGER NOT NULL, file_bytes INTEGER NOT NULL, rows INTEGER NOT NULL,"
    "  target TEXT, description TEXT NOT NULL, created_ms INTEGER NOT NULL,"
    "  UNIQUE (name, version)) STRICT;"
    "CREATE INDEX datasets_by_name ON datasets (name, id);"
    "CREATE INDEX datasets_by_file ON datasets (file_sha256);"

    "CREATE TABLE blobs (" /* by content; `uses` rows refer to it */
    "  number INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE,"
    "  size INTEGER NOT NULL, uses INTEGER NOT NULL) STRICT;"
    "CREATE TABLE blob_chunks ("
    "  number INTEGER PRIMARY KEY,"
    "  blob INTEGER NOT NULL REFERENCES blobs (number) ON DELETE CASCADE,"
    "  position INTEGER NOT NULL, data BLOB NOT NULL,"
    "  UNIQUE (blob, position)) STRICT;"

    "CREATE TABLE jobs ("
    "  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,"
    "  state TEXT NOT NULL, priority INTEGER NOT NULL, threads INTEGER NOT NULL,"
    "  memory INTEGER NOT NULL, dataset_id TEXT NOT NULL, status TEXT NOT NULL,"
    "  error_code TEXT, error_message TEXT, model_id TEXT,"
    "  attempt INTEGER NOT NULL, seq INTEGER NOT NULL,"
    "  created_ms INTEGER NOT NULL, started_ms INTEGER NOT NULL, finished_ms INTEGER NOT NULL"
    "  ) STRICT;"
    "CREATE INDEX jobs_by_name ON jobs (name, id);"
    "CREATE INDEX jobs_by_state ON jobs (state, id);"
    "CREATE INDEX jobs_by_turn ON jobs (state, priority DESC, id);"
    "CREATE INDEX jobs_by_dataset ON jobs (dataset_id, id);"
    "CREATE TABLE job_specs ("
    "  job INTEGER PRIMARY KEY REFERENCES jobs (number) ON DELETE CASCADE,"
    "  spec TEXT NOT NULL) STRICT;"

    "CREATE TABLE events (" /* AUTOINCREMENT: a seq is never given twice */
    "  seq INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,"
    "  at_ms INTEGER NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL) STRICT;"
    "CREATE INDEX events_by_job ON events (job, seq);"

    "CREATE TABLE checkpoints ("
    "  number INTEGER PRIMARY KEY,"
    "  job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,"
    "  step INTEGER NOT NULL, blob INTEGER NOT NULL REFERENCES blobs (number)) STRICT;"
    "CREATE INDEX checkpoints_by_job ON checkpoints (job, number);"
    "CREATE INDEX checkpoints_by_blob ON checkpoints (blob);"

    "CREATE TABLE history_series ("
    "  number INTEGER PRIMARY KEY,"
    "  job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,"
    "  metric TEXT NOT NULL, per_epoch INTEGER NOT NULL,"
    "  UNIQUE (job, metric, per_epoch)) STRICT;"
    "CREATE TABLE history_chunks (" /* storage/history_tree.h */
    "  number INTEGER PRIMARY KEY,"
    "  series INTEGER NOT NULL REFERENCES history_series (number) ON DELETE CASCADE,"
    "  level INTEGER NOT NULL, position INTEGER NOT NULL, first_step INTEGER NOT NULL,"
    "  data BLOB NOT NULL,"
    "  UNIQUE (series, level, position)) STRICT;"
    "CREATE INDEX history_chunks_by_step ON history_chunks (series, first_step) WHERE level = 0;"

    "CREATE TABLE models ("
    "  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
    "  name TEXT NOT NULL, version INTEGER NOT NULL, job_id TEXT, dataset_id TEXT,"
    "  sha256 TEXT NOT NULL, file_sha256 TEXT NOT NULL, file_bytes INTEGER NOT NULL,"
    "  info TEXT NOT NULL, created_ms INTEGER NOT NULL,"
    "  blob INTEGER NOT NULL REFERENCES blobs (number),"
    "  UNIQUE (name, version)) STRICT;"
    "CREATE INDEX models_by_name ON models (name, id);"
    "CREATE INDEX models_by_blob ON models (blob);"

    "CREATE TABLE answers ("
    "  number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, request_sha256 TEXT NOT NULL,"
    "  status INTEGER NOT NULL, location TEXT, body TEXT, created_ms INTEGER NOT NULL) STRICT;"
    "CREATE INDEX answers_by_age ON answers (created_ms);";

static const char histograms[] =
    "CREATE TABLE histograms ("
    "  number INTEGER PRIMARY KEY,"
    "  job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,"
    "  epoch INTEGER NOT NULL, body BLOB NOT NULL,"
    "  UNIQUE (job, epoch)) STRICT;";

/* tries: the clock of a run, which a checkpoint's step is not where the run was rolled back. */
static const char steering_schema[] =
    "CREATE TABLE job_settings (" /* changes of a running job, each at its place in the run */
    "  number INTEGER PRIMARY KEY,"
    "  job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,"
    "  step INTEGER NOT NULL, tries INTEGER NOT NULL, at_ms INTEGER NOT NULL,"
    "  changes TEXT NOT NULL) STRICT;"
    "CREATE INDEX job_settings_by_job ON job_settings (job, number);"
    "ALTER TABLE checkpoints ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;"
    "UPDATE checkpoints SET tries = step;"
    "ALTER TABLE job_specs ADD COLUMN tags TEXT;"
    "UPDATE job_specs SET tags = json_extract(spec, '$.tags') WHERE json_valid(spec);"
    "ALTER TABLE job_specs ADD COLUMN error_details TEXT;"
    "ALTER TABLE job_specs ADD COLUMN verifies TEXT;"
    "ALTER TABLE job_specs ADD COLUMN verification TEXT;";

/* An older version cannot read what this one may write from here on. */
static const char nothing[] = "";

/* Names are their owner's own; what there was before is nobody's. */
static const char owners[] =
    "ALTER TABLE versions RENAME TO old_versions;"
    "CREATE TABLE versions ("
    "  noun TEXT NOT NULL, owner TEXT NOT NULL, name TEXT NOT NULL, newest INTEGER NOT NULL,"
    "  PRIMARY KEY (noun, owner, name)) STRICT, WITHOUT ROWID;"
    "INSERT INTO versions SELECT noun, '', name, newest FROM old_versions;"
    "DROP TABLE old_versions;"

    "ALTER TABLE datasets RENAME TO old_datasets;"
    "CREATE TABLE datasets ("
    "  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL,"
    "  name TEXT NOT NULL, version INTEGER NOT NULL,"
    "  source_sha256 TEXT NOT NULL, file_sha256 TEXT NOT NULL,"
    "  source_bytes INTEGER NOT NULL, file_bytes INTEGER NOT NULL, rows INTEGER NOT NULL,"
    "  target TEXT, description TEXT NOT NULL, tags TEXT, about TEXT, created_ms INTEGER NOT NULL,"
    "  UNIQUE (owner, name, version)) STRICT;"
    "INSERT INTO datasets SELECT number, id, '', name, version, source_sha256, file_sha256,"
    "  source_bytes, file_bytes, rows, target, description, NULL, NULL, created_ms"
    "  FROM old_datasets;"
    "DROP TABLE old_datasets;"
    "CREATE INDEX datasets_by_name ON datasets (name, id);"
    "CREATE INDEX datasets_by_owner ON datasets (owner, id);"
    "CREATE INDEX datasets_by_file ON datasets (file_sha256);"

    "ALTER TABLE models RENAME TO old_models;"
    "CREATE TABLE models ("
    "  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL,"
    "  name TEXT NOT NULL, version INTEGER NOT NULL, job_id TEXT, dataset_id TEXT,"
    "  sha256 TEXT NOT NULL, file_sha256 TEXT NOT NULL, file_bytes INTEGER NOT NULL,"
    "  info TEXT NOT NULL, tags TEXT, about TEXT, created_ms INTEGER NOT NULL,"
    "  blob INTEGER NOT NULL REFERENCES blobs (number),"
    "  UNIQUE (owner, name, version)) STRICT;"
    "INSERT INTO models SELECT number, id, '', name, version, job_id, dataset_id, sha256,"
    "  file_sha256, file_bytes, info, NULL, NULL, created_ms, blob FROM old_models;"
    "DROP TABLE old_models;"
    "CREATE INDEX models_by_name ON models (name, id);"
    "CREATE INDEX models_by_owner ON models (owner, id);"
    "CREATE INDEX models_by_blob ON models (blob);"

    "CREATE TABLE aliases (" /* of an owner's models of one name */
    "  number INTEGER PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, alias TEXT NOT NULL,"
    "  model INTEGER NOT NULL REFERENCES models (number), changed_ms INTEGER NOT NULL,"
    "  UNIQUE (owner, name, alias)) STRICT;"
    "CREATE INDEX aliases_by_model ON aliases (model);"

    "ALTER TABLE jobs ADD COLUMN owner TEXT NOT NULL DEFAULT '';"
    "CREATE INDEX jobs_by_owner ON jobs (owner, id);"
    "CREATE INDEX jobs_by_owners_name ON jobs (owner, name, id);"

    "ALTER TABLE answers RENAME TO old_answers;"
    "CREATE TABLE answers ("
    "  number INTEGER PRIMARY KEY, owner TEXT NOT NULL, key TEXT NOT NULL,"
    "  request_sha256 TEXT NOT NULL, status INTEGER NOT NULL, location TEXT, body TEXT,"
    "  created_ms INTEGER NOT NULL, UNIQUE (owner, key)) STRICT;"
    "INSERT INTO answers SELECT number, '', key, request_sha256, status, location, body, created_ms"
    "  FROM old_answers;"
    "DROP TABLE old_answers;"
    "CREATE INDEX answers_by_age ON answers (created_ms);"

    "CREATE TABLE tokens (" /* sha256: of the token's text, which is nowhere kept */
    "  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL UNIQUE,"
    "  name TEXT NOT NULL, owner TEXT NOT NULL, scopes TEXT NOT NULL, quotas TEXT,"
    "  created_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL, revoked_ms INTEGER NOT NULL,"
    "  used_ms INTEGER NOT NULL) STRICT;";

/* A job's webhook is no part of its spec, which goes into models: its address may be a secret. */
static const char webhooks[] =
    "ALTER TABLE job_specs ADD COLUMN webhook_url TEXT;"
    "ALTER TABLE job_specs ADD COLUMN webhook_secret TEXT;"
    "CREATE TABLE deliveries (" /* storage/deliveries.h */
    "  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
    "  job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,"
    "  type TEXT NOT NULL, is_service INTEGER NOT NULL, state TEXT NOT NULL,"
    "  tries INTEGER NOT NULL, status INTEGER NOT NULL, failure TEXT, body TEXT,"
    "  created_ms INTEGER NOT NULL, tried_ms INTEGER NOT NULL, next_ms INTEGER NOT NULL) STRICT;"
    "CREATE INDEX deliveries_by_job ON deliveries (job, number);"
    "CREATE INDEX deliveries_by_turn ON deliveries (next_ms) WHERE state = 'pending';"
    "CREATE INDEX jobs_by_end ON jobs (owner, finished_ms, id) WHERE finished_ms > 0;";
/* What lists are sorted and filtered by. best: out of the status, which is long. */
static const char list_indexes[] =
    "CREATE INDEX datasets_by_rows ON datasets (rows, id);"
    "CREATE INDEX datasets_by_bytes ON datasets (source_bytes, id);"
    "ALTER TABLE jobs ADD COLUMN best REAL;"
    "UPDATE jobs SET best = json_extract(status, '$.best.value') WHERE json_valid(status);"
    "CREATE INDEX jobs_by_best ON jobs (coalesce(best, 9e999), id);"
    "CREATE INDEX jobs_by_worst ON jobs (coalesce(best, -9e999), id);"
    "CREATE INDEX jobs_by_priority ON jobs (priority, id);"
    "CREATE INDEX jobs_by_finish ON jobs (finished_ms, id);"
    "CREATE INDEX models_by_bytes ON models (file_bytes, id);"
    "CREATE INDEX models_by_job ON models (job_id, id);"
    "CREATE INDEX models_by_dataset ON models (dataset_id, id);";

/* Read alone, and long: lists read every job's status. */
static const char evaluations[] =
    "ALTER TABLE job_specs ADD COLUMN evaluation TEXT;" /* JSON object; NULL: none */
    "UPDATE job_specs SET evaluation = (SELECT json_extract(status, '$.evaluation') FROM jobs "
    "  WHERE number = job AND json_valid(status));"
    "UPDATE jobs SET status = json_remove(status, '$.evaluation') WHERE json_valid(status);";

const struct migration migrations[] = {
    {"datasets, jobs, histories, models, answers", first_schema},
    {"histograms of weights and gradients", histograms},
    {"settings, verifications, details of errors", steering_schema},
    {"values of a history that are all the same are kept once", nothing},
    {"owners, tags, aliases, tokens", owners},
    {"webhooks and what is to be told to them; ended jobs in order", webhooks},
    {"indexes of lists", list_indexes},
    {"evaluations apart from a job's status", evaluations},
};
const size_t migration_count = ARRAY_COUNT(migrations);
