# SPDX-License-Identifier: Apache-2.0
# All but main() is a library, which the unit tests link too.
noinst_LTLIBRARIES += libpropctl.la
libpropctl_la_SOURCES = \
	clients/propctl/axis.c clients/propctl/axis.h \
	clients/propctl/chart.c clients/propctl/chart.h \
	clients/propctl/command.c clients/propctl/command.h \
	clients/propctl/command_complete.c \
	clients/propctl/command_datasets.c \
	clients/propctl/command_files.c \
	clients/propctl/command_jobs.c \
	clients/propctl/command_models.c \
	clients/propctl/command_names.c \
	clients/propctl/command_plot.c \
	clients/propctl/command_predict.c \
	clients/propctl/command_steer.c \
	clients/propctl/command_system.c \
	clients/propctl/command_token.c \
	clients/propctl/command_train.c \
	clients/propctl/command_upload.c \
	clients/propctl/command_watch.c \
	clients/propctl/difference.c clients/propctl/difference.h \
	clients/propctl/document.c clients/propctl/document.h \
	clients/propctl/event_parser.c clients/propctl/event_parser.h \
	clients/propctl/follow.c clients/propctl/follow.h \
	clients/propctl/help.c clients/propctl/help.h \
	clients/propctl/http.c clients/propctl/http.h \
	clients/propctl/jobs_table.c clients/propctl/jobs_table.h \
	clients/propctl/layers.c clients/propctl/layers.h \
	clients/propctl/layers_table.c clients/propctl/layers_table.h \
	clients/propctl/list.c clients/propctl/list.h \
	clients/propctl/nearest.c clients/propctl/nearest.h \
	clients/propctl/options.c clients/propctl/options.h \
	clients/propctl/outcome.c clients/propctl/outcome.h \
	clients/propctl/patience.c clients/propctl/patience.h \
	clients/propctl/picture.c clients/propctl/picture.h \
	clients/propctl/problem.c clients/propctl/problem.h \
	clients/propctl/progress.c clients/propctl/progress.h \
	clients/propctl/series.c clients/propctl/series.h \
	clients/propctl/session.c clients/propctl/session.h \
	clients/propctl/settings.c clients/propctl/settings.h \
	clients/propctl/sheet.c clients/propctl/sheet.h \
	clients/propctl/table.c clients/propctl/table.h \
	clients/propctl/terminal.c clients/propctl/terminal.h \
	clients/propctl/text.c clients/propctl/text.h \
	clients/propctl/transfer.c clients/propctl/transfer.h \
	clients/propctl/value.c clients/propctl/value.h
libpropctl_la_CPPFLAGS = $(AM_CPPFLAGS) $(LIBCURL_CFLAGS) $(CAIRO_CFLAGS)
libpropctl_la_LIBADD = $(LIBCURL_LIBS) $(JANSSON_LIBS) $(CAIRO_LIBS)
bin_PROGRAMS += propctl
propctl_SOURCES = clients/propctl/main.c
propctl_CPPFLAGS = $(libpropctl_la_CPPFLAGS)
propctl_LDADD = libpropctl.la

dist_man_MANS += clients/propctl/propctl.1
bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = clients/propctl/completion/propctl.bash
zshcompletiondir = $(datadir)/zsh/site-functions
dist_zshcompletion_DATA = clients/propctl/completion/_propctl
