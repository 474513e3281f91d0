#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Where propctl's daemon is and who asks it: configuration, tokens, HTTPS."""
import json
import os
import pathlib
import socket
import tempfile
import unittest

from propctl import LAYERS, Propctl
from propd import IRIS, Daemon, create_token, main
from test_tls import OPENSSL, make_certificate


class Configured(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon()
        self.daemon.__enter__()
        self.addCleanup(self.daemon.__exit__, None)
        self.url = "http://127.0.0.1:%d" % self.daemon.port
        self.ctl = Propctl()
        self.addCleanup(self.ctl.close)

    def config(self, text, mode=0o600, path=".config/propctl/config"):
        path = pathlib.Path(self.ctl.home, path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def test_flags_win_over_the_environment_and_that_over_the_file(self):
        self.config("# mine\n\nurl = %s/\n" % self.url)
        self.ctl.run("system")
        self.ctl.run("system", PROPD_URL="http://127.0.0.1:1", code=3)
        self.ctl.run("system", "--url", self.url, PROPD_URL="http://127.0.0.1:1")
        self.ctl.run("system", "--url", self.url.replace("http://", ""))

    def test_the_file_may_lie_elsewhere(self):
        path = self.config("url=%s" % self.url, path="elsewhere")
        self.ctl.run("system", PROPCTL_CONFIG=str(path))
        self.assertIn("nothere cannot be read", self.ctl.run("system", PROPCTL_CONFIG="/nothere", code=2).err)
        self.config("url=%s" % self.url, path="xdg/propctl/config")
        self.ctl.run("system", XDG_CONFIG_HOME=self.ctl.home + "/xdg")

    def test_a_wrong_file_is_told_with_its_line(self):
        for text, message in (("\nurll = x\n", ":2: \"urll\" is not known, url?"), ("url\n", ":1: expected key = value"),
                              ("insecure = maybe\n", ":1: insecure must be true or false"),
                              ("url = ftp://x\n", "must begin with http:// or https://")):
            self.config(text)
            self.assertIn(message, self.ctl.run("system", code=2).err)

    def test_a_token_that_others_can_read_is_refused(self):
        self.config("token = propd_secret\nurl = %s\n" % self.url, mode=0o644)
        self.assertIn("holds a token that others can read: chmod 600", self.ctl.run("system", code=2).err)
        self.config("url = %s\n" % self.url, mode=0o644)
        self.ctl.run("system")

    @unittest.skipUnless(socket.has_ipv6, "there is no IPv6")
    def test_ipv6(self):
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        except OSError:
            self.skipTest("there is no IPv6")
        with Daemon(listen="[::1]:0") as daemon:
            self.ctl.run("system", "--url=http://[::1]:%d" % daemon.port)


class Tokens(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="propd-test-")
        self.addCleanup(folder.cleanup)
        self.tokens = {scope: create_token(folder.name, scope, scope) for scope in ("admin", "read")}
        self.daemon = Daemon(folder.name)
        self.daemon.__enter__()
        self.addCleanup(self.daemon.__exit__, None)
        self.ctl = Propctl(self.daemon)
        self.addCleanup(self.ctl.close)

    def test_without_or_with_a_wrong_token_is_exit_code_5(self):
        err = self.ctl.run("jobs", code=5).err
        self.assertIn("PROPD_TOKEN, --token-file FILE or token =", err)
        self.assertTrue(self.ctl.run("jobs", code=5, LC_ALL="C").err.isascii())
        self.ctl.run("jobs", PROPD_TOKEN="propd_wrong", code=5)
        self.ctl.run("train", "--dataset=iris", "--layers", LAYERS, PROPD_TOKEN="propd_wrong", code=5)
        self.ctl.run("watch", "x", code=5)
        self.ctl.run("export", "x", "-o", "y", code=5)
        self.assertEqual([name for name in os.listdir(self.ctl.home) if name[0] != "."], [])

    def test_a_token_that_may_only_read(self):
        self.ctl.run("jobs", PROPD_TOKEN=self.tokens["read"])
        err = self.ctl.run("upload", IRIS, PROPD_TOKEN=self.tokens["read"], code=5).err
        self.assertIn("train", err)
        problem = json.loads(self.ctl.run("upload", IRIS, "--json", PROPD_TOKEN=self.tokens["read"], code=5).err)
        self.assertEqual(problem["status"], 403)

    def test_tokens_from_a_file_and_standard_input(self):
        path = pathlib.Path(self.ctl.home, "token")
        path.write_text(self.tokens["admin"] + "\n")
        self.ctl.run("jobs", "--token-file", path)
        self.ctl.run("jobs", "--token-file=-", stdin=self.tokens["admin"].encode())
        self.assertIn("has no token", self.ctl.run("jobs", "--token-file=/dev/null", code=2).err)
        self.assertIn("cannot be read", self.ctl.run("jobs", "--token-file=/nothere", code=2).err)
        self.assertIn("there is no option --token=x", self.ctl.run("jobs", "--token=x", code=2).err)

    def test_tokens_are_made_listed_and_revoked(self):
        admin = Propctl(self.daemon, PROPD_TOKEN=self.tokens["admin"])
        self.addCleanup(admin.close)
        made = admin.run("token", "create", "laptop", "--scopes=read,predict", "--owner=ada", "--expires=30d")
        self.assertIn("it is never shown again", made.err)
        self.ctl.run("jobs", PROPD_TOKEN=made.out.strip())
        self.assertEqual(json.loads(self.ctl.out("token", "session", PROPD_TOKEN=made.out.strip()))["owner"], "ada")
        self.assertRegex(admin.out("token", COLUMNS="300"), r'(?m)^laptop +ada +\["read", "predict"\]')
        token = next(t for t in admin.json("token", "list")["tokens"] if t["name"] == "laptop")
        self.assertEqual(admin.out("token", "revoke", token["id"]), "revoked\n")
        self.ctl.run("jobs", PROPD_TOKEN=made.out.strip(), code=5)
        self.assertIn("what is it called?", admin.run("token", "create", code=2).err)
        self.assertIn("which one?", admin.run("token", "revoke", code=2).err)
        self.assertIn("expected list, create", admin.run("token", "steal", code=2).err)
        self.assertIn("scopes", admin.run("token", "create", "x", "--scopes=all", code=1).err)


@unittest.skipUnless(OPENSSL, "openssl makes the certificates, and is not here")
class Https(unittest.TestCase):
    def test_a_certificate_must_be_trusted(self):
        with tempfile.TemporaryDirectory(prefix="propd-tls-") as folder:
            chain, key = make_certificate(folder)
            ctl = Propctl()
            self.addCleanup(ctl.close)
            with Daemon(tls_certificate=chain, tls_key=key) as daemon:
                url = "--url=https://localhost:%d" % daemon.port
                self.assertIn("certificate", ctl.run("system", url, code=3).err)
                ctl.run("system", url, "--ca-file", chain)
                ctl.run("system", url, "--insecure")
                ctl.run("upload", IRIS, url, "--ca-file", chain)
                config = pathlib.Path(ctl.home, "config")
                config.write_text("ca_file = %s\n" % chain)
                ctl.run("train", "--dataset=iris", "--layers", LAYERS, "--follow", url, PROPCTL_CONFIG=str(config))
                self.assertIn("/nothere", ctl.run("system", url, "--ca-file=/nothere", code=2).err)


if __name__ == "__main__":
    main()
