#!/bin/sh
# --config: options out of a file.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

# as FILE OPTION...: the file gives what the options give.
as() {
    file=$1
    shift
    accepts "$PERPLEX" eval "$neural" "$test_text" -q "$@"
    without_runtime out >wanted
    accepts "$PERPLEX" eval "$neural" "$test_text" -q --config "$file"
    without_runtime out | cmp -s wanted - || fail "differs from the result of: $*"
}

# The configs that come with perplex.
as "$SOURCE_DIR/configs/hf-stride-256.json" --protocol hf-stride --window 256 --stride 128
has protocol.window 256
as "$SOURCE_DIR/configs/same-positions.json" --protocol wikitext-eos --start none --first skip
scored=$(value out counts.scored)
accepts "$PERPLEX" eval "$ngram" "$test_text" -q --config "$SOURCE_DIR/configs/same-positions.json"
has counts.scored "$scored"

# Every kind of value.
echo '{"unit": "stream", "end": "none", "join": "the", "limit": 100, "unknown": "skip"}' >kinds.json
as kinds.json --unit stream --end none --join the --limit 100 --unknown skip
has protocol.name custom
echo '{"quiet": true, "allow_positive": false, "threads": 2, "batch": 7, "tokens": "word",
    "verify": false, "load": "copy", "fingerprint": "none"}' >flags.json
accepts "$PERPLEX" eval "$ngram" "$test_text" --config flags.json
has runtime.threads 2
has runtime.batch 7
has model.fingerprint none
yes zzyzx | head -n 100 >strange.txt
accepts "$PERPLEX" eval "$ngram" strange.txt --config flags.json
echo '{"quiet": false}' >loud.json
run "$PERPLEX" eval "$ngram" strange.txt --config loud.json
contains err warning
accepts "$PERPLEX" eval "$ngram" strange.txt --config loud.json --quiet
cp "${neural%/*}/vocab.txt" words.txt
cp "$neural" bare.safetensors
echo '{"vocab": "words.txt", "model_format": "safetensors", "corpus_format": "text"}' >vocab.json
accepts "$PERPLEX" eval bare.safetensors "$test_text" -q --config vocab.json

printf -- '-1\n' >base.logprobs
echo word >base.txt
for base in 2 2.5 1e1 '"2"' '"e"'; do
    echo "{\"logprob_base\": $base}" >base.json
    accepts "$PERPLEX" eval base.logprobs base.txt -q --end none --config base.json
    mv out wanted
    accepts "$PERPLEX" eval base.logprobs base.txt -q --end none --logprob-base "$(echo "$base" | tr -d '"')"
    near 1e-15 "$(value out nats_per_token)" "$(value wanted nats_per_token)"
done
near 1e-15 "$(value out nats_per_token)" 1

# The command line wins, and changes the file's preset.
accepts "$PERPLEX" eval "$neural" "$test_text" -q --config "$SOURCE_DIR/configs/hf-stride-256.json" --window 64 --stride 64
has protocol.window 64
has protocol.stride 64
has protocol.first skip
accepts "$PERPLEX" eval "$ngram" "$test_text" -q --config "$SOURCE_DIR/configs/hf-stride-256.json" --protocol exact
has protocol.window 256
has protocol.first score

# The protocol of a result, given back, makes the same result. It may be called custom: a result says what was done,
# which is not all that a preset asks for where a model lacks a symbol.
given_back() {
    accepts "$PERPLEX" eval "$@" -q -o result.json
    { echo '{' && sed -n '/^  "protocol": {$/,/^  },$/p' result.json | sed '1d; $d' && echo '}'; } >protocol.json
    contains protocol.json '"name": '
    accepts "$PERPLEX" eval "$1" "$2" -q --config protocol.json
    without_runtime result.json | grep -v '^    "name": ' >wanted
    without_runtime out | grep -v '^    "name": ' | diff wanted - >differences || fail "it differs: $(head differences)"
}
given_back "$ngram" "$test_text"
given_back "$neural" "$test_text"
given_back "$neural" "$test_text" --protocol hf-stride --window 9 --stride 3 --score last:2 --average window --tail drop
given_back "$ngram" "$test_text" --unit stream --end none --join the --unknown floor:-4.5

# From standard input and a URL, as all inputs.
{ "$PERPLEX" eval "$neural" "$test_text" -q --config - <kinds.json; } >out
has protocol.limit 100
misused 'protocol file and corpus cannot both be standard input' "$PERPLEX" eval "$ngram" - --config -
echo '{"vocab": "-"}' >dash.json
misused 'vocabulary and corpus cannot both be standard input' "$PERPLEX" eval "$neural" - --config dash.json
refuses 4 'missing.json: cannot be opened: *' "$PERPLEX" eval "$ngram" "$test_text" --config missing.json

# wrong JSON MESSAGE: seen before the model is read, of which there is none.
wrong() {
    printf '%s\n' "$1" >wrong.json
    misused "wrong.json: $2" "$PERPLEX" eval missing.arpa "$test_text" --config wrong.json
}
wrong '{"windw": 5}' '$.windw: eval has no such option; did you mean window[?]'
wrong '{"first-window": 5}' '$\["first-window"\]: eval has no such option; did you mean first_window[?]'
wrong '{"bogus": 5}' '$.bogus: eval has no such option'
wrong '{"format": "csv"}' '$.format: eval has no such option'
for option in help config output per_token per_document dry_run; do
    wrong "{\"$option\": \"x\"}" "$.$option: only the command line takes this option"
done
wrong '{"unit": "page"}' '$.unit takes line, document or stream, not "page"'
wrong '{"unit": 5}' '$.unit takes a string, not a number'
wrong '{"window": "5"}' '$.window takes a number, not a string'
wrong '{"window": true}' '$.window takes a number, not true'
wrong '{"quiet": "yes"}' '$.quiet takes true or false, not a string'
wrong '{"window": 1.5}' '$.window takes a number of tokens*, not "1.5"'
wrong '{"window": -1}' '$.window takes a number of tokens*, not "-1"'
wrong '{"first_window": -1}' '$.first_window takes a number of targets, or stride, not "-1"'
wrong '{"threads": 0}' '$.threads takes a number from 1 to 1024, not "0"'
wrong '{"load": "read"}' '$.load takes map or copy, not "read"'
wrong '{"fingerprint": "half"}' '$.fingerprint takes full, quick or none, not "half"'
wrong '{"tokens": "line"}' '$.tokens takes word, *, not "line"'
wrong '{"logprob_base": "1"}' '$.logprob_base takes e or a number greater than 1, not "1"'
wrong '{"logprob_base": 1}' '$.logprob_base takes e or a number greater than 1, not "1"'
wrong '{"logprob_base": true}' '$.logprob_base takes a number or a string, not true'
# Another kind of value is the same mistake, wherever it is seen.
for value in null '[]' '{}'; do
    wrong "{\"window\": $value}" '$.window: expected a string, a number, true or false, found *'
done
for value in null '[]' 5 '"text"'; do
    wrong "$value" '$: expected an object of settings, found *'
done
accepts "$PERPLEX" eval "$neural" "$test_text" -q -o whole.json
misused 'whole.json: $.*: expected a string, * (this is a whole result; its settings alone: jq .protocol)' \
    "$PERPLEX" eval "$neural" "$test_text" --config whole.json
wrong '{"protocol": "hf"}' '$.protocol: there is no protocol "hf"; *'
wrong '{"name": "hf-strid"}' '$.name: there is no protocol "hf-strid"; did you mean hf-stride[?]'
wrong '{"name": "exact", "protocol": "exact"}' '$.protocol: "name" and "protocol" mean the same'
wrong '{"name": "custom", "unit": "line"}' '$.name: "custom" is no preset *; start is missing'
# What is wrong as JSON is malformed, as any input is.
printf '{"window": 5,\n "stride" 3}\n' >wrong.json
refuses 3 "wrong.json:2:11: *':' is expected*" "$PERPLEX" eval missing.arpa "$test_text" --config wrong.json
echo '{"window": 5, "window": 6}' >wrong.json
refuses 3 'wrong.json: $.window: the key stands twice*' "$PERPLEX" eval missing.arpa "$test_text" --config wrong.json

# The schema has every option that may stand there, and no other.
sed -n 's/^    "\([a-z_]*\)": {$/\1/p' "$SOURCE_DIR/configs/schema/protocol-1.schema.json" | sort >keys
"$PERPLEX" eval --help | sed -n 's/^ \{2,\}\(-.\, \)\{0,1\}--\([a-z-]*\).*/\2/p' | tr - _ |
    grep -vx -e help -e config -e output -e per_token -e per_document -e mix -e dry_run >options
echo name >>options
sort options | diff - keys >differences || fail "the schema has other keys: $(cat differences)"

finish
