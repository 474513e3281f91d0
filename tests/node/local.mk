# SPDX-License-Identifier: Apache-2.0
# Programs from npm for tests that check with them: make node-tools. Tests skip where they are absent.
NODE_TOOLS = tests/node
node-tools:
	$(srcdir)/tests/node/install.sh $(abs_top_builddir)/$(NODE_TOOLS)
.PHONY: node-tools
clean-local: clean-node-tools
clean-node-tools:
	-rm -rf $(abs_top_builddir)/$(NODE_TOOLS)/node_modules
.PHONY: clean-node-tools
EXTRA_DIST += tests/node/install.sh tests/node/package.json tests/node/run_onnx.js
