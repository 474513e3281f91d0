# SPDX-License-Identifier: Apache-2.0
"""clients/prometheus and clients/grafana: every expression asks for what a daemon tells, and answers; alerts are raised
by what they are for."""
import json
import pathlib
import re
import shutil
import ssl
import subprocess
import tempfile
import unittest

import propd
from prometheus import Prometheus, program
from test_metrics import samples, use
from test_tls import make_certificate

RULES = propd.SOURCE / "clients/prometheus"
DASHBOARD = json.loads((propd.SOURCE / "clients/grafana/propd.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
ALERTS = (RULES / "alerts.yml").read_text()


def promtool(*words):
    return subprocess.run([program("promtool"), *map(str, words)], capture_output=True, text=True, check=False)


def as_grafana_asks(expression):
    for variable, value in (("$job", "propd"), ("$instance", ".+"), ("$__rate_interval", "1m")):
        expression = expression.replace(variable, value)
    return expression


def dashboard_expressions():
    marks = [mark["expr"] for mark in DASHBOARD["annotations"]["list"]]
    return [target["expr"] for panel in PANELS for target in panel["targets"]], marks


class Rules(unittest.TestCase):
    def test_promtool_finds_nothing(self):
        for words in (["check", "rules", RULES / "alerts.yml"], ["test", "rules", RULES / "alerts_test.yml"],
                      ["check", "config", "--syntax-only", RULES / "prometheus.yml"],
                      ["check", "config", "--syntax-only", RULES / "prometheus-tls.yml"]):
            done = promtool(*words)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_alert_is_raised_by_a_test(self):
        names = re.findall(r"- alert: (\w+)", ALERTS)
        self.assertGreater(len(names), 8)
        tested = set(re.findall(r'alertname="(\w+)"', (RULES / "alerts_test.yml").read_text()))
        self.assertEqual(tested, set(names))

    def test_promtool_s_test_notices_a_change(self):
        with tempfile.TemporaryDirectory(prefix="propd-rules-") as folder:
            shutil.copy(RULES / "alerts_test.yml", folder)
            changed = ALERTS.replace("propd_free_space_bytes <= ", "propd_free_space_bytes < ", 1)
            self.assertNotEqual(changed, ALERTS)
            pathlib.Path(folder, "alerts.yml").write_text(changed)
            self.assertNotEqual(promtool("test", "rules", pathlib.Path(folder, "alerts_test.yml")).returncode, 0)


class Dashboard(unittest.TestCase):
    def test_panels_stand_beside_each_other(self):
        cells = {}
        for panel in DASHBOARD["panels"]:
            place = panel["gridPos"]
            self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
            for x in range(place["x"], place["x"] + place["w"]):
                for y in range(place["y"], place["y"] + place["h"]):
                    self.assertEqual(cells.setdefault((x, y), panel["title"]), panel["title"])
        ids = [panel["id"] for panel in DASHBOARD["panels"]]
        self.assertEqual(len(ids), len(set(ids)))

    def test_panels_say_what_they_show(self):
        titles = [panel["title"] for panel in PANELS]
        self.assertEqual(len(titles), len(set(titles)))
        for panel in PANELS:
            self.assertRegex(panel["description"], r"\.$", panel["title"])
            self.assertTrue(panel["fieldConfig"]["defaults"]["unit"], panel["title"])
            self.assertEqual(panel["datasource"], {"type": "prometheus", "uid": "${datasource}"})
            references = [target["refId"] for target in panel["targets"]]
            self.assertEqual(len(references), len(set(references)))

    def test_variables_are_defined_and_used(self):
        names = {variable["name"] for variable in DASHBOARD["templating"]["list"]}
        text = json.dumps(DASHBOARD)
        used = set(re.findall(r"\$\{?([a-z]\w*)", text))
        self.assertEqual(used, names)
        for expression in sum(dashboard_expressions(), []):
            for selector in re.findall(r"(?:propd|process)_\w+(.{0,60})", expression):
                self.assertTrue(selector.startswith('{job="$job", instance=~"$instance"'), expression)


class Live(unittest.TestCase):
    def test_every_name_is_one_that_a_daemon_tells(self):
        with propd.Daemon() as daemon:
            use(daemon)
            told = {name.split("{")[0] for name in samples(daemon)}
        charts, marks = dashboard_expressions()
        used = set(re.findall(r"\b(?:propd|process)_[a-z_]+", "\n".join([*charts, *marks, ALERTS])))
        self.assertGreater(len(used), 20)
        self.assertEqual(used - told, set())

    def test_wrong_tokens_and_the_floor_are_told(self):
        with tempfile.TemporaryDirectory(prefix="propd-monitoring-") as folder:
            token = propd.create_token(folder, "ann", "admin")
            with propd.Daemon(folder, free_space_floor="123456789") as daemon:
                daemon.token = token
                self.assertEqual(samples(daemon)["propd_failed_logins_total"], 0)
                for wrong in ("Bearer propd_wrong", "Bearer x", "Bearer " + token + "x"):
                    self.assertEqual(daemon.send("GET", "/v1/jobs", headers={"Authorization": wrong})[0], 401)
                now = samples(daemon)
                self.assertEqual(now["propd_failed_logins_total"], 3)
                self.assertEqual(now["propd_free_space_floor_bytes"], 123456789)

    @unittest.skipUnless(shutil.which("openssl"), "openssl makes the certificate, and is not here")
    def test_a_prometheus_with_our_files_answers_every_panel_and_holds_every_rule(self):
        program("prometheus")
        with tempfile.TemporaryDirectory(prefix="propd-monitoring-") as folder:
            chain, key = make_certificate(folder)
            token = propd.create_token(folder, "ann", "admin")
            pathlib.Path(folder, "token").write_text(token)
            with propd.Daemon(folder, tls_certificate=chain, tls_key=key) as daemon:
                daemon.token, daemon.context = token, ssl.create_default_context(cafile=chain)
                use(daemon)
                with Prometheus(daemon, self.configuration(folder, chain, daemon.port)) as prometheus:
                    self.check_panels(prometheus)
                    self.check_rules(prometheus)

    def configuration(self, folder, chain, port):
        text = (RULES / "prometheus-tls.yml").read_text()
        for ours, theirs in (("15s", "1s"), ("alerts.yml", str(RULES / "alerts.yml")),
                             ("/etc/prometheus/propd-token", folder + "/token"),
                             ("/etc/prometheus/propd-ca.pem", chain), ("propd.example:8420\"]", "localhost:%d\"]" % port)):
            self.assertIn(ours, text)
            text = text.replace(ours, theirs)
        return text

    def check_panels(self, prometheus):
        charts, marks = dashboard_expressions()
        for expression in charts:
            self.assertTrue(prometheus.series(as_grafana_asks(expression)), expression)
        for expression in marks:
            self.assertIsNotNone(prometheus.ask("query", query=as_grafana_asks(expression)), expression)
        self.assertEqual(prometheus.query(as_grafana_asks(PANELS[0]["targets"][0]["expr"])), 1)

    def check_rules(self, prometheus):
        def evaluated():
            rules = [rule for group in prometheus.ask("rules")["groups"] for rule in group["rules"]]
            return rules if all(rule["health"] != "unknown" for rule in rules) else None

        rules = prometheus.await_data(evaluated, "rules")
        self.assertEqual({rule["name"] for rule in rules}, set(re.findall(r"- alert: (\w+)", ALERTS)))
        for rule in rules:
            self.assertEqual((rule["health"], rule["state"]), ("ok", "inactive"), rule)


if __name__ == "__main__":
    propd.main()
