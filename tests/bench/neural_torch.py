#!/usr/bin/env python3
"""Scoring with a factored bigram in PyTorch, float32, as one would write it: what `neural` compares with.

usage: neural_torch.py MODEL THREADS --ids FILE.jsonl
       neural_torch.py MODEL THREADS --text FILE --vocabulary FILE [--tokens N]

A batch of positions is one product, linear(embed[previous], out, bias), and one cross_entropy of its logits.
Batches of several sizes are tried, and the fastest is measured. Of a text (whose N first tokens are scored)
there is also the time for its distinct contexts alone: their log-sum-exps, and each token's logit by itself.
Prints a line of JSON: batch, tokens_per_second and nats_per_token, distinct_tokens_per_second, both also by the
second of processor time, and what this PyTorch's own product of square matrices reaches, product_gflops, by its
BLAS or by oneDNN, whichever is faster.
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
LOGITS_MOST = 1 << 26  # of a batch
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


def cost_of(work):
    """Seconds, and seconds of processor time of all threads."""
    began, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - processor


def product_rate():
    a, b = torch.rand(SIDE, SIDE), torch.rand(SIDE, SIDE)
    ways = [lambda: a @ b.T]
    if torch.backends.mkldnn.is_available():
        packed_a, packed_b = a.to_mkldnn(), b.to_mkldnn()
        ways.append(lambda: torch._C._nn.mkldnn_linear(packed_a, packed_b, None))
    rates = []
    for way in ways:
        way()
        rates.append(2 * SIDE**3 / statistics.median(cost_of(way)[0] for _ in range(5)) / 1e9)
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

    def rates(name, work, count):
        wall, processor = cost_of(work)
        return {name + "_per_second": count / wall, name + "_per_processor_second": count / processor}

    def trial(batch):
        return cost_of(lambda: model.nats(contexts[:most], targets[:most], batch))[0]

    count = len(targets[:options.tokens])
    batches = [batch for batch in BATCHES if batch <= count and batch * len(model.out) <= LOGITS_MOST]
    most = max(batches)
    model.nats(contexts[:64], targets[:64], 64)  # warms up
    batch = min(batches, key=trial)
    nats = []
    result = {"batch": batch, **rates("tokens", lambda: nats.append(model.nats(contexts[:count], targets[:count], batch)), count)}
    result["nats_per_token"] = nats[0] / count
    if options.text:
        distinct = lambda: nats.append(model.nats_by_distinct_contexts(contexts, targets, batch))
        result.update(rates("distinct_tokens", distinct, len(targets)))
        result["distinct_nats_per_token"] = nats[1] / len(targets)
    result["product_gflops"] = product_rate()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
