/* GET /: a plain page that says what this is, until the dashboard stands here. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"

static const char page[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\">\n"
    "<head><meta charset=\"utf-8\"><title>propd</title>\n"
    "<meta name=\"viewport\" content=\"width=device-width\"></head>\n"
    "<body>\n"
    "<h1>propd " PROPD_VERSION "</h1>\n"
    "<p>This is a neural-network training service. Upload a dataset, describe a network, watch it "
    "learn, ask the model.</p>\n"
    "<pre>\n"
    "curl -T iris.csv localhost:8420/v1/datasets/iris\n"
    "curl localhost:8420/v1/jobs -d '{\"dataset\": \"iris\", \"target\": \"species\", \"network\": "
    "{\"layers\": [\n"
    "      {\"type\": \"dense\", \"units\": 16, \"activation\": \"relu\"},\n"
    "      {\"type\": \"dense\", \"units\": \"auto\", \"activation\": \"softmax\"}]}}'\n"
    "curl -N localhost:8420/v1/jobs/iris/events\n"
    "curl localhost:8420/v1/models/iris:predict -d '{\"instances\": [[5.1, 3.5, 1.4, 0.2]]}'\n"
    "</pre>\n"
    "<ul>\n"
    "<li><a href=\"/v1/datasets?pretty\">/v1/datasets</a>: what was uploaded</li>\n"
    "<li><a href=\"/v1/jobs?pretty\">/v1/jobs</a>: what is being trained, and what was</li>\n"
    "<li><a href=\"/v1/models?pretty\">/v1/models</a>: what came out of it</li>\n"
    "<li><a href=\"/v2/models\">/v2/models</a>: the same by the Open Inference Protocol</li>\n"
    "<li><a href=\"/v1/catalog?pretty\">/v1/catalog</a>: every layer, loss and optimizer, with its "
    "options</li>\n"
    "<li><a href=\"/metrics\">/metrics</a>: what is counted, for Prometheus</li>\n"
    "<li><a href=\"/openapi.json?pretty\">/openapi.json</a>: all of this for programs</li>\n"
    "<li><a href=\"/v1/system?pretty\">/v1/system</a>: the machine, and what is in use</li>\n"
    "</ul>\n"
    "</body></html>\n";

int handle_page(struct request *request, struct reply *reply, struct error *error)
{
    (void)request;
    if (reply_header(reply, error, "Content-Security-Policy",
                     "default-src 'self'; frame-ancestors 'none'") != 0)
        return -1;
    return reply_text(reply, 200, "text/html; charset=utf-8", page, error);
}
