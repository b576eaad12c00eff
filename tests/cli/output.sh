#!/bin/sh
# Where results go: to a file whole or not at all, and nothing gets lost without a word.
# shellcheck source=tests/support/cli.sh disable=SC2317 # functions are called by way of others
. "$SOURCE_DIR/tests/support/cli.sh"

accepts "$PERPLEX" eval "$ngram" "$test_text" -q
mv out result.json
without_runtime result.json >expected

# To a file that is not there, one that is, a device, stdout by name.
accepts "$PERPLEX" eval "$ngram" "$test_text" -q -o new.json
prints_nothing
without_runtime new.json | cmp -s - expected || fail 'the file differs from what stdout gets'
echo old >old.json
accepts "$PERPLEX" eval "$ngram" "$test_text" -q --output old.json
without_runtime old.json | cmp -s - expected || fail 'the file was not replaced'
accepts "$PERPLEX" eval "$ngram" "$test_text" -q -o /dev/null
prints_nothing
# By a link too, as /dev/stdout is: the link stays.
ln -s /proc/self/fd/1 stdout
for stdout in - stdout; do
    accepts "$PERPLEX" eval "$ngram" "$test_text" -q -o $stdout
    without_runtime out | cmp -s - expected || fail "-o $stdout gives something else"
done
[ -h stdout ] || fail "the link was replaced"
ln -s old.json link
echo old >old.json
accepts "$PERPLEX" eval "$ngram" "$test_text" -q -o link
{ [ -h link ] && without_runtime old.json | cmp -s - expected; } || fail "what the link names was not written"
accepts "$PERPLEX" table result.json
mv out table.md
accepts "$PERPLEX" table result.json -o new.md
cmp -s table.md new.md || fail 'the file differs from what stdout gets'
rm -- *.json.* 2>/dev/null && fail 'a temporary file was left'

# A full device.
refuses 4 'cannot write /dev/full: No space left on device' "$PERPLEX" eval "$ngram" "$test_text" -q -o /dev/full
refuses 4 'cannot write /dev/full: No space left on device' "$PERPLEX" table result.json -o /dev/full

# into FILE COMMAND...: stdout goes there.
into() {
    file=$1
    shift
    "$@" >"$file"
}
# each COMMAND...: whatever prints.
each() {
    "$@" "$PERPLEX" eval "$ngram" "$test_text" -q
    "$@" "$PERPLEX" table result.json
    "$@" "$PERPLEX" formats
    "$@" "$PERPLEX" eval --help
    "$@" "$PERPLEX" --help
    "$@" "$PERPLEX" --version
}
each refuses 4 'cannot write standard output: No space left on device' into /dev/full

# A closed stdout, and a pipe that nobody reads any more: silence, as by SIGPIPE.
closed() {
    "$@" >&-
}
each refuses 4 'cannot write standard output: Bad file descriptor' closed
mkfifo pipe
exec 4<>pipe
exec 5>pipe
exec 4<&-
broken() {
    "$@" >&5
}
into_broken_pipe() {
    run broken "$@"
    ends_with 141
    is_silent
}
each into_broken_pipe
exec 5>&-

# Where standard descriptors are closed, no file that is opened takes their place, nor messages with it.
printf 'a house \377\na dog\n' >odd.txt
run "$PERPLEX" eval "$ngram" odd.txt --per-token with.jsonl -o with.json
ends_with 0
contains err '^perplex: warning: '
for closed in '2>&-' '>&- 2>&-' '<&- >&- 2>&-'; do
    what="eval $closed"
    rm -f without.json*
    eval '"$PERPLEX" eval "$ngram" odd.txt --per-token without.jsonl -o without.json' "$closed" || fail "ends with $?"
    cmp with.jsonl without.jsonl || fail 'the file of tokens is another'
    without_runtime with.json >expected
    without_runtime without.json | cmp - expected || fail 'the result is another'
done

# Places where nothing can be written.
mkdir folder
refuses 4 'cannot write folder: Is a directory' "$PERPLEX" eval "$ngram" "$test_text" -q -o folder
refuses 4 'cannot write folder/none/a.json: No such file or directory' \
    "$PERPLEX" eval "$ngram" "$test_text" -q -o folder/none/a.json
refuses 4 'cannot write table.md/a.json: Not a directory' "$PERPLEX" table result.json -o table.md/a.json
if [ "$(id -u)" -ne 0 ]; then
    chmod 555 folder
    refuses 4 'cannot write folder/a.json: Permission denied' "$PERPLEX" table result.json -o folder/a.json
fi

# What fails leaves the old file alone, and nothing beside it.
mkdir kept
echo old >kept/a.json
unchanged() {
    [ "$(cat kept/a.json)" = old ] || fail 'the old file was changed'
    [ "$(ls kept)" = a.json ] || fail "something was left beside it: $(ls kept)"
}
printf 'a\n</s>\n' >control.txt
refuses 3 'control.txt:2:1: *' "$PERPLEX" eval "$ngram" control.txt -o kept/a.json
unchanged
refuses 4 'missing.txt: *' "$PERPLEX" eval "$ngram" missing.txt -o kept/a.json
unchanged
refuses 4 'missing.json: *' "$PERPLEX" table result.json missing.json -o kept/a.json
unchanged
# ThreadSanitizer's runtime writes a file before the program begins, and would be ended by the signal.
starts_limited=yes
# shellcheck disable=SC2320 # the code of the program
(ulimit -f 0 && "$PERPLEX" --version >/dev/null 2>&1) 2>/dev/null || [ $? -ne 153 ] || starts_limited=no
# No file may grow, stderr's neither: hence the pipe.
limited() {
    {
        (
            [ "$starts_limited" = yes ] || trap '' XFSZ
            ulimit -f 0
            "$@"
            echo "code $?" >&2
        ) 2>&1 | cat >messages
    }
    sed '/^code /d' messages >&2
    return "$(sed -n 's/^code //p' messages)"
}
refuses 4 'cannot write kept/a.json: File too large' limited "$PERPLEX" eval "$ngram" "$test_text" -q -o kept/a.json
unchanged

for command in table 'compare result.json'; do
    # shellcheck disable=SC2086 # words
    refuses 4 'cannot write kept/a.json: File too large' limited "$PERPLEX" $command result.json -o kept/a.json
done
unchanged

# Who could not read the old file cannot read the new one; what is new has what the umask leaves.
has_mode() {
    [ "$(stat -c %a "$1")" = "$2" ] || fail "$1 has the mode $(stat -c %a "$1") instead of $2"
}
umask 022
for mode in 600 664; do
    echo old >private.json
    cp private.json private.jsonl
    chmod $mode private.json private.jsonl
    accepts "$PERPLEX" eval "$ngram" "$test_text" -q -o private.json --per-token private.jsonl
    has_mode private.json $mode
    has_mode private.jsonl $mode
    accepts "$PERPLEX" table result.json -o private.json
    has_mode private.json $mode
done
accepts "$PERPLEX" table result.json -o public.md
has_mode public.md 644

# What table is given must be results.
echo '{}' >empty.json
echo '{"schema": "perplex.result/2"}' >later.json
echo '[]' >list.json
refuses 4 'missing.json: cannot be opened: No such file or directory' "$PERPLEX" table missing.json
refuses 4 'folder: is a directory*' "$PERPLEX" table folder
# shellcheck disable=SC2016 # no commands
no_result='(not a result of `perplex eval`, or not a whole one)'
refuses 3 "$test_text:2:2: * $no_result" "$PERPLEX" table "$test_text"
refuses 3 'empty.json: $.schema: missing '"$no_result" "$PERPLEX" table empty.json
refuses 3 'list.json: $: expected an object, found an array '"$no_result" "$PERPLEX" table list.json
head -n 20 result.json >short.json
refuses 3 "short.json:*: * $no_result" "$PERPLEX" compare result.json short.json
accepts "$PERPLEX" compare result.json result.json --json -o comparison.json
refuses 3 'comparison.json: $*"perplex.comparison/2"*"perplex.result/1" '"$no_result" "$PERPLEX" table comparison.json
refuses 3 'later.json: $*"perplex.result/2"*"perplex.result/1"' "$PERPLEX" table result.json later.json

finish
