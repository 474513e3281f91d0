# SPDX-License-Identifier: Apache-2.0
noinst_LTLIBRARIES += libstorage.la
libstorage_la_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS) $(LIBARCHIVE_CFLAGS)
libstorage_la_SOURCES = \
	storage/aliases.c \
	storage/answers.c \
	storage/backup.c storage/backup.h \
	storage/backup_manifest.c storage/backup_manifest.h \
	storage/blobs.c storage/blobs.h \
	storage/changes.c storage/changes.h \
	storage/checkpointer.c storage/checkpointer.h \
	storage/checkpoints.c \
	storage/connection.c storage/connection.h \
	storage/datasets.c \
	storage/deliveries.c storage/deliveries.h \
	storage/events.c \
	storage/fatal.c storage/fatal.h \
	storage/files.c storage/files.h \
	storage/health.c storage/health.h \
	storage/histograms.c \
	storage/history.c \
	storage/history_cells.c storage/history_cells.h \
	storage/history_chunks.c storage/history_chunks.h \
	storage/history_query.c \
	storage/history_series.h \
	storage/history_tree.c storage/history_tree.h \
	storage/internal.h \
	storage/job_change.c \
	storage/jobs.c \
	storage/lists.c \
	storage/migrations.c storage/migrations.h \
	storage/models.c \
	storage/quotas.c \
	storage/readers.c storage/readers.h \
	storage/records.c storage/records.h \
	storage/schema.c \
	storage/restore.c \
	storage/restore_check.c storage/restore_check.h \
	storage/settings.c \
	storage/space.c storage/space.h \
	storage/statement.c storage/statement.h \
	storage/store.c storage/store.h \
	storage/tables.h \
	storage/terms.c storage/terms.h \
	storage/text.c storage/text.h \
	storage/tokens.c \
	storage/upkeep.c storage/upkeep.h \
	storage/writer.c storage/writer.h
libstorage_la_LIBADD = libbase.la $(SQLITE_LIBS) $(LIBARCHIVE_LIBS)
