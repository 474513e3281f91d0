# SPDX-License-Identifier: Apache-2.0
"""A service manager such as systemd: what it is told, the sockets that it hands over. This process plays it."""
import http.client
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import propd

# As a manager starts a program: its sockets are the descriptors from 3 on, and LISTEN_PID is its own.
HAND_OVER = """
import os, sys
given = [int(word) for word in sys.argv[1].split(",")]
safe = [os.dup(descriptor) for descriptor in given]
for place, descriptor in enumerate(safe):
    os.dup2(descriptor, 3 + place)
    os.set_inheritable(3 + place, True)
os.environ.update(LISTEN_FDS=str(len(given)), LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES="propd.socket")
os.execv(sys.argv[2], sys.argv[2:])
"""


def handing_over(sockets, words):
    descriptors = ",".join(str(one.fileno()) for one in sockets)
    return [sys.executable, "-c", HAND_OVER, descriptors, os.path.abspath(words[0]), *words[1:]]


class Manager:
    """Hears what a daemon says."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address.replace("@", "\0", 1) if address[0] == "@" else address)
        self.socket.settimeout(60 * propd.PATIENCE)

    def hear(self):
        return dict(line.split("=", 1) for line in self.socket.recv(4096).decode().splitlines())


class ManagedDaemon(propd.Daemon):
    """One whose manager hands it `sockets`, and adds `variables` to its environment."""

    def __init__(self, folder, sockets=(), variables=None, **options):
        super().__init__(folder, **options)
        self.sockets, self.variables = sockets, variables or {}

    def spawn(self, words):
        if self.sockets:
            words = handing_over(self.sockets, [word for word in words if word not in ("--listen", "127.0.0.1:0")])
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=self.log, env=dict(os.environ, **self.variables),
                                pass_fds=[one.fileno() for one in self.sockets])


def listener(family=socket.AF_INET, host="127.0.0.1", kind=socket.SOCK_STREAM, listens=True):
    made = socket.socket(family, kind)
    made.bind((host, 0))
    if listens:
        made.listen(64)
    return made


class ServiceManager(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="propd-manager-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.notify = os.path.join(self.folder, "notify")

    def listener(self, *words, **options):
        made = listener(*words, **options)
        self.addCleanup(made.close)
        return made

    def manager(self, address):
        manager = Manager(address)
        self.addCleanup(manager.socket.close)
        return manager

    def check_notices(self, address):
        manager = self.manager(address)
        with ManagedDaemon(self.folder, variables={"NOTIFY_SOCKET": address}) as daemon:
            self.assertEqual(manager.hear(), {"READY": "1", "STATUS": "serving at http://127.0.0.1:%d" % daemon.port})
            self.assertEqual(daemon.get("/readyz"), {"status": "ready"})
            self.assertEqual(daemon.stop()[0], 0)
        self.assertEqual(manager.hear(), {"STOPPING": "1", "STATUS": "running jobs save where they are"})

    def test_readiness_and_the_end_are_told(self):
        self.check_notices(self.notify)

    def test_names_of_the_abstract_namespace_are_reached(self):
        self.check_notices("@propd-test-%d" % os.getpid())

    def test_a_manager_that_is_gone_disturbs_nothing(self):
        with ManagedDaemon(self.folder, variables={"NOTIFY_SOCKET": self.notify}) as daemon:
            self.assertEqual(daemon.get("/healthz"), {"status": "ok"})
            daemon.wait_for_log('"event":"manager_not_told"')

    def test_the_watchdog_hears_of_a_daemon_that_answers_and_nothing_of_a_frozen_one(self):
        manager = self.manager(self.notify)
        daemon = ManagedDaemon(self.folder, variables={"NOTIFY_SOCKET": self.notify, "WATCHDOG_USEC": "600000"})
        with daemon:
            self.assertEqual(manager.hear()["READY"], "1")
            for _ in range(5):
                self.assertEqual(manager.hear(), {"WATCHDOG": "1"})
            daemon.process.send_signal(signal.SIGSTOP)
            manager.socket.settimeout(3)
            with self.assertRaises(socket.timeout):
                while True:  # what was said before
                    manager.hear()
            manager.socket.settimeout(60 * propd.PATIENCE)
            daemon.process.send_signal(signal.SIGCONT)
            self.assertEqual(manager.hear(), {"WATCHDOG": "1"})
            self.assertEqual(daemon.get("/healthz"), {"status": "ok"})

    def test_without_being_asked_it_does_not_speak_of_its_life(self):
        manager = self.manager(self.notify)
        with ManagedDaemon(self.folder, variables={"NOTIFY_SOCKET": self.notify, "WATCHDOG_USEC": "300000",
                                                   "WATCHDOG_PID": "1"}) as daemon:
            self.assertEqual(manager.hear()["READY"], "1")
            time.sleep(0.5)
            self.assertEqual(daemon.stop()[0], 0)
        self.assertEqual(manager.hear()["STOPPING"], "1")

    def test_a_socket_that_is_handed_over_is_served_at_its_own_address(self):
        ours = self.listener()
        with ManagedDaemon(self.folder, [ours]) as daemon:
            self.assertEqual(daemon.port, ours.getsockname()[1])
            self.assertEqual(daemon.get("/healthz"), {"status": "ok"})
            self.assertEqual(daemon.send("GET", "/healthz", headers={"Host": "evil.example"})[0], 421)

    def test_it_stands_in_place_of_the_option(self):
        ours = self.listener()
        with ManagedDaemon(self.folder, [ours], listen="192.0.2.1:1") as daemon:
            self.assertEqual(daemon.port, ours.getsockname()[1])

    def test_clients_that_come_during_a_restart_are_served_by_the_next(self):
        ours = self.listener()
        with ManagedDaemon(self.folder, [ours]) as first:
            first.upload("iris", propd.IRIS)
        answers = []

        def ask():
            connection = http.client.HTTPConnection(*ours.getsockname(), timeout=60 * propd.PATIENCE)
            connection.request("GET", "/v1/datasets/iris")
            answers.append(connection.getresponse().status)
            connection.close()

        clients = [threading.Thread(target=ask) for _ in range(8)]
        for client in clients:
            client.start()
        time.sleep(0.2)
        self.assertEqual(answers, [])
        with ManagedDaemon(self.folder, [ours]):
            for client in clients:
                client.join()
        self.assertEqual(answers, [200] * 8)

    @unittest.skipUnless(socket.has_ipv6 and os.path.exists("/proc/net/if_inet6"), "no IPv6 here")
    def test_ipv6_is_served(self):
        ours = self.listener(socket.AF_INET6, "::1")
        with ManagedDaemon(self.folder, [ours]) as daemon:
            connection = http.client.HTTPConnection("::1", daemon.port, timeout=60)
            connection.request("GET", "/healthz")
            self.assertEqual(connection.getresponse().status, 200)
            connection.close()

    def refusal(self, sockets, *words):
        done = subprocess.run(handing_over(sockets, [propd.PROGRAM, "--data", self.folder, *words]), timeout=60,
                              pass_fds=[one.fileno() for one in sockets], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        return done.stderr

    def test_the_rules_for_addresses_are_those_of_the_option(self):
        everywhere = self.listener(host="0.0.0.0")
        self.assertIn("--insecure-http", self.refusal([everywhere]))
        self.assertIn("at 0.0.0.0:%d" % everywhere.getsockname()[1], self.refusal([everywhere]))
        self.assertIn("tokens must be on", self.refusal([everywhere], "--insecure-http", "--tokens", "off"))
        token = propd.create_token(self.folder, "ann", "admin")
        with ManagedDaemon(self.folder, [everywhere], insecure_http="true") as daemon:
            self.assertEqual(daemon.send("GET", "/v1/jobs")[0], 401)
            daemon.token = token
            self.assertEqual(daemon.get("/v1/jobs")["jobs"], [])

    def test_what_is_no_listening_tcp_socket_is_refused(self):
        right = "ListenStream=127.0.0.1:8420"
        path = socket.socket(socket.AF_UNIX)
        self.addCleanup(path.close)
        for given, why in (([self.listener(kind=socket.SOCK_DGRAM, listens=False)], "not one for datagrams"),
                           ([self.listener(listens=False)], "not one that does not listen"),
                           ([path], "not one of another family"),
                           ([self.listener(), self.listener()], "must hand over one socket")):
            said = self.refusal(given)
            self.assertIn(why, said)
            self.assertIn(right, said)

    @unittest.skipUnless(shutil.which("systemd-socket-activate"), "no systemd-socket-activate here")
    def test_systemd_s_own_tool_hands_it_a_socket(self):
        port = propd.free_port()
        log = pathlib.Path(self.folder, "activate.log")
        with open(log, "wb") as output:
            process = subprocess.Popen(["systemd-socket-activate", "-l", "127.0.0.1:%d" % port,
                                        os.path.abspath(propd.PROGRAM), "--data", self.folder],
                                       stdout=output, stderr=output)
        try:
            self.assertEqual(self.ask_until_there(port), 200)
            self.assertIn("listening on http://127.0.0.1:%d" % port, log.read_text())
        finally:
            process.terminate()
            self.assertEqual(process.wait(60 * propd.PATIENCE), 0)

    def ask_until_there(self, port):
        end = time.monotonic() + 60 * propd.PATIENCE
        while time.monotonic() < end:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60 * propd.PATIENCE)
            try:
                connection.request("GET", "/healthz")
                return connection.getresponse().status
            except ConnectionError:
                time.sleep(0.1)
            finally:
                connection.close()
        return None


if __name__ == "__main__":
    propd.main()
