#!/bin/sh
# `kill -9` in the middle of an evaluation behind an endpoint, at random moments, more than once in a row: what goes on
# comes to the same bytes, and what has been answered is not asked again.
# shellcheck source=tests/support/cli.sh disable=SC2013 # words are what is read
. "$SOURCE_DIR/tests/support/cli.sh"
# shellcheck source=tests/support/mock.sh
. "$SOURCE_DIR/tests/support/mock.sh"

concurrency=4
head -n 6 "$test_text" >lines.txt
accepts "$PERPLEX" convert lines.txt ids.jsonl --vocab "$models/almanac.bigram/vocab.txt" -q
start_mock -l 20 "$neural"

# evaluate NAME [OPTION...]
evaluate() {
    name=$1
    shift
    exec "$PERPLEX" eval "openai:mock@$mock" ids.jsonl -p hf-stride --window 24 --stride 6 --prompts-per-request 1 \
        --concurrency $concurrency -q -o "$name.json" --per-token "$name.jsonl" --resume "$@"
}

# The probe's prompts, and the windows'.
told openai
(evaluate probe --dry-run >/dev/null) || fail 'does not end well'
asked >probe.prompts
told openai
(evaluate whole) || fail 'does not end well'
asked >whole.prompts
without_runtime whole.json >figures
windows=$(awk 'NR == FNR { probe[$1] = 1; next } !($1 in probe) { sum += $4 } END { print sum }' probe.prompts whole.prompts)
seconds=$(value whole.json runtime.seconds)

# kill_after SECONDS
kill_after() {
    (evaluate killed) &
    program=$!
    sleep "$1"
    kill -KILL $program 2>/dev/null && middle=$((middle + 1)) && kills=$((kills + 1))
    wait $program 2>/dev/null
}

middle=0
count=0
for share in $(awk 'BEGIN { srand(11); for (i = 0; i < 6; i++) print rand() }'); do
    what="killed after $share of $seconds s"
    moment=$(awk -v share="$share" -v seconds="$seconds" 'BEGIN { print 0.05 + share * seconds * 0.8 }')
    count=$((count + 1))
    kills=0
    rm -f killed.*
    told openai
    kill_after "$moment"
    [ $((count % 2)) -ne 0 ] || kill_after "$moment"
    (evaluate killed) || fail 'does not go on'
    without_runtime killed.json | cmp -s - figures || fail 'another result'
    cmp -s killed.jsonl whole.jsonl || fail 'other tokens'
    [ ! -e killed.json.journal ] || fail 'the journal was left'
    # Prompts that were answered oftener than without a kill: those in flight at the time, and no more.
    asked >killed.prompts
    again=$(awk 'FILENAME == "probe.prompts" { probe[$1] = 1; next }
                 FILENAME == "whole.prompts" { once[$1] = $4; next }
                 !($1 in probe) && $4 > once[$1] { sum += $4 - once[$1] }
                 !($1 in probe) && $4 < once[$1] { print "a prompt was not answered" }
                 END { print sum + 0 }' probe.prompts whole.prompts killed.prompts)
    [ "$again" -le $((concurrency * kills)) ] 2>/dev/null ||
        fail "$again of $windows prompts were answered again after $kills kills"
done
echo "$middle kills in the middle"
[ $middle -ge 4 ] || fail "only $middle of the kills came in the middle"

stop_mock
finish
