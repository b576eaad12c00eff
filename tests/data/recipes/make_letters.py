#!/usr/bin/env python3
"""Makes a bigram of characters, and the text that it is of.

usage: make_letters.py TEXT OUT-FOLDER

The text is the first lines of TEXT. A logit is the logarithm of how often a character follows another, plus 1/4, as
float32 in a table; the vocabulary is JSON, for a line's end is one of its tokens.
"""

import json
import os
import sys

import numpy

LINES = 5


def main():
    source, folder = sys.argv[1:]
    with open(source, encoding="utf-8", newline="") as file:
        text = "".join(file.readlines()[:LINES])
    letters = sorted(set(text))
    ids = {letter: number for number, letter in enumerate(letters)}
    counts = numpy.full((len(letters), len(letters)), 0.25)
    for before, after in zip(text, text[1:]):
        counts[ids[before], ids[after]] += 1
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "text.txt"), "w", encoding="utf-8", newline="") as file:
        file.write(text)
    with open(os.path.join(folder, "vocab.json"), "w", encoding="utf-8") as file:
        json.dump(ids, file, ensure_ascii=False)
        file.write("\n")
    numpy.save(os.path.join(folder, "table.npy"), numpy.log(counts).astype("<f4"))


if __name__ == "__main__":
    main()
