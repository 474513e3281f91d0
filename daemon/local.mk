# SPDX-License-Identifier: Apache-2.0
noinst_LTLIBRARIES += libdaemon.la
libdaemon_la_CPPFLAGS = $(AM_CPPFLAGS) $(LIBCURL_CFLAGS)
libdaemon_la_SOURCES = \
	daemon/address.c daemon/address.h \
	daemon/cache.c daemon/cache.h \
	daemon/checkpoints.c \
	daemon/config.c daemon/config.h daemon/config_inside.h \
	daemon/config_check.c \
	daemon/daemon.c daemon/daemon.h daemon/internal.h \
	daemon/dataset_cache.c \
	daemon/inspect.c daemon/inspect.h \
	daemon/job.c daemon/job.h daemon/job_internal.h \
	daemon/job_control.c \
	daemon/job_document.c daemon/job_document.h \
	daemon/job_open.c \
	daemon/job_pending.c \
	daemon/job_rollback.c \
	daemon/job_settings.c \
	daemon/job_setup.c daemon/job_setup.h \
	daemon/job_state.c daemon/job_state.h \
	daemon/job_status.c \
	daemon/job_write.c \
	daemon/live.c daemon/live.h \
	daemon/manager.c daemon/manager.h \
	daemon/measure.c daemon/measure.h \
	daemon/model_cache.c \
	daemon/model_names.c \
	daemon/patch.c daemon/patch.h \
	daemon/preview.c \
	daemon/recorder.c daemon/recorder.h \
	daemon/rehearse.c \
	daemon/scheduler.c daemon/scheduler.h daemon/scheduler_inside.h \
	daemon/scheduler_request.c \
	daemon/statistics.c daemon/statistics.h \
	daemon/submit.c daemon/submit.h \
	daemon/task_queue.c daemon/task_queue.h \
	daemon/token_command.c daemon/token_command.h \
	daemon/token_request.c daemon/token_request.h \
	daemon/tokens.c daemon/tokens.h \
	daemon/upkeep.c daemon/upkeep.h \
	daemon/upload.c \
	daemon/verify.c \
	daemon/webhook.c daemon/webhook.h \
	daemon/webhook_call.c daemon/webhook_call.h \
	daemon/webhooks.c daemon/webhooks.h \
	daemon/weight_log.c daemon/weight_log.h
libdaemon_la_LIBADD = libengine.la libstorage.la libbase.la $(LIBCURL_LIBS)

bin_PROGRAMS += propd
propd_SOURCES = daemon/main.c
propd_LDADD = libapi.la libdaemon.la libengine.la libstorage.la libbase.la
dist_man_MANS += daemon/propd.1
