#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""propctl looking at jobs: on a terminal, at Ctrl-C, while the daemon dies and comes back."""
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from propctl import LAYERS, PROGRAM, Propctl
from propd import IRIS, PATIENCE, Daemon, free_port, main

# Some seconds of training: ended by the tests, or a look at it lasts long enough to be cut.
LONG = ("train", "--dataset=iris", "--layers", LAYERS, "--epochs=10000000", "--name=long")
SHORT = ("train", "--dataset=iris", "--layers", LAYERS, "--epochs=40", "--name=short")


EVIL = "a\x1b]0;title\x07\x1b[2J\u202e\u009b31mb"
HARMLESS = "a?]0;title??[2J??31mb"


def show_harmless(test, ctl, words, code, expected):
    """On a terminal the command shows what is expected, and nothing that steers it."""
    terminal = ctl.terminal(*words, NO_COLOR="1", columns=400)
    test.assertEqual(terminal.end(), code, words)
    test.assertIn(expected, terminal.text, words)
    for bad in ("\x1b", "\x07", "\u202e", "\u009b"):
        test.assertNotIn(bad, terminal.text, words)


class Followed(unittest.TestCase):
    """A daemon on a port that it can come back to."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="propd-test-")
        self.addCleanup(folder.cleanup)
        self.daemon = Daemon(folder.name, listen="127.0.0.1:%d" % free_port(), cores=2)
        self.daemon.__enter__()
        self.addCleanup(self.daemon.__exit__, None)
        self.ctl = Propctl(self.daemon)
        self.addCleanup(self.ctl.close)
        self.ctl.run("upload", IRIS)

    def start_long(self):
        self.ctl.run(*LONG)
        self.daemon.wait("long", states=("running",))


class OnATerminal(Followed):
    def test_a_bar_a_sparkline_and_at_last_the_curve(self):
        terminal = self.ctl.terminal(*SHORT, "--follow")
        self.assertEqual(terminal.end(), 0)
        self.assertIn("short succeeded after ", terminal.plain)
        self.assertIn("━ loss  ━ val_loss", terminal.plain)
        self.assertIn("\x1b[34m", terminal.text)  # colours
        self.assertEqual(terminal.text.count("\x1b[?25l"), terminal.text.count("\x1b[?25h"))

    def test_a_running_job_is_drawn_again_and_again(self):
        self.start_long()
        terminal = self.ctl.terminal("watch", "long")
        terminal.wait_for("long  running  epoch", "samples/s", "loss ", "best ")
        terminal.wait_until(lambda terminal: terminal.text.count("\x1b[3A\r\x1b[J") > 2)  # three lines up, and drawn over
        self.ctl.run("cancel", "long")
        self.assertEqual(terminal.end(), 4)
        self.assertIn("long cancelled", terminal.plain)

    def test_a_narrow_terminal_loses_the_pace_before_the_end(self):
        self.start_long()
        terminal = self.ctl.terminal("watch", "long", columns=72)
        whole = re.compile(r"%  eta \d[^…\r]*\r\nloss [^…\r]*  best val_loss [^…\r]* epoch \d+\r\n")
        terminal.wait_until(lambda terminal: whole.search(terminal.plain))
        self.ctl.run("cancel", "long")
        terminal.end()
        self.assertNotRegex(terminal.plain, r"eta \d[^\r]*samples/s")

    def test_a_newer_job_of_the_name_does_not_take_its_place(self):
        self.start_long()
        first = self.daemon.get("/v1/jobs/long")["id"]
        terminal = self.ctl.terminal("watch", "long")
        terminal.wait_for("running  epoch")
        self.ctl.run(*SHORT[:-1], "--name=long", "--wait")
        terminal.wait_until(lambda terminal: terminal.text.count("running  epoch") > 5)
        self.ctl.run("cancel", first)
        self.assertEqual(terminal.end(), 4)

    def test_ctrl_c_leaves_the_job_and_says_how_to_come_back(self):
        terminal = self.ctl.terminal(*LONG, "--follow")
        terminal.wait_for("running")
        self.assertEqual(terminal.interrupt().end(), 130)
        self.assertRegex(terminal.plain, r"the job goes on: propctl watch job_\w+ comes back to it, propctl cancel job_\w+ ends it")
        self.assertGreater(terminal.text.rindex("\x1b[?25h"), terminal.text.rindex("\x1b[?25l"))
        self.assertEqual(self.daemon.get("/v1/jobs/long")["state"], "running")
        self.ctl.run("cancel", "long")

    def test_no_line_is_wider_than_a_narrow_terminal(self):
        self.start_long()
        terminal = self.ctl.terminal("watch", "long", columns=37)
        terminal.wait_for("…")
        self.ctl.run("cancel", "long")
        terminal.end()
        drawn = [line for line in terminal.lines() if line.startswith("long  ") or line.startswith("loss ")]
        self.assertTrue(drawn)
        self.assertLessEqual(max(map(len, drawn)), 37)

    def test_no_color_and_dumb_terminals(self):
        plain = self.ctl.terminal("plot", self.job_of_short(), NO_COLOR="1")
        self.assertEqual(plain.end(), 0)
        self.assertNotIn("\x1b", plain.text)
        self.assertIn("━ loss", plain.text)
        coloured = self.ctl.terminal("plot", "short")
        coloured.end()
        self.assertIn("\x1b[34m", coloured.text)
        dumb = self.ctl.terminal(*SHORT, "--follow", TERM="dumb")
        self.assertEqual(dumb.end(), 0)
        self.assertNotIn("\x1b", dumb.text)
        self.assertIn("epoch 40  step 160", dumb.text)

    def job_of_short(self):
        self.ctl.run(*SHORT, "--wait")
        return "short"

    def test_without_utf8_all_is_ascii(self):
        self.job_of_short()
        for words in (("plot", "short"), ("watch", "short"), ("jobs",), ("help",), ("help", "train")):
            terminal = self.ctl.terminal(*words, LC_ALL="C", columns=60)
            self.assertEqual(terminal.end(), 0)
            self.assertTrue(terminal.written.isascii(), words)
        self.assertIn("* loss  + val_loss", self.ctl.out("plot", "short", LC_ALL="C"))

    def test_the_table_of_jobs_is_redrawn_until_ctrl_c(self):
        self.job_of_short()
        terminal = self.ctl.terminal("watch")
        terminal.wait_for("short  succeeded")
        self.ctl.run(*SHORT[:-1], "--name=later", "--wait")
        terminal.wait_for("later  succeeded")
        self.assertEqual(terminal.interrupt().end(), 130)
        self.assertTrue(terminal.text.endswith("\x1b[?25h"))

    def test_what_others_wrote_cannot_steer_the_terminal(self):
        self.daemon.upload("evil", ("x,%s\n1,%s\n2,c\n" % (EVIL, EVIL)).encode())
        for words, code, expected in (
                (("dataset", "evil"), 0, HARMLESS),
                (("dataset", "evil", "--rows=2"), 0, HARMLESS),
                (("dataset", "evil", "--json"), 0, "??31mb"),
                (("job", EVIL), 1, "the path has an escaped slash"),
                (("train", "--dataset=" + EVIL, "--layers=dense 4"), 1, "there is no dataset")):
            show_harmless(self, self.ctl, words, code, expected)
        self.assertIn("\u009b", self.ctl.run("dataset", "evil", "--json").out)  # a file gets what there is


class WhenTheDaemonDies(Followed):
    def follow(self, *words):
        """The process, and its lines of standard output and error as they come."""
        process = self.ctl.start(*words)
        for end_of in (process.stdout.close, process.stderr.close, process.wait, process.kill):
            self.addCleanup(end_of)
        lines = {"out": [], "err": []}
        came = threading.Condition()

        def take(name, stream):
            for line in stream:
                with came:
                    lines[name].append(line)
                    came.notify_all()
        threads = [threading.Thread(target=take, args=pair, daemon=True)
                   for pair in (("out", process.stdout), ("err", process.stderr))]
        for thread in threads:
            thread.start()

        def wait_for(name, text):
            with came:
                self.assertTrue(came.wait_for(lambda: any(text in line for line in lines[name]), 60 * PATIENCE), (text, lines))

        def end():
            code = process.wait(60 * PATIENCE)
            for thread in threads:
                thread.join()
            return code, "".join(lines["out"]), "".join(lines["err"])
        return process, wait_for, end

    def test_it_comes_back_to_a_daemon_that_comes_back(self):
        _, wait_for, end = self.follow(*LONG, "--follow")
        wait_for("out", "running")
        self.daemon.kill()
        wait_for("err", "does not answer; trying again")
        self.daemon.start()
        wait_for("err", "is there again")
        self.ctl.run("cancel", "long")
        code, out, err = end()
        self.assertEqual(code, 4, err)
        self.assertIn("long cancelled", out)
        self.assertEqual(out.count("submitted"), 1)  # no event comes twice

    def test_a_daemon_that_stops_in_order_is_waited_for_too(self):
        _, wait_for, end = self.follow(*LONG, "--wait")
        self.wait_for_long()
        self.daemon.stop()
        wait_for("err", "trying again")
        self.daemon.start()
        self.ctl.run("cancel", "long")
        self.assertEqual(end()[0], 4)

    def wait_for_long(self):
        """Waits until the job has been made, and runs."""
        end = time.monotonic() + 60 * PATIENCE
        while not self.daemon.get("/v1/jobs?name=long")["jobs"]:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)
        self.daemon.wait("long", states=("running",))

    def test_it_gives_up_after_the_time_that_was_given(self):
        _, wait_for, end = self.follow(*LONG, "--follow", "--timeout=1")
        wait_for("out", "running")
        self.daemon.kill()
        code, _, err = end()
        self.assertEqual(code, 3)
        self.assertIn("did not come back within 1 s", err)
        self.daemon.start()

    def test_ctrl_c_while_it_waits_for_the_daemon(self):
        process, wait_for, end = self.follow(*LONG, "--follow")
        wait_for("out", "running")
        self.daemon.kill()
        wait_for("err", "trying again")
        process.send_signal(signal.SIGINT)
        code, _, err = end()
        self.assertEqual(code, 130)
        self.assertIn("propctl watch job_", err)
        self.daemon.start()

    def test_the_end_of_a_pipe_ends_it_quietly(self):
        self.start_long()
        process = self.ctl.start("watch", "long", "--json")
        process.stdout.readline()
        process.stdout.close()
        self.ctl.run("set", "long", "priority=1")
        self.ctl.run("cancel", "long")
        process.wait(60 * PATIENCE)
        self.assertEqual(process.stderr.read(), "")
        process.stderr.close()


class NoDaemon(unittest.TestCase):
    def setUp(self):
        self.ctl = Propctl(PROPD_URL="http://127.0.0.1:1")
        self.addCleanup(self.ctl.close)

    def test_every_command_says_that_nobody_answers(self):
        words = {"JOB": "a", "MODEL": "a@1", "DATASET": "a", "NAME": "b", "KEY=VALUE...": "epochs=3",
                 "FILE": str(IRIS), "dataset|job|model|alias|token": "job", "MODEL@VERSION": "a@1", "FILE|VALUE...": "1.5"}
        for command in self.ctl.json("help")["commands"]:
            if command["name"] in ("help", "version", "complete"):
                continue
            given = [words[word] for word in command["words"].split() if not word.startswith("[") and "list|" not in word]
            if command["name"] in ("train", "check"):
                given = ["--dataset=iris"]
            if command["name"] == "backup":
                given = ["backup.tar"]
            with self.subTest(command=command["name"]):
                err = self.ctl.run(command["name"], *given, code=3).err
                self.assertEqual(err.count("\n"), 1, err)
                self.assertIn("no daemon answers at http://127.0.0.1:1", err)
        self.assertEqual([name for name in os.listdir(self.ctl.home) if name.startswith("backup")], [])

    @contextlib.contextmanager
    def answers(self, *answers):
        """Something that gives one answer a connection, and closes it; the option that names it."""
        def serve(server):
            for answer in answers:
                with server.accept()[0] as connection:
                    connection.recv(65536)
                    with contextlib.suppress(ConnectionError):
                        connection.sendall(answer)
        with socket.create_server(("127.0.0.1", 0)) as server:
            thread = threading.Thread(target=serve, args=(server,))
            thread.start()
            yield "--url=http://127.0.0.1:%d" % server.getsockname()[1]
            thread.join()

    def test_something_else_that_answers(self):
        with self.answers(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>") as url:
            self.assertIn("does not answer as propd does", self.ctl.run("jobs", url, code=3).err)

    def test_an_answer_cannot_steer_the_terminal(self):
        thing = {"id": EVIL, "name": EVIL, "state": EVIL, "token": EVIL, "version": 3, "rows": 1, "help": EVIL}
        for words, answer, expected in (
                (("pause", "a"), thing, "%s (%s) is %s" % (HARMLESS, HARMLESS, HARMLESS)),
                (("set", "a", "epochs=3"), thing, "is " + HARMLESS),
                (("train", "--dataset=a"), thing, "is %s as %s" % (HARMLESS, HARMLESS)),
                (("alias", "m@3", "b"), thing, "m@b is version 3"),
                (("token", "create", "a"), thing, HARMLESS),
                (("upload", IRIS), thing, HARMLESS + "@3: 1 rows"),
                (("catalog", "dense"), {EVIL: [dict(thing, name="dense")]}, "dense (%s): %s" % (HARMLESS, HARMLESS))):
            body = json.dumps(answer).encode()
            head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
            with self.subTest(words=words), self.answers(head + body) as url:
                show_harmless(self, self.ctl, (*words, url), 0, expected)

    def test_the_rest_of_a_list_is_pointed_to(self):
        more = b'HTTP/1.1 200 OK\r\nContent-Length: 27\r\nConnection: close\r\n\r\n{"jobs": [], "next": "abc"}'
        for option, message in (("--limit=1", "--limit=500 shows them"), ("--limit=500", "--name finds one, --sort")):
            with self.subTest(option=option), self.answers(more) as url:
                self.assertIn("there are more; " + message, self.ctl.run("jobs", option, url).err)

    def test_a_redirection_is_no_answer(self):
        moved = b"HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        for words in (("delete", "job", "a"), ("export", "a"), ("jobs",), ("jobs", "--json")):
            with self.subTest(words=words), self.answers(moved) as url:
                done = self.ctl.run(*words, url, code=3)
                self.assertIn("does not answer as propd does: status 302", done.err)
                self.assertEqual(done.out, "")
        self.assertEqual([name for name in os.listdir(self.ctl.home) if name[0] != "."], [])

    def test_a_download_that_breaks_is_taken_up_where_it_broke(self):
        whole, asked = bytes(range(256)) * 400, []

        def serve(server):
            for number in range(2):
                connection = server.accept()[0]
                asked.append(connection.recv(65536).decode())
                if number == 0:
                    head = "200 OK\r\nContent-Length: %d" % len(whole)
                    body = whole[:70000]
                else:
                    start = int(re.search(r"bytes=(\d+)-", asked[1]).group(1))
                    head = "206 Partial Content\r\nContent-Length: %d" % (len(whole) - start)
                    body = whole[start:]
                connection.sendall(("HTTP/1.1 %s\r\nETag: \"v1\"\r\nConnection: close\r\n\r\n" % head).encode() + body)
                connection.close()
        with socket.create_server(("127.0.0.1", 0)) as server:
            thread = threading.Thread(target=serve, args=(server,))
            thread.start()
            self.ctl.run("export", "iris", "-o", "iris.bin", "--url=http://127.0.0.1:%d" % server.getsockname()[1])
            thread.join()
        with open(os.path.join(self.ctl.home, "iris.bin"), "rb") as file:
            self.assertEqual(file.read(), whole)
        self.assertIn("Range: bytes=70000-", asked[1])
        self.assertIn('If-Range: "v1"', asked[1])

    def test_a_download_that_cannot_be_written_is_no_lost_connection(self):
        size = 1 << 20
        whole = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % size + bytes(size)
        with self.answers(whole) as url, open("/dev/full", "wb") as full:
            done = subprocess.run([PROGRAM, "export", "iris", "-o", "-", url], stdout=full, stderr=subprocess.PIPE,
                                  env=self.ctl.environment, text=True, timeout=60 * PATIENCE)
        self.assertEqual((done.returncode, done.stderr),
                         (1, "propctl: the file cannot be written: No space left on device\n"))
        with self.answers(whole) as url:
            process = self.ctl.start("export", "iris", "-o", "-", url)
            process.stdout.close()
            self.assertEqual(process.stderr.read(), "")  # as of export | head
            process.stderr.close()
            process.wait(60 * PATIENCE)

    def test_a_refusal_at_another_try_is_told(self):
        half = b'HTTP/1.1 200 OK\r\nETag: "v1"\r\nContent-Length: 90\r\n\r\nhalf of it'
        gone = b"HTTP/1.1 %s\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
        for status, code in (("404 Not Found", 1), ("403 Forbidden", 5)):
            with self.subTest(status=status), self.answers(half, gone % status.encode()) as url:
                err = self.ctl.run("export", "iris", "-o", "iris.bin", url, code=code).err
                self.assertIn("the rest cannot be had any more: the daemon answers with status " + status[:3], err)
        jobs = b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\nConnection: close\r\n\r\n{"jobs": []}'
        with self.answers(jobs, gone % b"403 Forbidden") as url:
            terminal = self.ctl.terminal("watch", url)
            self.assertEqual(terminal.end(), 5)
            self.assertIn("the jobs cannot be seen any more", terminal.plain)


if __name__ == "__main__":
    main()
