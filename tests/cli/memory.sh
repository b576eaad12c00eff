#!/bin/sh
# Memory does not grow with the corpus: the same peak on a text and on ten times as much of it.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

train=$almanac/train.txt

# repeat N FILE: N times the file.
repeat() {
    left=$1
    while [ "$left" -gt 0 ]; do
        cat "$2"
        left=$((left - 1))
    done
}

# peak OPTION...: the largest memory of an evaluation, in bytes, is in $bytes.
peak() {
    run "$PERPLEX" eval --quiet "$@"
    ends_with 0
    bytes=$(value out runtime.peak_memory_bytes)
    [ "${bytes:-0}" -gt 1000000 ] || fail "a peak of '$bytes' bytes cannot be true"
}

# no_more FEW MANY: within 5 % or 1 MiB.
no_more() {
    awk -v few="$1" -v many="$2" 'BEGIN { exit !(many - few <= 0.05 * few || many - few <= 1048576) }' ||
        fail "$1 bytes, and $2 with ten times the corpus"
}

# same_peak SMALL LARGE OPTION... What a run takes differs from time to time by the pages of libraries that the
# kernel brings in: of two runs on the small one the larger peak counts, on the large one the smaller.
same_peak() {
    small=$1 large=$2
    shift 2
    peak "$@" "$small"
    few=$bytes
    peak "$@" "$small"
    [ "$bytes" -le "$few" ] || few=$bytes
    peak "$@" "$large"
    has counts.bytes "$(wc -c <"$large")"
    many=$bytes
    peak "$@" "$large"
    [ "$bytes" -ge "$many" ] || many=$bytes
    no_more "$few" "$many"
}

repeat 20 "$train" >small.txt
repeat 200 "$train" >large.txt
tr '\n' ' ' <small.txt >small-line.txt
tr '\n' ' ' <large.txt >large-line.txt

for model in "$ngram" "$neural"; do
    for threads in 1 2; do
        for form in '' -line; do
            same_peak small$form.txt large$form.txt "$model" --threads $threads
        done
        same_peak small.txt large.txt "$model" --threads $threads --protocol hf-stride --average window
    done
    # A document of the whole text: no heading begins another.
    same_peak small-line.txt large-line.txt "$model" --unit document --end none
done
same_peak small.txt large.txt "$ngram" --tokens char

# Compressed, through standard input.
repeat 20 "$train" | gzip -1c >small.gz
repeat 10 small.gz >large.gz
peak "$ngram" - <small.gz
few=$bytes
peak "$ngram" - <large.gz
has counts.bytes "$(wc -c <large.txt)"
no_more "$few" "$bytes"

finish
