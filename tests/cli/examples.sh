#!/bin/sh
# The examples of the manual and of the help do what they say, given the files that they name.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"
: "${PERPLEX_MANUAL:?names the tool that knows the examples}" "${HTTP_SERVER:?names the server of tests/support}"

mkdir bin
ln -s "$PERPLEX" bin/perplex
PATH=$work/bin:$PATH
cp "$ngram" model.arpa
cp "$ngram" other.arpa
gzip -c "$ngram" >model.arpa.gz
cp "$neural" "${neural%/*}/vocab.txt" .
cp "$test_text" test.txt
cp "$test_text" valid.txt
cp "$test_text" train.txt
cp "$SOURCE_DIR"/configs/*.json .
cp "$test_text" book.txt
gzip -c "$test_text" >test.txt.gz
printf '\000\000\001\000' >val.bin
printf '{"the": 0, "\304\240sea": 1}' >encoder.json
head -n 20 test.txt >shard-1.txt
tail -n +21 test.txt >shard-2.txt
perplex eval model.arpa test.txt -q -o ngram.json || fail 'no results to begin with'
perplex eval model.safetensors test.txt -q -o neural.json || fail 'no results to begin with'
perplex eval model.arpa test.txt -q --unknown unk-or-skip -o old.json --per-token old.jsonl.gz ||
    fail 'no results to begin with'
cp old.json new.json
mkdir shards
perplex eval model.arpa test.txt -q --shard 1/2 -o shards/1.json || fail 'no shards to begin with'
perplex eval model.arpa test.txt -q --shard 2/2 -o shards/2.json || fail 'no shards to begin with'
cp old.jsonl.gz new.jsonl.gz
cat >plan.json <<'END'
{"schema": "perplex.plan/1", "models": ["model.arpa", "model.safetensors"], "corpora": ["test.txt"]}
END
mkdir results
cp ngram.json neural.json results
echo secret >key.txt

# The web of the examples is this folder.
mkfifo server.in
"$HTTP_SERVER" . test.txt test.txt.gz <server.in >server.port &
server=$!
exec 9>server.in
wait_for [ -s server.port ] || fail 'the server does not start'
web=http://127.0.0.1:$(cat server.port)
mkdir -p "$XDG_CONFIG_HOME/perplex/corpora"
cat >"$XDG_CONFIG_HOME/perplex/corpora/wikitext-2.json" <<END
{"schema": "perplex.manifest/1", "name": "wikitext-2", "title": "Stands for the corpus of that name",
 "licence": {"text": "As that of the text."}, "splits": {"test": {"urls": ["$web/test.txt"], "tokens": "word"}}}
END

# serve COMMAND: a server that is told to end as soon as it listens.
serve() {
    what=$1
    rm -f out
    (cd example.work && exec sh -c "exec $(printf '%s\n' "$1" | sed '/--port/!s/$/ --port 0/')") >out 2>err &
    served=$!
    wait_for [ -s out ] || fail 'does not listen'
    kill -TERM "$served"
    code=0
    wait "$served" || code=$?
}

run "$PERPLEX_MANUAL" examples
ends_with 0
mv out examples
[ "$(wc -l <examples)" -ge 8 ] || fail 'too few examples'
while read -r example; do
    rm -rf -- example.work
    mkdir example.work
    cp -R ./*.arpa ./*.gz ./*.safetensors ./*.txt ./*.json ./*.bin results shards example.work
    case $example in
    'perplex serve '*) serve "$example" ;;
    *) run sh -c "cd example.work && $(printf '%s\n' "$example" | sed "s#https://example.org#$web#g")" ;;
    esac
    ends_with 0
    case $example in
    'perplex run '* | 'perplex fetch wiki'* | *corpus:wiki*) ;; # say what is done, or believed
    *) is_silent ;;
    esac
    case $example in
    *' -o '* | 'perplex convert '*) prints_nothing ;;
    *) [ -s out ] || fail 'prints nothing' ;;
    esac
done <examples

# Every command has some, and its help shows them.
perplex --help | sed -n '/^  perplex /d; s/^  \([a-z]*\)  *[A-Z].*/\1/p' >commands
while read -r command; do
    contains examples "perplex $command"
    perplex "$command" --help >help
    grep "perplex $command" examples | while read -r example; do
        grep -qxF "  $example" help || echo "$example"
    done >missing
    [ ! -s missing ] || fail "the help of $command lacks $(cat missing)"
done <commands

exec 9>&-
wait "$server"
finish
