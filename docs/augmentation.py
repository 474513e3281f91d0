#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws docs/augmentation.png: a line for each augmentation of pictures, as POST /v1/augmentations:preview shows it.

    build/propd --data /tmp/preview & docs/augmentation.py http://127.0.0.1:8420
"""
import json
import math
import pathlib
import struct
import sys
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests/end-to-end"))
from png import read_data_url, write_png  # noqa: E402

SIDE, COPIES, SHOWN, GAP, LABEL = 64, 16, 6, 6, 132
LISTS = [
    {"type": "random_flip", "direction": "both"},
    {"type": "random_crop", "padding": 12},
    {"type": "random_translate", "height": 0.25, "width": 0.25, "fill": "nearest"},
    {"type": "random_rotate", "degrees": 45},
    {"type": "random_zoom", "range": 0.5},
    {"type": "random_shear", "degrees": 30},
    {"type": "brightness", "range": 0.6},
    {"type": "contrast", "range": 0.8},
    {"type": "saturation", "range": 1},
    {"type": "hue", "range": 0.5},
    {"type": "gaussian_noise", "stddev": 0.15},
    {"type": "cutout", "size": 24},
    {"type": "mixup", "alpha": 2},
    {"type": "cutmix", "alpha": 1},
]

# Letters of five by seven dots, a line of each a number.
FONT = {
    "a": (0, 0, 14, 1, 15, 17, 15), "b": (16, 16, 22, 25, 17, 17, 30), "c": (0, 0, 14, 16, 16, 17, 14),
    "d": (1, 1, 13, 19, 17, 17, 15), "e": (0, 0, 14, 17, 31, 16, 14), "f": (6, 9, 8, 28, 8, 8, 8),
    "g": (0, 15, 17, 17, 15, 1, 14), "h": (16, 16, 22, 25, 17, 17, 17), "i": (4, 0, 12, 4, 4, 4, 14),
    "l": (12, 4, 4, 4, 4, 4, 14), "m": (0, 0, 26, 21, 21, 17, 17), "n": (0, 0, 22, 25, 17, 17, 17),
    "o": (0, 0, 14, 17, 17, 17, 14), "p": (0, 0, 30, 17, 30, 16, 16), "r": (0, 0, 22, 25, 16, 16, 16),
    "s": (0, 0, 14, 16, 14, 1, 30), "t": (8, 8, 28, 8, 8, 9, 6), "u": (0, 0, 17, 17, 17, 19, 13),
    "w": (0, 0, 17, 17, 21, 21, 10), "x": (0, 0, 17, 10, 4, 10, 17), "z": (0, 0, 31, 2, 4, 8, 31),
    "_": (0, 0, 0, 0, 0, 0, 31), " ": (0,) * 7,
}


def smiley(x, y):
    """Colour of a place on the unit square."""
    away = math.hypot(x - 0.5, y - 0.5)
    smile = math.hypot(x - 0.5, y - 0.52)
    if away > 0.42:
        return 70 + 60 * y, 130 + 60 * y, 215
    winks = abs(x - 0.36) < 0.09 and abs(y - 0.4) < 0.02
    if winks or math.hypot(x - 0.65, y - 0.4) < 0.06:
        return 40, 40, 40
    if (0.2 < smile < 0.26 and y > 0.58) or away > 0.39:
        return 60, 40, 20
    return 255, 215 - 60 * y, 50


def tree(x, y):
    if abs(x - 0.5) < 0.05 and 0.6 < y < 0.85:
        return 110, 70, 40
    if 0.12 < y < 0.68 and abs(x - 0.5) < 0.08 + 0.5 * ((y - 0.12) % 0.2 + (y - 0.12) * 0.35):
        return 30, 110 + 60 * x, 50
    return (235, 235, 245) if y > 0.8 else (250, 200 - 90 * y, 120)


def draw(color):
    pixels = bytearray()
    for i in range(SIDE * SIDE):
        dots = [color((i % SIDE + (j % 3 + 0.5) / 3) / SIDE, (i // SIDE + (j // 3 + 0.5) / 3) / SIDE) for j in range(9)]
        pixels += bytes(round(sum(dot[channel] for dot in dots) / 9) for channel in range(3))
    return bytes(pixels)


def call(url, body, **headers):
    request = urllib.request.Request(url, body, headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def upload(url):
    """COPIES smileys and then as many trees: each row is drawn in its own way."""
    parts = (("features", (2 * COPIES, SIDE, SIDE, 3), draw(smiley) * COPIES + draw(tree) * COPIES),
             ("labels", (2 * COPIES,), bytes(COPIES) + b"\1" * COPIES))
    edge, body = "----preview", b""
    for name, dims, data in parts:
        body += ('--%s\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n\r\n' % (edge, name, name)).encode()
        body += struct.pack(">HBB%dI" % len(dims), 0, 8, len(dims), *dims) + data + b"\r\n"
    call(url + "/v1/datasets?name=preview", body + ("--%s--\r\n" % edge).encode(),
         **{"Content-Type": "multipart/form-data; boundary=" + edge})


class Canvas:
    def __init__(self, width, height):
        self.width, self.height = width, height
        self.pixels = bytearray(b"\xff" * (width * height * 3))

    def put(self, left, top, pixels):
        for y in range(SIDE):
            at = ((top + y) * self.width + left) * 3
            self.pixels[at:at + SIDE * 3] = pixels[y * SIDE * 3:(y + 1) * SIDE * 3]

    def write(self, left, top, text):
        for number, letter in enumerate(text):
            for y, bits in enumerate(FONT[letter]):
                for x in range(5):
                    if bits >> (4 - x) & 1:
                        at = ((top + y) * self.width + left + number * 6 + x) * 3
                        self.pixels[at:at + 3] = b"\x20\x20\x20"


def main(url):
    upload(url)
    canvas = Canvas(LABEL + (SHOWN + 1) * (SIDE + GAP), GAP + len(LISTS) * (SIDE + GAP))
    for line, entry in enumerate(LISTS):
        # A batch of both pictures, so that there is something to mix with.
        rows = list(range(SHOWN)) + list(range(COPIES, COPIES + 2 * SHOWN))
        shown = call(url + "/v1/augmentations:preview",
                     json.dumps({"dataset": "preview", "augmentation": [entry], "rows": rows, "seed": 7}).encode())["rows"]
        top = GAP + line * (SIDE + GAP)
        canvas.write(GAP, top + SIDE // 2 - 4, entry["type"])
        for column, text in enumerate([shown[0]["before"]] + [row["after"] for row in shown[:SHOWN]]):
            canvas.put(LABEL + column * (SIDE + GAP), top, read_data_url(text)[3])
    path = HERE / "augmentation.png"
    path.write_bytes(write_png(canvas.width, canvas.height, 3, bytes(canvas.pixels)))
    print("wrote", path)


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
