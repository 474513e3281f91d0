# SPDX-License-Identifier: Apache-2.0
noinst_PROGRAMS += digits
digits_SOURCES = clients/demo/digits.c
EXTRA_DIST += bootstrap clients/demo/demo.sh clients/demo/iris.csv
