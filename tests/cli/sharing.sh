#!/bin/sh
# --load map: programs that use one converted model share the memory of it; --load copy: each has its own.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

if ! grep -q '^Pss:' /proc/self/smaps 2>/dev/null; then
    echo 'skipped: /proc/PID/smaps cannot be read here'
    exit 77
fi

accepts "$PERPLEX" convert "$ngram" model.plx
mkfifo text1 text2
program1='' program2=''

# hold NUMBER OPTION...: an evaluation with a text that does not end, so that it stays; it has scored what is
# written, and so used the model, when it has asked for more than a pipe holds.
hold() {
    number=$1
    shift
    "$PERPLEX" eval --quiet --threads 1 "$@" model.plx "text$number" >"out$number" 2>"err$number" &
    eval "program$number=\$!"
    case $number in
    1) exec 3>text1 && cat "$almanac/train.txt" >&3 ;;
    2) exec 4>text2 && cat "$almanac/train.txt" >&4 ;;
    esac
}

release() {
    exec 3>&- 4>&-
    for program in "$program1" "$program2"; do
        code=0
        wait "$program" || code=$?
        ends_with 0
    done
}

# mapped PROGRAM FIELD: the sum of a field of smaps, in KiB, over the mappings of the model; "" for none.
mapped() {
    awk -v field="$2:" '
        /^[0-9a-f]+-[0-9a-f]+ / { inside = /model[.]plx/ }
        inside && $1 == field { sum += $2; found = 1 }
        END { if (found) print sum }' "/proc/$1/smaps"
}

# half PROGRAM: what is its share of the model is half of what it has in memory of it; what one alone has touched is
# its own.
half() {
    resident=$(mapped "$1" Rss)
    proportional=$(mapped "$1" Pss)
    awk -v pss="${proportional:-0}" -v rss="${resident:-0}" 'BEGIN { exit !(pss >= 0.49 * rss && pss <= 0.6 * rss) }'
}

what='two programs with --load map'
hold 1 --load map
hold 2 --load map
# A slow machine may need a while until both have used all that they will use.
tries=0
until { half "$program1" && half "$program2"; } || [ $tries -eq 50 ]; do
    tries=$((tries + 1))
    sleep 0.2
done
for program in "$program1" "$program2"; do
    half "$program" || fail "of $resident KiB in memory $proportional are this program's share"
    dirty=$(mapped "$program" Private_Dirty)
    own=$(mapped "$program" Private_Clean)
    [ "${resident:-0}" -ge 100 ] || fail "only '$resident' KiB of the model are mapped and in use"
    [ "${dirty:-1}" -eq 0 ] || fail "$dirty KiB of the model have been written to"
    [ "${own:-0}" -le $((resident / 5)) ] || fail "$own KiB of $resident are its own"
done
release
without_runtime out1 >first
without_runtime out2 | cmp -s - first || fail 'two results'

what='two programs with --load copy'
hold 1 --load copy
hold 2 --load copy
for program in "$program1" "$program2"; do
    [ -z "$(mapped "$program" Rss)" ] || fail 'the model is mapped'
done
release

finish
