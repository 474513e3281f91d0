# SPDX-License-Identifier: Apache-2.0
noinst_PROGRAMS += digits
digits_SOURCES = clients/demo/digits.c
EXTRA_DIST += bootstrap clients/demo/demo.sh clients/demo/iris.csv
# Served by the daemon (api/handlers/dashboard.c).
DASHBOARD_FILES = \
	clients/dashboard/index.html \
	clients/dashboard/icon.svg \
	clients/dashboard/style.css \
	clients/dashboard/things.css \
	clients/dashboard/about_form.js \
	clients/dashboard/announce.js \
	clients/dashboard/api.js \
	clients/dashboard/augmentation_preview.js \
	clients/dashboard/bars.js \
	clients/dashboard/catalog.js \
	clients/dashboard/curve.js \
	clients/dashboard/data_form.js \
	clients/dashboard/dataset_detail.js \
	clients/dashboard/dataset_rows.js \
	clients/dashboard/dom.js \
	clients/dashboard/drawing.js \
	clients/dashboard/drawing_pad.js \
	clients/dashboard/fields_form.js \
	clients/dashboard/files.js \
	clients/dashboard/format.js \
	clients/dashboard/image_form.js \
	clients/dashboard/json_form.js \
	clients/dashboard/json_view.js \
	clients/dashboard/layer_card.js \
	clients/dashboard/list_view.js \
	clients/dashboard/login.js \
	clients/dashboard/main.js \
	clients/dashboard/metrics_text.js \
	clients/dashboard/model_aliases.js \
	clients/dashboard/model_detail.js \
	clients/dashboard/model_files.js \
	clients/dashboard/model_measures.js \
	clients/dashboard/model_trace.js \
	clients/dashboard/model_try.js \
	clients/dashboard/network_builder.js \
	clients/dashboard/network_check.js \
	clients/dashboard/new_draft.js \
	clients/dashboard/page_datasets.js \
	clients/dashboard/page_jobs.js \
	clients/dashboard/page_models.js \
	clients/dashboard/page_new.js \
	clients/dashboard/page_system.js \
	clients/dashboard/problems.js \
	clients/dashboard/row_form.js \
	clients/dashboard/row_text.js \
	clients/dashboard/tabs.js \
	clients/dashboard/templates.js \
	clients/dashboard/tensor_picture.js \
	clients/dashboard/tokens.js \
	clients/dashboard/training_form.js \
	clients/dashboard/upload_card.js \
	clients/dashboard/view.js
DYGRAPHS_FILES = $(DYGRAPHS_DIR)/dygraph.min.js $(DYGRAPHS_DIR)/dygraph.min.css
EXTRA_DIST += clients/dashboard/embed.sh $(DASHBOARD_FILES)
