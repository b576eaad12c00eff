#!/bin/sh
# Everything that is written as JSON, and the plans and settings that come with the source, by a validator of JSON Schema
# that is not ours.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

for python in python3 /usr/bin/python3 ''; do
    [ -z "$python" ] || "$python" -c 'import jsonschema' 2>/dev/null || continue
    break
done
[ -n "$python" ] || {
    echo 'skipped: there is no Python with the module jsonschema'
    exit 77
}

# What is to be held against which schema: "SCHEMA FILE" a line.
: >pairs
# wrote SCHEMA FILE COMMAND...: carries the command out, whose JSON is in FILE then.
wrote() {
    printf '%s %s\n' "$1" "$2" >>pairs
    shift 2
    accepts "$PERPLEX" "$@"
}

wrote result-1 ngram.json eval "$ngram" "$test_text" -q -o ngram.json --per-token tokens.jsonl \
    --breakdown order,position,document,unknown --worst 3 --best 3
wrote result-1 neural.json eval "$neural" "$test_text" -q -o neural.json --distributions --label-smoothing 0.1 \
    --temperature 2 --explain
wrote result-1 mixed.json eval "$ngram" "$test_text" -q -o mixed.json --mix 0.5:"$ngram"
for shard in 1 2; do
    wrote result-1 shard-$shard.json eval "$neural" "$test_text" -q -o shard-$shard.json --shard $shard/2
done
"$PERPLEX" eval "$ngram" "$test_text" --dry-run >estimate.json
echo 'estimate-1 estimate.json' >>pairs
wrote result-1 merged.json merge shard-1.json shard-2.json -o merged.json
"$PERPLEX" eval "$ngram" "$test_text" -q --unknown zero -o infinite.json 2>/dev/null
echo 'result-1 infinite.json' >>pairs
"$PERPLEX" compare ngram.json mixed.json infinite.json neural.json --fail-if 'ppl > +1%, nats > +0 significant' --json \
    >comparison.json 2>/dev/null
echo 'comparison-2 comparison.json' >>pairs
wrote table-1 table.json table ngram.json infinite.json neural.json --interval -f json -o table.json
wrote divergence-1 divergence.json divergence "$ngram" "$ngram" "$test_text" -q -o divergence.json
wrote inspection-1 inspection.json inspect "$ngram" "$test_text" -q --json -o inspection.json
"$PERPLEX" protocols --json >protocols.json
echo 'protocols-1 protocols.json' >>pairs
mkdir -p "$XDG_CACHE_HOME/perplex/sha256/e3"
: >"$XDG_CACHE_HOME/perplex/sha256/e3/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"$PERPLEX" cache verify --json >cache.json
echo 'cache-1 cache.json' >>pairs
cat >plan.json <<END
{"schema": "perplex.plan/1", "models": ["$ngram", "$work/missing.arpa"], "corpora": ["$test_text"], "results": "results"}
END
"$PERPLEX" run plan.json -q >out 2>err
printf '%s\n' 'plan-1 plan.json' 'run-1 results/.index.json' >>pairs
for plan in demo checkpoint wikitext-2; do
    echo "plan-1 $SOURCE_DIR/configs/$plan.json" >>pairs
done
for settings in hf-stride-256 same-positions; do
    echo "protocol-1 $SOURCE_DIR/configs/$settings.json" >>pairs
done
XDG_CACHE_HOME=$work/cache "$PERPLEX" fetch --list --json >corpora.json
echo 'corpora-1 corpora.json' >>pairs
for manifest in "$SOURCE_DIR"/corpora/*.json; do
    echo "manifest-1 $manifest" >>pairs
done

"$python" -c '
import json, sys, jsonschema
for line in open("pairs"):
    schema, name = line.rstrip("\n").split(" ", 1)
    with open("%s/configs/schema/%s.schema.json" % (sys.argv[1], schema)) as file:
        schema = json.load(file)
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    with open(name) as file:
        for mistake in validator.iter_errors(json.load(file)):
            print(name, mistake.json_path, mistake.message[:300])
' "$SOURCE_DIR" >mistakes 2>&1 || fail 'the validator fails'
[ ! -s mistakes ] || fail "not by the schema: $(cat mistakes)"
[ "$(wc -l <pairs)" -ge 30 ] || fail 'too little was looked at'

# And it can tell.
sed 's/"complete": true/"complete": 1/' ngram.json >wrong.json
"$python" -c '
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
sys.exit(jsonschema.Draft202012Validator(schema).is_valid(json.load(open("wrong.json"))))
' "$SOURCE_DIR/configs/schema/result-1.schema.json" || fail 'everything is valid'
finish
