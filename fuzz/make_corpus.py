#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets to fuzz/corpus: a few inputs from which mutations get far.

What fuzzing finds, and is kept as a regression, lies beside them under a name of its own. The losses need no seeds but
bytes to draw from.
"""
import gzip
import pathlib
import random
import struct

CORPUS = pathlib.Path(__file__).parent / "corpus"
IMAGES, LABELS, PACKED, VALID = 0, 1, 2, 4  # flags of idx.cpp


def write(target, name, data):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def idx(dimensions, values):
    return struct.pack(">I", 0x0800 + len(dimensions)) + struct.pack(f">{len(dimensions)}I", *dimensions) + values


def write_idx():
    images = idx([2, 3, 2], bytes(range(12)))
    labels = idx([3], b"\x00\x05\x09")
    for name, flags, data in [
        ("images", IMAGES, images),
        ("images_packed", PACKED, images),
        ("images_gzip", IMAGES, gzip.compress(images, mtime=0)),
        ("images_overflow", IMAGES, idx([0xFFFFFFFF, 0xFFFFFFFF, 2], b"\x01")),
        ("images_none", IMAGES, idx([0, 28, 28], b"")),
        ("images_valid", VALID, images),
        ("images_valid_packed", VALID | PACKED, images),
        ("labels_valid", VALID | LABELS, labels),
        ("labels", LABELS, labels),
        ("labels_packed", LABELS | PACKED, labels),
        ("labels_gzip", LABELS, gzip.compress(labels, mtime=0)),
    ]:
        write("idx", name, bytes([flags]) + data)


def write_safetensors():
    one = '{"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}'
    two = '{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},' \
          '"b":{"dtype":"F32","shape":[0,9],"data_offsets":[4,4]}}'
    overlap = '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}'
    overflow = '{"a":{"dtype":"F32","shape":[4294967296,1073741824],"data_offsets":[0,0]}}'
    for name, header, data in [
        ("one", one, struct.pack("<2f", 1, -2)),
        ("two", two, struct.pack("<f", float("nan"))),
        ("overlap", overlap, bytes(6)),
        ("overflow", overflow, b""),
        ("empty", "{}", b""),
    ]:
        text = header.encode()
        write("safetensors", name, bytes([1, len(data)]) + text + data)
        write("safetensors", name + "_raw", b"\0" + struct.pack("<Q", len(text)) + text + data)


def write_command_line():
    for name, lines in {
        "train": ["train", "--loss", "stft", "--window=5", "--windows", "4,8", "--epochs", "3", "--overwrite"],
        "evaluate": ["evaluate", "checkpoint.safetensors", "--json", "--faces", "32"],
        "compare": ["compare", "--rows", "l2,ssim", "--seeds", "1,2", "--threads", "2"],
        "sample": ["sample", "x", "--count", "-1", "--seed", "18446744073709551616"],
        "help": ["train", "--help"],
        "choice": ["train", "--phase-distance", "raw", "--rate-minimum", "1e-400", "--beta=nan"],
    }.items():
        write("command_line", name, "\n".join(lines).encode())


def drawn(*draws):
    """The bytes that fuzz/support/draw.hpp draws these numbers from, each given with the range it is drawn from."""
    data = b""
    for number, low, high in draws:
        data += (number - low).to_bytes(max(1, ((high - low).bit_length() + 7) // 8), "big")
    return data[::-1]  # it begins at the end


def write_layouts():
    def place(begin, *strides):
        return [(begin, 0, 599), *((stride, -most, most) for stride, most in zip(strides, (60, 30, 9, 9)))]

    rows = (12, 6, 3, 1)
    for name, prediction, target, gradient, weighted in [
        ("rows", place(0, *rows), place(100, *rows), place(200, *rows), 0),
        ("weighted", place(0, *rows), place(100, *rows), place(200, *rows), 1),
        ("interleaved", place(0, 12, 1, 6, 2), place(100, *rows), place(200, 12, 1, 6, 2), 0),
        ("backwards", place(99, *(-s for s in rows)), place(100, *rows), place(399, *(-s for s in rows)), 1),
        ("repeated", place(0, 0, 0, 3, 1), place(100, *rows), place(200, *rows), 0),
        ("repeated_gradient", place(0, *rows), place(100, *rows), place(200, 0, 6, 3, 1), 0),
        ("shared", place(0, *rows), place(100, *rows), place(20, 12, 1, 6, 2), 0),
    ]:
        # Neither wild options nor wild pixels, and 2 images of 2 channels and 2 x 3 pixels.
        numbers = [(0, 0, 3), (0, 0, 3), (2, 0, 2), (2, 0, 2), (2, 0, 3), (3, 0, 3)]
        numbers += prediction + target + place(300, *rows) + gradient + [(weighted, 0, 255)]
        write("layouts", name, drawn(*numbers))


def write_losses():
    generator = random.Random(1)
    for target in ["losses", "spectral_losses"]:
        for i in range(4):
            write(target, f"random_{i}", generator.randbytes(200))


write_idx()
write_safetensors()
write_command_line()
write_layouts()
write_losses()
