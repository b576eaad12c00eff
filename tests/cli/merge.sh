#!/bin/sh
# Results of shards, put together by the program: the whole, byte for byte; and every reason why not.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

# shards MODEL CORPUS COUNT [options]: 1.json ... and whole.json; the exit code of the whole in $whole.
shards() {
    model=$1 corpus=$2 count=$3
    shift 3
    rm -f ./*.json
    for i in $(seq "$count"); do
        accepts "$PERPLEX" eval "$model" "$corpus" "$@" -q --shard "$i/$count" -o "$i.json"
    done
    whole=0
    "$PERPLEX" eval "$model" "$corpus" "$@" -q -o whole.json 2>whole.err || whole=$?
}

# is_whole: the file out is the result of the whole, but for the machine.
is_whole() {
    without_runtime whole.json >expected
    without_runtime out | cmp -s - expected || fail 'is not the result of the whole'
}

# Parts have some 1024 tokens: the text is long enough for four.
shards "$ngram" "$test_text" 3
accepts "$PERPLEX" merge 2.json 3.json 1.json
is_whole
has complete true
has runtime.shards.0 1.json
has runtime.shards.2 3.json
has runtime.inputs.model "$ngram"
accepts "$PERPLEX" merge 3.json - 2.json <1.json
is_whole
has runtime.shards.0 -
gzip -c 3.json >3.json.gz
accepts "$PERPLEX" merge 1.json 2.json 3.json.gz -o merged.json
prints_nothing
mv merged.json out
is_whole
mv out merged.json
accepts "$PERPLEX" table merged.json
accepts "$PERPLEX" compare whole.json merged.json

shards "$neural" "$test_text" 7 --distributions --label-smoothing 0.1 --breakdown position,frequency,unknown --counts "$test_text"
accepts "$PERPLEX" merge [1-7].json
is_whole

# A mixture, whose weights are numbers that are copied; answers of another program, which has none to first tokens.
cp "$ngram" other.arpa
shards "$ngram" "$test_text" 2 --mix 0.3:other.arpa --mix-tune "$almanac/valid.txt"
accepts "$PERPLEX" merge 2.json 1.json
is_whole
awk 'BEGIN {
    for (i = 0; i < 600; i++) {
        print "{\"tokens\": [\"a\", \"b\", \"c\"], \"token_logprobs\": [null, -" i % 97 / 64 ", -1.5]}" >"answers.jsonl"
        print "{\"tokens\": [\"a\", \"b\", \"c\"]}" >"documents.jsonl"
    }
}'
shards answers.jsonl documents.jsonl 2
accepts "$PERPLEX" merge 2.json 1.json
is_whole
has counts.skipped.no_context 600

# Zero probability anywhere: the exit code and the words are those of the whole.
shards "$ngram" "$test_text" 2 --unknown zero
run "$PERPLEX" merge 2.json 1.json
is_whole
ends_with 5
[ "$whole" -eq 5 ] || fail "the whole ends with $whole"
cmp err whole.err || fail 'says something else than the whole'

# Tokens with the text beside them: where not all is scored, its bytes are an estimate, which is said once.
awk 'BEGIN { for (i = 0; i < 600; i++) printf "{\"input_ids\": [1, 2, 3, %d, 5], \"text\": \"abcdefg\"}\n", i % 90 }' >ids.jsonl
shards uniform:100 ids.jsonl 3 --limit 2500
accepts "$PERPLEX" merge 3.json 2.json 1.json -q
is_whole
has warnings.0.code spread-bytes
"$PERPLEX" eval uniform:100 ids.jsonl --limit 2500 -o whole.json 2>whole.err
run "$PERPLEX" merge 3.json 2.json 1.json
ends_with 0
cmp err whole.err || fail 'warns of something else than the whole'
contains err 'are an estimate: .* (500 times)$'
grep -q spread-bytes [1-3].json && fail 'a shard knows what is not scored elsewhere'

# Who is not there, or there twice, or somebody else.
shards "$ngram" "$test_text" 7
refuses 2 'shards 3 and 5 of 7 are missing' "$PERPLEX" merge 7.json 1.json 2.json 6.json 4.json
refuses 2 'shard 5 of 7 is missing' "$PERPLEX" merge 7.json 1.json 2.json 3.json 6.json 4.json
refuses 2 'shards 2, 3, 4, 5, 6 and 7 of 7 are missing' "$PERPLEX" merge 1.json -o never
cp 5.json five.json
refuses 2 '"five.json" and "5.json" are both shard 5 of 7' "$PERPLEX" merge [1-4].json five.json 5.json 6.json 7.json
refuses 2 '"5.json" and "5.json" are both shard 5 of 7' "$PERPLEX" merge [1-7].json 5.json
"$PERPLEX" eval "$ngram" "$test_text" -q --shard 5/8 -o other.json
refuses 2 'other.json: it is shard 5 of 8, and "1.json" one of 7' "$PERPLEX" merge 1.json other.json
refuses 2 'whole.json: the result is of a whole corpus, not of a shard (*)' "$PERPLEX" merge 1.json whole.json
accepts "$PERPLEX" merge [1-7].json -o merged.json
refuses 2 'merged.json: the result is of a whole corpus, not of a shard (*)' "$PERPLEX" merge merged.json

# foreign MESSAGE COMMAND...: what that evaluates cannot take the place of shard 5.
foreign() {
    message=$1
    shift
    "$@" -q --shard 5/7 -o other.json 2>err || fail "$* ends with $?"
    refuses 2 "other.json: it is of another evaluation than \"1.json\": $message" "$PERPLEX" merge [1-4].json other.json [67].json
}
foreign '$.protocol.name is "custom" here, and "sentence" there' "$PERPLEX" eval "$ngram" "$test_text" --unknown skip
foreign '$.model.format is "safetensors" here, and "arpa" there' "$PERPLEX" eval "$neural" "$test_text" -p sentence
foreign '$.corpus.sha256 is "????????????????????????????????????????????????????????????????" here, and "*" there' \
    "$PERPLEX" eval "$ngram" "$almanac/valid.txt"
foreign '$.breakdown is an object here, and missing there' "$PERPLEX" eval "$ngram" "$test_text" --breakdown position
sed '1,/^-/s/^-\([0-9]\)/-9\1/' "$ngram" >other.arpa
foreign '$.model.sha256 is "*" here, and "*" there' "$PERPLEX" eval other.arpa "$test_text"

"$PERPLEX" eval "$ngram" "$test_text" -q --shard 1/1 --fingerprint none -o other.json
refuses 2 'other.json: the model has no fingerprint, and could be another one in every shard (--fingerprint quick is enough)' \
    "$PERPLEX" merge other.json
sed 's/"version": "[0-9.]*"/"version": "0.0.1"/' 1.json >other.json
refuses 2 'other.json: the result is of perplex 0.0.1, and this is *: versions may differ in what they compute' \
    "$PERPLEX" merge other.json

# Matrix products are another machine's: a sum of both would be neither's. Those of n-gram models have none.
shards "$neural" "$test_text" 2
OPENBLAS_CORETYPE=Prescott "$PERPLEX" eval "$neural" "$test_text" -q --shard 2/2 -o other.json
contains 1.json '"arithmetic": ".*functions [0-9a-f]\{8\}, '
if [ "$(grep '"arithmetic": ' 1.json)" = "$(grep '"arithmetic": ' other.json)" ]; then
    echo 'left out: matrix products of another processor, as OPENBLAS_CORETYPE chooses none'
else
    refuses 2 'other.json: it was computed with OpenBLAS * Prescott, *, and "1.json" with OpenBLAS * (*OPENBLAS_CORETYPE*)' \
        "$PERPLEX" merge 1.json other.json
    OPENBLAS_CORETYPE=Prescott "$PERPLEX" eval "$neural" "$test_text" -q --shard 1/2 -o 1.json
    accepts "$PERPLEX" merge 1.json other.json
    grep -q arithmetic out && fail 'the whole says what shards were computed with'
fi
shards "$ngram" "$test_text" 2
OPENBLAS_CORETYPE=Prescott "$PERPLEX" eval "$ngram" "$test_text" -q --shard 2/2 -o 2.json
accepts "$PERPLEX" merge 1.json 2.json
is_whole
grep -q arithmetic 1.json && fail 'what n-gram models say depends on the machine'

# Numbers that contradict each other.
"$PERPLEX" eval "$ngram" "$test_text" -q --shard 1/1 -o 1.json
sed 's/"perplexity": [1-9]/"perplexity": 9/' 1.json >other.json
refuses 3 'other.json: $.perplexity is 9*, and by the rest of the result * (the file was changed, or written by another build or kind of machine)' \
    "$PERPLEX" merge other.json
sed 's/"elsewhere": 0/"elsewhere": 10/' 1.json >other.json
refuses 3 'other.json: $.accumulators.sha256 is "*", and by the rest of the result "*" (*)' "$PERPLEX" merge other.json

# What is no result.
: >empty.json
head -c 3000 1.json >cut.json
refuses 3 'empty.json:1:1: the JSON ends too early (*)' "$PERPLEX" merge empty.json
refuses 3 'cut.json:*: the JSON ends too early (*)' "$PERPLEX" merge cut.json
refuses 4 'nothing.json: cannot be opened: *' "$PERPLEX" merge nothing.json -o never
refuses 4 '*: is a directory' "$PERPLEX" merge "$models"
misused 'merge needs the results of shards' "$PERPLEX" merge
misused 'standard input can be read only once' "$PERPLEX" merge - -
refuses 4 'cannot write /dev/full: No space left on device' "$PERPLEX" merge 1.json -o /dev/full
[ -e never ] && fail 'writes in spite of an error'

finish
