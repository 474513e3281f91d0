# SPDX-License-Identifier: Apache-2.0
noinst_PROGRAMS += digits
digits_SOURCES = clients/demo/digits.c
EXTRA_DIST += bootstrap clients/demo/demo.sh clients/demo/iris.csv
# Served by the daemon (api/handlers/dashboard.c).
DASHBOARD_FILES = \
	clients/dashboard/index.html \
	clients/dashboard/icon.svg \
	clients/dashboard/jobs.css \
	clients/dashboard/style.css \
	clients/dashboard/things.css \
	clients/dashboard/about_form.js \
	clients/dashboard/announce.js \
	clients/dashboard/api.js \
	clients/dashboard/augmentation_preview.js \
	clients/dashboard/bars.js \
	clients/dashboard/catalog.js \
	clients/dashboard/chart.js \
	clients/dashboard/chart_moves.js \
	clients/dashboard/chart_table.js \
	clients/dashboard/curve.js \
	clients/dashboard/data_form.js \
	clients/dashboard/dataset_detail.js \
	clients/dashboard/dataset_rows.js \
	clients/dashboard/dom.js \
	clients/dashboard/drawing.js \
	clients/dashboard/drawing_pad.js \
	clients/dashboard/evaluation_classes.js \
	clients/dashboard/evaluation_curves.js \
	clients/dashboard/evaluation_frame.js \
	clients/dashboard/evaluation_residuals.js \
	clients/dashboard/fields_form.js \
	clients/dashboard/files.js \
	clients/dashboard/format.js \
	clients/dashboard/history.js \
	clients/dashboard/image_form.js \
	clients/dashboard/job_actions.js \
	clients/dashboard/job_checkpoints.js \
	clients/dashboard/job_curve_controls.js \
	clients/dashboard/job_curve_models.js \
	clients/dashboard/job_curves.js \
	clients/dashboard/job_evaluation.js \
	clients/dashboard/job_events.js \
	clients/dashboard/job_head.js \
	clients/dashboard/job_log.js \
	clients/dashboard/job_network.js \
	clients/dashboard/job_parts.js \
	clients/dashboard/job_settings.js \
	clients/dashboard/job_spec.js \
	clients/dashboard/job_weights.js \
	clients/dashboard/jobs_compare.js \
	clients/dashboard/jobs_filters.js \
	clients/dashboard/jobs_table.js \
	clients/dashboard/json_fault.js \
	clients/dashboard/json_form.js \
	clients/dashboard/json_view.js \
	clients/dashboard/layer_card.js \
	clients/dashboard/layers_table.js \
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
	clients/dashboard/network_graph.js \
	clients/dashboard/new_draft.js \
	clients/dashboard/page_datasets.js \
	clients/dashboard/page_job.js \
	clients/dashboard/page_jobs.js \
	clients/dashboard/page_models.js \
	clients/dashboard/page_new.js \
	clients/dashboard/page_system.js \
	clients/dashboard/paging.js \
	clients/dashboard/poll.js \
	clients/dashboard/problems.js \
	clients/dashboard/row_chooser.js \
	clients/dashboard/row_form.js \
	clients/dashboard/row_text.js \
	clients/dashboard/scale.js \
	clients/dashboard/shell.js \
	clients/dashboard/tables.js \
	clients/dashboard/tabs.js \
	clients/dashboard/tags.js \
	clients/dashboard/templates.js \
	clients/dashboard/tensor_picture.js \
	clients/dashboard/theme.js \
	clients/dashboard/tokens.js \
	clients/dashboard/training_form.js \
	clients/dashboard/upload_card.js \
	clients/dashboard/view.js \
	clients/dashboard/weight_figures.js
DYGRAPHS_FILES = $(DYGRAPHS_DIR)/dygraph.min.js $(DYGRAPHS_DIR)/dygraph.min.css
EXTRA_DIST += clients/dashboard/embed.sh $(DASHBOARD_FILES)
include clients/propctl/local.mk
include clients/python/local.mk
EXTRA_DIST += clients/grafana/propd.json \
	clients/prometheus/alerts.yml clients/prometheus/alerts_test.yml \
	clients/prometheus/prometheus.yml clients/prometheus/prometheus-tls.yml
