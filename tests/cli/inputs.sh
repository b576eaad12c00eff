#!/bin/sh
# The same bytes give the same result, wherever they come from and however they are packed.
# shellcheck source=tests/support/cli.sh disable=SC2317 # functions are called by way of others
. "$SOURCE_DIR/tests/support/cli.sh"
: "${HTTP_SERVER:?names the server of tests/support}"

mkdir served
cp "$test_text" served/text.txt
cp "$ngram" served/model.arpa
cp "$neural" served/model.safetensors
gzip -c "$test_text" >served/text.gz
gzip -9c "$ngram" >served/model.gz
gzip -c "$neural" >served/neural.gz
vocabulary=${neural%/*}/vocab.txt
# Members of any size, one of them empty; and a name that lies.
{
    head -c 1 "$test_text" | gzip -c
    gzip -c </dev/null
    tail -c +2 "$test_text" | head -c 9999 | gzip -1c
    tail -c +10001 "$test_text" | gzip -c
} >served/members.txt
cp "$test_text" served/plain.gz

# The server ends when this shell does, which has its standard input open.
mkfifo server.in
"$HTTP_SERVER" served "$test_text" served/text.gz <server.in >server.port &
server=$!
exec 9>server.in
wait_for [ -s server.port ] || fail 'the server does not start'
web=http://127.0.0.1:$(cat server.port)

from() {
    source=$1
    shift
    "$@" <"$source"
}
# A pipe that is written a few bytes at a time.
trickle() {
    source=$1
    shift
    dd if="$source" bs=777 2>/dev/null | "$@"
}
# same COMMAND...
same() {
    accepts "$@"
    without_runtime out >got
    cmp -s expected got || fail "the result differs: $(diff expected got | head)"
}

run "$PERPLEX" eval "$ngram" "$test_text" -q
without_runtime out >expected
grep -q '"perplexity": 558.70320955' expected || fail 'not the result that is expected'
for corpus in served/text.txt served/text.gz served/members.txt served/plain.gz; do
    same "$PERPLEX" eval "$ngram" $corpus -q
    same from $corpus "$PERPLEX" eval "$ngram" - -q
    same trickle $corpus "$PERPLEX" eval "$ngram" - -q
    same "$PERPLEX" eval "$ngram" "$web/${corpus#served/}" -q
done
for path in ok gzip chunked close redirect redirect/3; do
    same "$PERPLEX" eval "$ngram" "$web/$path" -q
done
for model in model.arpa model.gz; do
    same "$PERPLEX" eval served/$model "$test_text" -q
    same from served/$model "$PERPLEX" eval - "$test_text" -q
    same trickle served/$model "$PERPLEX" eval - "$web/text.gz" -q
    same "$PERPLEX" eval "$web/$model" served/text.gz -q
done
same from "$ngram" "$PERPLEX" eval /dev/stdin "$test_text" -q

run "$PERPLEX" eval "$neural" "$test_text" -q
without_runtime out >expected
for model in model.safetensors neural.gz; do
    same from served/$model "$PERPLEX" eval - served/members.txt -q --vocab "$vocabulary"
    same "$PERPLEX" eval "$web/$model" "$web/text.txt" -q --vocab "$vocabulary"
done
cp "$vocabulary" served/vocab.txt
same "$PERPLEX" eval served/model.safetensors "$test_text" -q
same trickle "$test_text" "$PERPLEX" eval served/neural.gz - -q

# What the network does wrong; the name without what may be secret.
refuses 4 "$web/none.txt: *404*" "$PERPLEX" eval "$ngram" "$web/none.txt"
refuses 4 "$web/status/503: *503*" "$PERPLEX" eval "$web/status/503" "$test_text"
refuses 4 "$web/short: *" "$PERPLEX" eval "$ngram" "$web/short"
refuses 4 "$web/reset: *" "$PERPLEX" eval "$ngram" "$web/reset"
refuses 4 "$web/redirect-loop: *redirect*" "$PERPLEX" eval "$ngram" "$web/redirect-loop"
refuses 4 "$web/redirect-file: *" "$PERPLEX" eval "$ngram" "$web/redirect-file"
refuses 3 "$web/empty: the corpus is empty*" "$PERPLEX" eval "$ngram" "$web/empty"
accepts "$PERPLEX" eval "$ngram" "http://user:secret@${web#*//}/auth?token=sesame" -q
grep -q -e secret -e sesame out && fail "a secret stands in the result: $(value out runtime.inputs.corpus)"
run "$PERPLEX" eval "$ngram" "http://user:wrong-word@${web#*//}/auth?token=sesame" -q
ends_with 4
says '*401*'
grep -q -e wrong-word -e sesame err && fail "a secret stands in the message: $(cat err)"

# Nobody listens any more.
exec 9>&-
wait "$server"
refuses 4 "$web/ok: *onnect*" "$PERPLEX" eval "$ngram" "$web/ok"

finish
