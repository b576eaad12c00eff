#!/usr/bin/env python3
"""Makes two bigram models of a few hundred bytes, small enough to be cut off at every byte.

The numbers have no meaning but are all exact in their type: a table [5, 5] in float32, and the factored form
with V = 7, d = 3 in bfloat16, which is the upper half of a float32.
"""

import os
import struct
import sys

import safetensors_file

METADATA = {"perplex.architecture": "bigram"}

TABLE_WORDS = ["<eos>", "<unk>", "the", "sea", "rises"]
TABLE = [
    [-1.5, -2.0, 1.25, 0.5, -0.75],
    [0.5, -0.25, 0.75, 0.0, 0.25],
    [-3.0, 0.5, -2.5, 2.0, -1.0],
    [0.75, -0.5, -1.0, -2.25, 1.75],
    [2.5, 0.125, -0.5, -1.25, -3.5],
]

FACTORED_WORDS = ["<eos>", "<unk>", "the", "moon", "sea", "rises", "falls"]
EMBED = [
    [0.5, -1.0, 0.25],
    [0.0, 0.125, -0.25],
    [-1.5, 0.75, 1.0],
    [1.25, 0.5, -0.5],
    [1.0, 0.25, -0.75],
    [-0.5, -1.25, -1.0],
    [-0.25, -1.5, -0.875],
]
OUT = [
    [-0.5, -1.0, -1.25],
    [0.125, 0.0, 0.25],
    [0.75, -1.5, 0.5],
    [-1.0, 0.5, 0.875],
    [-0.75, 0.625, 1.0],
    [1.5, 0.25, -0.5],
    [1.25, 0.375, -0.75],
]
BIAS = [0.5, -0.25, 1.0, -0.5, -0.75, 0.0, 0.125]


def float32(values):
    return struct.pack(f"<{len(values)}f", *values)


def bfloat16(values):
    upper = b""
    for value in values:
        whole = struct.pack("<f", value)
        if whole[:2] != b"\0\0":
            sys.exit(f"{value} is not exact in bfloat16")
        upper += whole[2:]
    return upper


def flat(rows):
    return [value for row in rows for value in row]


def write_model(folder, name, words, tensors):
    safetensors_file.write(os.path.join(folder, name + ".safetensors"), METADATA, tensors)
    with open(os.path.join(folder, name + ".vocab.txt"), "w", encoding="utf-8", newline="\n") as file:
        file.writelines(word + "\n" for word in words)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: make_tiny.py FOLDER")
    folder = sys.argv[1]
    write_model(folder, "tiny.table", TABLE_WORDS, {"logits": ("F32", (5, 5), float32(flat(TABLE)))})
    factored = {
        "embed.weight": ("BF16", (7, 3), bfloat16(flat(EMBED))),
        "out.weight": ("BF16", (7, 3), bfloat16(flat(OUT))),
        "out.bias": ("BF16", (7,), bfloat16(BIAS)),
    }
    write_model(folder, "tiny.factored", FACTORED_WORDS, factored)


if __name__ == "__main__":
    main()
