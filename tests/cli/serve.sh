#!/bin/sh
# perplex serve: every route, as clients ask for it; errors; how it starts and ends.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"
command -v curl >/dev/null || {
    echo 'there is no curl'
    exit 77
}

# serve MODEL [OPTIONS...]: a server of it at any port; $url.
serve() {
    : >served
    "$PERPLEX" serve "$@" --port 0 >served 2>served.err &
    server=$!
    wait_for grep -q '^listening on http://' served || fail "the server does not start: $(cat served.err)"
    url=$(sed -n 's/^listening on //p' served)
    [ "$(wc -l <served)" -eq 1 ] || fail "it prints more than a line: $(cat served)"
}

# ends CODE SIGNAL: the signal ends it so.
ends() {
    what="serve, ended by $2"
    kill -s "$2" "$server"
    code=0
    wait "$server" || code=$?
    [ "$code" -eq "$1" ] || fail "exit code $code instead of $1; stderr: $(cat served.err)"
    [ ! -s served.err ] || fail "stderr: $(cat served.err)"
}

# asks CODE PATH [CURL'S OPTIONS...]: the answer is in the file out, with a value a line, its head in the file head.
asks() {
    expected=$1 what="$2 $*"
    path=$2
    shift 2
    got=$(curl -s -m 20 -D head -o answer -w '%{http_code}' "$@" "$url$path")
    [ "$got" = "$expected" ] || fail "code $got instead of $expected: $(head -c 500 answer)"
    cp answer out
}

# answers PATTERN: the basic regular expression matches the answer.
answers() {
    contains out "$1"
}

serve "$ngram" --name m --threads 2
asks 200 /health
answers '^{"status": "ok"}$'
asks 200 /v1/models
answers '"object": "list", "data": \[{"id": "m", "object": "model", "created": [0-9]*, "owned_by": "perplex", "max_model_len": null'
answers '"perplex": {"version": "[0-9.]*", "format": "arpa", "kind": "ngram", "architecture": "n-gram", "order": 3, "vocabulary": 6524'
answers '"start": 1, "end": 2, "unknown": 0, "start_repeat": 1, "tokens": "word", "capabilities": \["string_tokens"'
asks 200 /v1/models/m
answers '^{"id": "m", "object": "model"'
asks 200 /tokenizer_info
answers '"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"'
asks 200 /v1/vocabulary
answers '^{"tokens": \["<unk>", "<s>", "</s>", "=", "Hven"'
[ "$(sed 's/", "/\n/g' out | wc -l)" -eq 6524 ] || fail 'the vocabulary has another size'
asks 200 /tokenize -d '{"model": "m", "prompt": "the island\n", "add_special_tokens": false}'
answers '^{"count": 3, "max_model_len": null, "tokens": \[15, 13, 2\]}$'
asks 200 /detokenize -d '{"tokens": [15, 13, 2]}'
answers '^{"prompt": "the island\\n"}$'

asks 400 /detokenize -d '{"tokens": [15, 6524]}'
answers '"token 1 is 6524, but ids'

# What a sentence costs is what eval says: the start symbol, its words, the end symbol.
head -n 1 "$test_text" >line
accepts "$PERPLEX" eval "$ngram" line --per-token tokens.jsonl
local=$(value out nats_per_token) scored=$(value out counts.scored)
text=$(sed 's/\\/\\\\/g; s/"/\\"/g' line)
asks 200 /v1/completions \
    -d "{\"model\": \"m\", \"prompt\": [\"<s> $text\\n\"], \"max_tokens\": 0, \"echo\": true, \"logprobs\": 0}"
answers '"object": "text_completion", "created": [0-9]*, "model": "m"'
mean=$(sed 's/.*"token_logprobs": \[null, \([^]]*\)\].*/\1/' out |
    awk -F ', ' -v scored="$scored" '{ for (i = 1; i <= NF; i++) sum -= $i; printf "%.17g", sum / scored }')
near 1e-12 "$mean" "$local" || fail "$mean nats per token instead of $local"
[ "$(sed 's/.*"completion_tokens": \([0-9]*\).*/\1/' out)" -eq 0 ] || fail 'tokens were made'

# As lm-evaluation-harness asks: the most probable next token is made, and alternatives are there.
asks 200 /v1/completions -d '{"model": "m", "prompt": [[1, 15, 13], [1, 15]], "temperature": 0, "max_tokens": 1, "logprobs": 1, "seed": 1234, "echo": true}'
answers '"index": 0, .*"top_logprobs": \[null, {.*"index": 1, '
answers '"finish_reason": "length", "prompt_token_ids": \[1, 15\]}\], "usage": {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}}$'
cp out first
asks 200 /v1/completions -d '{"model": "m", "prompt": [[1, 15, 13], [1, 15]], "temperature": 0, "max_tokens": 1, "logprobs": 1, "seed": 1234, "echo": true}'
sed 's/"created": [0-9]*//' first >first.same
sed 's/"created": [0-9]*//' out | cmp - first.same || fail 'two answers differ'

# Errors.
asks 404 /v1/completions -d '{"model": "other", "prompt": [1]}'
answers '^{"error": {"message": "there is no model \\"other\\" here: it is \\"m\\"", "type": "invalid_request_error", "param": null, "code": "not_found"}}$'
asks 404 /v1/chat/completions -d '{}'
asks 404 /v1/models/other
asks 404 /
asks 405 /v1/completions
contains head '^Allow: POST'
asks 405 /health -d ''
asks 400 /v1/completions -d '{"prompt": [1'
answers 'the JSON ends too early, at byte 13'
asks 400 /v1/completions -d '{"prompt": [7000]}'
answers 'token 0 of prompt 0 is 7000, but ids are whole numbers from 0 to 6523, or -1'
asks 400 /v1/completions -d ''
asks 415 /v1/completions -H 'Content-Encoding: gzip' -d 'xx'
asks 403 /health -H 'Host: example.org'
asks 403 /v1/models -H 'Origin: https://example.org'
asks 200 /health -I
length=$(curl -s -m 20 "$url/v1/vocabulary" | wc -c)
asks 200 /v1/vocabulary -I
contains head "^Content-Length: $length"
ends 0 TERM

# A key, and limits.
echo sk-secret >key
serve "$ngram" --api-key-file key --max-body 100 --timeout 5 -j 1
asks 401 /v1/models
contains head '^WWW-Authenticate: Bearer'
answers '"code": "invalid_api_key"'
asks 401 /nothing
asks 200 /health
asks 200 /v1/models -H 'Authorization: Bearer sk-secret'
answers '"id": "almanac.o3.arpa"'
asks 413 /tokenize -H 'Authorization: Bearer sk-secret' -H 'Expect:' -d "$(printf '{"prompt": "%0100d"}' 0)"
answers 'larger than 100 bytes'
grep -q sk-secret "/proc/$server/cmdline" 2>/dev/null && fail 'the key is among the arguments'
ends 130 HUP # of SIGINT a job in the background is not told

# Ids alone, and other tokens than words.
cp "$models/tiny.table.safetensors" bare.safetensors
serve bare.safetensors
asks 200 /v1/vocabulary
answers '^{"tokens": \[null, null, null, null, null\]}$'
asks 400 /v1/completions -d '{"prompt": "a"}'
answers 'no vocabulary, so that it takes prompts of token ids only'
asks 200 /v1/completions -d '{"prompt": [1,2], "max_tokens": 0, "echo": true, "logprobs": 1}'
answers '"tokens": \["token_id:1", " token_id:2"\]'
asks 400 /v1/completions -d '{"prompt": [-1]}'
answers 'token 0 of prompt 0 is -1'
ends 0 TERM

# What is not served.
misused '--port takes a number from 0 to 65535, not "x"' "$PERPLEX" serve "$ngram" --port x
misused '--tokens takes word, char or byte, not "piece"' "$PERPLEX" serve "$ngram" --tokens piece
misused 'serve takes one model' "$PERPLEX" serve "$ngram" uniform:5
refuses 2 'the address to listen on is empty' "$PERPLEX" serve "$ngram" --host ''
misused '--api-key-file nothing: *' "$PERPLEX" serve "$ngram" --api-key-file nothing
serve "$ngram"
refuses 4 'cannot listen on 127.0.0.1, port *: Address already in use (port 0 is any that is free)' \
    "$PERPLEX" serve "$ngram" --port "${url##*:}"
ends 0 TERM
finish
