#!/usr/bin/env python3
"""Makes a file of logits as llama.cpp stores them, and what its comparison with a model must come to.

usage: make_stored_logits.py OUT-FOLDER

Rows are made by llama.cpp's log_softmax (tools/perplexity/perplexity.cpp, process_logits with a u16 buffer): the
least logit counts as no more than 16 below the highest, codes are rounded to the nearest, scale and minimum are
float32. MODEL is the table of make_tiny.py. The figures are float64, of the rows as the file has them.
"""

import json
import os
import struct
import sys

import numpy

import make_tiny

CONTEXT, CHUNKS = 8, 3
TOKENS = [2, 3, 4, 0, 2, 3, 1, 2, 0, 4, 4, 3, 2, 1, 0, 2, 3, 3, 2, 4, 0, 0, 1, 2]


def encode(logits):
    """One row: scale and minimum as float32, a code for each token, and one more where they are odd in number."""
    logits = numpy.asarray(logits, dtype=numpy.float32)
    highest = logits.max()
    least = numpy.float32(max(logits.min(), highest - numpy.float32(16)))
    log_sum = numpy.log(numpy.exp((logits - highest).astype(numpy.float64)).sum())
    minimum = numpy.float32(least - highest - log_sum)
    scale = numpy.float32((highest - least) / numpy.float32(65535))
    codes = numpy.zeros(len(logits) + len(logits) % 2, dtype="<u2")
    for i, logit in enumerate(logits):
        if logit > least and scale > 0:
            codes[i] = round(float((logit - least) / scale))
    return struct.pack("<ff", scale, minimum) + codes.tobytes()


def decode(row, types):
    scale, minimum = struct.unpack_from("<ff", row)
    return scale * numpy.frombuffer(row, "<u2", types, 8).astype(numpy.float64) + minimum


def main(folder):
    table = numpy.array(make_tiny.TABLE)
    types = len(table)
    q_rows = table - numpy.log(numpy.exp(table).sum(axis=1, keepdims=True))
    random = numpy.random.RandomState(5)
    data = b"_logits_" + struct.pack("<3i", CONTEXT, types, CHUNKS) + struct.pack(f"<{len(TOKENS)}i", *TOKENS)
    kl, entropy, cross, base, model, same = [], [], [], [], [], 0
    for chunk in range(CHUNKS):
        tokens = TOKENS[chunk * CONTEXT :][:CONTEXT]
        for position in range(CONTEXT // 2, CONTEXT - 1):
            logits = table[tokens[position]] + random.normal(0, 0.5, types)
            if position == 5:
                logits[0] = logits.max() - 40  # it becomes 16 below the highest
            row = encode(logits)
            data += row
            p, q = decode(row, types), q_rows[tokens[position]]
            kl.append(float((numpy.exp(p) * (p - q)).sum()))
            entropy.append(float(-(numpy.exp(p) * p).sum()))
            cross.append(float(-(numpy.exp(p) * q).sum()))
            base.append(float(-p[tokens[position + 1]]))
            model.append(float(-q[tokens[position + 1]]))
            same += int(p.argmax() == q.argmax())
    base, model = numpy.array(base), numpy.array(model)
    delta, difference = numpy.exp(-model) - numpy.exp(-base), model - base
    count = len(kl)

    def error(values):
        return float(numpy.std(values, ddof=1) / numpy.sqrt(count))

    expected = {
        "tokens": count,
        "kl": float(numpy.mean(kl)),
        "kl_standard_error": error(kl),
        "entropy": float(numpy.mean(entropy)),
        "cross_entropy": float(numpy.mean(cross)),
        "same_top": same,
        "base_nats": float(base.mean()),
        "model_nats": float(model.mean()),
        "ln_ratio": float(difference.mean()),
        "ln_ratio_standard_error": error(difference),
        "correlation": float(numpy.corrcoef(base, model)[0, 1]),
        "delta": float(delta.mean()),
        "delta_standard_error": error(delta),
        "delta_rms": float(numpy.sqrt((delta**2).mean())),
        "kl_median": float(numpy.percentile(kl, 50)),
        "kl_p99": float(numpy.percentile(kl, 99)),
        "kl_maximum": float(max(kl)),
        "delta_p10": float(numpy.percentile(delta, 10)),
    }
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "tiny.logits"), "wb") as file:
        file.write(data)
    with open(os.path.join(folder, "tiny.expected.json"), "w", encoding="utf-8") as file:
        json.dump(expected, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
