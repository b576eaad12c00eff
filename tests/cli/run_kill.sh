#!/bin/sh
# run, killed at whatever moment: the next run goes on, and comes to what an undisturbed one comes to.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

kills=${KILLS-50}
many=$(yes "\"$almanac/train.txt\"" | head -n 4 | paste -s -d ,)
cat >plan.json <<END
{ "schema": "perplex.plan/1",
  "models": [ "$ngram", { "name": "neural", "path": "$neural" } ],
  "corpora": [ { "name": "many", "paths": [$many] }, "$test_text" ],
  "options": { "per_token": "npy", "per_document": true, "breakdown": "all" } }
END

# same FOLDER: it has what the folder `whole` has, but for runtime.
same() {
    (cd "$1" && ls -A) >names
    (cd whole && ls -A) | cmp -s - names || fail "there are other files: $(cat names)"
    cmp -s whole/.index.json "$1/.index.json" || fail 'the index differs'
    for name in whole/*; do
        ours=$1/${name#whole/}
        case $name in
        *.json)
            without_runtime "$name" >wanted
            without_runtime "$ours" | cmp -s wanted - || fail "$name differs"
            ;;
        *) cmp -s "$name" "$ours" || fail "$name differs" ;;
        esac
    done
}

begun=$(date +%s%N)
accepts "$PERPLEX" run plan.json -q --results whole
ends_with 0
span=$((($(date +%s%N) - begun) / 1000))
[ "$failures" -eq 0 ] || finish

# Moments all over the run, a bit beyond its end; the process alone, or with the group that it and its cells are.
landed=0
i=0
while [ $i -lt "$kills" ]; do
    rm -rf again
    moment=$(awk -v seed="$$$i" -v span="$span" 'BEGIN { srand(seed); printf "%.6f", rand() * span * 1.1 / 1e6 }')
    jobs=$((1 + i / 2 % 2))
    setsid "$PERPLEX" run plan.json -q --results again --jobs $jobs >/dev/null 2>&1 &
    program=$!
    sleep "$moment"
    if [ $((i % 2)) -eq 0 ]; then
        kill -KILL $program 2>/dev/null
    else
        kill -KILL -$program 2>/dev/null
    fi
    code=0
    wait $program || code=$?
    [ $code -ne 137 ] || landed=$((landed + 1))
    what="run, killed after $moment s"
    run "$PERPLEX" run plan.json -q --results again
    ends_with 0
    is_silent
    same again
    [ "$failures" -eq 0 ] || finish
    i=$((i + 1))
done
[ $landed -ge $((kills / 2)) ] || fail "only $landed of $kills runs were killed before their end"

# A cell whose process is killed fails, and the others do not. It may have ended before it is killed.
i=0
code=0
while [ $code -eq 0 ] && [ $i -lt 20 ]; do
    rm -rf cell
    "$PERPLEX" run plan.json -q --results cell --jobs 2 >out 2>err &
    program=$!
    wait_for pgrep -P $program >children || fail 'there is no process of a cell'
    kill -KILL "$(head -n 1 children)" 2>/dev/null
    wait $program || code=$?
    i=$((i + 1))
done
[ $code -eq 6 ] || fail "another exit code, $code: $(cat err)"
contains err 'the process was ended by signal 9 (Killed)$'
[ "$(wc -l <err)" -eq 1 ] || fail "more than one cell has failed: $(cat err)"
run "$PERPLEX" run plan.json -q --results cell
ends_with 0
same cell

# half_done FOLDER: the names of what an output is until it is whole.
half_done() {
    (cd "$1" && ls -A) | grep -E '[.](json|npy|jsonl)[.][A-Za-z0-9]{6}$'
}

mkdir left
: >left/a.tokens.npy.x7Ab2Q
half_done left >/dev/null || fail 'what is half done would not be seen'

# Interrupted, alone or with its cells, it leaves what is done, and nothing that is half done.
for signal in INT INT- TERM TERM- HUP HUP-; do
    rm -rf again
    env --default-signal=INT,HUP setsid "$PERPLEX" run plan.json --results again --jobs 2 >out 2>err &
    program=$!
    wait_for half_done again >/dev/null 2>&1 || fail 'no cell has begun to write'
    case $signal in
    *-) kill -"${signal%-}" -$program ;;
    *) kill -$signal $program ;;
    esac
    code=0
    wait $program || code=$?
    what="run, ended by $signal"
    ends_with 130
    prints_nothing
    contains err '^perplex: 4 cells: .* 0 failed, [1-4] to do$'
    half_done again >left.txt && fail "something half done is left: $(cat left.txt)"
    pgrep -P $program >/dev/null && fail 'a process is left'
    run "$PERPLEX" run plan.json -q --results again
    ends_with 0
    same again
done

finish
