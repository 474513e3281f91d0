# SPDX-License-Identifier: Apache-2.0
dist_check_SCRIPTS += tests/checks/include-rule.sh tests/checks/format.sh tests/checks/tidy.sh
TESTS += tests/checks/include-rule.sh tests/checks/format.sh tests/checks/tidy.sh
EXTRA_DIST += .clang-format .clang-tidy tests/.clang-tidy
