# SPDX-License-Identifier: Apache-2.0
noinst_LTLIBRARIES += libapi.la
libapi_la_CPPFLAGS = $(AM_CPPFLAGS) $(MICROHTTPD_CFLAGS) $(GNUTLS_CFLAGS)
libapi_la_SOURCES = \
	api/accept.c api/accept.h \
	api/access.c api/access.h \
	api/attempts.c api/attempts.h \
	api/body.c api/body.h \
	api/coding.c api/coding.h \
	api/cursor.c api/cursor.h \
	api/dispatch.c api/dispatch.h \
	api/etags.c api/etags.h \
	api/exposition.c api/exposition.h \
	api/guard.c api/guard.h \
	api/hosts.c api/hosts.h \
	api/json.c api/json.h \
	api/keys.c api/keys.h \
	api/media.c api/media.h \
	api/names.c api/names.h \
	api/openapi.c api/openapi.h api/openapi_inside.h \
	api/openapi_operation.c api/openapi_parameters.c api/openapi_problems.c api/openapi_unused.c \
	api/page.c api/page.h \
	api/pictures.c api/pictures.h \
	api/problem.c api/problem.h \
	api/reply.c api/reply.h \
	api/representation.c api/representation.h \
	api/request.c api/request.h \
	api/route.c api/route.h \
	api/routes.c \
	api/say.c api/say.h \
	api/schema.c api/schema.h api/schema_type.c \
	api/schemas/access.c \
	api/schemas/datasets.c \
	api/schemas/evaluations.c \
	api/schemas/inference.c \
	api/schemas/jobs.c \
	api/schemas/models.c \
	api/schemas/networks.c \
	api/schemas/schemas.c api/schemas/schemas.h \
	api/schemas/service.c \
	api/schemas/trace.c \
	api/server.c api/server.h api/server_inside.h \
	api/server_answer.c api/server_body.c api/server_exchange.c api/server_head.c api/server_loop.c \
	api/service.h \
	api/sessions.c api/sessions.h \
	api/target.c \
	api/tfevents.c api/tfevents.h \
	api/tls.c api/tls.h \
	api/traffic.c api/traffic.h \
	api/waits.c api/waits.h \
	api/watchdog.c api/watchdog.h \
	api/workers.c api/workers.h \
	api/handlers/handlers.h \
	api/handlers/aliases.c \
	api/handlers/augmentations.c \
	api/handlers/backup.c \
	api/handlers/catalog.c \
	api/handlers/checkpoints.c \
	api/handlers/dashboard.c \
	api/handlers/datasets.c \
	api/handlers/events.c \
	api/handlers/health.c \
	api/handlers/histograms.c \
	api/handlers/history.c api/handlers/history_inside.h \
	api/handlers/history_tfevents.c \
	api/handlers/inference.c api/handlers/inference.h \
	api/handlers/inspect.c api/handlers/upload_query.h \
	api/handlers/jobs.c \
	api/handlers/measure.c \
	api/handlers/metrics.c \
	api/handlers/models.c \
	api/handlers/networks.c \
	api/handlers/oip.c \
	api/handlers/oip_answer.c api/handlers/oip_answer.h \
	api/handlers/oip_data.c api/handlers/oip_data.h \
	api/handlers/oip_infer.c \
	api/handlers/oip_request.c api/handlers/oip_request.h \
	api/handlers/openapi.c \
	api/handlers/predict.c \
	api/handlers/predict_answer.c api/handlers/predict_answer.h \
	api/handlers/rows.c \
	api/handlers/session.c \
	api/handlers/system.c \
	api/handlers/tensorflow.c \
	api/handlers/tokens.c \
	api/handlers/trace.c \
	api/handlers/upkeep.c \
	api/handlers/webhooks.c
libapi_la_LIBADD = libdaemon.la $(MICROHTTPD_LIBS) $(GNUTLS_LIBS) $(ZLIB_LIBS)
# The dashboard's files are part of the program.
CLEANFILES += api/dashboard_files.inc
api/dashboard_files.inc: clients/dashboard/embed.sh $(DASHBOARD_FILES) $(DYGRAPHS_FILES)
	$(AM_V_GEN)$(MKDIR_P) api && $(srcdir)/clients/dashboard/embed.sh $(addprefix $(srcdir)/,$(DASHBOARD_FILES)) $(DYGRAPHS_FILES) > $@.new && mv $@.new $@
$(libapi_la_OBJECTS): | api/dashboard_files.inc
