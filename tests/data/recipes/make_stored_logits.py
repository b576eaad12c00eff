#!/usr/bin/env python3
"""Makes files of logits as llama.cpp stores them, and what its comparison with a model must come to.

usage: make_stored_logits.py OUT-FOLDER

Rows are made as llama.cpp's writer makes them (tools/perplexity/perplexity.cpp, log_softmax with a buffer of codes), in
float32: the least logit counts as no more than 16 below the highest, and codes are rounded to the nearest. What its
comparison gives (log_softmax with the stored codes) is computed in float64 of the rows as the file has them: KL is
the sum over the tokens with ln p > -16 alone, and so are H(P) and H(P,Q) here.

tiny: MODEL is the table of make_tiny.py. wide: a bigram of 301 tokens, made here, whose logits lie so far apart that the
writer clips most of them; the first chunk is of MODEL itself.
"""

import json
import os
import struct
import sys

import numpy

import make_tiny
import safetensors_file

CONTEXT, CHUNKS = 8, 3
TOKENS = [2, 3, 4, 0, 2, 3, 1, 2, 0, 4, 4, 3, 2, 1, 0, 2, 3, 3, 2, 4, 0, 0, 1, 2]
WIDE, WIDTH = 301, 4


def encode(logits):
    """One row: scale and minimum as float32, a code for each token, and one more where they are odd in number."""
    single = numpy.float32
    logits = numpy.asarray(logits, dtype=single)
    highest = logits.max()
    least = max(logits.min(), single(highest - single(16)))
    log_sum = single(numpy.log(numpy.exp(logits - highest).astype(numpy.float64).sum()))
    minimum = single(single(least - highest) - log_sum)
    scale = single(single(highest - least) / single(65535))
    codes = numpy.zeros(len(logits) + len(logits) % 2, dtype="<u2")
    if scale > 0:
        inverse = single(single(1) / scale)
        codes[: len(logits)] = numpy.where(logits > least, numpy.rint(inverse * (logits - least)), 0)
    return struct.pack("<ff", scale, minimum) + codes.tobytes()


def decode(row, types):
    scale, minimum = struct.unpack_from("<ff", row)
    return scale * numpy.frombuffer(row, "<u2", types, 8).astype(numpy.float64) + minimum


def make(folder, name, tokens, table, change):
    """NAME.logits and NAME.expected.json; `change` makes P's logits of Q's."""
    types = len(table)
    q_rows = table - numpy.log(numpy.exp(table).sum(axis=1, keepdims=True))
    data = b"_logits_" + struct.pack("<3i", CONTEXT, types, CHUNKS) + struct.pack(f"<{len(tokens)}i", *tokens)
    kl, entropy, cross, base, model, same = [], [], [], [], [], 0
    for chunk in range(CHUNKS):
        window = tokens[chunk * CONTEXT :][:CONTEXT]
        for position in range(CONTEXT // 2, CONTEXT - 1):
            row = encode(change(table[window[position]], chunk, position))
            data += row
            p, q = decode(row, types), q_rows[window[position]]
            counts = p > -16
            kept, other = p[counts], q[counts]
            kl.append(float((numpy.exp(kept) * (kept - other)).sum()))
            entropy.append(float(-(numpy.exp(kept) * kept).sum()))
            cross.append(float(-(numpy.exp(kept) * other).sum()))
            base.append(float(-p[window[position + 1]]))
            model.append(float(-q[window[position + 1]]))
            same += int(p.argmax() == q.argmax())
    expected = figures(kl, entropy, cross, numpy.array(base), numpy.array(model), same)
    with open(os.path.join(folder, name + ".logits"), "wb") as file:
        file.write(data)
    with open(os.path.join(folder, name + ".expected.json"), "w", encoding="utf-8") as file:
        json.dump(expected, file, indent=1)
        file.write("\n")


def figures(kl, entropy, cross, base, model, same):
    delta, difference = numpy.exp(-model) - numpy.exp(-base), model - base
    count = len(kl)

    def error(values):
        return float(numpy.std(values, ddof=1) / numpy.sqrt(count))

    return {
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
        "kl_minimum": float(min(kl)),
        "kl_median": float(numpy.percentile(kl, 50)),
        "kl_p99": float(numpy.percentile(kl, 99)),
        "kl_maximum": float(max(kl)),
        "delta_p10": float(numpy.percentile(delta, 10)),
    }


def make_tiny_logits(folder):
    random = numpy.random.RandomState(5)

    def change(logits, _chunk, position):
        logits = logits + random.normal(0, 0.5, len(logits))
        if position == 5:
            logits[0] = logits.max() - 40  # it becomes 16 below the highest
        return logits

    make(folder, "tiny", TOKENS, numpy.array(make_tiny.TABLE), change)


def make_wide_logits(folder):
    random = numpy.random.RandomState(7)
    embed = random.normal(0, 4, (WIDE, WIDTH)).astype(numpy.float16)
    out = random.normal(0, 2, (WIDE, WIDTH)).astype(numpy.float16)
    bias = random.normal(0, 1, WIDE).astype(numpy.float16)
    safetensors_file.write(
        os.path.join(folder, "wide.safetensors"),
        make_tiny.METADATA,
        {
            "embed.weight": ("F16", embed.shape, embed.tobytes()),
            "out.weight": ("F16", out.shape, out.tobytes()),
            "out.bias": ("F16", bias.shape, bias.tobytes()),
        },
    )
    embed, out, bias = (array.astype(numpy.float64) for array in (embed, out, bias))

    def change(logits, chunk, _position):
        return logits if chunk == 0 else logits + random.normal(0, 0.5, WIDE)

    tokens = [int(token) for token in random.randint(0, WIDE, CONTEXT * CHUNKS)]
    make(folder, "wide", tokens, embed @ out.T + bias, change)


def main(folder):
    os.makedirs(folder, exist_ok=True)
    make_tiny_logits(folder)
    make_wide_logits(folder)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
