#!/bin/sh
# perplex compare: what may be compared, which is the better one, and what is said otherwise.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

# result NAME OPTION...: of the n-gram model on the test text.
result() {
    name=$1
    shift
    "$PERPLEX" eval "$ngram" "$test_text" -q -o "$name.json" "$@"
}
result a
same=$SOURCE_DIR/configs/same-positions.json
result ngram --config "$same"
"$PERPLEX" eval "$neural" "$test_text" -q -o neural.json --config "$same" || fail 'no result of the neural model'

# compares CODE A B OPTION...
compares() {
    expected=$1
    shift
    run "$PERPLEX" compare "$@"
    ends_with "$expected"
}

# Of the same tokens: the difference is that of the results, by another arithmetic.
compares 0 ngram.json neural.json
is_silent
contains out '^NEW is better: '
contains out '^warning: BASE has 625 unknown tokens and NEW 887: '
compares 1 neural.json ngram.json
is_silent
contains out '^NEW is worse: '
compares 0 ngram.json neural.json --json
is_silent
has schema perplex.comparison/2
has comparisons.0.comparable tokens
has comparisons.0.verdict better
has base.file ngram.json
has comparisons.0.new.file neural.json
has base.model "$ngram"
has comparisons.0.new.corpus "$test_text"
has base.unknown 625
has comparisons.0.new.unknown 887
has comparisons.0.warnings.0.code unknown-tokens
for name in nats_per_token bits_per_token perplexity; do
    has base.$name "$(value ngram.json $name)"
    has comparisons.0.new.$name "$(value neural.json $name)"
done
for name in bits_per_byte bits_per_character bits_per_word; do
    has base.$name "$(value ngram.json normalized.$name)"
    has comparisons.0.new.$name "$(value neural.json normalized.$name)"
done
difference() {
    awk -v a="$1" -v b="$2" "BEGIN { printf \"%.17g\", $3 }"
}
old=$(value ngram.json perplexity) new=$(value neural.json perplexity)
near 1e-12 "$(value out comparisons.0.difference.nats_per_token)" "$(difference "$old" "$new" 'log(b) - log(a)')"
near 1e-12 "$(value out comparisons.0.difference.bits_per_token)" "$(difference "$old" "$new" '(log(b) - log(a)) / log(2)')"
near 1e-12 "$(value out comparisons.0.difference.perplexity_ratio)" "$(difference "$old" "$new" 'b / a')"
compares 1 neural.json ngram.json --json
has comparisons.0.verdict worse

# One and the same; a name of the protocol is no matter.
compares 0 a.json a.json
contains out '^the same: '
contains out '^perplexity  *558\.7032  *558\.7032   x 1\.000000$'
grep -q warning out && fail "there is nothing to warn of: $(cat out)"
sed 's/"name": "sentence"/"name": "custom"/' a.json >renamed.json
compares 0 a.json renamed.json

# Every field of the protocol counts, and every other one that says which tokens they are. alters FIELD FROM TO.
alters() {
    sed "s/\"$1\": $2/\"$1\": $3/" a.json >altered.json
    cmp -s a.json altered.json && fail "$1 is not $2"
    compares 2 a.json altered.json
    says 'the results are not comparable'
    contains out "^  [a-z]*\.$1 "
    contains out '^not comparable: '
    compares 2 altered.json a.json --json
    has comparisons.0.verdict incomparable
}
flatten a.json | sed -n 's/^protocol\.\([a-z_]*\) \(.*\)/\1 \2/p' | grep -v '^name ' >fields
[ "$(wc -l <fields)" -ge 14 ] || fail 'too few fields'
while read -r field old; do
    alters "$field" "$old" '"other"'
    case $field in
    unit | start | end | join) has comparisons.0.comparable text ;;
    *) has comparisons.0.comparable nothing ;;
    esac
done <fields
alters scored 3648 3647
has comparisons.0.comparable text
alters tokenization '"word"' '"char"'
has comparisons.0.comparable text
alters format '"text"' '"lines"'
has comparisons.0.comparable nothing
# A field that one of them lacks.
sed '/"blank": /d' a.json >older.json
compares 2 older.json a.json
contains out '^  protocol.blank  *absent  *-> score$'
compares 2 a.json older.json
contains out '^  protocol.blank  *score  *-> absent$'

# All of the fields are told, not the first one alone.
result windows --unit stream --window 64 --stride 32 --first skip
compares 2 a.json windows.json
for line in 'protocol.unit  *line  *-> stream' 'protocol.window  *0  *-> 64' 'protocol.stride  *0  *-> 32' \
    'protocol.first  *score  *-> skip'; do
    contains out "^  $line\$"
done
contains out '^not comparable: the numbers are not of the same predictions$'
grep -q '^nats per token' out && fail 'figures that may not be compared'

# Another tokenization: the figures of the text alone. Ones that are of another text are told.
"$PERPLEX" eval uniform:2000 "$test_text" -q -o words.json
"$PERPLEX" eval uniform:2000 "$test_text" -q -o characters.json --tokens char
compares 2 words.json characters.json
contains out '^  corpus.tokenization  *word  *-> char$'
contains out '^bits per byte  *2\.146209  *10\.934603   +8\.788395$'
grep -q -e '^nats per token' -e '^perplexity' out && fail 'figures that may not be compared'
compares 2 words.json characters.json --json
has comparisons.0.comparable text
near 1e-12 "$(value out comparisons.0.difference.bits_per_byte)" \
    "$(awk 'BEGIN { printf "%.17g", log(2000) / log(2) * (18586 - 3648) / 18639 }')"
[ -z "$(value out comparisons.0.difference.nats_per_token)" ] || fail 'a difference that means nothing'
sed 's/"scored_bytes": 18639/"scored_bytes": 18000/; s/"scored": 3648/"scored": 3500/' a.json >shorter.json
compares 2 a.json shorter.json --json
has comparisons.0.warnings.0.code scored-text

# Another corpus: nothing.
"$PERPLEX" eval "$ngram" "$almanac/valid.txt" -q -o valid.json
compares 2 a.json valid.json
contains out '^  corpus.sha256$'
contains out "^    BASE  $(value a.json corpus.sha256)\$"
contains out "^    NEW   $(value valid.json corpus.sha256)\$"
contains out '^not comparable: the results are of different corpora$'

# What is not finite.
result infinite --unknown zero 2>/dev/null
sed 's/"nats_per_token": "inf"/"nats_per_token": 7/' infinite.json >finite.json
compares 0 infinite.json finite.json
contains out '^nats per token  *inf  *7\.000000   -inf$'
compares 1 finite.json infinite.json --json
has comparisons.0.difference.nats_per_token inf
has comparisons.0.difference.perplexity_ratio inf
compares 5 infinite.json infinite.json
says 'the difference of the results is no number'
contains out '^no verdict: both are infinite, and their difference is no number: tokens$'
contains out '^without probability are 625 in BASE and 625 in NEW$'
compares 5 infinite.json infinite.json --json
has comparisons.0.verdict undefined
has comparisons.0.difference.nats_per_token nan

# What differs is said with what it does.
result strided --unit stream --window 64 --stride 16 --first skip
compares 2 windows.json strided.json
contains out '^  protocol.stride  *32 -> 16$'
contains out '^    a smaller stride gives every token more context: perplexity goes down$'
compares 2 windows.json strided.json --json
has comparisons.0.differences.0.field protocol.stride
has comparisons.0.differences.0.effect 'a smaller stride gives every token more context: perplexity goes down'

# Token by token: by the files that results note, also where both were moved.
"$PERPLEX" eval "$ngram" "$test_text" -q -o p.json --config "$same" --per-token p.jsonl
"$PERPLEX" eval "$neural" "$test_text" -q -o q.json --config "$same" --per-token q.jsonl.gz
compares 0 p.json q.json
is_silent
contains out '^method  *paired by 3,647 tokens, in [0-9]* blocks of [0-9]* neighbours,$'
contains out '^p-value  *0\.0001$'
contains out '^tokens that got worse most$'
contains out '^   +7\.1292    2\.0121    9\.1414  0:142       on a mountain \. Blaise \[Pascal\]$'
contains out '^NEW is better: NEW has the lower cross-entropy, by more than noise$'
cp out paired.txt
mkdir moved
cp p.json p.jsonl q.json q.jsonl.gz moved
(cd / && "$PERPLEX" compare "$work/moved/p.json" "$work/moved/q.json" --json) >out
has comparisons.0.per_token.new "$work/moved/q.jsonl.gz"
has comparisons.0.test.pairing tokens
compares 0 p.json q.json --format json
has comparisons.0.test.resamples 10000
has comparisons.0.test.seed 0
has comparisons.0.unpaired.pairing none
has comparisons.0.moved.worse_most.0.token Pascal
forward=$(value out comparisons.0.test.difference_nats) p_value=$(value out comparisons.0.test.p_value)
near 1e-12 "$forward" "$(value out comparisons.0.difference.nats_per_token)"
cp out paired.json
compares 0 p.json q.json --json --threads 1
cmp -s out paired.json || fail 'another number of threads, another comparison'
compares 0 p.json q.json --json --seed 1 --resamples 200 --moved 1 --resample blocks
has comparisons.0.test.seed 1
has comparisons.0.test.resamples 200
[ -z "$(value out comparisons.0.moved.worse_most.1.token)" ] || fail 'more tokens than were asked for'
compares 0 p.json q.json --moved 0
grep -q '^tokens that got' out && fail 'tokens that nobody asked for'
# The other way round.
compares 1 q.json p.json --json
has comparisons.0.test.difference_nats "${forward#-}"
has comparisons.0.test.p_value "$p_value"
# With itself.
compares 0 p.json p.json --json
has comparisons.0.verdict same
has comparisons.0.test.p_value 1
has comparisons.0.test.difference_nats 0
# Files that are named, elsewhere.
mv q.jsonl.gz q2.jsonl.gz
compares 0 p.json q.json --json
has comparisons.0.test.pairing blocks
has comparisons.0.test.blocks 4
compares 0 p.json q.json --json --new-tokens q2.jsonl.gz
has comparisons.0.test.pairing tokens
has comparisons.0.per_token.new q2.jsonl.gz
run "$PERPLEX" compare p.json q.json --json --base-tokens - --new-tokens q2.jsonl.gz <p.jsonl
has comparisons.0.test.pairing tokens
# Files that do not fit: named, and found.
refuses 2 'p.jsonl: the per-token file*do not add up*' "$PERPLEX" compare p.json q.json --new-tokens p.jsonl
sed '9s/"token":"[^"]*"/"token":"other"/' p.jsonl >other.jsonl
refuses 2 'other.jsonl:9:1: token 9 of unit 0, "other", where p.jsonl has token 9 of unit 0, *' \
    "$PERPLEX" compare p.json p.json --new-tokens other.jsonl
head -c 100000 p.jsonl >cut.jsonl
refuses 3 'cut.jsonl:[0-9]*:*' "$PERPLEX" compare p.json p.json --new-tokens cut.jsonl
: >empty.jsonl
refuses 2 'empty.jsonl: the per-token file has 0 tokens, but its result 3647 *' \
    "$PERPLEX" compare p.json p.json --new-tokens empty.jsonl
refuses 4 'moved: *' "$PERPLEX" compare p.json p.json --new-tokens moved
refuses 3 '*: not a per-token file*' "$PERPLEX" compare p.json p.json --new-tokens "$ngram"
cp other.jsonl q.jsonl.gz
compares 0 p.json q.json
contains out '^warning: not paired by tokens: '
contains out '^method  *paired by 4 blocks of the same tokens, whose sums both$'
rm q.jsonl.gz
misused '--new-tokens is given 1 time, but there are 2 NEW' \
    "$PERPLEX" compare p.json q.json p.json --new-tokens q2.jsonl.gz
misused '--base-tokens is read once for each NEW, standard input only once' \
    "$PERPLEX" compare p.json q.json p.json --base-tokens -
misused 'standard input can be read only once' "$PERPLEX" compare p.json - --base-tokens -
misused '--resamples takes a number from 100 to *' "$PERPLEX" compare p.json q.json --resamples 99
misused '--resample takes auto, documents or blocks, not "tokens"' "$PERPLEX" compare p.json q.json --resample tokens
misused '--moved takes a number from 0 to 1000, not "-1"' "$PERPLEX" compare p.json q.json --moved -1
refuses 2 'documents can be drawn only with per-token files of both' \
    "$PERPLEX" compare p.json q.json --resample documents
refuses 2 'the per-token files do not tell documents apart' \
    "$PERPLEX" compare p.json p.json --resample documents
misused '--output p.jsonl would overwrite what is read: p.jsonl' \
    "$PERPLEX" compare p.json p.json --base-tokens p.jsonl -o p.jsonl

# Nor files that nobody named: the results note them.
cp p.jsonl before.jsonl
ln -s p.jsonl linked.jsonl
for output in p.jsonl ./p.jsonl linked.jsonl; do
    refuses 2 'p.jsonl: the comparison would overwrite the per-token file of a result' \
        "$PERPLEX" compare p.json q.json --new-tokens q2.jsonl.gz -o $output
    refuses 2 'p.jsonl: the comparison would overwrite the per-token file of a result' \
        "$PERPLEX" compare q.json p.json --base-tokens q2.jsonl.gz -o $output
done
cmp -s p.jsonl before.jsonl || fail 'the tokens are lost'

# Documents: told apart by lines of JSON, not by an array.
for format in npy jsonl; do
    "$PERPLEX" eval uniform:100 "$test_text" -q -o u.json --unit document --per-token "u.$format"
    compares 0 u.json u.json
    contains out '^method  *paired by 3,582 tokens, in [0-9,]* blocks of '
    told=no
    grep -q '^documents  *9: 0 got worse (0\.0 %), 0 better, 9 neither$' out && told=yes
    [ $format.$told = npy.no ] || [ $format.$told = jsonl.yes ] || fail "documents of .$format: $told"
done
compares 0 u.json u.json --resample documents
contains out '^method  *paired by 3,582 tokens, in 9 documents, drawn 10,000$'

# Several: the worst verdict decides.
run "$PERPLEX" compare q.json q.json p.json a.json --new-tokens q2.jsonl.gz --new-tokens p.jsonl --new-tokens x \
    --base-tokens q2.jsonl.gz
ends_with 1
contains out '^BASE  *78\.5031$'
contains out '^q\.json  *78\.5031    1\.0000  1\.0000 to 1\.0000  same$'
contains out '^p\.json  *559\.5308    7\.1275  .* to .*  *worse$'
contains out '^a\.json  *558\.7032  *incomparable$'
cp out several.txt
# Names of two bytes for each character: columns stay where they are, and none is cut.
name=éééééééééééééééé.json long=ééééééééééééééééé$name
cp a.json é.json
cp a.json $long
compares 0 a.json é.json $long
contains out '^é\.json                      558\.7032    1\.0000  '
contains out "^\.\.\.$name    558\.7032    1\.0000  "
compares 2 q.json q.json a.json
compares 0 q.json q.json q.json

# JSON that another reader of schemas accepts too.
if python3 -c 'import jsonschema' 2>/dev/null; then
    "$PERPLEX" compare p.json q.json a.json u.json infinite.json --json >all.json 2>/dev/null
    python3 -c '
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
for name in sys.argv[2:]:
    jsonschema.Draft202012Validator(schema).validate(json.load(open(name)))
' "$SOURCE_DIR/configs/schema/comparison-2.schema.json" all.json paired.json || fail 'not by the schema'
else
    echo 'skipped: there is no Python with the module jsonschema'
fi

# Where it goes, and what it comes from.
compares 1 neural.json ngram.json -o report.txt
prints_nothing
contains report.txt '^NEW is worse: '
"$PERPLEX" compare - a.json <renamed.json >out || fail 'standard input is not read'
contains out '^BASE  -: '
awk 'length > 79' out report.txt paired.txt several.txt >long
[ ! -s long ] || fail "too long: $(cat long)"
refuses 4 'missing.json: cannot be opened: *' "$PERPLEX" compare a.json missing.json
echo '{"schema": "perplex.result/2"}' >other.json
refuses 3 'other.json: *"perplex.result/2" instead of "perplex.result/1"' "$PERPLEX" compare other.json a.json
sed 's/"complete": true/"complete": false/' a.json >part.json
refuses 3 'part.json: $.complete: *' "$PERPLEX" compare a.json part.json
refuses 4 'cannot write /dev/full: *' "$PERPLEX" compare a.json a.json -o /dev/full
# Escape sequences out of a file do not reach the terminal.
sed 's/"runtime": {/&/; s#"model": "[^"]*arpa"#"model": "\\u001b[31mred"#' a.json >red.json
compares 0 red.json a.json
contains out '^BASE  red.json: \\x1b\[31mred on '

finish
