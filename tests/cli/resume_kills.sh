#!/bin/sh
# `kill -9` at 50 random moments of `eval --resume`, some twice in a row: what goes on comes to the same bytes, those of the
# result outside of "runtime" and those of the file of --per-token.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

text=$almanac/train.txt

# evaluate MODEL NAME: in small batches, so that there is much to be interrupted; the tokens go to NAME.jsonl.
evaluate() {
    case $1 in
    ngram) set -- "$2" "$ngram" --batch 1 -p sentence ;;
    neural) set -- "$2" "$neural" --batch 16 -p hf-stride --window 64 --stride 32 ;;
    esac
    name=$1
    shift
    exec "$PERPLEX" eval "$@" "$text" -q -o "$name.json" --per-token "$name.jsonl" --resume
}

# moments: of 25 evaluations, as shares of the time that they take.
moments() {
    awk 'BEGIN { srand(7); for (i = 0; i < 25; i++) print rand() }'
}

# kill_after SECONDS MODEL: adds to $middle if something is left to go on from.
kill_after() {
    (evaluate "$2" killed) &
    program=$!
    sleep "$1"
    kill -KILL $program 2>/dev/null
    wait $program 2>/dev/null
    [ ! -s killed.json.journal ] || middle=$((middle + 1))
}

for model in ngram neural; do
    what=$model
    (evaluate $model whole) || fail 'does not end well'
    sed '/^  "runtime": {$/,$d' whole.json >figures
    seconds=$(value whole.json runtime.seconds)
    count=0
    middle=0
    for share in $(moments); do
        what="$model, killed after $share of $seconds s"
        moment=$(awk -v share="$share" -v seconds="$seconds" 'BEGIN { print 0.02 + share * seconds }')
        count=$((count + 1))
        rm -f killed.*
        kill_after "$moment" $model
        [ $((count % 3)) -ne 0 ] || kill_after "$moment" $model
        (evaluate $model killed) || fail 'does not go on'
        sed '/^  "runtime": {$/,$d' killed.json | cmp -s - figures || fail 'another result'
        cmp -s killed.jsonl whole.jsonl || fail 'other tokens'
        [ ! -e killed.json.journal ] || fail 'the journal was left'
    done
    echo "$model: $middle kills in the middle"
    [ $middle -ge 5 ] || fail "only $middle of the kills came in the middle"
done

finish
