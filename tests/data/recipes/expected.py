#!/usr/bin/env python3
"""What the almanac models cost on the almanac, computed by the definitions alone, as JSON on standard output.

- The ARPA model: every line between <s> and a scored </s>, unknown words as <unk>. p(w | h) is that of the
  longest stored n-gram which is a suffix of h w, times the backoffs of every longer context that is stored. The
  numbers of the file are rounded to float32 first and then added in float64.
- The bigram: one stream with <eos> after every line, unknown words as <unk>, the first token not scored. A
  softmax in float64 over the float16 weights as they are stored.

Totals are exact sums (math.fsum). Needs numpy. `--check-sums N` looks at the ARPA model instead: it adds up the
whole distribution of about N contexts, spread over all that the file has, and of some that it has not.
"""

import argparse
import hashlib
import json
import math
import os
import re
import struct
import sys

import numpy

SPLITS = ("valid", "test")
UNSEEN = (("sea", "<unk>"), ("<unk>", "<unk>"), ("<unk>", "the"), (".", "the"))


def read_lines(path):
    with open(path, encoding="utf-8", newline="\n") as file:
        return [[word for word in re.split("[ \t]+", line.rstrip("\n")) if word] for line in file]


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def as_float32(text):
    return float(numpy.float32(text))


class Arpa:
    def __init__(self, path):
        self.probability, self.backoff = {}, {}
        self.path, self.order = path, 0
        with open(path, encoding="utf-8", newline="\n") as file:
            for line in file:
                section = re.fullmatch(r"\\(\d+)-grams:\n", line)
                if section:
                    self.order = int(section[1])
                elif self.order and "\t" in line:
                    fields = line.rstrip("\n").split("\t")
                    ngram = tuple(fields[1].split(" "))
                    assert len(ngram) == self.order and ngram not in self.probability
                    self.probability[ngram] = as_float32(fields[0])
                    self.backoff[ngram] = as_float32(fields[2]) if len(fields) > 2 else 0.0
        self.words = [ngram[0] for ngram in self.probability if len(ngram) == 1]

    def known(self, word):
        return word if (word,) in self.probability else "<unk>"

    def score(self, history, word):
        """The length of the n-gram that was found, and log10 p."""
        context, terms = tuple(history)[-(self.order - 1) :], []
        while (*context, word) not in self.probability:
            terms.append(self.backoff.get(context, 0.0))
            context = context[1:]
        terms.append(self.probability[(*context, word)])
        return len(context) + 1, math.fsum(terms)


def summary(model_path, path, lines, nats, unknown):
    total = math.fsum(nats)
    return {
        "model_sha256": sha256(model_path),
        "corpus_sha256": sha256(path),
        "bytes": os.path.getsize(path),
        "lines": len(lines),
        "words": sum(len(line) for line in lines),
        "tokens": sum(len(line) + 1 for line in lines),
        "scored": len(nats),
        "unknown": unknown,
        "total_nats": total,
        "mean_nats": total / len(nats),
        "perplexity": math.exp(total / len(nats)),
    }


def score_arpa(model, path):
    lines, unknown = read_lines(path), 0
    found = {length: [] for length in range(1, model.order + 1)}
    for line in lines:
        history = ["<s>"]
        for word in [*line, "</s>"]:
            unknown += model.known(word) != word
            length, logarithm = model.score(history, model.known(word))
            found[length].append(-logarithm * math.log(10))
            history.append(model.known(word))
    result = summary(model.path, path, lines, [x for nats in found.values() for x in nats], unknown)
    result["orders"] = [
        {"order": length, "tokens": len(nats), "nats": math.fsum(nats)} for length, nats in found.items()
    ]
    return result


def read_safetensors(path):
    with open(path, "rb") as file:
        content = file.read()
    (size,) = struct.unpack_from("<Q", content)
    header, tensors = json.loads(content[8 : 8 + size]), {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = (8 + size + offset for offset in entry["data_offsets"])
        assert entry["dtype"] == "F16"
        values = numpy.frombuffer(content[begin:end], dtype="<f2").astype(numpy.float64)
        tensors[name] = values.reshape(entry["shape"])
    return tensors


def score_bigram(folder, path):
    model_path = os.path.join(folder, "model.safetensors")
    tensors = read_safetensors(model_path)
    with open(os.path.join(folder, "vocab.txt"), encoding="utf-8", newline="\n") as file:
        ids = {line.rstrip("\n"): number for number, line in enumerate(file)}
    lines = read_lines(path)
    stream = [word for line in lines for word in [*line, "<eos>"]]
    encoded = [ids.get(word, ids["<unk>"]) for word in stream]
    rows, nats = {}, []
    for previous, target in zip(encoded, encoded[1:]):
        if previous not in rows:
            logits = tensors["out.weight"] @ tensors["embed.weight"][previous] + tensors["out.bias"]
            top = logits.max()
            rows[previous] = top + math.log(math.fsum(numpy.exp(logits - top))) - logits
        nats.append(float(rows[previous][target]))
    return summary(model_path, path, lines, nats, sum(word not in ids for word in stream[1:]))


def check_sums(model, count):
    contexts = [ngram for ngram in model.probability if len(ngram) < model.order and ngram[-1] != "</s>"]
    chosen = [(), *contexts[:: max(1, len(contexts) // count)], *UNSEEN]
    worst = 0.0
    for context in chosen:
        total = math.fsum(10 ** model.score(context, word)[1] for word in model.words if word != "<s>")
        worst = max(worst, abs(total - 1))
    print(f"{len(chosen)} contexts, the worst sum is {worst:.2e} off")


def main():
    parser = argparse.ArgumentParser(description="reference values of the almanac models")
    parser.add_argument("corpus", help="the folder with valid.txt and test.txt")
    parser.add_argument("models", help="the folder with almanac.o3.arpa and almanac.bigram")
    parser.add_argument("--check-sums", type=int, metavar="N")
    arguments = parser.parse_args()
    arpa = Arpa(os.path.join(arguments.models, "almanac.o3.arpa"))
    if arguments.check_sums:
        check_sums(arpa, arguments.check_sums)
        return
    folder = os.path.join(arguments.models, "almanac.bigram")
    paths = {split: os.path.join(arguments.corpus, split + ".txt") for split in SPLITS}
    result = {
        "almanac.o3": {split: score_arpa(arpa, path) for split, path in paths.items()},
        "almanac.bigram": {split: score_bigram(folder, path) for split, path in paths.items()},
    }
    json.dump(result, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
