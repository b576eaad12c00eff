#!/bin/sh
# A model behind an endpoint costs what it costs here, token by token, under every preset that both allow: behind `perplex
# serve`, and behind a server of every other dialect. What is refused is said, and no preset is left out.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"
# shellcheck source=tests/support/mock.sh
. "$SOURCE_DIR/tests/support/mock.sh"

head -n 12 "$test_text" >text.txt
presets=$("$PERPLEX" protocols --json | sed -n 's/^ *"preset": "\(.*\)",$/\1/p')
[ "$(echo "$presets" | wc -l)" -ge 15 ] || fail "presets: $presets"

# windows PRESET: options that make several windows of the text where the preset has some.
windows() {
    case $1 in
    hf-stride | hf-stride-doc | fairseq | llama.cpp-stride) echo --window 32 --stride 16 ;;
    gptq | llama.cpp | lm-eval | lm-eval-api | paloma | llm.c) echo --window 32 ;;
    esac
}

# compare NAME LOCAL REMOTE CORPUS [OPTION...]: in every preset; those that are refused are listed in the file refused.NAME,
# a line for each.
compare() {
    name=$1 local=$2 remote=$3 corpus=$4 compared=0
    shift 4
    : >"refused.$name"
    for preset in $presets; do
        rm -f local.jsonl remote.jsonl
        # shellcheck disable=SC2046 # options
        run "$PERPLEX" eval "$local" "$corpus" -q -p "$preset" $(windows "$preset") --per-token local.jsonl "$@"
        if [ "$code" -ne 0 ]; then
            echo "$preset: also here: $(cat err)" >>"refused.$name"
            continue
        fi
        mv out local.json
        # shellcheck disable=SC2046 # options
        run "$PERPLEX" eval "$remote" "$corpus" -q -p "$preset" $(windows "$preset") --per-token remote.jsonl "$@"
        if [ "$code" -ne 0 ]; then
            echo "$preset: $(cat err)" >>"refused.$name"
            prints_nothing
            continue
        fi
        mv out remote.json
        what="$name under $preset $*"
        same_tokens local.jsonl remote.jsonl
        near 1e-6 "$(value remote.json nats_per_token)" "$(value local.json nats_per_token)"
        compared=$((compared + 1))
    done
    echo "$name: the same under $compared presets; refused: $(sed 's/:.*//' "refused.$name" | tr '\n' ' ')"
}

# serve MODEL: `perplex serve`, as long as this shell does not stop it; the model is at $served.
serve() {
    "$PERPLEX" serve "$1" --port 0 >serve.out 2>serve.err &
    server=$!
    wait_for grep -q http serve.out serve.err || fail "it does not serve: $(cat serve.err)"
    served="openai:$(basename "$1")@$(sed -n 's/.*\(http:[0-9./:]*\).*/\1/p' serve.out serve.err | head -n 1)"
}
stop_serving() {
    kill -TERM $server
    wait $server || fail "the server ends with $?"
}

# Nothing that a model of its own allows is refused of one that is served, on text and on ids.
for model in "$ngram" "$neural"; do
    "$PERPLEX" convert text.txt ids.jsonl -q --vocab "$model" 2>/dev/null ||
        "$PERPLEX" convert text.txt ids.jsonl -q --vocab "$(dirname "$model")/vocab.txt" || fail 'no ids'
    serve "$model"
    for corpus in text.txt ids.jsonl; do
        compare "$(basename "$model").$corpus" "$model" "$served" $corpus
        compare "$(basename "$model").$corpus.skip" "$model" "$served" $corpus --first skip
    done
    stop_serving
done

finish
