# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of a document as they stand in it, and compares what they say with what it shows.

A document's ```sh blocks run one after the other in one bash, in a folder that holds `build` and `clients` as the sources do, with the
default port of the daemon free: in a network of its own where that may be made, else on another port. A ```text block is the output
of the block before it; `…` in it stands for any text, on a line of its own for any lines.
"""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile

from propd import DIGITS, PATIENCE, PROGRAM, SOURCE, free_port

BUILD = pathlib.Path(os.environ.get("BUILD", ".")).resolve()
MARK = "\x1eblock "
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Whatever a document starts ends with it, also where it fails in the middle.
BEGIN = """set -e -o pipefail
exec 2>&1
export PATH="$PWD/build:$PATH"
trap 'status=$?; kill -KILL $(jobs -p) 2> /dev/null || true; exit $status' EXIT
"""


def read(path):
    """[(commands, expected output or None)] of a document."""
    blocks = []
    for kind, text in FENCE.findall(path.read_text()):
        if kind == "sh":
            blocks.append((text, None))
        elif kind == "text" and blocks and blocks[-1][1] is None:
            blocks[-1] = (blocks[-1][0], text)
    return blocks


def has_network():
    """Whether this user may make a network of his own, so that the default port is free in it."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return False
    words = ["unshare", "-rn", "ip", "link", "set", "lo", "up"]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


def run(blocks):
    """The output of each block. AssertionError with the last one's where a command failed."""
    script = BEGIN + "".join("%s\nprintf '\\n%s%d\\n'\n" % (text, MARK, i) for i, (text, _) in enumerate(blocks))
    words = ["bash", "script"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PROPD")}
    environment.update(PYTHONDONTWRITEBYTECODE="1", COLUMNS="120")
    if has_network():
        words = ["unshare", "-rn", "sh", "-c", "ip link set lo up && exec bash script"]
    else:
        port = str(free_port())
        script = script.replace("8420", port)
        environment.update(PROPD_LISTEN="127.0.0.1:" + port, PROPD_URL="http://127.0.0.1:" + port)
    with tempfile.TemporaryDirectory(prefix="propd-document-") as folder:
        place(pathlib.Path(folder), script)
        process = subprocess.Popen(words, cwd=folder, env=environment, stdout=subprocess.PIPE, start_new_session=True)
        try:
            said = process.communicate(timeout=300 * PATIENCE)[0].decode(errors="replace").replace("\r\n", "\n")
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    parts = re.split("\n" + MARK + r"\d+\n", said)
    if process.returncode != 0:
        text = blocks[min(len(parts), len(blocks)) - 1][0]
        raise AssertionError("exit code %d of\n%s\nafter the output\n%s" % (process.returncode, text, parts[-1]))
    return parts[:len(blocks)]


def place(folder, script):
    (folder / "script").write_text(script)
    (folder / "clients").symlink_to(SOURCE / "clients")
    build = folder / "build"
    build.mkdir()
    for program in (PROGRAM, DIGITS, BUILD / "propctl"):
        (build / pathlib.Path(program).name).symlink_to(pathlib.Path(program).resolve())


def matches(expected, said):
    """Whether an output is as it is shown."""
    pattern = ""
    for line in expected.rstrip().split("\n"):
        pattern += r"(?:.*\n)*?" if line == "…" else ".*".join(map(re.escape, line.rstrip().split("…"))) + r"[ \t]*\n"
    return re.fullmatch(pattern, said.rstrip() + "\n") is not None


def check(test, path):
    """Runs a document in a unittest.TestCase."""
    blocks = read(path)
    for (text, expected), said in zip(blocks, run(blocks)):
        if expected is not None:
            with test.subTest(text):
                test.assertTrue(matches(expected, said), "expected\n%s\nbut it said\n%s" % (expected, said))
    return blocks
