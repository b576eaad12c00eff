#!/bin/sh
# perplex inspect: what it prints, how it ends, and that nothing makes it do anything else.
# shellcheck source=tests/support/cli.sh disable=SC2317 # functions are called by way of others
. "$SOURCE_DIR/tests/support/cli.sh"

# As a person sees it.
cp "$ngram" model.arpa
cp "$test_text" test.txt
words=$(tr ' \t' '\n' <test.txt | grep -c .)
printf 'one line\r\nand a\302\240second <s>, \033[31m' >odd.txt
accepts "$PERPLEX" inspect model.arpa test.txt --top 5
golden inspect.txt
accepts "$PERPLEX" inspect odd.txt
golden inspect-odd.txt

# Looked into, and the same as JSON.
accepts "$PERPLEX" inspect model.arpa --deep
golden inspect-deep.txt
accepts "$PERPLEX" inspect "$SOURCE_DIR/tests/data/models/kenlm/tiny.o4.trie.bin" --deep
contains out '^           not known  18 other checks: a file of the format "kenlm" does not show them$'
contains out '^  -0.5 to -1.0  '
accepts "$PERPLEX" convert model.arpa converted.plx
accepts "$PERPLEX" inspect converted.plx --deep
contains out '^                      model was converted from, whose lines are named$'
sed -n '/^sums of p/,$p' "$SOURCE_DIR/tests/golden/inspect-deep.txt" >expected
sed -n '/^sums of p/,$p' out | cmp -s - expected || fail 'a converted model is not what it was converted from'
accepts "$PERPLEX" inspect model.arpa --deep --seed 7 --json
has model.deep.sums.seed 7
has model.deep.sums.lengths.2.contexts 20
misused '--seed is of use with --deep only' "$PERPLEX" inspect model.arpa --seed 7
misused '*--seed takes a number*' "$PERPLEX" inspect model.arpa --deep --seed x
refuses 2 'options of a model were given for a corpus *' "$PERPLEX" inspect test.txt --deep
refuses 3 'uniform:7: only n-gram models can be looked into deeply*uniform (leave out --deep)' "$PERPLEX" inspect uniform:7 --deep

# The same from anywhere.
accepts "$PERPLEX" inspect model.arpa
sed 1d out >expected
gzip -c model.arpa >packed
same() {
    accepts "$@"
    sed -e 1d -e 's/bytes, [0-9,]* uncompressed$/bytes/' -e '/^  size/d' out >got
    sed '/^  size/d' expected | cmp -s - got || fail "differs: $(diff expected got | head)"
}
from() {
    source=$1
    shift
    "$@" <"$source"
}
pipe() {
    source=$1
    shift
    # shellcheck disable=SC2002 # a pipe is meant
    cat "$source" | "$@"
}
for source in model.arpa packed; do
    same "$PERPLEX" inspect $source
    same from $source "$PERPLEX" inspect -
    same pipe $source "$PERPLEX" inspect -
    same "$PERPLEX" inspect --as model --model-format arpa $source
done
accepts from test.txt "$PERPLEX" inspect - --json
has corpus.name -
has corpus.tokens "$words"
accepts pipe test.txt "$PERPLEX" inspect model.arpa - --json
has coverage.tokens.total "$words"
accepts from test.txt "$PERPLEX" inspect --as corpus - odd.txt --json
has corpus.files 2
refuses 2 'standard input has been looked into*--as corpus*' from test.txt "$PERPLEX" inspect - odd.txt

# JSON, into a file.
accepts "$PERPLEX" inspect model.arpa --json
has schema perplex.inspection/1
has model.order 3
mv out kept.json
accepts "$PERPLEX" inspect model.arpa --json -o written.json -q
prints_nothing
grep -v '"seconds"' kept.json >a
grep -v '"seconds"' written.json | cmp -s - a || fail 'the file differs from what is printed'
refuses 4 'cannot write none/a.txt: *' "$PERPLEX" inspect model.arpa -o none/a.txt

# The unknown words are those that an evaluation counts.
run "$PERPLEX" eval model.arpa test.txt -q
unknown=$(value out unknown.tokens)
accepts "$PERPLEX" inspect model.arpa test.txt --json --top 3
has coverage.tokens.unknown "$unknown"
has coverage.most_frequent_unknown.2.count "$(value out coverage.most_frequent_unknown.2.count)"
[ -z "$(value out coverage.most_frequent_unknown.3.count)" ] || fail '--top 3 lists more than three'

# Characters and bytes, counted by others.
accepts "$PERPLEX" inspect test.txt --tokens byte --json
has corpus.tokens "$(wc -c <test.txt)"
has corpus.types.count "$(od -An -v -tx1 -w1 <test.txt | sort -u | wc -l)"
accepts "$PERPLEX" inspect test.txt --tokens word --json
has corpus.types.count "$(tr ' \t' '\n' <test.txt | grep . | sort -u | wc -l)"
has corpus.text.lines "$(wc -l <test.txt)"
has corpus.sha256 "$(sha256sum test.txt | cut -d ' ' -f 1)"

# Fingerprints of the model.
for of in full quick none; do
    accepts "$PERPLEX" inspect model.arpa --fingerprint $of --load copy --json
    case $of in
        none) has model.fingerprint none && has model.sha256 '' ;;
        *) has model.fingerprint full && has model.sha256 "$(sha256sum model.arpa | cut -d ' ' -f 1)" ;;
    esac
done
accepts "$PERPLEX" inspect model.arpa --fingerprint none
contains out '^  SHA-256  *none$'

# Mistakes.
misused '*--as takes model or corpus*' "$PERPLEX" inspect model.arpa --as text
misused '*--top takes a number*' "$PERPLEX" inspect model.arpa --top 0
misused '*--tokens takes word, char, byte or piece*' "$PERPLEX" inspect test.txt --tokens x
misused 'inspect needs a file' "$PERPLEX" inspect
refuses 2 'options of a model were given for a corpus *' "$PERPLEX" inspect test.txt --allow-positive
refuses 2 'options of a model were given for a corpus *' "$PERPLEX" inspect test.txt --verify
refuses 2 'options of a model were given for a corpus *' "$PERPLEX" inspect test.txt --load copy
refuses 2 'options of a model were given for a corpus *' "$PERPLEX" inspect test.txt --fingerprint quick
refuses 2 'model.arpa: to verify checksums *' "$PERPLEX" inspect model.arpa --verify
misused '*--load takes map or copy*' "$PERPLEX" inspect model.arpa --load x
refuses 2 'a format of the corpus was given, but no corpus*' "$PERPLEX" inspect --as model model.arpa --corpus-format text
refuses 2 'there is no model format "x" *' "$PERPLEX" inspect model.arpa --model-format x
refuses 2 'model.arpa: is a model: *' "$PERPLEX" inspect model.arpa model.arpa
refuses 4 'missing: cannot be opened: No such file or directory' "$PERPLEX" inspect missing
: >empty
refuses 3 'empty: the file is empty *' "$PERPLEX" inspect empty
refuses 4 '.: *s a directory' "$PERPLEX" inspect .
run "$PERPLEX" eval model.arpa test.txt -q -o result.json
refuses 3 'result.json: *perplex.result/1*' "$PERPLEX" inspect result.json
gzip -c packed >twice
refuses 3 'twice: *gzip inside gzip*' "$PERPLEX" inspect twice
head -c 3000 packed >short
refuses 3 'short: *gzip data end unexpectedly*' "$PERPLEX" inspect short
printf 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n' >pointer
refuses 3 'pointer: *Git LFS pointer*(*git lfs pull*)' "$PERPLEX" inspect pointer

# tolerable FILE: fine, or refused with one line and nothing else; in a few seconds at most.
tolerable() {
    run timeout 20 "$PERPLEX" inspect "$1"
    case $code in
    0) is_silent ;;
    2 | 3)
        says '*'
        prints_nothing
        ;;
    *) fail "exit code $code: $(head -c 500 err)" ;;
    esac
}
# damage FILE: a few kinds of it; conformance.inspection has more. A large file is cut only, as it takes a second
# each time.
damage() {
    size=$(wc -c <"$1")
    name=damaged-${1##*/}
    tolerable "$1"
    if [ "$size" -gt 2000000 ]; then
        head -c 100000 "$1" >"$name"
        tolerable "$name"
        rm "$name"
        return
    fi
    for length in 1 $((size / 2)) $((size > 0 ? size - 1 : 0)); do
        head -c "$length" "$1" >"$name"
        tolerable "$name"
    done
    { cat "$1" && head -c 65536 /dev/zero; } >"$name"
    tolerable "$name"
    at=$((size / 3))
    { head -c "$at" "$1" && printf '\252' && tail -c "+$((at + 2))" "$1"; } >"$name"
    tolerable "$name"
    rm "$name"
}
for file in "$SOURCE_DIR"/tests/data/messy/* "$models"/tiny* "$models"/logprobs/* "$SOURCE_DIR"/tests/data/corpora/*/* "$almanac"/*; do
    damage "$file"
done
if [ -z "${PERPLEX_TEST_DATA_DIR-}" ]; then
    echo 'SKIPPED: PERPLEX_TEST_DATA_DIR does not name the folder of real data'
    [ "$failures" -eq 0 ] && exit 77
    finish
fi
find -L "$PERPLEX_TEST_DATA_DIR" -type f ! -path '*/messy/*' >files
while read -r file; do
    damage "$file"
done <files
[ "$(wc -l <files)" -gt 30 ] || fail 'there are too few files'

finish
