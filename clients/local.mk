# SPDX-License-Identifier: Apache-2.0
noinst_PROGRAMS += digits
digits_SOURCES = clients/demo/digits.c
EXTRA_DIST += bootstrap clients/demo/demo.sh clients/demo/iris.csv
# Served by the daemon (api/handlers/dashboard.c).
DASHBOARD_FILES = \
	clients/dashboard/index.html \
	clients/dashboard/icon.svg \
	clients/dashboard/style.css \
	clients/dashboard/announce.js \
	clients/dashboard/api.js \
	clients/dashboard/dom.js \
	clients/dashboard/format.js \
	clients/dashboard/login.js \
	clients/dashboard/main.js \
	clients/dashboard/page_datasets.js \
	clients/dashboard/page_jobs.js \
	clients/dashboard/page_models.js \
	clients/dashboard/page_new.js \
	clients/dashboard/page_system.js \
	clients/dashboard/view.js
DYGRAPHS_FILES = $(DYGRAPHS_DIR)/dygraph.min.js $(DYGRAPHS_DIR)/dygraph.min.css
EXTRA_DIST += clients/dashboard/embed.sh $(DASHBOARD_FILES)
include clients/propctl/local.mk
include clients/python/local.mk
EXTRA_DIST += clients/grafana/propd.json \
	clients/prometheus/alerts.yml clients/prometheus/alerts_test.yml \
	clients/prometheus/prometheus.yml clients/prometheus/prometheus-tls.yml
