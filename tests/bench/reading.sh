#!/bin/sh
# Reading corpora without scoring them, side by side with programs that people would use on the same files: `wc -lw`, and
# `jq -c .id` or, where there is no jq, python3's json module.
#
# usage: reading.sh TEXT
#
# READING, PAIRS_PROGRAM: the programs (default: from the build folder of the preset `test`). RUNS: how many
# (default 5). MEGABYTES: to which size each file is brought (default 500), in a folder under ${TMPDIR:-/tmp}. python3 makes the files.
set -eu

[ $# -eq 1 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
text=$1
build=$(dirname "$0")/../../build/test
reading=${READING:-$build/tests/reading}
pairs=${PAIRS_PROGRAM:-$build/tests/pairs}
runs=${RUNS:-5}
megabytes=${MEGABYTES:-500}

folder=$(mktemp -d "${TMPDIR:-/tmp}/perplex-reading.XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' HUP INT PIPE TERM

# Documents are paragraphs; ids are numbers of words, common ones small, as those of a tokenizer are.
python3 - "$text" "$megabytes" "$folder" <<'EOF'
import collections, itertools, json, struct, sys

path, megabytes, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
text = open(path, encoding="utf-8").read()
count = collections.Counter(text.split())
number = {word: i % 50000 for i, (word, _) in enumerate(count.most_common())}
lines = text.splitlines(keepends=True)
records = ["".join(lines[i : i + 10]) for i in range(0, len(lines), 10)]
ids = [[number[word] for word in record.split()] for record in records]

def write(name, content):
    with open(f"{folder}/{name}", "wb") as file:
        for _ in range(-(-megabytes * 1_000_000 // len(content))):
            file.write(content)

def lines_of(objects):
    return "".join(json.dumps(o) + "\n" for o in objects).encode()

write("text.txt", text.encode())
write("ids.bin", b"".join(struct.pack(f"<{len(r)}H", *r) for r in ids))
write("text.jsonl", lines_of({"id": i, "text": r} for i, r in enumerate(records)))
write("tokens.jsonl", lines_of({"id": i, "tokens": r.split()} for i, r in enumerate(records)))
write("ids.jsonl", lines_of({"id": i, "input_ids": r} for i, r in enumerate(ids)))
EOF

for file in text.txt ids.bin text.jsonl tokens.jsonl ids.jsonl; do
    echo "$file:"
    "$reading" "$runs" "$folder/$file"
done

# beside FILE WHAT COMMAND: the reader, with the fingerprint, against a peer.
beside() {
    echo "A: reading $1;  B: $2"
    "$pairs" "$runs" "exec '$reading' 0 '$folder/$1'" "exec '$reading' 0 /dev/null" "$3" true | grep wall
}
beside text.txt 'wc -lw' "exec wc -lw '$folder/text.txt'"
for file in text.jsonl tokens.jsonl ids.jsonl; do
    if command -v jq >/dev/null; then
        beside $file 'jq -c .id' "exec jq -c .id '$folder/$file'"
    else
        beside $file "python3's json" "exec python3 -c 'import json, sys
for line in open(sys.argv[1], \"rb\"): json.loads(line)' '$folder/$file'"
    fi
done
