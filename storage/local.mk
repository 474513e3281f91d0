# SPDX-License-Identifier: Apache-2.0
noinst_LTLIBRARIES += libstorage.la
libstorage_la_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS) $(LIBARCHIVE_CFLAGS)
libstorage_la_SOURCES = \
	storage/aliases.c storage/aliases.h \
	storage/answers.c storage/answers.h \
	storage/backup.c storage/backup.h \
	storage/backup_manifest.c storage/backup_manifest.h \
	storage/blobs.c storage/blobs.h \
	storage/changes.c storage/changes.h \
	storage/checkpointer.c storage/checkpointer.h \
	storage/checkpoints.c storage/checkpoints.h \
	storage/connection.c storage/connection.h \
	storage/datasets.c storage/datasets.h \
	storage/deliveries.c storage/deliveries.h \
	storage/events.c storage/events.h \
	storage/fatal.c storage/fatal.h \
	storage/files.c storage/files.h \
	storage/health.c storage/health.h \
	storage/histograms.c storage/histograms.h \
	storage/history.c storage/history.h \
	storage/history_cells.c storage/history_cells.h \
	storage/history_chunks.c storage/history_chunks.h \
	storage/history_query.c \
	storage/history_series.h \
	storage/history_tree.c storage/history_tree.h \
	storage/internal.h \
	storage/job_change.c storage/job_change.h \
	storage/jobs.c storage/jobs.h \
	storage/lists.c storage/lists.h \
	storage/migrations.c storage/migrations.h \
	storage/models.c storage/models.h \
	storage/quotas.c \
	storage/readers.c storage/readers.h \
	storage/records.c storage/records.h \
	storage/saying.h \
	storage/schema.c \
	storage/restore.c \
	storage/restore_check.c storage/restore_check.h \
	storage/settings.c storage/settings.h \
	storage/space.c storage/space.h \
	storage/statement.c storage/statement.h \
	storage/store.c storage/store.h \
	storage/tables.h \
	storage/terms.c storage/terms.h \
	storage/text.c storage/text.h \
	storage/tokens.c storage/tokens.h \
	storage/upkeep.c storage/upkeep.h \
	storage/writer.c storage/writer.h
libstorage_la_LIBADD = libbase.la $(SQLITE_LIBS) $(LIBARCHIVE_LIBS)
