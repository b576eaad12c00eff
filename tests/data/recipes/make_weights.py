#!/usr/bin/env python3
"""Makes the tiny bigrams of make_tiny.py again, in the other containers of weights.

The numbers are the same in all of them, so that the models are too. Needs numpy; the archives come out the same,
byte for byte, where zlib does.
"""

import json
import os
import struct
import sys
import zipfile

import numpy

import make_tiny
import safetensors_file

DATE = (2020, 1, 1, 0, 0, 0)


def vocabulary(folder, words):
    with open(os.path.join(folder, "vocab.txt"), "w", encoding="utf-8", newline="\n") as file:
        file.writelines(word + "\n" for word in words)


def bfloat16(rows):
    """As ml_dtypes writes it: two bytes of no type."""
    upper = numpy.asarray(rows, "<f4").view("<u4") >> 16
    return upper.astype("<u2").view("V2")


class Pipe:
    """What cannot go back: sizes and checksums come behind the members then."""

    def __init__(self, file):
        self.write, self.flush = file.write, file.flush


def write_npz(path, arrays, compression, force_zip64=True, streamed=False):
    """numpy.savez with dates that do not change."""
    with open(path, "wb") as output, zipfile.ZipFile(Pipe(output) if streamed else output, "w", compression) as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(name + ".npy", DATE)
            entry.compress_type = compression
            with archive.open(entry, "w", force_zip64=force_zip64) as file:
                numpy.lib.format.write_array(file, numpy.asanyarray(array), allow_pickle=False)


def make_numpy(folder):
    table = numpy.array(make_tiny.TABLE)
    vocabulary(folder, make_tiny.TABLE_WORDS)
    numpy.save(os.path.join(folder, "table.f4.npy"), table.astype("<f4"))
    numpy.save(os.path.join(folder, "table.f8.big-endian.fortran.npy"), numpy.asfortranarray(table.astype(">f8")))
    write_npz(os.path.join(folder, "table.stored.npz"),
              {"logits": table.astype("<f2"), "perplex.architecture": "bigram", "perplex.order": 2},
              zipfile.ZIP_STORED)
    write_npz(os.path.join(folder, "table.deflated.npz"),
              {"logits": table, "perplex.architecture": numpy.bytes_("table")}, zipfile.ZIP_DEFLATED, False)
    write_npz(os.path.join(folder, "table.streamed.npz"), {"logits": table.astype("<f4")}, zipfile.ZIP_STORED,
              streamed=True)


def make_factored(folder):
    vocabulary(folder, make_tiny.FACTORED_WORDS)
    embed, out, bias = (numpy.array(part) for part in (make_tiny.EMBED, make_tiny.OUT, make_tiny.BIAS))
    write_npz(os.path.join(folder, "factored.npz"),
              {"embed.weight": numpy.asfortranarray(embed.astype(">f4")), "out.weight": bfloat16(out),
               "out.bias": bias.astype(">f8"), "perplex.architecture": "bigram"}, zipfile.ZIP_DEFLATED)


def make_sharded(folder):
    """As transformers names the files."""
    flat, bfloat = make_tiny.flat, make_tiny.bfloat16
    shards = [
        {"embed.weight": ("BF16", (7, 3), bfloat(flat(make_tiny.EMBED)))},
        {"out.weight": ("BF16", (7, 3), bfloat(flat(make_tiny.OUT))),
         "out.bias": ("F32", (7,), struct.pack("<7f", *make_tiny.BIAS))},
    ]
    names = [f"model-{i + 1:05}-of-{len(shards):05}.safetensors" for i in range(len(shards))]
    for name, tensors in zip(names, shards):
        safetensors_file.write(os.path.join(folder, name), {"format": "pt"}, tensors)
    index = {
        "metadata": {"total_size": sum(len(part[2]) for shard in shards for part in shard.values())},
        "weight_map": {tensor: name for name, shard in zip(names, shards) for tensor in sorted(shard)},
    }
    with open(os.path.join(folder, "model.safetensors.index.json"), "w", encoding="utf-8", newline="\n") as file:
        json.dump(index, file, indent=2, sort_keys=True)
    vocabulary(folder, make_tiny.FACTORED_WORDS)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: make_weights.py FOLDER")
    for name, make in (("numpy", make_numpy), ("numpy.factored", make_factored), ("sharded", make_sharded)):
        folder = os.path.join(sys.argv[1], name)
        os.makedirs(folder, exist_ok=True)
        make(folder)


if __name__ == "__main__":
    main()
