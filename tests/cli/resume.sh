#!/bin/sh
# --resume: an evaluation that is stopped in the middle goes on from its journal, and comes to the same bytes.
# shellcheck source=tests/support/cli.sh disable=SC2317 # functions are called by way of others
. "$SOURCE_DIR/tests/support/cli.sh"

text=$almanac/train.txt
mkfifo pipe

# same FILE WHOLE: the result is that of the undisturbed evaluation, and no journal is left.
same() {
    for file in "$1" "$2"; do
        sed '/^  "runtime": {$/,$d' "$file" >"figures.${file%.json}"
    done
    diff "figures.${1%.json}" "figures.${2%.json}" >differences || fail "another result: $(head -c 1000 differences)"
    [ ! -e "$1.journal" ] || fail 'the journal was left'
}

# begin OPTION...: evaluates some of the text, until there is something in the journal; $program waits for more.
begin() {
    rm -f kept.json*
    what="$* <pipe"
    env --default-signal=INT "$PERPLEX" eval "$@" -q -o kept.json --resume <pipe >out 2>err &
    program=$!
    exec 3>pipe
    head -c 100000 "$text" >&3
    tries=0
    until [ "$(find kept.json.journal -printf %s 2>/dev/null || echo 0)" -gt 20000 ] || [ $tries -eq 2000 ]; do
        sleep 0.01
        tries=$((tries + 1))
    done
}

# stop SIGNAL: ends it there.
stop() {
    kill "-$1" "$program"
    code=0
    wait "$program" 2>/dev/null || code=$?
    exec 3>&-
    [ "$(wc -c <kept.json.journal)" -gt 20000 ] || fail 'nothing is in the journal'
    [ ! -e kept.json ] || fail 'a result is there'
}

accepts "$PERPLEX" eval "$ngram" - -o whole.json --per-token whole.jsonl --batch 16 -q <"$text"
accepts "$PERPLEX" eval "$ngram" - -o kept.json --batch 16 -q --resume <"$text"
same kept.json whole.json

# Killed, and the last record is torn. The number of threads does not matter.
begin "$ngram" - --per-token kept.jsonl --batch 16
stop KILL
cp kept.json.journal half
head -c $(($(wc -c <half) - 5)) half >kept.json.journal
accepts "$PERPLEX" eval "$ngram" - -o kept.json --per-token kept.jsonl --batch 16 -j 3 -q --resume <"$text"
same kept.json whole.json
cmp -s kept.jsonl whole.jsonl || fail 'other tokens'

# With sums over full distributions, and of a mixture.
for models in "$neural --distributions --label-smoothing 0.1 --batch 512" "$ngram --mix 0.25:$ngram --batch 16"; do
    # shellcheck disable=SC2086 # words
    {
        accepts "$PERPLEX" eval $models - -o whole.json -q <"$text"
        begin $models -
        stop KILL
        accepts "$PERPLEX" eval $models - -o kept.json -q --resume <"$text"
    }
    same kept.json whole.json
done

# Interrupted: it says how to go on.
begin "$ngram" - --batch 16
stop INT
ends_with 130
says '*interrupted (what has been scored is kept in kept.json.journal: the same command goes on from there)'

# A journal belongs to one evaluation. For another it is refused, and stays as it is.
cp kept.json.journal half
other() {
    message=$1
    shift
    refuses 2 "kept.json.journal: the journal is of another $message (remove the file to begin anew)" \
        "$PERPLEX" eval "$@" -q -o kept.json --resume
    cmp -s kept.json.journal half || fail 'the journal has changed'
}
head -n 20 "$text" >short
sed '1,200s/ the / a /' "$text" >changed
other 'evaluation: its batch is "16", not "17"' "$ngram" "$text" --batch 17
other 'evaluation: its start is "context", not "none"' "$ngram" "$text" --batch 16 --start none
other 'evaluation: its model format is "arpa", not "safetensors"' "$neural" "$text" --batch 16
other 'corpus: what is to be scored differs after 0 targets' "$ngram" "$test_text" --batch 16
other 'corpus: what is to be scored differs after [1-9]* targets' "$ngram" changed --batch 16
other 'corpus: *' "$ngram" short --batch 16
other 'evaluation: its shard is "none", not "1/2"' "$ngram" "$text" --batch 16 --shard 1/2
other 'evaluation: its distributions is "no", not "yes"' "$ngram" "$text" --batch 16 --distributions
other 'evaluation: its list of modified losses is "", not "label_smoothing"' \
    "$ngram" "$text" --batch 16 --label-smoothing 0.1
other 'evaluation: its explanation is "no", not "yes"' "$ngram" "$text" --batch 16 --explain
"$PERPLEX" eval "$neural" "$test_text" -q --shard 1/1 -o here.json
OPENBLAS_CORETYPE=Prescott "$PERPLEX" eval "$neural" "$test_text" -q --shard 1/1 -o elsewhere.json
if [ "$(grep '"arithmetic": ' here.json)" = "$(grep '"arithmetic": ' elsewhere.json)" ]; then
    echo 'left out: a journal of another machine, as OPENBLAS_CORETYPE chooses none'
else
    export OPENBLAS_CORETYPE=Prescott
    other 'evaluation: its arithmetic is "OpenBLAS *", not "OpenBLAS * Prescott, *"' "$ngram" "$text" --batch 16
    unset OPENBLAS_CORETYPE
fi

# One at a time.
begin "$ngram" - --batch 16
refuses 4 'kept.json.journal: the journal is in use: somebody is at the same work already' \
    "$PERPLEX" eval "$ngram" "$text" -q -o kept.json --resume
stop KILL
rm kept.json.journal

# What is no journal is not touched, and an evaluation that has not begun leaves none.
echo mine >kept.json.journal
refuses 3 'kept.json.journal: not a journal of perplex (remove the file to begin anew)' \
    "$PERPLEX" eval "$ngram" "$text" -q -o kept.json --resume
[ "$(cat kept.json.journal)" = mine ] || fail 'a file was changed'
rm kept.json.journal
mkfifo odd.json.journal
refuses 4 'odd.json.journal: not a regular file: no journal can be kept there' \
    "$PERPLEX" eval "$ngram" "$text" -q -o odd.json --resume
refuses 4 'nowhere: cannot be opened: No such file or directory' \
    "$PERPLEX" eval "$ngram" nowhere -q -o kept.json --resume
refuses 3 "$ngram: a journal is of one model, which cannot be recognised without a fingerprint *" \
    "$PERPLEX" eval "$ngram" "$text" -q -o kept.json --resume --fingerprint none
[ ! -e kept.json.journal ] || fail 'an empty journal was left'
misused '--resume needs -o FILE: its journal lies beside that file' "$PERPLEX" eval "$ngram" "$text" --resume
misused '--resume needs -o FILE: its journal lies beside that file' "$PERPLEX" eval "$ngram" "$text" --resume -o -
misused '--resume: /dev/null is not a regular file, and the journal lies beside a file' \
    "$PERPLEX" eval "$ngram" "$text" --resume -o /dev/null
misused '--resume: pipe is not a regular file, and the journal lies beside a file' \
    "$PERPLEX" eval "$ngram" "$text" --resume -o pipe
mkdir folder
refuses 4 'cannot write folder: Is a directory' "$PERPLEX" eval "$ngram" "$text" --resume -o folder -q
misused 'the journal and --per-token cannot both go to ./kept.json.journal' \
    "$PERPLEX" eval "$ngram" "$text" --resume -o kept.json --per-token ./kept.json.journal
cp "$text" kept.json.journal
misused 'kept.json.journal would overwrite what is read: kept.json.journal' \
    "$PERPLEX" eval "$ngram" kept.json.journal --resume -o kept.json
rm kept.json.journal

# The disk is full in the middle, as no file may grow beyond some kilobytes, stderr's neither: hence the pipe.
limited() {
    {
        (
            ulimit -f 100
            "$@"
            echo "code $?" >&2
        ) 2>&1 | cat >messages
    }
    sed '/^code /d' messages >&2
    return "$(sed -n 's/^code //p' messages)"
}
rm -f kept.json
accepts "$PERPLEX" eval "$ngram" "$text" -o whole.json --batch 16 -q
refuses 4 'cannot write kept.json.journal: File too large (what has been scored is kept in *: the same command *)' \
    limited "$PERPLEX" eval "$ngram" "$text" -q -o kept.json --batch 16 --resume
[ "$(wc -c <kept.json.journal)" -gt 20000 ] || fail 'nothing is in the journal'
[ ! -e kept.json ] || fail 'a result is there'
accepts "$PERPLEX" eval "$ngram" "$text" -q -o kept.json --batch 16 --resume
same kept.json whole.json

# Another output has no room, while tokens are scored or when all are: what is kept is said all the same.
hint='(what has been scored is kept in kept.json.journal: the same command goes on from there)'
rm -f kept.json*
head -n 300 "$text" >some
refuses 4 "cannot write kept.jsonl: File too large $hint" \
    limited "$PERPLEX" eval "$ngram" some -q -o kept.json --batch 16 --resume --per-token kept.jsonl
[ -s kept.json.journal ] || fail 'there is no journal'
rm -f kept.json*
refuses 4 "cannot write /dev/full: No space left on device $hint" \
    "$PERPLEX" eval "$ngram" short -q -o kept.json --resume --per-token /dev/full
rm -f kept.json*

finish
