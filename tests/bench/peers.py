# SPDX-License-Identifier: Apache-2.0
"""The programs that propd is measured beside: which are installed, their versions, how each runs at its best, and asking them for figures. Each
runs as a process that answers a line with a line, so that it can take turns with propd without starting anew."""
import json
import os
import pathlib
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent / "peers"
CORE_TYPES = ("", "SKYLAKEX", "COOPERLAKE", "ZEN", "HASWELL")
TORCH_MODES = ("tuned", "jit", "eager")
TORCH_IMAGE_MODES = ("tuned", "channels_last", "jit", "eager")

# name: (Debian packages, source, libraries)
COMPILED = {
    "FANN": ("libfann-dev", "fann.cc", ["-lfloatfann", "-lm"]),
    "dlib": ("libdlib-dev libopenblas-dev", "dlib.cc", ["-DDLIB_USE_BLAS", "-ldlib", "-lopenblas", "-lpthread"]),
    "OpenBLAS": ("libopenblas-dev", "blas.cc", ["-lopenblas"]),
    "oneDNN": ("libdnnl-dev", "dnnl.cc", ["-ldnnl"]),
}
# name: (Debian packages, module, program)
SCRIPTS = {
    "PyTorch": ("python3-torch python3-numpy libopenblas0-pthread libopenblas0-openmp", "torch", "torch_worker.py"),
    "scikit-learn": ("python3-sklearn libopenblas0-pthread libopenblas0-openmp", "sklearn", "sklearn_worker.py"),
    "pandas": ("python3-pandas", "pandas", "csv_worker.py"),
    "NumPy": ("python3-numpy", "numpy", "csv_worker.py"),
}

# How fast the products of an MLP are, in NumPy, which calls the same BLAS as the others.
CORE_PROGRAM = """
import time, numpy as np
x, w, y = (np.ones(s, np.float32) for s in ((128, 784), (784, 512), (128, 512)))
best = 1e9
for _ in range(30):
    start = time.perf_counter()
    x @ w; y @ w.T; x.T @ y
    best = min(best, time.perf_counter() - start)
print(1 / best)
"""


class Failed(Exception):
    """A peer's program ended, with its last words, or could not do what it was asked for."""


class Worker:
    def __init__(self, name, command, environment):
        self.name, self.log = name, tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(command, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log)

    def ask(self, line):
        try:
            self.process.stdin.write((line if isinstance(line, str) else json.dumps(line)) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            self.log.seek(0)
            words = self.log.read().strip().splitlines()
            raise Failed("%s ended: %s" % (self.name, words[-1] if words else "it said nothing"))
        answer = json.loads(answer)
        if "error" in answer:
            raise Failed("%s: %s" % (self.name, answer["error"]))
        return answer

    def close(self):
        for file in (self.process.stdin, self.process.stdout, self.log):
            try:
                file.close()
            except BrokenPipeError:
                pass
        self.process.kill()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Peers:
    """Compiles into `folder`; `python` runs those that are Python packages; `say` takes a line for who watches."""

    def __init__(self, folder, python, say, compiler="g++"):
        self.folder, self.python, self.say, self.compiler = pathlib.Path(folder), python, say, compiler
        self.present, self.core = {}, None

    # ---- what is there

    def has(self, name):
        """Whether it is installed; says once where it is not."""
        if name not in self.present:
            version = self._script_version(name) if name in SCRIPTS else self._compiled_version(name)
            self.present[name] = version
            packages = (SCRIPTS if name in SCRIPTS else COMPILED)[name][0]
            self.say("%s %s" % (name, version) if version else "%s is left out: it is not installed (apt-get install %s)" % (name, packages))
        return self.present[name] is not None

    def versions(self):
        return {name: version for name, version in self.present.items() if version}

    def _script_version(self, name):
        command = [self.python, "-c", "import {0}; print({0}.__version__)".format(SCRIPTS[name][1])]
        done = subprocess.run(command, capture_output=True, text=True)
        return done.stdout.strip() if done.returncode == 0 else None

    def _compiled_version(self, name):
        packages, source, libraries = COMPILED[name]
        program, source = self.folder / source.removesuffix(".cc"), HERE / source
        newest = max(path.stat().st_mtime for path in HERE.iterdir() if path.suffix in (".cc", ".h") and path.stem in
                     (source.stem, "arrays", "shapes"))
        if not program.exists() or program.stat().st_mtime < newest:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.say("compiling %s" % source.name)
            command = [self.compiler, "-O3", "-march=native", "-std=c++17", str(source), "-o", str(program)] + libraries
            try:
                if subprocess.run(command, capture_output=True).returncode != 0:
                    return None
            except OSError:
                return None
        done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", packages.split()[0]], capture_output=True, text=True)
        return done.stdout.split("+")[0].split("-")[0] or "installed"

    # ---- running one

    def environment(self, threads):
        """OpenBLAS and OpenMP on so many threads. On several, that OpenBLAS whose threads are OpenMP's: two pools fight over the cores."""
        kept = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
        kept.update(OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads))
        if self.core:
            kept["OPENBLAS_CORETYPE"] = self.core
        if threads > 1:
            kept["OMP_PROC_BIND"] = "true"
            folders = [str(path) for path in pathlib.Path("/usr/lib").glob("*/openblas-openmp")]
            if folders:
                kept["LD_LIBRARY_PATH"] = folders[0]
        return kept

    def choose_core(self):
        """OpenBLAS takes a processor that it does not know for a very old one: the kernels that are fastest here, "" for its own choice."""
        if self.core is not None:
            return
        speeds = dict.fromkeys(CORE_TYPES, 0)  # what ends stays at 0: it needs instructions that this processor has not
        for core in CORE_TYPES * 2:
            self.core = core
            done = subprocess.run([self.python, "-c", CORE_PROGRAM], env=self.environment(1), capture_output=True, text=True)
            if done.returncode == 0:
                speeds[core] = max(speeds[core], float(done.stdout))
        self.core = max(speeds, key=speeds.get)
        self.say("OpenBLAS is fastest here with its kernels for %s" % (self.core or "the processor it sees"))

    def worker(self, name, threads, *arguments):
        """A process that answers lines; its owner closes it."""
        self.choose_core()
        if name in SCRIPTS:
            command = [self.python, str(HERE / SCRIPTS[name][2]), str(threads)]
        else:
            command = [str(self.folder / COMPILED[name][1].removesuffix(".cc"))]
        return Worker(name, command + [str(argument) for argument in arguments], self.environment(threads))
