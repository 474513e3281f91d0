# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += clients/python/README.md clients/python/pyproject.toml \
	clients/python/wheel_maker.py \
	clients/python/propd/__init__.py \
	clients/python/propd/client.py \
	clients/python/propd/connection.py \
	clients/python/propd/curve.py \
	clients/python/propd/datasets.py \
	clients/python/propd/documents.py \
	clients/python/propd/errors.py \
	clients/python/propd/jobs.py \
	clients/python/propd/layers.py \
	clients/python/propd/models.py \
	clients/python/propd/optional.py \
	clients/python/propd/predictions.py \
	clients/python/propd/progress.py \
	clients/python/propd/records.py \
	clients/python/propd/served.py \
	clients/python/propd/shortform.py \
	clients/python/propd/sklearn.py \
	clients/python/propd/uploads.py
