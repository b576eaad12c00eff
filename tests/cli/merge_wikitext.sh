#!/bin/sh
# Seven shards of WikiText-2, put together, are the whole: words under an n-gram model and under a neural one, in windows.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

data=${PERPLEX_TEST_DATA_DIR:-}
[ -n "$data" ] || { echo 'no real data'; exit 77; }

# whole MODEL [options]: the shards of it come to the whole.
whole() {
    for i in 1 2 3 4 5 6 7; do
        accepts "$PERPLEX" eval "$@" -q --shard "$i/7" -o "$i.json"
    done
    accepts "$PERPLEX" eval "$@" -q -o whole.json
    accepts "$PERPLEX" merge 4.json 7.json 1.json 6.json 3.json 5.json 2.json
    without_runtime out >merged
    without_runtime whole.json | cmp - merged || fail 'is not the result of the whole'
}

text=$data/wikitext-2/test.txt
whole "$data/models/ngram/small.o4.arpa.gz" "$text" --breakdown position,order,unknown
whole "$data/models/neural/wt2small.ffn3/wt2small.ffn3.safetensors" "$text" -p hf-stride --window 64 --stride 32

finish
