#!/bin/sh
# What a person at a terminal sees, and a program at a pipe does not.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

if ! timeout 10 script -qec true /dev/null </dev/null >/dev/null 2>&1; then
    echo 'script(1) cannot make a terminal here: skipped'
    exit 77
fi
escape=$(printf '\033')
train=$almanac/train.txt
export PERPLEX ngram neural test_text train

# look: what remains of the file seen, is in screen; and what had been there meanwhile too, line by line, in shown.
look() {
    sed "s/.*\r$escape\[K//; s/\r//g" seen >screen
    sed "s/\r$escape\[K/\n/g; s/\r//g" seen >shown
    grep -q "$escape" shown && fail "an escape sequence beyond progress: $(cat shown)"
}

# on_terminal COMMAND: a line of shell whose stdout and stderr are a terminal.
on_terminal() {
    what=$1
    code=0
    script -qec "$1" /dev/null >seen || code=$?
    look
}
shows_nothing() {
    [ ! -s shown ] || fail "nothing should be seen: $(cat shown)"
}
figure='[0-9.e+]*'

# The summary, and nothing of it where stderr is no terminal, or with --quiet; warnings are for both.
yes 'quite zzyzx' | head -n 100 >strange.txt
# shellcheck disable=SC2016 # expanded by the shell on the terminal
{
    summary='"$PERPLEX" eval "$ngram" "$test_text" -o result.json'
    on_terminal "$summary"
    ends_with 0
    [ "$(wc -l <screen)" -eq 2 ] || fail "two lines should be seen: $(cat screen)"
    contains screen '^perplexity 558\.703 ± 30   6\.325618 nats   9\.125938 bits per token   1\.786116 bits per byte$'
    contains screen "^3648 of 3648 tokens scored (sentence), 625 unknown; $figure s, $figure M tokens/s\$"
    on_terminal "$summary 2>err"
    shows_nothing
    is_silent
    on_terminal "$summary --quiet"
    shows_nothing
    on_terminal "$summary --distributions --focal 2 --ignore-id 3"
    [ "$(wc -l <screen)" -eq 4 ] || fail "four lines should be seen: $(cat screen)"
    contains screen "^entropy 6\.196715 nats   accuracy 14\.9 % (of 5: 31\.63 %, of 10: 38\.93 %)   calibration error 0\.01923   best temperature 1\.0155: 6\.324635 nats\$"
    contains screen "^loss by: ignored 6\.359178   focal 6\.185512   combined $figure\$"
    warned='"$PERPLEX" eval "$ngram" strange.txt -o result.json'
    on_terminal "$warned"
    [ "$(wc -l <screen)" -eq 3 ] || fail "three lines should be seen: $(cat screen)"
    contains screen '^perplex: warning: '
    on_terminal "$warned 2>err"
    shows_nothing
    says 'warning: *'
    on_terminal "$warned --quiet"
    shows_nothing
    on_terminal '"$PERPLEX" eval "$ngram" "$test_text" 2>err'
    { head -n 1 screen | grep -qx '{' && tail -n 1 screen | grep -qx '}'; } || fail "JSON should be seen: $(cat screen)"
    is_silent
    on_terminal '"$PERPLEX" eval "$neural" missing.txt'
    ends_with 4
    [ "$(cat screen)" = 'perplex: missing.txt: cannot be opened: No such file or directory' ] ||
        fail "the message alone should be seen: $(cat screen)"
}

# Progress: of a corpus and a model that take their time, and of a file, whose end is known; ten times a second.
# shellcheck disable=SC2016
{
    slowly='{ cat "$train" && sleep 0.25 && cat "$train"; } | "$PERPLEX" eval "$ngram" - -o result.json'
    on_terminal "$slowly"
    ends_with 0
    contains shown "^scoring: $figure M tokens, $figure M/s\$"
    on_terminal "$slowly 2>err"
    shows_nothing
    is_silent
    on_terminal "$slowly --quiet"
    shows_nothing
    on_terminal '{ head -c 400000 "$ngram" && sleep 0.25 && tail -c +400001 "$ngram"; } |
        "$PERPLEX" eval - "$test_text" -o result.json'
    ends_with 0
    contains shown "^reading the model: $figure MB\$"
    mkfifo vocabulary
    on_terminal '{ sleep 0.25 && cat "${neural%/*}/vocab.txt"; } >vocabulary &
        "$PERPLEX" eval "$neural" "$train" --vocab vocabulary -o result.json'
    ends_with 0
    contains shown "^scoring: $figure M tokens, $figure M/s, $figure %, $figure s left\$"
    grep -q scoring: screen && fail "progress remains: $(cat screen)"
    cat "$train" "$train" "$train" "$train" "$train" >short.txt
    cat short.txt short.txt short.txt short.txt short.txt short.txt >long.txt
    on_terminal '"$PERPLEX" eval "$ngram" long.txt --threads 1 --batch 1 -o result.json'
    ends_with 0
    most=$(value result.json runtime.seconds | awk '{ print int($1 * 10) + 2 }')
    times=$(grep -c '^scoring: ' shown)
    [ "$times" -le "$most" ] || fail "$times lines of progress where $most are enough"
}

# Ctrl-C, typed when the program has opened its corpus.
mkfifo pipe
# shellcheck disable=SC2016
{
    exec 3>pipe
    printf '\003'
    wait_for [ -e ended ]
} | {
    timeout --signal KILL 20 script -qec 'exec "$PERPLEX" eval "$ngram" pipe' /dev/null >seen
    echo $? >code
    : >ended
}
what='Ctrl-C on a terminal'
code=$(cat code)
ends_with 130
look
sed 's/^^C//' screen >err
says 'pipe: *interrupted'

finish
