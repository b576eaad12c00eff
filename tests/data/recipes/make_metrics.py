#!/usr/bin/env python3
"""What full distributions say about three bigrams, and their modified losses, as JSON on standard output.

Everything by the definitions, in float64, from the logits of every row: numpy for the metrics, PyTorch's
cross_entropy for the losses; the focal loss is the formula of Lin et al. (2017). The best temperature is found
by bisecting the derivative of the cross-entropy, whose every value goes through all rows again.

The stream of tokens is that of the protocol wikitext-eos: every line and an <eos> behind it; the first token
has no context and is no target.
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


def distribution(logits, targets):
    logp = log_softmax(logits)
    p, n = numpy.exp(logp), numpy.arange(len(targets))
    own = logits[n, targets]
    above = (logits > own[:, None]).sum(axis=1)
    equal = (logits == own[:, None]).sum(axis=1)
    # Among equals the order is a matter of chance: every rank that the target can have.
    ranks = [range(a + 1, a + e + 1) for a, e in zip(above.tolist(), equal.tolist())]
    temperature = best_temperature(logits, own)
    return {
        "entropy_nats": mean(-(p * logp).sum(axis=1)),
        "cross_entropy_nats": mean(-logp[n, targets]),
        "accuracy": {f"at_{k}": mean([mean([r <= k for r in rs]) for rs in ranks]) for k in (1, 5, 10)},
        "mean_reciprocal_rank": mean([mean([1 / r for r in rs]) for rs in ranks]),
        "mean_rank": mean([mean(rs) for rs in ranks]),
        "calibration": calibration(p, [mean([r == 1 for r in rs]) for rs in ranks]),
        "temperature": {
            "best": temperature,
            "nats_per_token": mean(-log_softmax(logits / temperature)[n, targets]),
        },
    }


def losses(logits, targets):
    logits, targets = torch.tensor(logits), torch.tensor(targets)
    weights = torch.tensor([c % 5 / 4 for c in range(logits.shape[1])], dtype=torch.float64)

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


def entry(model, logits, stream, **more):
    rows, targets = logits[stream[:-1]], numpy.array(stream[1:])
    return {"model": model, **more, "distribution": distribution(rows, targets), "losses": losses(rows, targets)}


def main():
    parser = argparse.ArgumentParser(description="reference values of full distributions")
    parser.add_argument("corpus", help="the folder with valid.txt")
    parser.add_argument("models", help="the folder with almanac.bigram")
    arguments = parser.parse_args()
    lines = [line.split() for line in TINY_TEXT.splitlines()]
    cases = [
        entry(name, logits, encode(lines, words), text=TINY_TEXT)
        for name, (words, logits) in tiny_logits().items()
    ]
    words, logits = almanac_logits(os.path.join(arguments.models, "almanac.bigram"))
    stream = encode(expected.read_lines(os.path.join(arguments.corpus, "valid.txt")), words)
    cases.append(entry("models/almanac.bigram/model.safetensors", logits, stream, corpus="almanac/valid.txt"))
    parameters = {"temperature": TEMPERATURE, "label_smoothing": SMOOTHING, "ignored": IGNORED, "focal": GAMMA}
    json.dump({"parameters": parameters, "cases": cases}, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
