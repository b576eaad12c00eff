#!/usr/bin/env python3
"""Makes a small corpus or two of every format, of the words and ids that the tiny models know."""

import gzip
import io
import json
import os
import struct
import sys

import numpy

TEXTS = [
    ("a", "the sea rises\nthe sea\n"),
    ("b", "rises \"the\" sea\t\u00e9\U0001f600 and falls"),  # a line that no newline ends
    (3, ""),
    (4, "\n\n the  sea \r\n"),
]
TOKENS = [["the", "sea", "rises", "<eos>"], [], ["the", "\u00e9\n\"sea\"", "rises"], ["<unk>"]]
IDS = [[2, 3, 4, 0], [1], [], [4, 4, 3, 2, 1, 0, 2]]


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(gzip.compress(content, mtime=0) if path.endswith(".gz") else content)


def jsonl(records, **how):
    return "".join(json.dumps(record, **how) + "\n" for record in records).encode()


def npy(array):
    with io.BytesIO() as file:
        numpy.save(file, array)
        return file.getvalue()


def llmc(magic, version, ids, width):
    return struct.pack(f"<256i{len(ids)}{width}", magic, version, len(ids), *[0] * 253, *ids)


def index(code, sequences, width, documents=None, modes=b""):
    """Megatron's, or without documents fairseq's, of sequences that lie one behind the other."""
    lengths = [len(sequence) for sequence in sequences]
    offsets = [width * sum(lengths[:i]) for i in range(len(lengths))]
    content = b"MMIDIDX\0\0" + struct.pack("<QBQ", 1, code, len(lengths))
    content += struct.pack("<Q", len(documents)) if documents else b""
    content += struct.pack(f"<{len(lengths)}i{len(offsets)}q", *lengths, *offsets)
    return content + (struct.pack(f"<{len(documents)}q", *documents) if documents else b"") + modes


def main(folder):
    plain = [{"id": name, "text": text} for name, text in TEXTS]
    tokens = [{"text": "not this", "tokens": tokens, "other": {"tokens": [None, 1.5]}} for tokens in TOKENS]
    ids = [{"tokens": ["not", "these"], "input_ids": ids, "id": f"#{i}"} for i, ids in enumerate(IDS)]
    write(f"{folder}/jsonl/plain.jsonl", jsonl(plain[:2]) + b"\r\n" + jsonl(plain[2:], ensure_ascii=False))
    write(f"{folder}/jsonl/tokens.jsonl", jsonl(tokens, separators=(",", ":")))
    write(f"{folder}/jsonl/ids.jsonl.gz", jsonl(ids).rstrip(b"\n"))
    write(f"{folder}/text/lines.txt.gz", "".join(text for _, text in TEXTS).encode() + b"\tthe sea")
    stream = [token for record in IDS for token in record]
    write(f"{folder}/u16/train.bin", struct.pack(f"<{len(stream)}H", *stream))
    write(f"{folder}/u16/ids.u16.gz", struct.pack("<3H", 4, 0, 3))
    write(f"{folder}/u16/olmo.npy", struct.pack(f"<{len(stream)}H", *stream))
    write(f"{folder}/u32/ids.u32", struct.pack(f"<{len(stream)}I", *stream))
    write(f"{folder}/llmc/gpt2.bin", llmc(20240520, 1, stream, "H"))
    write(f"{folder}/llmc/llama3.bin", llmc(20240801, 7, stream, "I"))
    write(f"{folder}/megatron/sentences.bin", struct.pack(f"<{len(stream)}H", *stream))
    write(f"{folder}/megatron/sentences.idx", index(8, IDS, 2, [0, 2, 2, 4]))
    write(f"{folder}/megatron/modes.bin", struct.pack(f"<{len(stream)}i", *stream))
    write(f"{folder}/megatron/modes.idx", index(4, IDS, 4, [0, 1, 4], b"\0\1\0\1"))
    write(f"{folder}/fairseq/train.bin", struct.pack(f"<{len(stream)}q", *stream))
    write(f"{folder}/fairseq/train.idx", index(5, IDS, 8))
    write(f"{folder}/npy/flat.u1.npy", npy(numpy.array(stream, "u1")))
    write(f"{folder}/npy/rows.i4-big-endian.npy", npy(numpy.array(stream, ">i4").reshape(4, 3)))


if __name__ == "__main__":
    main(sys.argv[1])
