#!/usr/bin/env python3
"""Makes a feed-forward 4-gram model whose tensors have names of their own, and the description that says what
they are: V = 6 with <s>, which is never predicted, d = 2, two hidden layers of 3 and 2 units, direct
connections. The numbers have no meaning but are all exact in float16."""

import json
import os
import struct
import sys

import safetensors_file

WORDS = ["<eos>", "<unk>", "the", "sea", "rises", "<s>"]
SHAPES = {"words": (6, 2), "a.w": (3, 6), "a.b": (3,), "b.w": (2, 3), "softmax.w": (5, 2), "softmax.b": (5,),
          "short": (5, 6), "steps": (1,)}
DESCRIPTION = {
    "schema": "perplex.model/1",
    "weights": "weights.safetensors",
    "architecture": "ffn",
    "order": 4,
    "activation": "hardtanh",
    "context_order": "newest-first",
    "start_token": "<s>",
    "start_id": 5,
    "tensors": {
        "embed.weight": "words",
        "hidden.0.weight": "a.w",
        "hidden.0.bias": "a.b",
        "hidden.1.weight": "b.w",
        "out.weight": "softmax.w",
        "out.bias": "softmax.b",
        "direct.weight": "short",
    },
    "vocabulary": "words.vocab.txt",
}


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: make_described.py FOLDER")
    folder = sys.argv[1]
    tensors, seed = {}, 1
    for name, shape in SHAPES.items():
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        values = []
        for _ in range(count):
            seed = seed * 37 % 101
            values.append((seed - 50) / 32)
        tensors[name] = ("F16", shape, struct.pack(f"<{count}e", *values))
    safetensors_file.write(os.path.join(folder, "weights.safetensors"), {}, tensors)
    with open(os.path.join(folder, "words.vocab.txt"), "w", encoding="utf-8", newline="\n") as file:
        file.writelines(word + "\n" for word in WORDS)
    with open(os.path.join(folder, "model.json"), "w", encoding="utf-8", newline="\n") as file:
        json.dump(DESCRIPTION, file, indent=2)  # whatever is cut off is missed


if __name__ == "__main__":
    main()
