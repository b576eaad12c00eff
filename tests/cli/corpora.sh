#!/bin/sh
# A corpus of several files: named one by one, or by a pattern, from pipes and from the web.
# shellcheck source=tests/support/cli.sh disable=SC2317 # functions are called by way of others
. "$SOURCE_DIR/tests/support/cli.sh"
: "${HTTP_SERVER:?names the server of tests/support}"

# Each file ends with its lines, so that the lines of all are those of the whole.
head -n 20 "$test_text" >shard-1.txt
tail -n +21 "$test_text" | head -n 25 | gzip -c >shard-2.txt
tail -n +46 "$test_text" >shard-3.txt

# Lines by themselves do not know of files.
accepts "$PERPLEX" eval "$ngram" "$test_text" -q
for name in perplexity nats_per_token counts.lines counts.words counts.bytes counts.tokens counts.scored \
    accumulators.nats.sum accumulators.nats.squares; do
    echo "$name $(value out $name)"
done >whole

# same COMMAND...
same() {
    accepts "$@"
    while read -r name number; do
        has "$name" "$number"
    done <whole
}
same "$PERPLEX" eval "$ngram" shard-1.txt shard-2.txt shard-3.txt -q
has runtime.inputs.corpus 'shard-1.txt shard-2.txt shard-3.txt'

fingerprint=$(value out corpus.sha256)
same "$PERPLEX" eval -q "$ngram" shard-1.txt --threads 3 -- shard-2.txt shard-3.txt
has corpus.sha256 "$fingerprint"
same "$PERPLEX" eval "$ngram" 'shard-?.txt' -q
has corpus.sha256 "$fingerprint"
same "$PERPLEX" eval "$ngram" shard-1.txt 'shard-[23].txt' -q
has corpus.sha256 "$fingerprint"

# Standard input and the web among them.
mkfifo server.in
"$HTTP_SERVER" . "$test_text" shard-2.txt <server.in >server.port &
server=$!
exec 9>server.in
wait_for [ -s server.port ] || fail 'the server does not start'
web=http://127.0.0.1:$(cat server.port)
from() {
    source=$1
    shift
    "$@" <"$source"
}
same from shard-1.txt "$PERPLEX" eval "$ngram" - shard-2.txt "$web/shard-3.txt" -q
has corpus.sha256 "$fingerprint"
same from shard-3.txt "$PERPLEX" eval "$ngram" "$web/shard-1.txt" shard-2.txt - -q
has corpus.sha256 "$fingerprint"
exec 9>&-
wait "$server"

# Another order is another corpus.
accepts "$PERPLEX" eval "$ngram" shard-3.txt shard-2.txt shard-1.txt -q
[ "$(value out corpus.sha256)" != "$fingerprint" ] || fail 'the fingerprint does not tell the order'

# What is wrong with any of them shows before the model is read.
refuses 4 'missing.txt: cannot be opened: *' "$PERPLEX" eval missing.arpa shard-1.txt missing.txt
refuses 4 'none-\*: no file matches' "$PERPLEX" eval missing.arpa shard-1.txt 'none-*'
printf 'the\n</s>\n' >control.txt
refuses 3 '*control.txt:2:1: *' "$PERPLEX" eval "$ngram" shard-1.txt control.txt

finish
