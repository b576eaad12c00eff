#!/usr/bin/env python3
"""Makes corpora with one defect each; expected.tsv beside them says how each is refused."""

import struct
import sys

import numpy
from make_corpora import IDS, index, llmc, npy, write

STREAM = [token for record in IDS for token in record]
LENGTHS = [len(record) for record in IDS]  # 4, 1, 0, 7
OFFSETS = [0, 8, 10, 10]
DOCUMENTS = [0, 2, 2, 4]


def megatron(lengths=LENGTHS, offsets=OFFSETS, documents=DOCUMENTS, code=8, version=1, sequences=4):
    content = b"MMIDIDX\0\0" + struct.pack("<QBQQ", version, code, sequences, len(documents))
    return content + struct.pack(f"<{len(lengths)}i{len(offsets)}q{len(documents)}q", *lengths, *offsets, *documents)


def main(folder):
    def pair(name, idx, stream=STREAM):
        write(f"{folder}/n_{name}.bin", struct.pack(f"<{len(stream)}H", *stream))
        write(f"{folder}/n_{name}.idx", idx)

    write(f"{folder}/n_odd_byte.u16", struct.pack("<3H", 1, 2, 3)[:5])
    write(f"{folder}/n_odd_bytes.u32", struct.pack("<3I", 1, 2, 3)[:10])
    write(f"{folder}/n_no_id.u32", struct.pack("<3I", 1, 2, 0xFFFFFFFF))
    write(f"{folder}/n_llmc_version.bin", llmc(20240520, 2, STREAM, "H"))
    write(f"{folder}/n_llmc_version_of_the_other.bin", llmc(20240801, 1, STREAM, "I"))
    write(f"{folder}/n_llmc_header_cut.bin", llmc(20240520, 1, STREAM, "H")[:1000])
    write(f"{folder}/n_llmc_cut.bin", llmc(20240520, 1, STREAM, "H")[:-1])
    write(f"{folder}/n_llmc_longer.bin", llmc(20240801, 7, STREAM, "I") + b"\0")
    write(f"{folder}/n_npy_floats.npy", npy(numpy.array([0.5, 1.5], "f4")))
    write(f"{folder}/n_npy_columns.npy", npy(numpy.array(STREAM, "u2").reshape(3, 4, order="F")))
    write(f"{folder}/n_npy_three_dimensions.npy", npy(numpy.array(STREAM, "u2").reshape(2, 3, 2)))
    write(f"{folder}/n_npy_negative.npy", npy(numpy.array([3, -100, 4], "i8")))
    write(f"{folder}/n_npy_cut.npy", npy(numpy.array(STREAM, "u2"))[:-3])
    write(f"{folder}/n_npy_longer.npy", npy(numpy.array(STREAM, "u2")) + b"\0\0")
    write(f"{folder}/n_npy_header.npy", npy(numpy.array(STREAM, "u2")).replace(b"descr", b"dtype"))
    write(f"{folder}/n_index_alone.idx", megatron())
    pair("index_cut", megatron()[:-4])
    pair("index_header_cut", megatron()[:20])
    pair("index_version", megatron(version=2))
    pair("index_counts", megatron(sequences=5))
    pair("index_counts_overflow", megatron(sequences=2**63))
    pair("index_floats", megatron(code=7))
    pair("index_type", megatron(code=9))
    pair("index_outside", megatron(offsets=[0, 8, 10, 100]))
    pair("index_outside_between", megatron(offsets=[0, 1 << 40, 10, 10]))
    pair("index_gap", megatron(offsets=[0, 8, 12, 10]))
    pair("index_decreasing", megatron(offsets=[0, 8, 0, 10]))
    pair("index_begins_later", megatron(offsets=[2, 8, 10, 10]))
    pair("index_between_tokens", megatron(offsets=[0, 8, 10, 11]))
    pair("index_negative_length", megatron(lengths=[4, -1, 0, 7]))
    pair("index_length_beyond", megatron(lengths=[4, 100, 0, 7]))
    pair("index_negative_offset", megatron(offsets=[0, 8, 10, -10]))
    pair("index_documents_begin", megatron(documents=[1, 2, 2, 4]))
    pair("index_documents_end", megatron(documents=[0, 2, 2, 3]))
    pair("index_documents_decrease", megatron(documents=[0, 3, 2, 4]))
    pair("index_documents_outside", megatron(documents=[0, 7, 2, 4]))
    pair("index_documents_none", megatron(documents=[]))
    pair("tokens_cut", megatron(), STREAM[:-1])
    pair("tokens_longer", megatron(), STREAM + [1])
    pair("tokens_negative", megatron(code=3), STREAM[:-1] + [0xFFFF])
    write(f"{folder}/n_npy_negative_4.npy", npy(numpy.array([3, -100, 4], "i4")))
    pair("fairseq_cut", index(8, IDS, 2)[:-1])
    pair("fairseq_gap", index(8, IDS, 2).replace(struct.pack("<q", 10), struct.pack("<q", 12), 1))
    write(f"{folder}/n_third_line.jsonl", b'{"input_ids": [1]}\n{"input_ids": [2]}\n{"input_ids": [3,]}\n')


if __name__ == "__main__":
    main(sys.argv[1])
