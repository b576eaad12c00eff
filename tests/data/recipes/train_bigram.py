#!/usr/bin/env python3
"""Trains a factored bigram, logits(c) = out.weight [V, d] . embed.weight [V, d][c] + out.bias [V].

The text is one stream with <eos> after every line. Words that occur only once are <unk>. What a bigram is
trained on is a table of counts, [V, V] by context and target, so that every step of Adam takes the exact
gradient of the whole text and computes each distinct context once. The weights of the step with the least
cross-entropy on the second text are kept and rounded to float16.

Needs numpy. The same machine gives the same bytes; another BLAS may round otherwise.
"""

import argparse
import collections
import os
import re
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy  # noqa: E402 (the number of threads must be set before)

import safetensors_file  # noqa: E402

END, UNKNOWN = "<eos>", "<unk>"
STEP, DECAY, PATIENCE = 0.02, (0.9, 0.999), 20


def read_stream(path):
    stream = []
    with open(path, encoding="utf-8", newline="\n") as file:
        for line in file:
            stream += [word for word in re.split("[ \t]+", line.rstrip("\n")) if word]
            stream.append(END)
    return stream


def vocabulary_of(stream):
    """<eos>, <unk>, then the words that occur at least twice, by first appearance."""
    counts = collections.Counter(stream)
    return [END, UNKNOWN] + [word for word in counts if counts[word] > 1 and word not in (END, UNKNOWN)]


def count_pairs(stream, vocabulary):
    """[V, V], as shares of the pairs: how often the row's word is followed by the column's."""
    ids = {word: number for number, word in enumerate(vocabulary)}
    encoded = numpy.array([ids.get(word, ids[UNKNOWN]) for word in stream])
    pairs = numpy.zeros((len(vocabulary), len(vocabulary)), dtype=numpy.float32)
    numpy.add.at(pairs, (encoded[:-1], encoded[1:]), 1)
    return pairs / numpy.float32(len(encoded) - 1)


def start_weights(pairs, depth, seed):
    generator = numpy.random.default_rng(seed)
    shape = (len(pairs), depth)
    frequency = pairs.sum(axis=0) + numpy.float32(1e-5)
    return {
        "embed.weight": generator.normal(0, 0.3, shape).astype(numpy.float32),
        "out.weight": generator.normal(0, 0.3, shape).astype(numpy.float32),
        "out.bias": numpy.log(frequency / frequency.sum()),
    }


def distributions(weights):
    logits = weights["embed.weight"] @ weights["out.weight"].T + weights["out.bias"]
    logits -= logits.max(axis=1, keepdims=True)
    shares = numpy.exp(logits)
    shares /= shares.sum(axis=1, keepdims=True)
    return shares


def gradients(weights, pairs, shares):
    """Of the cross-entropy: by the logits it is p(context) softmax - p(context, target)."""
    by_logits = pairs.sum(axis=1, keepdims=True) * shares - pairs
    return {
        "embed.weight": by_logits @ weights["out.weight"],
        "out.weight": by_logits.T @ weights["embed.weight"],
        "out.bias": by_logits.sum(axis=0),
    }


def cross_entropy(shares, pairs):
    """Nats per token."""
    rows, columns = numpy.nonzero(pairs)
    return float(-(pairs[rows, columns] * numpy.log(shares[rows, columns])).sum(dtype=numpy.float64))


class Adam:
    """Kingma and Ba, "Adam: a method for stochastic optimization" (2015), algorithm 1."""

    def __init__(self, weights):
        self.moments = {name: (numpy.zeros_like(w), numpy.zeros_like(w)) for name, w in weights.items()}
        self.steps = 0

    def step(self, weights, slopes):
        self.steps += 1
        first_bias, second_bias = (1 - decay**self.steps for decay in DECAY)
        for name, slope in slopes.items():
            first, second = self.moments[name]
            first += (1 - DECAY[0]) * (slope - first)
            second += (1 - DECAY[1]) * (slope * slope - second)
            weights[name] -= STEP * (first / first_bias) / (numpy.sqrt(second / second_bias) + 1e-8)


def train(pairs, held_out, depth, seed, steps):
    """The weights that predict the held-out pairs best, stopping once nothing better has come for a while."""
    weights = start_weights(pairs, depth, seed)
    adam, best, kept, since = Adam(weights), float("inf"), None, 0
    for step in range(steps):
        shares = distributions(weights)
        loss = cross_entropy(shares, held_out)
        since += 1
        if loss < best:
            best, since = loss, 0
            kept = {name: w.copy() for name, w in weights.items()}
        print(f"step {step}: train {cross_entropy(shares, pairs):.4f}, valid {loss:.4f}", file=sys.stderr)
        if since >= PATIENCE:
            break
        adam.step(weights, gradients(weights, pairs, shares))
    return kept


def main():
    parser = argparse.ArgumentParser(description="a factored neural bigram of a text, as safetensors")
    parser.add_argument("train", help="the text to learn")
    parser.add_argument("valid", help="the text that says when to stop")
    parser.add_argument("folder", help="where model.safetensors and vocab.txt go")
    parser.add_argument("--depth", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=1000, help="the most that are made")
    arguments = parser.parse_args()
    stream = read_stream(arguments.train)
    vocabulary = vocabulary_of(stream)
    held_out = count_pairs(read_stream(arguments.valid), vocabulary)
    pairs = count_pairs(stream, vocabulary)
    weights = train(pairs, held_out, arguments.depth, arguments.seed, arguments.steps)
    os.makedirs(arguments.folder, exist_ok=True)
    with open(os.path.join(arguments.folder, "vocab.txt"), "w", encoding="utf-8", newline="\n") as file:
        file.writelines(word + "\n" for word in vocabulary)
    tensors = {name: ("F16", w.shape, w.astype("<f2").tobytes()) for name, w in weights.items()}
    path = os.path.join(arguments.folder, "model.safetensors")
    safetensors_file.write(path, {"perplex.architecture": "bigram"}, tensors)


if __name__ == "__main__":
    main()
