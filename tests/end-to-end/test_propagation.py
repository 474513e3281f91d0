#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/propagation.md shows what the daemon answers; each number is also that of the formula beside it."""
import importlib.util
import re
import unittest

from propd import SOURCE, Daemon, main

NUMBER = re.compile(r"-?\d+\.\d+")


def load_generator():
    spec = importlib.util.spec_from_file_location("propagation", SOURCE / "docs/propagation.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Propagation(unittest.TestCase):
    def test_the_page_shows_what_the_daemon_answers(self):
        generator = load_generator()
        with Daemon() as daemon:
            blocks = generator.example("http://127.0.0.1:%d" % daemon.port)
        page = (SOURCE / "docs/propagation.md").read_text()
        shown = {found[2]: found[0].split("```text\n")[1].split("```")[0] for found in generator.MARKED.finditer(page)}
        self.assertEqual(set(shown), {"weights", "forward", "backward", "update"})
        self.assertEqual(set(shown), set(blocks))
        for name, text in blocks.items():
            self.assertEqual(NUMBER.sub("#", shown[name]), NUMBER.sub("#", text), "run docs/propagation.py")
            for one, other in zip(NUMBER.findall(shown[name]), NUMBER.findall(text)):
                # Four digits are shown; another instruction set may round the last one otherwise.
                self.assertAlmostEqual(float(one), float(other), delta=2e-4, msg="run docs/propagation.py")

    def test_a_number_that_is_not_its_formulas_is_refused(self):
        example = object.__new__(load_generator().Example)
        example.take("z", [1.0, 2.0], [1.0, 2.0])
        with self.assertRaisesRegex(SystemExit, "z is .* by the daemon"):
            example.take("z", [1.0, 2.0], [1.0, 2.001])


if __name__ == "__main__":
    main()
