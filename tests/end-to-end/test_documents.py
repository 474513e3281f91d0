#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The commands of docs/tutorial.md and docs/cookbook.md do what these say."""
import shutil
import unittest

from propd import SOURCE, main
import document


class Matching(unittest.TestCase):
    def test_what_stands_there_must_come(self):
        for expected, said, holds in (("a\nb\n", "a\nb", True), ("a\nb", "a\nc", False), ("a …\n", "a 1.5 s\n", True),
                                      ("a … s", "a 1.5 m\n", False), ("a\n…\nc", "a\n1\n2\nc\n", True),
                                      ("a\n…\nc", "a\nc\n", True), ("a\n…\nc", "a\n1\n", False), ("a", "a\nb", False),
                                      ("a.b", "acb", False)):
            self.assertEqual(document.matches(expected, said), holds, (expected, said))

    def test_a_command_that_fails_is_told_of(self):
        with self.assertRaisesRegex(AssertionError, "exit code 3 of\n(.|\n)*exit 3(.|\n)*said before"):
            document.run([("echo first", None), ("echo said before; (exit 3)", None), ("echo never", None)])


@unittest.skipUnless(shutil.which("jq") and shutil.which("curl"), "the documents use curl and jq")
class Documents(unittest.TestCase):
    def run_document(self, name, least):
        self.assertGreaterEqual(len(document.check(self, SOURCE / "docs" / name)), least)

    def test_the_tutorial(self):
        self.run_document("tutorial.md", 15)

    def test_the_cookbook(self):
        self.run_document("cookbook.md", 15)


if __name__ == "__main__":
    main()
