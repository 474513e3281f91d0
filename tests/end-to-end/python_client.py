# SPDX-License-Identifier: Apache-2.0
"""The Python client for tests: loaded under another name, since the daemon's harness is called propd, too."""
import importlib.util
import os
import subprocess
import sys

from propd import SOURCE

FOLDER = SOURCE / "clients/python"


def load():
    """The package as the module propd_client."""
    if "propd_client" not in sys.modules:
        folder = FOLDER / "propd"
        spec = importlib.util.spec_from_file_location("propd_client", folder / "__init__.py",
                                                      submodule_search_locations=[str(folder)])
        module = importlib.util.module_from_spec(spec)
        sys.modules["propd_client"] = module
        sys.dont_write_bytecode = True  # the sources may be read-only, and are not where to leave something
        spec.loader.exec_module(module)
    return sys.modules["propd_client"]


def environment(daemon=None, **more):
    """Of a program that imports propd as its users do."""
    found = {name: value for name, value in os.environ.items() if not name.startswith("PROPD")}
    found.update(PYTHONPATH=str(FOLDER), PYTHONDONTWRITEBYTECODE="1", **more)
    if daemon is not None:
        found["PROPD_URL"] = "http://127.0.0.1:%d" % daemon.port
    return found


def run(text, daemon=None, check=True, **more):
    """Runs a program's text to its end; its output."""
    return subprocess.run([sys.executable, "-c", text], env=environment(daemon, **more), cwd=SOURCE, text=True,
                          capture_output=True, check=check)
