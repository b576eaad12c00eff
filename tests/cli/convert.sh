#!/bin/sh
# perplex convert: what it writes, when it refuses to, and that nothing is left of what it did not finish.
# shellcheck source=tests/support/cli.sh disable=SC2317 # functions are called by way of others
. "$SOURCE_DIR/tests/support/cli.sh"

# The same bytes from anywhere, whatever the threads; the same result.
cp "$ngram" model.arpa
gzip -c model.arpa >model.arpa.gz
accepts "$PERPLEX" convert model.arpa model.plx
[ -s out ] && fail "stdout should be empty"
[ -s err ] && fail "stderr should be empty"
same() {
    accepts "$@"
    cmp -s model.plx other.plx || fail "another file"
    rm -f other.plx
}
same "$PERPLEX" convert -j 1 model.arpa other.plx
same "$PERPLEX" convert -j 3 model.arpa.gz other.plx
from() {
    source=$1
    shift
    "$@" <"$source"
}
same from model.arpa "$PERPLEX" convert - other.plx
to() {
    target=$1
    shift
    "$@" >"$target"
}
accepts to other.plx "$PERPLEX" convert model.arpa -
cmp -s model.plx other.plx || fail "another file through stdout"
accepts "$PERPLEX" convert model.arpa other.plx.gz
gunzip -c other.plx.gz | cmp -s - model.plx || fail "another file, compressed"

# One that is there is replaced, and its mode stays.
echo old >other.plx
chmod 600 other.plx
accepts "$PERPLEX" convert -q model.arpa other.plx
cmp -s model.plx other.plx || fail "not replaced"
[ "$(stat -c %a other.plx)" = 600 ] || fail "another mode"

without_model() {
    sed -e '/^  "model": {/,/^  }/d' -e '/^  "runtime": {/,/^  }/d' "$1"
}
accepts "$PERPLEX" eval -q model.arpa "$test_text" -o arpa.json
for load in map copy; do
    accepts "$PERPLEX" eval -q --load $load --verify model.plx "$test_text" -o plx.json
    without_model arpa.json >expected
    without_model plx.json | cmp -s - expected || fail "another result"
    grep -q '"fingerprint": "stored"' plx.json || fail "the fingerprint is not the file's own"
done
accepts from model.plx "$PERPLEX" eval -q - "$test_text"
accepts "$PERPLEX" inspect model.plx
grep -q '^  source format  *arpa$' out || fail "inspect does not say what it was made from"
grep -q "^  source sha256  *$(sha256sum <model.arpa | cut -d ' ' -f 1)\$" out || fail "inspect has another SHA-256"

# What cannot be converted; nothing is left beside the output.
messy=$SOURCE_DIR/tests/data/messy
refused() {
    expected=$1 message=$2
    shift 2
    mkdir -p folder
    rm -f folder/*
    run "$PERPLEX" convert "$@"
    ends_with "$expected"
    says "$message"
    [ -z "$(ls folder)" ] || fail "left behind: $(ls folder)"
}
refused 3 '*n_duplicate_ngram.arpa:*is here twice*' "$messy/n_duplicate_ngram.arpa" folder/m.plx
refused 3 '*the log-probability is positive*--allow-positive*' "$messy/n_positive_prob.arpa" folder/m.plx
refused 3 '*only n-gram models can be converted*' uniform:7 folder/m.plx
refused 3 '*only n-gram models can be converted*' "$neural" folder/m.plx
refused 3 'model.plx: *has been converted*' model.plx folder/m.plx
refused 4 'cannot write folder/none/m.plx: *' model.arpa folder/none/m.plx
refused 2 'model.arpa would overwrite what is read: model.arpa' model.arpa model.arpa
cmp -s model.arpa "$ngram" || fail "the input has changed"
refused 2 '*--threads takes a number*' -j 0 model.arpa folder/m.plx
accepts "$PERPLEX" convert --allow-positive "$messy/n_positive_prob.arpa" positive.plx
accepts "$PERPLEX" convert --allow-count-mismatch "$messy/n_count_mismatch.arpa" mismatch.plx
accepts "$PERPLEX" inspect mismatch.plx
grep -q 'the header promises' out || fail "the warning is lost"

# Files that are damaged.
damaged() {
    expected=$1 message=$2
    shift 2
    run "$PERPLEX" inspect "$@"
    ends_with "$expected"
    says "$message"
}
size=$(wc -c <model.plx)
head -c 5000 model.plx >cut.plx
damaged 3 'cut.plx: *the file ends in its header (was it copied completely?)*' cut.plx
head -c $((size - 1)) model.plx >cut.plx
damaged 3 "cut.plx: *the file has $((size - 1)) bytes, its header says $size (was it copied completely?)*" cut.plx
cp model.plx bad.plx
printf 'X' | dd of=bad.plx bs=1 seek=$((size / 3)) conv=notrunc 2>/dev/null
damaged 3 'bad.plx: *the checksum does not fit, in the *' --verify bad.plx
printf 'X' | dd of=bad.plx bs=1 seek=140 conv=notrunc 2>/dev/null
damaged 3 "bad.plx: *the header's checksum is not that of its content*" bad.plx
printf '9' | dd of=bad.plx bs=1 seek=21 conv=notrunc 2>/dev/null
damaged 3 'bad.plx: *another version of the format*' bad.plx

finish
