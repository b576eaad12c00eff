#!/bin/sh
# Ctrl-C, wherever it finds the program: exit code 130, one line, no output.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

train=$almanac/train.txt
mkfifo pipe

# start FILE COMMAND...: in the background with FILE as standard input. SIGINT is not ignored, as it otherwise is there,
# and who does not listen to it is ended after a while.
start() {
    input=$1
    shift
    what="$* <$input"
    env --default-signal=INT timeout --foreground --signal KILL 20 "$@" <"$input" >out 2>err &
    program=$!
}

# It may be found in any input, or between them.
interrupt() {
    kill -INT "$program"
    code=0
    wait "$program" || code=$?
    ends_with 130
    says '*interrupted'
    prints_nothing
}

# Waiting for standard input. What a pipe does not hold must have been read when it is written.
start pipe "$PERPLEX" eval "$ngram" -
exec 3>pipe
cat "$train" >&3
interrupt
exec 3>&-

# Waiting for a pipe to which nobody writes. It is open when the other side can be opened.
start /dev/null "$PERPLEX" eval "$neural" pipe
exec 3>pipe
interrupt
exec 3>&-

# In the middle of the model.
start /dev/null "$PERPLEX" eval pipe "$test_text"
exec 3>pipe
head -c 300000 "$ngram" >&3
interrupt
exec 3>&-

# Busy: more text than anybody can score, and the old output stays.
echo old >result.json
for threads in 1 2; do
    start pipe "$PERPLEX" eval "$ngram" - --threads $threads -o result.json
    while cat "$train"; do :; done >pipe 2>/dev/null &
    writer=$!
    sleep 0.5
    interrupt
    kill "$writer" 2>/dev/null
    wait "$writer" 2>/dev/null
    [ "$(cat result.json)" = old ] || fail 'the old file was changed'
    ls result.json.* 2>/dev/null && fail 'a temporary file was left'
done

finish
