#!/usr/bin/env python3
"""Writes small ARPA models and has KenLM's build_binary turn them into binaries of all six types.

    make_kenlm.py BUILD_BINARY MODELS_FOLDER OTHERS_FOLDER

Order 4, interpolated absolute discounting (D = 1/2) of a few sentences, the unigrams interpolated with the
uniform distribution; backoffs by normalisation with the numbers as they are printed, so that every context
sums to one whatever was left out. Fewer than 256 n-grams are of one order: with 8 bits quantisation loses
nothing.
"""

import collections
import math
import os
import subprocess
import sys

ORDER = 4
SENTENCES = """the sea rises and the moon falls
the moon rises
the sea falls and the sea rises and falls
a cat sat on the moon
the cat sat and the cat fell
naïve tides of the sea rise and fall
the moon rises and the sea falls
a moon of the sea""".split("\n")


def count(order):
    counts = collections.Counter()
    for sentence in SENTENCES:
        words = ("<s>",) + tuple(sentence.split()) + ("</s>",)
        for k in range(1, order + 1):
            counts.update(words[i:i + k] for i in range(len(words) - k + 1) if words[i:i + k] != ("<s>",))
    return counts


class Model:
    def __init__(self, unknown, left_out):
        counts = count(ORDER)
        contexts, kinds = collections.Counter(), collections.Counter()
        for ngram, c in counts.items():
            contexts[ngram[:-1]] += c
            kinds[ngram[:-1]] += 1
        types = [n[0] for n in counts if len(n) == 1] + (["<unk>"] if unknown else [])

        def interpolated(ngram):
            if not ngram:
                return 1 / len(types)
            h = ngram[:-1]
            if not contexts[h]:
                return interpolated(ngram[1:])
            return (max(counts[ngram] - 0.5, 0) + 0.5 * kinds[h] * interpolated(ngram[1:])) / contexts[h]

        self.p = {(w,): float("%.6f" % math.log10(interpolated((w,)))) for w in sorted(types)}
        kept = sorted(n for n in counts if len(n) > 1 and n not in left_out)
        self.p.update((n, float("%.6f" % math.log10(interpolated(n)))) for n in kept)
        self.backoff = {}
        for k in range(1, ORDER):
            for h in sorted({n[:-1] for n in self.p if len(n) == k + 1}):
                follow = [n for n in self.p if len(n) == k + 1 and n[:-1] == h]
                left = 1 - sum(10 ** self.p[n] for n in follow)
                lower = 1 - sum(10 ** self.score(n[1:]) for n in follow)
                self.backoff[h] = float("%.6f" % math.log10(left / lower))
        self.p[("<s>",)] = 0

    def score(self, ngram):
        if ngram in self.p:
            return self.p[ngram]
        return self.backoff.get(ngram[:-1], 0) + self.score(ngram[1:])

    def write(self, path):
        with open(path, "w", encoding="utf-8") as file:
            by_length = [[n for n in self.p if len(n) == k] for k in range(1, ORDER + 1)]
            file.write("\\data\\\n" + "".join("ngram %d=%d\n" % (k + 1, len(of)) for k, of in enumerate(by_length)))
            for k, of in enumerate(by_length):
                file.write("\n\\%d-grams:\n" % (k + 1))
                for n in of:
                    backoff = "" if k + 1 == ORDER else "\t%.7g" % self.backoff.get(n, 0)
                    file.write("%.7g\t%s%s\n" % (self.p[n], " ".join(n), backoff))
            file.write("\n\\end\\\n")


def main():
    build, models, others = sys.argv[1:]
    tiny, blanks, known = (os.path.join(folder, name + ".arpa") for folder, name in
                           ((models, "tiny.o4"), (others, "blanks"), (others, "no-unknown")))
    Model(True, ()).write(tiny)
    # What is a suffix of longer n-grams, of which build_binary makes blanks, and no context of others: it would refuse that.
    Model(True, {("fell", "</s>"), ("moon", "rises", "</s>")}).write(blanks)
    Model(False, ()).write(known)

    def binary(path, *arguments):
        subprocess.run([build, *arguments, path], check=True, stderr=subprocess.DEVNULL)

    lower = []
    for k in range(1, ORDER):
        lower.append(os.path.join(others, "lower%d.arpa" % k))
        cut(tiny, k, lower[-1])
    for name, arguments in (("probing", ["probing"]),
                            ("rest-probing", ["-p", "1.2", "-r", " ".join(lower), "probing"]),
                            ("trie", ["trie"]),
                            ("trie-q8b8", ["-q", "8", "-b", "8", "trie"]),
                            ("trie-a255", ["-a", "255", "trie"]),
                            ("trie-a255-q8b8", ["-a", "255", "-q", "8", "-b", "8", "trie"])):
        binary(os.path.join(models, "tiny.o4." + name + ".bin"), *arguments, tiny)
    for path in lower:
        os.unlink(path)
    binary(os.path.join(others, "no-words.probing.bin"), "-v", "-p", "1.2", "probing", tiny)
    binary(os.path.join(others, "no-words.trie.bin"), "-v", "trie", tiny)
    for name, arpa in (("blanks", blanks), ("no-unknown", known)):
        for kind in ("probing", "trie"):
            binary(os.path.join(others, name + "." + kind + ".bin"), kind, arpa)
    many = os.path.join(others, "many-blanks.arpa")
    write_many_blanks(many)
    binary(os.path.join(others, "many-blanks.probing.bin"), "-p", "12", "probing", many)
    binary(os.path.join(others, "many-blanks.trie.bin"), "trie", many)


def write_many_blanks(path):
    """Ten 2-grams, and 81 3-grams whose suffixes are not among them."""
    words = ["<unk>", "<s>", "</s>"] + ["w%d" % i for i in range(10)]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\\data\\\nngram 1=13\nngram 2=10\nngram 3=81\n\n\\1-grams:\n")
        for i, word in enumerate(words):
            if word == "</s>":
                file.write("-1.2000\t</s>\n")
            else:
                file.write("%.4f\t%s\t%.4f\n" % (-99 if word == "<s>" else -1.0 - 0.05 * i, word, -0.3 - 0.01 * i))
        file.write("\n\\2-grams:\n")
        for j in range(10):
            file.write("%.4f\tw0 w%d\t%.4f\n" % (-0.5 - 0.01 * j, j, -0.1 - 0.02 * j))
        file.write("\n\\3-grams:\n")
        for j in range(1, 10):
            for k in range(1, 10):
                file.write("%.4f\tw0 w%d w%d\n" % (-0.2 - 0.01 * j - 0.003 * k, j, k))
        file.write("\n\\end\\\n")


def cut(path, order, to):
    """The orders up to `order`, without the backoffs of the highest: a model with the same words."""
    with open(path, encoding="utf-8") as file, open(to, "w", encoding="utf-8") as out:
        head, *sections = file.read().split("\n\\")
        out.write("\n".join(head.split("\n")[:order + 1]) + "\n\n")
        for k, section in enumerate(sections[:order], 1):
            lines = section.rstrip("\n").split("\n")
            if k == order:
                lines = [lines[0]] + ["\t".join(line.split("\t")[:2]) for line in lines[1:]]
            out.write("\\" + "\n".join(lines) + "\n\n")
        out.write("\\end\\\n")


main()
