#!/usr/bin/env bash
# Installs the programs of package.json, once, into FOLDER/node_modules. No scripts of packages run: what is needed lies
# in the packages.
#     install.sh FOLDER
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
list=$(cd "$(dirname "$0")" && pwd)/package.json
folder=${1:?usage: install.sh FOLDER}
mkdir -p "$folder"
cd "$folder"
cmp -s "$list" installed.json && exit 0
cp "$list" package.json
npm install --ignore-scripts --no-audit --no-fund --no-package-lock --loglevel=error
cp "$list" installed.json
