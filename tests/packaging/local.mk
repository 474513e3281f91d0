# SPDX-License-Identifier: Apache-2.0
dist_check_SCRIPTS += tests/packaging/debian.sh tests/packaging/systemd.sh
check_DATA = packaging/systemd/propd.service
TESTS += tests/packaging/debian.sh tests/packaging/systemd.sh
