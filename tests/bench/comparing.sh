#!/bin/sh
# `perplex compare` of two results whose per-token files have 10 million tokens each, with 10,000 draws: out of .npy and
# out of .jsonl, side by side, with time and peak memory.
#
# usage: comparing.sh
#
# PERPLEX, PAIRS_PROGRAM: the programs (default: from the build folder of the preset `test`). RUNS: how many (default 5).
# REPEATS: how often the text of the demo is repeated (default 2800, which makes 10 million tokens, and 2 GB of files in
# a folder under ${TMPDIR:-/tmp}).
set -eu

[ $# -eq 0 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
root=$(cd "$(dirname "$0")/../.." && pwd)
perplex=${PERPLEX:-$root/build/test/perplex}
pairs=${PAIRS_PROGRAM:-$root/build/test/tests/pairs}

folder=$(mktemp -d "${TMPDIR:-/tmp}/perplex-comparing.XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' HUP INT PIPE TERM

i=0
while [ $i -lt "${REPEATS:-2800}" ]; do
    cat "$root/corpora/almanac/test.txt"
    i=$((i + 1))
done >"$folder/text"

# The models are of no matter, but both must take the text for the same tokens.
for kind in npy jsonl; do
    mkdir "$folder/$kind"
    "$perplex" eval "$root/tests/data/models/almanac.o3.arpa" "$folder/text" \
        --per-token "$folder/$kind/base.$kind" -o "$folder/$kind/base.json"
    "$perplex" eval "$root/tests/data/models/kenlm/tiny.o4.arpa" "$folder/text" \
        --per-token "$folder/$kind/new.$kind" -o "$folder/$kind/new.json"
done 2>/dev/null

"$perplex" compare "$folder/npy/base.json" "$folder/npy/new.json" | grep -A 1 '^method'
echo
echo 'A: .npy, B: .jsonl'
compare="$perplex compare $folder/%s/base.json $folder/%s/new.json"
# shellcheck disable=SC2059 # the format is ours
"$pairs" "${RUNS:-5}" "$(printf "$compare" npy npy)" true "$(printf "$compare" jsonl jsonl)" true
