#!/bin/sh
# The download cache from outside: what is transferred how often, whatever becomes of the processes, and that nothing
# wrong is ever under the name of a hash. What one process sees is in unit/test_cache.c.
# shellcheck source=tests/support/cli.sh disable=SC2317 # functions are called by way of others
. "$SOURCE_DIR/tests/support/cli.sh"
: "${HTTP_SERVER:?names the server of tests/support}"

cache=$XDG_CACHE_HOME/perplex

mkdir served
i=0
while [ $i -lt 20000 ]; do
    i=$((i + 1))
    echo "line $i of a text that is downloaded"
done >served/text.txt
sum=$(sha256sum <served/text.txt | cut -d ' ' -f 1)
size=$(wc -c <served/text.txt)

mkfifo server.in
HTTP_SERVER_LOG=$work/log "$HTTP_SERVER" served served/text.txt <server.in >server.port &
exec 9>server.in
wait_for [ -s server.port ] || fail 'the server does not start'
web=http://127.0.0.1:$(cat server.port)

# Every file under the name of a hash has that hash. Called after every fault.
sound() {
    [ -d "$cache/sha256" ] || return 0
    find "$cache/sha256" -type f | while read -r file; do
        [ "$(sha256sum <"$file" | cut -d ' ' -f 1)" = "${file##*/}" ] || echo "$file"
    done >wrong
    [ ! -s wrong ] || fail "wrong in the cache: $(cat wrong)"
}
# keeps NUMBER: so many files are in the cache, all of them right.
keeps() {
    sound
    found=$(find "$cache/sha256" -type f 2>/dev/null | wc -l)
    [ "$found" -eq "$1" ] || fail "the cache has $found files instead of $1"
}
# asked NUMBER PATTERN: so many requests since the last call match.
asked() {
    found=$(grep -c -e "$2" log)
    [ "$found" -eq "$1" ] || fail "$found requests like '$2' instead of $1: $(cat log)"
}
forget() {
    : >log
    rm -rf "$cache"
}
part_is() {
    [ "$(find "$cache/partial" -type f ! -name '*.url*' -size "-$(($1 + 1))c" -size "+$(($1 - 1))c" 2>/dev/null | wc -l)" -eq 1 ]
}
eval_url() {
    "$PERPLEX" eval uniform:100 "$1" --tokens word -q
}
get() {
    accepts eval_url "$1"
    has corpus.sha256 "$sum"
}

# Once, and asked whether it has changed from then on.
get "$web/range"
get "$web/range"
asked 2 '^GET /range '
asked 1 '^If-None-Match: "content"'
keeps 1
[ "$(find "$cache/sha256" -type f -perm 0444 | wc -l)" -eq 1 ] || fail 'can be written'

# A result too.
"$PERPLEX" eval uniform:100 served/text.txt --tokens word -q -o served/result.json
accepts "$PERPLEX" table "$web/result.json"
keeps 2
PERPLEX_OFFLINE=1
export PERPLEX_OFFLINE
for command in 'table' 'report -o page.html' 'compare served/result.json' 'inspect' 'eval uniform:100' \
    'run' 'merge' 'check uniform:100 served/text.txt --baseline' 'eval uniform:100 served/text.txt --config'; do
    # shellcheck disable=SC2086 # words
    refuses 4 "$web/never-seen*: *offline*" "$PERPLEX" $command "$web/never-seen"
done
run eval_url "$web/range"
ends_with 0
has corpus.sha256 "$sum"
says "$web/range: offline, so it is what was downloaded on 20??-??-??"
unset PERPLEX_OFFLINE
asked 0 never-seen

# Nothing is kept.
forget
PERPLEX_CACHE='' get "$web/range"
keeps 0
[ ! -d "$cache" ] || fail 'a cache all the same'
PERPLEX_CACHE=$work/other get "$web/range"
[ -d other/sha256 ] || fail 'not there'
keeps 0
PERPLEX_CACHE=/dev/null/no refuses 4 "/dev/null/no: cannot be used as the download cache: *PERPLEX_CACHE*" \
    "$PERPLEX" eval uniform:100 "$web/range"

# Two at once, of which one is killed halfway: the other goes on, and nothing comes twice.
forget
"$PERPLEX" eval uniform:100 "$web/drop-stall/1" --tokens word -q >first.json 2>first.err &
first=$!
wait_for part_is $((size / 2)) || fail 'the first has no part'
"$PERPLEX" eval uniform:100 "$web/drop-stall/1" --tokens word -q >second.json 2>second.err &
second=$!
wait_for grep -qs 'waiting' second.err || fail 'the second does not wait'
asked 1 '^GET'
keeps 0
kill -9 $first
wait $second || fail "the second fails: $(cat second.err)"
asked 2 '^GET'
asked 1 "^Range: bytes=$((size / 2))-"
[ "$(wc -l <second.err)" -eq 1 ] || fail "says more: $(cat second.err)"
[ "$(value second.json corpus.sha256)" = "$sum" ] || fail 'another content'
keeps 1

# Killed halfway, and started again.
forget
"$PERPLEX" eval uniform:100 "$web/drop-stall/1?killed" --tokens word -q >first.json 2>first.err &
first=$!
wait_for part_is $((size / 2)) || fail 'there is no part'
kill -9 $first
keeps 0
run "$PERPLEX" cache list
contains out "unfinished download"
get "$web/drop-stall/1?killed"
asked 2 '^GET'
asked 1 "^Range: bytes=$((size / 2))-"
keeps 1
[ "$(find "$cache/partial" -type f | wc -l)" -eq 0 ] || fail 'a part is left'

# Ctrl-C.
forget
"$PERPLEX" eval uniform:100 "$web/drop-stall/1?interrupted" --tokens word -q >first.json 2>first.err &
first=$!
wait_for part_is $((size / 2)) || fail 'there is no part'
kill -TERM $first
wait $first
[ $? -eq 130 ] || fail 'not interrupted'
get "$web/drop-stall/1?interrupted"
asked 1 "^Range: bytes=$((size / 2))-"
keeps 1

# A disk that is full: what fits is gone on with.
forget
run sh -c 'ulimit -f "$2" && exec "$0" eval uniform:100 "$1" -q' "$PERPLEX" "$web/range" $((size / 1024))
ends_with 4
says "$web/range: the download cannot be written: *"
keeps 0
get "$web/range"
asked 1 '^Range: bytes='
keeps 1

# Several at once, each with everything of its own to do.
forget
for number in 1 2 3 4 5; do
    "$PERPLEX" eval uniform:100 "$web/range?$((number % 2))" --tokens word -q >"many$number.json" 2>"many$number.err" &
    many="${many-} $!"
done
# shellcheck disable=SC2086 # several
wait $many
for number in 1 2 3 4 5; do
    [ "$(value many$number.json corpus.sha256)" = "$sum" ] || fail "of five: $(cat many$number.err)"
done
[ "$(grep -A9 '^GET' log | grep -c '^If-None-Match')" -eq $(($(grep -c '^GET' log) - 2)) ] ||
    fail "downloaded more than once: $(cat log)"
keeps 1

# Damage is found, named, and removed; a content comes anew then.
accepts "$PERPLEX" cache verify
file=$(find "$cache/sha256" -type f)
chmod u+w "$file"
printf '!' | dd of="$file" bs=1 seek=1000 conv=notrunc 2>/dev/null
run "$PERPLEX" cache verify
ends_with 3
says '1 file of the cache is damaged; *'
contains out "  DAMAGED  $web/range"
contains out '^0 of 1 '
run "$PERPLEX" cache verify --json
has contents.0.whole false
accepts "$PERPLEX" cache prune
contains out ' freed: 1 file, 0 unfinished downloads'
keeps 0
get "$web/range"

# What there is.
accepts "$PERPLEX" cache list
contains out "^ *[0-9.]* kB  $(date -u +%Y)-..-..  $(echo "$sum" | cut -c 1-16)  $web/range\$"
accepts "$PERPLEX" cache list --json
has schema perplex.cache/1
has folder "$cache"
has bytes "$size"
has contents.0.sha256 "$sum"
for name in "$web/range" range "$(echo "$sum" | cut -c 1-6)"; do
    accepts "$PERPLEX" cache path "$name"
    cmp -s served/text.txt "$(cat out)" || fail 'another file'
done
accepts "$PERPLEX" cache path
[ "$(cat out)" = "$cache" ] || fail 'another folder'
refuses 2 'the cache does not have it (*)' "$PERPLEX" cache path nothing
refuses 2 'cache does one of *, not "lst"' "$PERPLEX" cache lst
refuses 2 'cache list takes no --all' "$PERPLEX" cache list --all
refuses 2 'cache list takes nothing behind it' "$PERPLEX" cache list range
refuses 2 '--older-than takes *' "$PERPLEX" cache prune --older-than soon
accepts "$PERPLEX" cache prune --older-than 1
keeps 1
accepts "$PERPLEX" cache prune --all
keeps 0

# Nothing secret is written anywhere.
get "http://user:secret@${web#http://}/auth?token=hidden"
if grep -rqE 'secret|hidden' "$cache"; then fail "a secret in $(grep -rlE 'secret|hidden' "$cache")"; fi
accepts "$PERPLEX" cache list
if grep -qE 'secret|hidden' out; then fail 'a secret is shown'; fi

exec 9>&-
finish
