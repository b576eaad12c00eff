#!/usr/bin/env python3
"""Scoring with a factored bigram in PyTorch, float32, as one would write it: what `neural` compares with.

usage: neural_torch.py MODEL THREADS --ids FILE.jsonl
       neural_torch.py MODEL THREADS --text FILE --vocabulary FILE [--tokens N]

A batch of positions is one product, linear(embed[previous], out, bias), and one cross_entropy of its logits.
Batches of several sizes are tried, and the fastest is measured. Of a text (whose N first tokens are scored)
there is also the time for its distinct contexts alone: their log-sum-exps, and each token's logit by itself.
Prints a line of JSON: batch, tokens_per_second and nats_per_token, distinct_tokens_per_second, and what this
PyTorch's own product of square matrices reaches, product_gflops, by its BLAS or by oneDNN, whichever is faster.
"""
import argparse
import json
import statistics
import struct
import time

import torch
import torch.nn.functional as functional

TYPES = {"F16": torch.float16, "BF16": torch.bfloat16, "F32": torch.float32, "F64": torch.float64}
BATCHES = [32, 64, 128, 512, 1024, 2048]
SIDE = 2048


def read_tensors(path):
    with open(path, "rb") as file:
        content = bytearray(file.read())
    (size,) = struct.unpack_from("<Q", content)
    header, tensors = json.loads(content[8 : 8 + size].decode()), {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            data = torch.frombuffer(content, dtype=torch.uint8)[8 + size + begin : 8 + size + end].clone()
            tensors[name] = data.view(TYPES[entry["dtype"]]).reshape(entry["shape"]).to(torch.float32)
    return tensors


def read_ids(options):
    if options.ids:
        with open(options.ids, encoding="ascii") as file:
            return json.loads(file.readline())["input_ids"]
    with open(options.vocabulary, encoding="utf-8", newline="\n") as file:
        numbers = {line.rstrip("\n"): number for number, line in enumerate(file)}
    with open(options.text, encoding="utf-8", newline="\n") as file:
        return [numbers[word] for line in file for word in [*line.split(), "<eos>"]]


def seconds_of(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def product_rate():
    a, b = torch.rand(SIDE, SIDE), torch.rand(SIDE, SIDE)
    ways = [lambda: a @ b.T]
    if torch.backends.mkldnn.is_available():
        packed_a, packed_b = a.to_mkldnn(), b.to_mkldnn()
        ways.append(lambda: torch._C._nn.mkldnn_linear(packed_a, packed_b, None))
    rates = []
    for way in ways:
        way()
        rates.append(2 * SIDE**3 / statistics.median(seconds_of(way) for _ in range(5)) / 1e9)
    return max(rates)


class Bigram:
    def __init__(self, tensors):
        self.embed = tensors["embed.weight"]
        self.out = tensors.get("out.weight", self.embed)
        self.bias = tensors.get("out.bias")

    def nats(self, contexts, targets, batch):
        """The sum. Nothing larger than batch x vocabulary is in memory."""
        total = 0.0
        for at in range(0, len(contexts), batch):
            logits = functional.linear(self.embed[contexts[at : at + batch]], self.out, self.bias)
            total += functional.cross_entropy(logits, targets[at : at + batch], reduction="sum").item()
        return total

    def nats_by_distinct_contexts(self, contexts, targets, batch):
        distinct, places = torch.unique(contexts, return_inverse=True)
        sums = torch.cat([
            torch.logsumexp(functional.linear(self.embed[distinct[at : at + batch]], self.out, self.bias), 1)
            for at in range(0, len(distinct), batch)
        ])  # fmt: skip
        logits = (self.embed[contexts] * self.out[targets]).sum(1)
        return (sums[places] - logits - (0 if self.bias is None else self.bias[targets])).sum(dtype=torch.float64).item()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("threads", type=int)
    parser.add_argument("--ids")
    parser.add_argument("--text")
    parser.add_argument("--vocabulary")
    parser.add_argument("--tokens", type=int, help="default: all")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.set_grad_enabled(False)
    model, ids = Bigram(read_tensors(options.model)), torch.tensor(read_ids(options))
    contexts, targets = ids[:-1], ids[1:]
    some = slice(0, options.tokens)

    def rate(batch, count):
        return count / seconds_of(lambda: model.nats(contexts[:count], targets[:count], batch))

    most = min(BATCHES[-1], len(targets))
    model.nats(contexts[:64], targets[:64], 64)  # warms up
    tried = {batch: rate(batch, most) for batch in BATCHES if batch <= most}
    batch = max(tried, key=tried.get)
    began = time.perf_counter()
    total = model.nats(contexts[some], targets[some], batch)
    count = len(targets[some])
    result = {"batch": batch, "tokens_per_second": count / (time.perf_counter() - began), "nats_per_token": total / count}
    if options.text:
        distinct = lambda: model.nats_by_distinct_contexts(contexts, targets, batch)
        result["distinct_tokens_per_second"] = len(targets) / seconds_of(distinct)
        result["distinct_nats_per_token"] = distinct() / len(targets)
    result["product_gflops"] = product_rate()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
