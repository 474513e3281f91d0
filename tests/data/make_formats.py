#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the binary files of valid/ and invalid/: NumPy arrays, archives, images. What it writes is kept beside it, so that tests
need not run it; run it again after a change here."""
import gzip
import io
import pathlib
import struct
import tarfile
import zipfile
import zlib

HERE = pathlib.Path(__file__).parent


def npy(descr, shape, data, fortran=False, version=1):
    """An array as numpy.save writes it: the header padded to a multiple of 64."""
    text = "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }" % (descr, fortran, shape)
    start = 10 if version == 1 else 12
    text += " " * (-(start + len(text) + 1) % 64) + "\n"
    size = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + size + text.encode() + data


def png(width, height, channels, values):
    """8 bits a value, without filters."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    row = width * channels
    raw = b"".join(b"\0" + bytes(values[y * row:(y + 1) * row]) for y in range(height))
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))


def tar(members):
    """POSIX; the same bytes every time."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zip_of(members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = method
            archive.writestr(info, data)
    return out.getvalue()


def packed(data):
    return gzip.compress(data, 9, mtime=0)


GRAY = [("cat/%d.png" % i, png(3, 2, 1, [i] * 6)) for i in range(3)] + [("dög/1.png", png(3, 2, 1, range(6)))]
COLOUR = [("a/1.png", png(2, 2, 3, range(12))), ("b/1.png", png(2, 2, 4, range(16))), ("b/2.png", png(2, 2, 2, range(8)))]
DOUBLES = struct.pack("<6d", 1, 2, 3, 4, 5, float("nan"))

VALID = {
    "table.npy": npy("<f8", "(3, 2)", DOUBLES),
    "columns.npy": npy("<f8", "(3, 2)", DOUBLES, fortran=True),
    "images.npy": npy("|u1", "(2, 2, 3)", bytes(range(12))),
    "halves.npy": npy(">f2", "(2, 1, 2)", struct.pack(">4e", 1, -2, 0.5, 6e-8), version=2),
    "words.npy": npy("<U3", "(2,)", "ab\0cdé".encode("utf-32-le"), version=3),
    "table.npy.gz": packed(npy("<i4", "(2, 2)", struct.pack("<4i", 1, -2, 3, -4))),
    "deflated.npz": zip_of([("name.npy", npy("|S3", "(2,)", b"cowpig")), ("size.npy", npy("<i8", "(2,)", bytes(16)))]),
    "pair.npz": zip_of([("x.npy", npy("|u1", "(2, 3)", bytes(range(6)))), ("y.npy", npy("|b1", "(2,)", b"\0\1")),
                        ("x_test.npy", npy("|O", "(1,)", b"?"))], zipfile.ZIP_STORED),
    "gray.tar": tar(GRAY),
    "colour.tar.gz": packed(tar(COLOUR)),
    "gray.zip": zip_of(GRAY),
}
INVALID = {
    "short.npy": npy("<f8", "(3, 2)", DOUBLES[:-1]),
    "long.npy": npy("<f8", "(3, 2)", DOUBLES + b"\0"),
    "short.npy.gz": packed(npy("<f8", "(3, 2)", DOUBLES[:-8])),
    "huge.npy": npy("<f8", "(1099511627776, 1048576)", b""),
    "scalar.npy": npy("<f8", "()", bytes(8)),
    "objects.npy": npy("|O", "(2,)", b"\x80\x04N."),
    "code.npy": npy("<f8", "(__import__('os'),)", bytes(8)),
    "rows.npz": zip_of([("a.npy", npy("|u1", "(2,)", bytes(2))), ("b.npy", npy("|u1", "(3,)", bytes(3)))]),
    "cut.npz": zip_of([("a.npy", npy("|u1", "(200,)", bytes(range(200))))])[:150],
    "sizes.tar": tar(GRAY + [("cat/9.png", png(2, 2, 1, range(4)))]),
    "outside.tar": tar([("cat/../../1.png", GRAY[0][1])]),
    "cut.tar": tar(GRAY)[:2000],
    "damaged.zip": zip_of([("cat/1.png", GRAY[0][1][:-20])]),
    "notes.zip": zip_of([("cat/notes.txt", b"hello")]).replace(b"cat/notes.txt", b"cat/notes.png"),
}


def main():
    for folder, files in (("valid", VALID), ("invalid", INVALID)):
        for name, data in files.items():
            (HERE / folder / name).write_bytes(data)


if __name__ == "__main__":
    main()
