#!/bin/sh
# Reading corpora without scoring them, side by side with programs that people would use on the same files: `wc -lw`, and
# `jq -c .id` or, where there is no jq, python3's json module.
#
# usage: reading.sh TEXT
#
# READING, PAIRS_PROGRAM: the programs (default: from the build folder of the preset `test`). RUNS: how many
# (default 5). MEGABYTES: to which size each file is brought (default 500), in a folder under ${TMPDIR:-/tmp}; a tenth of that is read
# too, once, to compare the memory. FILES: the names of those to read (default: all). python3 makes them.
set -eu

[ $# -eq 1 ] || { sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 2; }
text=$1
build=$(dirname "$0")/../../build/test
reading=${READING:-$build/tests/reading}
pairs=${PAIRS_PROGRAM:-$build/tests/pairs}
runs=${RUNS:-5}
megabytes=${MEGABYTES:-500}

folder=$(mktemp -d "${TMPDIR:-/tmp}/perplex-reading.XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' HUP INT PIPE TERM

all='text.txt text.jsonl tokens.jsonl ids.jsonl ids.u16 ids.u32 llmc2.bin llmc4.bin megatron2.bin megatron4.bin fairseq.bin
u2.npy big-endian.npy i4.npy i8.npy rows.npy'
files=${FILES:-$all}

# Documents are paragraphs, of fairseq's lines; ids are numbers of words, common ones small, as those of a tokenizer are.
python3 - "$text" "$megabytes" "$folder" "$files" <<'EOF'
import array, collections, json, os, struct, sys

path, megabytes, folder, files = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4].split()
text = open(path, encoding="utf-8").read()
count = collections.Counter(text.split())
number = {word: i % 50000 for i, (word, _) in enumerate(count.most_common())}
lines = text.splitlines(keepends=True)
records = ["".join(lines[i : i + 10]) for i in range(0, len(lines), 10)]
ids = [[number[word] for word in record.split()] for record in records]
stream = [i for record in ids for i in record]

def packed(code, order="<"):
    return struct.pack(f"{order}{len(stream)}{code}", *stream)

def lines_of(objects):
    return "".join(json.dumps(o) + "\n" for o in objects).encode()

def npy(descr, rows=0):
    def header(tokens):
        shape = f"({tokens // rows}, {rows})" if rows else f"({tokens},)"
        dict_ = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
        return b"\x93NUMPY\1\0" + struct.pack("<H", len(dict_)) + dict_.encode()
    return header

def llmc(magic, version):
    return lambda tokens: struct.pack("<256i", magic, version, tokens, *[0] * 253)

def index(code, width, lengths, documents):
    def write(name, times):
        with open(name, "wb") as file:
            every = array.array("i", lengths * times)
            file.write(b"MMIDIDX\0\0" + struct.pack("<QBQ", 1, code, len(every)))
            file.write(struct.pack("<Q", len(every) + 1) if documents else b"")
            every.tofile(file)
            offset, offsets = 0, array.array("q")
            for length in every:
                offsets.append(offset)
                offset += length * width
            offsets.tofile(file)
            array.array("q", range(len(every) + 1) if documents else []).tofile(file)
    return write

paragraphs = [len(record) for record in ids]
sentences = [len(line.split()) for line in lines if line.split()]

# Name: what is repeated; what stands before it, by how many tokens there are; the index beside it.
CONTENTS = {
    "text.txt": (lambda: text.encode(), None, None),
    "text.jsonl": (lambda: lines_of({"id": i, "text": r} for i, r in enumerate(records)), None, None),
    "tokens.jsonl": (lambda: lines_of({"id": i, "tokens": r.split()} for i, r in enumerate(records)), None, None),
    "ids.jsonl": (lambda: lines_of({"id": i, "input_ids": r} for i, r in enumerate(ids)), None, None),
    "ids.u16": (lambda: packed("H"), None, None),
    "ids.u32": (lambda: packed("I"), None, None),
    "llmc2.bin": (lambda: packed("H"), llmc(20240520, 1), None),
    "llmc4.bin": (lambda: packed("I"), llmc(20240801, 7), None),
    "megatron2.bin": (lambda: packed("H"), None, index(8, 2, paragraphs, True)),
    "megatron4.bin": (lambda: packed("i"), None, index(4, 4, paragraphs, True)),
    "fairseq.bin": (lambda: packed("H"), None, index(8, 2, sentences, False)),
    "u2.npy": (lambda: packed("H"), npy("<u2"), None),
    "big-endian.npy": (lambda: packed("H", ">"), npy(">u2"), None),
    "i4.npy": (lambda: packed("i"), npy("<i4"), None),
    "i8.npy": (lambda: packed("q"), npy("<i8"), None),
    "rows.npy": (lambda: packed("H"), npy("<u2", len(stream)), None),
}

for name in files:
    make, header, write_index = CONTENTS[name]
    content = make()
    for size, where in ((megabytes, "large"), (megabytes / 10, "small")):
        os.makedirs(f"{folder}/{where}", exist_ok=True)
        times = -int(-size * 1_000_000 // len(content))
        with open(f"{folder}/{where}/{name}", "wb") as file:
            file.write(header(times * len(stream)) if header else b"")
            for _ in range(times):
                file.write(content)
        if write_index:
            write_index(f"{folder}/{where}/{name[:-4]}.idx", times)
EOF

for file in $files; do
    echo "$file:"
    "$reading" "$runs" "$folder/large/$file"
    "$reading" 1 "$folder/small/$file" | sed -n 's/^peak memory */of a tenth as much  /p'
done

# beside FILE WHAT COMMAND: the reader, with the fingerprint, against a peer.
beside() {
    echo "A: reading $1;  B: $2"
    "$pairs" "$runs" "exec '$reading' 0 '$folder/large/$1'" "exec '$reading' 0 /dev/null" "$3" true | grep wall
}
[ "$files" = "$all" ] || exit 0
beside text.txt 'wc -lw' "exec wc -lw '$folder/large/text.txt'"
for file in text.jsonl tokens.jsonl ids.jsonl; do
    if command -v jq >/dev/null; then
        beside $file 'jq -c .id' "exec jq -c .id '$folder/large/$file'"
    else
        beside $file "python3's json" "exec python3 -c 'import json, sys
for line in open(sys.argv[1], \"rb\"): json.loads(line)' '$folder/large/$file'"
    fi
done
