#!/bin/sh
# A model behind `perplex serve` costs what it costs here, token by token, under every preset: texts and ids.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"
# shellcheck source=tests/support/mock.sh
. "$SOURCE_DIR/tests/support/mock.sh"

head -n 12 "$test_text" >text.txt

# serve MODEL: as long as this shell does not stop it; the model is at $served.
serve() {
    : >serve.out
    "$PERPLEX" serve "$1" --port 0 >serve.out 2>&1 &
    server=$!
    wait_for grep -q 'http:' serve.out || fail "it does not serve: $(cat serve.out)"
    served="openai:$(basename "$1")@$(sed -n 's/.*\(http:[0-9./:]*[0-9]\).*/\1/p' serve.out | head -n 1)"
}
stop_serving() {
    kill -TERM $server
    wait $server || fail "the server ends with $?"
}

serve "$ngram"
measure_here "$ngram" text.txt
same_as_here 'the ARPA model, text' "$served" text.txt
refuses 2 "*is sent ids, which say more than its words ($served names it)" "$PERPLEX" inspect "tgi:${served#openai:}"
stop_serving

serve "$neural"
measure_here "$neural" text.txt
same_as_here 'the bigram, text' "$served" text.txt
accepts "$PERPLEX" convert text.txt ids.u16 -q --vocab "$models/almanac.bigram/vocab.txt"
measure_here "$neural" ids.u16
same_as_here 'the bigram, ids' "$served" ids.u16
stop_serving

# Models that were estimated on real text.
if [ -n "${PERPLEX_TEST_DATA_DIR-}" ]; then
    data=$PERPLEX_TEST_DATA_DIR
    gzip -dc "$data/models/ngram/small.o4.arpa.gz" >small.o4.arpa
    head -n 40 "$data/wikitext-2/test.txt" >text.txt
    for model in small.o4.arpa "$data/models/neural/wt2.bigram/wt2.bigram.f16.safetensors"; do
        serve "$model"
        accepts "$PERPLEX" eval "$model" text.txt -q -p wikitext-eos --per-token here.jsonl
        accepts "$PERPLEX" eval "$served" text.txt -q -p wikitext-eos --per-token there.jsonl
        same_tokens here.jsonl there.jsonl
        stop_serving
    done
else
    echo 'without PERPLEX_TEST_DATA_DIR no model of real text is served'
fi

finish
