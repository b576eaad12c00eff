#!/usr/bin/env python3
"""What full distributions say about four models, and their modified losses, as JSON on standard output.

Everything by the definitions, in float64, from ln p of every token in every context: numpy for the metrics,
PyTorch's cross_entropy for the losses; the focal loss is the formula of Lin et al. (2017). The best temperature
is found by bisecting the derivative of the cross-entropy, whose every value goes through all rows again.

The tokens of bigrams are those of the protocol wikitext-eos: every line and an <eos> behind it; the first one
has no context and is no target. Those of the n-gram model are those of `sentence`; its <s>, which is never
predicted, is left out of the rows, as if the vocabulary did not have it.
"""

import argparse
import json
import math
import os
import sys

import numpy
import torch
import torch.nn.functional as F

import expected
import make_tiny

BINS = 15
TINY_TEXT = "the sea rises\nthe sea the\n\nrises odd sea sea the rises rises\nsea\n"
TEMPERATURE, SMOOTHING, IGNORED, GAMMA = 1.7, 0.1, 0, 2.0


def tiny_logits():
    out, embed = numpy.array(make_tiny.OUT), numpy.array(make_tiny.EMBED)
    factored = embed @ out.T + numpy.array(make_tiny.BIAS)
    return {
        "models/tiny.table.safetensors": (make_tiny.TABLE_WORDS, numpy.array(make_tiny.TABLE)),
        "models/tiny.factored.safetensors": (make_tiny.FACTORED_WORDS, factored),
    }


def almanac_logits(folder):
    tensors = expected.read_safetensors(os.path.join(folder, "model.safetensors"))
    with open(os.path.join(folder, "vocab.txt"), encoding="utf-8", newline="\n") as file:
        words = [line.rstrip("\n") for line in file]
    return words, tensors["embed.weight"] @ tensors["out.weight"].T + tensors["out.bias"]


def ngram_rows(path, text):
    model = expected.Arpa(path)
    words, rows, targets = [word for word in model.words if word != "<s>"], [], []
    for line in text.splitlines():
        history = ["<s>"]
        for word in [*line.split(), "</s>"]:
            rows.append([model.score(history, word)[1] * math.log(10) for word in words])
            targets.append(words.index(model.known(word)))
            history.append(model.known(word))
    ids = [model.words.index(word) for word in words]
    return numpy.array(rows), numpy.array(targets), ids


def encode(lines, words):
    ids = {word: number for number, word in enumerate(words)}
    return [ids.get(word, ids["<unk>"]) for line in lines for word in [*line, "<eos>"]]


def log_softmax(logits):
    top = logits.max(axis=1, keepdims=True)
    return logits - top - numpy.log(numpy.exp(logits - top).sum(axis=1, keepdims=True))


def mean(values):
    return math.fsum(values) / len(values)


def slope(logits, own, beta):
    """The derivative of the mean cross-entropy of softmax(beta · logits) by beta."""
    p = numpy.exp(log_softmax(beta * logits))
    return mean((p * logits).sum(axis=1) - own)


def best_temperature(logits, own):
    low, high = 1 / 8, 8.0
    for _ in range(60):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if slope(logits, own, middle) < 0 else (low, middle)
    return 1 / low


def calibration(p, correct):
    table = [[] for _ in range(BINS)]
    for confidence, right in zip(p.max(axis=1), correct):
        table[min(max(math.ceil(confidence * BINS) - 1, 0), BINS - 1)].append((confidence, right))
    bins = [
        {"targets": len(b), "confidence": mean([c for c, _ in b]), "accuracy": mean([r for _, r in b])}
        if b
        else {"targets": 0}
        for b in table
    ]
    error = math.fsum(b["targets"] * abs(b["accuracy"] - b["confidence"]) for b in bins if b["targets"])
    return {"expected_calibration_error": error / len(correct), "bins": bins}


def distribution(logp, targets):
    p, n = numpy.exp(logp), numpy.arange(len(targets))
    own = logp[n, targets]
    above = (logp > own[:, None]).sum(axis=1)
    equal = (logp == own[:, None]).sum(axis=1)
    # Among equals the order is a matter of chance: every rank that the target can have.
    ranks = [range(a + 1, a + e + 1) for a, e in zip(above.tolist(), equal.tolist())]
    temperature = best_temperature(logp, own)
    return {
        "entropy_nats": mean(-(p * logp).sum(axis=1)),
        "cross_entropy_nats": mean(-logp[n, targets]),
        "accuracy": {f"at_{k}": mean([mean([r <= k for r in rs]) for rs in ranks]) for k in (1, 5, 10)},
        "mean_reciprocal_rank": mean([mean([1 / r for r in rs]) for rs in ranks]),
        "mean_rank": mean([mean(rs) for rs in ranks]),
        "calibration": calibration(p, [mean([r == 1 for r in rs]) for rs in ranks]),
        "normalization": {
            "largest": max(abs(math.fsum(row) - 1) for row in p),
            "mean": mean([abs(math.fsum(row) - 1) for row in p]),
        },
        "temperature": {
            "best": temperature,
            "nats_per_token": mean(-log_softmax(logp / temperature)[n, targets]),
        },
    }


def losses(logits, targets, ids):
    logits, targets = torch.tensor(logits), torch.tensor(targets)
    weights = torch.tensor([c % 5 / 4 for c in ids], dtype=torch.float64)

    def focal(z, w, ignored=None):
        keep = torch.ones(len(targets), dtype=torch.bool) if ignored is None else targets != ignored
        cost = F.cross_entropy(z[keep], targets[keep], reduction="none")
        w = w[targets[keep]]
        return (w * (1 - torch.exp(-cost)) ** GAMMA * cost).sum() / w.sum()

    values = {
        "temperature": F.cross_entropy(logits / TEMPERATURE, targets),
        "label_smoothing": F.cross_entropy(logits, targets, label_smoothing=SMOOTHING),
        "ignored": F.cross_entropy(logits, targets, ignore_index=IGNORED),
        "class_weights": F.cross_entropy(logits, targets, weight=weights),
        "focal": focal(logits, torch.ones_like(weights)),
        "combined_smoothed": F.cross_entropy(
            logits / TEMPERATURE, targets, weight=weights, ignore_index=IGNORED, label_smoothing=SMOOTHING
        ),
        "combined_focal": focal(logits / TEMPERATURE, weights, IGNORED),
    }
    return {name: value.item() for name, value in values.items()}


def entry(model, protocol, rows, targets, ids, **more):
    metrics = {"distribution": distribution(rows, targets), "losses": losses(rows, targets, ids)}
    return {"model": model, "protocol": protocol, **more, **metrics}


def bigram_entry(model, logits, stream, **more):
    rows, targets = log_softmax(logits[stream[:-1]]), numpy.array(stream[1:])
    return entry(model, "wikitext-eos", rows, targets, range(len(logits)), **more)


def ngram_entry(models, name):
    with open(os.path.join(models, "kenlm", "tiny.text"), encoding="utf-8", newline="\n") as file:
        text = file.read()
    rows, targets, ids = ngram_rows(os.path.join(models, "kenlm", name), text)
    return entry("models/kenlm/" + name, "sentence", rows, targets, ids, text=text)


def main():
    parser = argparse.ArgumentParser(description="reference values of full distributions")
    parser.add_argument("corpus", help="the folder with valid.txt")
    parser.add_argument("models", help="the folder with almanac.bigram and kenlm")
    arguments = parser.parse_args()
    lines = [line.split() for line in TINY_TEXT.splitlines()]
    cases = [
        bigram_entry(name, logits, encode(lines, words), text=TINY_TEXT)
        for name, (words, logits) in tiny_logits().items()
    ]
    words, logits = almanac_logits(os.path.join(arguments.models, "almanac.bigram"))
    stream = encode(expected.read_lines(os.path.join(arguments.corpus, "valid.txt")), words)
    almanac = "models/almanac.bigram/model.safetensors"
    cases.append(bigram_entry(almanac, logits, stream, corpus="almanac/valid.txt"))
    cases.append(ngram_entry(arguments.models, "tiny.o4.arpa"))
    parameters = {"temperature": TEMPERATURE, "label_smoothing": SMOOTHING, "ignored": IGNORED, "focal": GAMMA}
    json.dump({"parameters": parameters, "cases": cases}, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
