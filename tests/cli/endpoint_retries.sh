#!/bin/sh
# What passes is waited for and changes no number; limits are kept to exactly; what --dry-run says is what is asked.
# shellcheck source=tests/support/cli.sh disable=SC2119,SC2120 # functions are called by way of others
. "$SOURCE_DIR/tests/support/cli.sh"
# shellcheck source=tests/support/mock.sh
. "$SOURCE_DIR/tests/support/mock.sh"

export PERPLEX_TRIES=5
head -n 4 "$test_text" >lines.txt
accepts "$PERPLEX" convert lines.txt ids.jsonl --vocab "$models/almanac.bigram/vocab.txt" -q
start_mock "$neural"

# evaluate [OPTION...]
evaluate() {
    "$PERPLEX" eval "openai:mock@$mock" ids.jsonl -p hf-stride --window 16 --stride 8 --prompts-per-request 3 -q "$@"
}

told openai
accepts evaluate --dry-run
cp out estimate
probe=$(counted requests)
probe_tokens=$(counted prompt_tokens)
accepts evaluate --per-token whole.jsonl
cp out whole.json
without_runtime whole.json >whole
accepts "$PERPLEX" eval "$neural" ids.jsonl -p hf-stride --window 16 --stride 8 -q --per-token local.jsonl
same_tokens local.jsonl whole.jsonl

# The estimate, what was asked, and what the result says of it.
what='the estimate'
told openai
evaluate >counted.json 2>/dev/null
requests=$(($(counted requests) - probe))
tokens=$(($(counted prompt_tokens) - probe_tokens))
[ "$(value estimate requests)" = "$requests" ] || fail "$(value estimate requests) requests, but $requests were asked"
[ "$(value estimate prompt_tokens)" = "$tokens" ] || fail "$(value estimate prompt_tokens) tokens, but $tokens were asked"

# patient NAME: the numbers are the same.
patient() {
    told "$1"
    accepts evaluate --per-token got.jsonl
    what=$1
    without_runtime out >got
    cmp -s whole got || fail "another result: $(diff whole got | head)"
    cmp -s whole.jsonl got.jsonl || fail 'other tokens'
}
patient "openai/429@$((probe + 2))"
patient "openai/503@$((probe + 2))"
patient "openai/drop@$((probe + 1))"
patient openai/close
patient openai/chunked

# Limits, of which no more is asked than they allow: nothing at all, or what --resume keeps.
# refused OPTION NUMBER
refused() {
    told openai
    run evaluate "$@"
    ends_with 2
    says "*more than $1 $2 allows*"
    prints_nothing
    [ "$(counted requests)" -eq "$probe" ] || fail "$(counted requests) requests"
}
told openai
accepts evaluate --max-requests "$requests" --max-tokens "$tokens"
[ "$(counted requests)" -eq $((probe + requests)) ] || fail "$(counted requests) requests"
refused --max-requests $((requests - 1))
refused --max-tokens $((tokens - 1))

told openai
run evaluate --max-requests 3 --resume -o part.json
ends_with 4
[ "$(counted requests)" -eq $((probe + 3)) ] || fail "$(counted requests) requests with --max-requests 3"
told openai
run evaluate --max-requests $((requests - 3)) --resume -o part.json
ends_with 0
[ "$(counted requests)" -eq $((probe + requests - 3)) ] || fail "$(counted requests) requests after a journal of 3"
without_runtime part.json | cmp -s - whole || fail 'another result'

# What goes on after a stop is the same evaluation, whatever the server warns of; but not that of another model.
told openai/other-model
run evaluate --max-requests 3 --resume -o named.json
ends_with 4
told openai
run evaluate --max-requests 1 --resume -o named.json
ends_with 4
says '*the limit of 1 requests is reached*named.json.journal*'
cp named.json.journal kept
stop_mock
start_mock "uniform:$(wc -l <"$models/almanac.bigram/vocab.txt")"
run "$PERPLEX" eval "openai:mock@$mock" ids.jsonl -p hf-stride --window 16 --stride 8 --prompts-per-request 3 -q --resume \
    -o named.json
ends_with 2
says '*another model by the same name*remove the file*'
cmp -s kept named.json.journal || fail 'the journal is another'
stop_mock

# A server that can do four things at a time is asked for no more, after a while.
start_mock -l 10 "$neural"
told openai/busy
run "$PERPLEX" eval "openai:mock@$mock" ids.jsonl -p hf-stride --window 16 --stride 2 --prompts-per-request 1 -q \
    --per-token got.jsonl
ends_with 0
accepts "$PERPLEX" eval "$neural" ids.jsonl -p hf-stride --window 16 --stride 2 -q --per-token local.jsonl
what='a busy server'
same_tokens local.jsonl got.jsonl
[ "$(counted throttled)" -gt 0 ] || fail 'it was never busy'
[ "$(counted throttled)" -lt "$(counted answered)" ] || fail 'the number in flight does not adapt'
stop_mock
finish
