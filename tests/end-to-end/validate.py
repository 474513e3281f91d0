# SPDX-License-Identifier: Apache-2.0
"""Holds what a daemon answered against its OpenAPI document, by the jsonschema package: a program of its own, since the
Python that has the package need not be the one that runs the tests.

    validate.py DOCUMENT EXCHANGES [--complete]

EXCHANGES has a JSON object a line (see contract.py). What does not fit is printed, a line each. With --complete so is
every operation that was never answered with success."""
import base64
import json
import re
import sys

import jsonschema


def pattern(path):
    """A path's template as an expression; a placeholder holds neither / nor :, as in propd's own table."""
    parts = re.split(r"\{\w+\}", path)
    return re.compile("[^/:]+".join(re.escape(part) for part in parts) + "$")


class Document:
    def __init__(self, document):
        self.document = document
        self.operations = [(method.upper(), path, pattern(path), operation)
                           for path, methods in document["paths"].items() for method, operation in methods.items()]
        self.validators = {}

    def find(self, method, target):
        path = target.split("?")[0]
        method = "GET" if method == "HEAD" else method
        for operation in self.operations:
            if operation[0] == method and operation[2].match(path):
                return operation
        return None

    def resolve(self, value):
        while "$ref" in value:
            at = self.document
            for key in value["$ref"][2:].split("/"):
                at = at[key]
            value = at
        return value

    def complaints(self, schema, value):
        """Of a JSON value, the nearest to its end first."""
        key = json.dumps(schema, sort_keys=True)
        if key not in self.validators:
            whole = dict(schema, components=self.document["components"])
            self.validators[key] = jsonschema.Draft202012Validator(whole)
        for error in self.validators[key].iter_errors(value):
            best = jsonschema.exceptions.best_match([error])
            place = "/".join(str(step) for step in best.absolute_path)
            yield "%s: %.300s" % (place or "(the whole)", best.message)


def check_content(document, response, exchange, body):
    content = response.get("content", {})
    kind = exchange["headers"].get("content-type", "").split(";")[0]
    if not body:
        if content and exchange["method"] != "HEAD":
            yield "has no body"
        return
    if kind not in content:
        yield "has the type %r, not one of %s" % (kind, list(content))
        return
    schema = content[kind].get("schema")
    if schema is not None and "json" in kind:
        yield from document.complaints(schema, json.loads(body))


def check_request(document, operation, exchange):
    """What was taken must be what the document allows."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    if "schema" in content and exchange.get("sent") and exchange["status"] < 300:
        for complaint in document.complaints(content["schema"], json.loads(exchange["sent"])):
            yield "was taken, but its body is not as documented: " + complaint


def check(document, exchange):
    body = base64.b64decode(exchange["body"])
    found = document.find(exchange["method"], exchange["path"])
    if found is None:
        if exchange["status"] < 400 and exchange["method"] != "OPTIONS":
            yield "is no operation of the document"
        elif body:
            yield from document.complaints({"$ref": "#/components/schemas/problem"}, json.loads(body))
        return
    operation = found[3]
    if str(exchange["status"]) not in operation["responses"]:
        yield "answers a status that the document does not list: %.300r" % body
        return
    response = document.resolve(operation["responses"][str(exchange["status"])])
    for name, header in response.get("headers", {}).items():
        if document.resolve(header).get("required") and name.lower() not in exchange["headers"]:
            yield "lacks the header " + name
    yield from check_content(document, response, exchange, body)
    yield from check_request(document, operation, exchange)


def missing(document, exchanges):
    answered = {document.find(e["method"], e["path"])[:2] for e in exchanges
                if e["status"] < 300 and e["method"] != "OPTIONS" and document.find(e["method"], e["path"])}
    for method, path, _, _ in document.operations:
        if (method, path) not in answered:
            yield "%s %s was never answered with success" % (method, path)


def main():
    with open(sys.argv[1], "rb") as file:
        document = Document(json.load(file))
    with open(sys.argv[2], "rb") as file:
        exchanges = [json.loads(line) for line in file]
    for exchange in exchanges:
        for complaint in check(document, exchange):
            print("%s %s %s %s" % (exchange["method"], exchange["path"], exchange["status"], complaint))
    if "--complete" in sys.argv:
        for complaint in missing(document, exchanges):
            print(complaint)


if __name__ == "__main__":
    main()
