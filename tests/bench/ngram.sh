#!/bin/sh
# Scoring with n-gram models, side by side with KenLM's `query`: both on the same text, a run on an empty text subtracted.
#
# usage: ngram.sh MODEL.arpa[.gz] KENLM.bin TEXT
#
# PERPLEX, QUERY, PAIRS_PROGRAM: the programs (default: from the build folder of the preset `test`, and PATH).
# PAIRS: how many pairs (default 9). REPEAT: how often the text is repeated (default 20), so that what is
# timed outweighs the noise of loading. THREADS: of perplex (default: 1 and 2).
set -eu

[ $# -eq 3 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
model=$1 binary=$2 text=$3
build=$(dirname "$0")/../../build/test
perplex=${PERPLEX:-$build/perplex}
query=${QUERY:-query}
pairs=${PAIRS_PROGRAM:-$build/tests/pairs}
command -v "$query" >/dev/null || { echo "ngram.sh: KenLM's query is not installed (QUERY=...)" >&2; exit 1; }

big=$(mktemp)
trap 'rm -f "$big"' EXIT
i=0
while [ $i -lt "${REPEAT:-20}" ]; do
    cat "$text" >>"$big"
    i=$((i + 1))
done

for threads in ${THREADS:-1 2}; do
    echo "A: perplex, $threads thread(s), $model;  B: query, $binary;  text: ${REPEAT:-20} x $text"
    "$pairs" "${PAIRS:-9}" \
        "exec '$perplex' eval -q -j $threads '$model' '$big'" \
        "exec '$perplex' eval -q -j $threads '$model' /dev/null" \
        "exec '$query' -v summary '$binary' <'$big'" \
        "exec '$query' -v summary '$binary' </dev/null"
done
