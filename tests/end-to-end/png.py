# SPDX-License-Identifier: Apache-2.0
"""PNG files of eight bits a channel, in and out, with the standard library alone."""
import struct
import zlib
from base64 import b64decode

CHANNELS = {0: 1, 2: 3, 6: 4}  # by the header's type of colour


def unfilter(raw, stride, height, channels):
    """The bytes of the picture: PNG specification, section 9."""
    lines, above = [], bytearray(stride)
    for y in range(height):
        kind, line = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for x in range(stride):
            left, up = line[x - channels] if x >= channels else 0, above[x]
            corner = above[x - channels] if x >= channels else 0
            nearest = min((abs(left + up - corner - v), i, v) for i, v in enumerate((left, up, corner)))[2]
            line[x] = line[x] + (0, left, up, (left + up) // 2, nearest)[kind] & 255
        lines.append(bytes(line))
        above = line
    return b"".join(lines)


def read_png(data):
    """(width, height, channels, bytes)"""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        assert struct.unpack(">I", data[at + 8 + size:at + 12 + size])[0] == zlib.crc32(kind + body)
        if kind == b"IHDR":
            width, height, depth, color = struct.unpack(">IIBB", body[:10])
            assert depth == 8
            channels = CHANNELS[color]
        if kind == b"IDAT":
            packed += body
        at += 12 + size
    return width, height, channels, unfilter(zlib.decompress(packed), width * channels, height, channels)


def read_data_url(text):
    start = "data:image/png;base64,"
    assert text.startswith(start)
    return read_png(b64decode(text[len(start):]))


def write_png(width, height, channels, pixels):
    """Without filters: the pictures are small."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    color = {count: code for code, count in CHANNELS.items()}[channels]
    stride = width * channels
    lines = b"".join(b"\0" + pixels[y * stride:(y + 1) * stride] for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, color, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(lines, 9)) + chunk(b"IEND", b""))
