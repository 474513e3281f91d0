# SPDX-License-Identifier: Apache-2.0
"""Makes the package's wheel (PEP 427) and source archive with the standard library alone, so that `pip install` out of this folder needs
no network and nothing that is not there: the backend that pyproject.toml names (PEP 517, PEP 660)."""
import ast
import base64
import hashlib
import pathlib
import re
import tarfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
WHEEL = "Wheel-Version: 1.0\nGenerator: propd\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def _table(name):
    """A table of pyproject.toml; tomllib came with Python 3.11. What is no string or list is left out."""
    text = re.search(r"^\[%s\]\n((?:[^\[\n].*\n|\n)*)" % re.escape(name), HERE.joinpath("pyproject.toml").read_text("utf-8"), re.M).group(1)
    return {key: ast.literal_eval(value) for key, value in re.findall(r"^([\w-]+) = ([\"\[].*)$", text, re.M)}


def _version():
    return re.search(r'^__version__ = "(.+)"$', HERE.joinpath("propd/__init__.py").read_text("utf-8"), re.M).group(1)


def _metadata():
    project = _table("project")
    lines = ["Metadata-Version: 2.1", "Name: " + project["name"], "Version: " + _version(), "Summary: " + project["description"],
             "License: Apache-2.0", "Requires-Python: " + project["requires-python"]]
    for extra, needed in _table("project.optional-dependencies").items():
        lines.append("Provides-Extra: " + extra)
        lines += ['Requires-Dist: %s; extra == "%s"' % (each, extra) for each in needed]
    lines += ["Description-Content-Type: text/markdown", "", HERE.joinpath(project["readme"]).read_text("utf-8")]
    return "\n".join(lines)


def _modules():
    return sorted(HERE.glob("propd/*.py"))


def _write(folder, files):
    """A wheel of these files, {name: bytes}; its name."""
    info = "propd-%s.dist-info/" % _version()
    files = {**files, info + "METADATA": _metadata().encode(), info + "WHEEL": WHEEL.encode()}
    record = ""
    wheel = "propd-%s-py3-none-any.whl" % _version()
    with zipfile.ZipFile(pathlib.Path(folder, wheel), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record += "%s,sha256=%s,%d\n" % (name, digest, len(content))
            archive.writestr(_entry(name), content)
        archive.writestr(_entry(info + "RECORD"), record + info + "RECORD,,\n")
    return wheel


def _entry(name):
    """With the same date always, so that the same sources are the same wheel; readable by all."""
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o644 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    return _write(wheel_directory, {"propd/" + path.name: path.read_bytes() for path in _modules()})


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    return _write(wheel_directory, {"propd.pth": (str(HERE) + "\n").encode()})


def build_sdist(sdist_directory, config_settings=None):
    top = "propd-" + _version()
    with tarfile.open(pathlib.Path(sdist_directory, top + ".tar.gz"), "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for path in [HERE / "pyproject.toml", HERE / "README.md", pathlib.Path(__file__).resolve(), *_modules()]:
            archive.add(path, "%s/%s" % (top, path.relative_to(HERE)))
        notes = pathlib.Path(sdist_directory, "PKG-INFO")
        notes.write_text(_metadata(), "utf-8")
        archive.add(notes, top + "/PKG-INFO")
        notes.unlink()
    return top + ".tar.gz"
