/* The handlers of all routes, and the query and body kinds that the table names. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_HANDLERS_HANDLERS_H
#define PROPD_API_HANDLERS_HANDLERS_H

#include "api/route.h"

/* health.c, dashboard.c, system.c, catalog.c */
route_handler_fn handle_healthz, handle_readyz, handle_dashboard, handle_dashboard_file,
    handle_system, handle_catalog;

/* aliases.c */
route_handler_fn handle_aliases_list, handle_aliases_get, handle_aliases_put, handle_aliases_delete;
extern const struct kind aliases_put_kind;

/* metrics.c */
route_handler_fn handle_metrics;

/* openapi.c */
route_handler_fn handle_openapi;

/* augmentations.c */
route_handler_fn handle_augmentations_preview;

/* backup.c */
route_handler_fn handle_backup;

/* datasets.c */
route_handler_fn handle_datasets_put, handle_datasets_post, handle_datasets_list,
    handle_datasets_get, handle_datasets_patch, handle_datasets_delete;
extern const struct kind datasets_post_query_kind, datasets_list_query_kind;

/* inspect.c; its query is that of an upload */
route_handler_fn handle_datasets_inspect;

/* rows.c */
route_handler_fn handle_rows, handle_rows_image;
extern const struct kind rows_query_kind, rows_image_query_kind;

/* jobs.c */
route_handler_fn handle_jobs_post, handle_jobs_list, handle_jobs_get, handle_jobs_delete,
    handle_jobs_cancel, handle_jobs_pause, handle_jobs_resume, handle_jobs_retry,
    handle_jobs_verify, handle_jobs_patch, handle_jobs_evaluation;
extern const struct kind jobs_list_query_kind, jobs_cancel_kind, jobs_move_kind;

/* checkpoints.c */
route_handler_fn handle_checkpoints_list, handle_checkpoints_promote;
/* upkeep.c */
route_handler_fn handle_upkeep_run;
extern const struct kind upkeep_run_kind;

/* webhooks.c */
route_handler_fn handle_jobs_webhooks, handle_webhooks_retry;

/* histograms.c */
route_handler_fn handle_histograms;
extern const struct kind histograms_query_kind;

/* history.c */
route_handler_fn handle_history;
bool history_is_long(const struct request *request);
extern const struct kind history_query_kind;

/* events.c */
route_handler_fn handle_events;
extern const struct kind events_query_kind;

/* networks.c */
route_handler_fn handle_networks_check;

/* measure.c */
route_handler_fn handle_evaluate, handle_importance;
extern const struct kind evaluate_kind, importance_kind;

/* models.c */
route_handler_fn handle_models_post, handle_models_list, handle_models_get, handle_models_file,
    handle_models_versions, handle_models_patch, handle_models_delete;
extern const struct kind models_post_query_kind, models_list_query_kind, models_versions_query_kind,
    models_file_query_kind;

/* oip.c, oip_infer.c */
route_handler_fn handle_oip_server, handle_oip_live, handle_oip_ready, handle_oip_models,
    handle_oip_index, handle_oip_model, handle_oip_model_ready, handle_oip_statistics;
extern const struct kind oip_index_kind;
extern const struct route_steps oip_infer_steps;

/* tensorflow.c */
route_handler_fn handle_tensorflow_status;
/* session.c, tokens.c */
route_handler_fn handle_session_get, handle_session_post, handle_session_delete;
extern const struct kind session_kind;
route_handler_fn handle_tokens_list, handle_tokens_post, handle_tokens_get, handle_tokens_delete;

/* predict.c, trace.c */
extern const struct route_steps predict_steps;
route_handler_fn handle_trace;
extern const struct kind trace_kind;

#endif
