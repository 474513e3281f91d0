#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Python client is installed by pip from its folder, without a network."""
import importlib.util
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from propd import Daemon, main
import python_client


class Install(unittest.TestCase):
    @unittest.skipUnless(importlib.util.find_spec("pip"), "pip is not here")
    def test_pip_installs_all_of_it(self):
        with tempfile.TemporaryDirectory(prefix="propd-pip-") as folder, Daemon() as daemon:
            # From a copy: Python leaves compiled files beside the sources.
            copy, target = pathlib.Path(folder, "source"), pathlib.Path(folder, "target")
            shutil.copytree(python_client.FOLDER, copy, ignore=shutil.ignore_patterns("__pycache__"))
            for place in (copy, *copy.rglob("*")):  # the sources of a distribution that is checked are read-only
                place.chmod(place.stat().st_mode | 0o200)
            words = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--quiet",
                     "--disable-pip-version-check", "--root-user-action=ignore", "--target", str(target), str(copy)]
            made = subprocess.run(words, capture_output=True, text=True, env=python_client.environment(), check=False)
            self.assertEqual(made.returncode, 0, made.stdout + made.stderr)
            self.assertEqual({path.name for path in (target / "propd").glob("*.py")},
                             {path.name for path in (python_client.FOLDER / "propd").glob("*.py")})
            text = ("import propd; assert propd.__file__.startswith(%r), propd.__file__;"
                    "print(propd.__version__, propd.Client().upload('clients/demo/iris.csv').rows)" % str(target))
            environment = dict(python_client.environment(daemon), PYTHONPATH=str(target))
            said = subprocess.run([sys.executable, "-c", text], env=environment, cwd=python_client.SOURCE, check=True,
                                  capture_output=True, text=True).stdout
            self.assertEqual(said, "0.1.0 150\n")


if __name__ == "__main__":
    main()
