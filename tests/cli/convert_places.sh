#!/bin/sh
# Where perplex convert reads from and writes to, beside plain files, and what eval and inspect say of models by
# the wrong name, in pieces, or from anywhere.
# shellcheck source=tests/support/cli.sh disable=SC2317 # functions are called by way of others
. "$SOURCE_DIR/tests/support/cli.sh"

: "${HTTP_SERVER:?names the server of tests/support}"

cp "$ngram" model.arpa
accepts "$PERPLEX" convert model.arpa model.plx

# same FILE: it is the converted model.
same() {
    cmp -s model.plx "$1" || fail "$1 is another file"
    rm -f "$1"
}

# closed DESCRIPTORS COMMAND...: without them.
closed() {
    descriptors=$1
    shift
    case $descriptors in
    0) "$@" <&- ;;
    1) "$@" >&- ;;
    2) "$@" 2>&- ;;
    012) "$@" <&- >&- 2>&- ;;
    esac
}

# Without the three standard descriptors, files are what they would be with them.
for descriptors in 0 1 2 012; do
    run closed $descriptors "$PERPLEX" convert model.arpa other.plx
    ends_with 0
    same other.plx
done
refuses 4 'cannot write standard output: *' closed 1 "$PERPLEX" convert model.arpa -
refuses 4 'standard input: *' closed 0 "$PERPLEX" convert - other.plx
run closed 2 "$PERPLEX" convert "$SOURCE_DIR/tests/data/messy/n_nan.arpa" other.plx
ends_with 3
[ ! -e other.plx ] || fail 'something is there after a failure'

# A full device, a pipe, a folder.
if [ -c /dev/full ]; then
    to_full() {
        "$@" >/dev/full
    }
    refuses 4 'cannot write /dev/full: *' "$PERPLEX" convert model.arpa /dev/full
    refuses 4 'cannot write standard output: *' to_full "$PERPLEX" convert model.arpa -
fi
mkfifo pipe
cat pipe >other.plx &
accepts "$PERPLEX" convert model.arpa pipe
wait $!
[ -p pipe ] || fail 'the pipe is no pipe any more'
same other.plx
mkdir folder
refuses 4 'cannot write folder: Is a directory' "$PERPLEX" convert model.arpa folder
refuses 4 'folder: is a directory' "$PERPLEX" convert folder other.plx
ln -s model.arpa link.arpa
ln model.arpa hard.arpa
for name in link.arpa hard.arpa; do
    refuses 2 "$name would overwrite what is read: model.arpa" "$PERPLEX" convert model.arpa $name
done
cmp -s model.arpa "$ngram" || fail 'the input has changed'
[ -z "$(ls folder)" ] || fail 'something is in the folder'

# Ctrl-C in the middle of a model, when half of it has been read: what was there stays, and nothing else.
echo old >folder/m.plx
begun() {
    [ "$(find folder -type f | wc -l)" -eq 2 ]
}
for threads in 1 2; do
    what="interrupted, --threads $threads"
    env --default-signal=INT timeout --foreground --signal KILL 20 \
        "$PERPLEX" convert --threads $threads pipe folder/m.plx >out 2>err &
    program=$!
    exec 3>pipe
    head -c 400000 model.arpa >&3
    wait_for begun || fail 'no temporary file'
    kill -INT "$program"
    code=0
    wait "$program" || code=$?
    exec 3>&-
    ends_with 130
    says '*interrupted'
    [ "$(ls folder)" = m.plx ] || fail "left behind: $(ls folder)"
    [ "$(cat folder/m.plx)" = old ] || fail 'the old file was changed'
done

# From a server; cut off there.
gzip -c model.plx >model.plx.gz
mkfifo server.in
"$HTTP_SERVER" . model.plx model.plx.gz <server.in >server.port &
exec 9>server.in
wait_for test -s server.port || fail 'the server of the tests does not start'
server=http://127.0.0.1:$(cat server.port)
accepts "$PERPLEX" convert "$server/model.arpa" other.plx
same other.plx
"$PERPLEX" eval -q model.plx "$test_text" >expected.json
sed -i '/^    "load": "map",$/d' expected.json
without_runtime expected.json >expected
evaluates() {
    accepts "$@"
    contains out '^    "load": "copy",$'
    sed -i '/^    "load": "copy",$/d' out
    without_runtime out | cmp -s - expected || fail 'another result'
}
for path in ok gzip chunked close model.plx model.plx.gz; do
    evaluates env HOME= XDG_CACHE_HOME= "$PERPLEX" eval -q "$server/$path" "$test_text" # nothing is kept
done
evaluates env HOME= XDG_CACHE_HOME= "$PERPLEX" eval -q --load map --verify "$server/ok" "$test_text"
refuses 4 "$server/short: *the transfer ends after * of * bytes" "$PERPLEX" eval -q "$server/short" "$test_text"
refuses 4 "$server/short: *the transfer ends after * of * bytes" "$PERPLEX" convert "$server/short" folder/n.plx
[ "$(ls folder)" = m.plx ] || fail "left behind: $(ls folder)"
exec 9>&-

# Through a pipe, and by other names.
piped() {
    # shellcheck disable=SC2002 # a pipe, not the file
    cat model.plx | "$@"
}
evaluates piped "$PERPLEX" eval -q - "$test_text"
evaluates piped "$PERPLEX" eval -q --load map - "$test_text"
evaluates piped "$PERPLEX" eval -q --load copy - "$test_text"
evaluates "$PERPLEX" eval -q model.plx.gz "$test_text"
cp model.arpa arpa.plx
cp model.plx plx.arpa
cp "$models/kenlm/tiny.o4.trie.bin" kenlm.arpa
for pair in arpa.plx=arpa plx.arpa=plx kenlm.arpa=kenlm model.plx.gz=plx; do
    accepts "$PERPLEX" inspect "${pair%=*}"
    contains out "^  format  *${pair#*=}\$"
    accepts "$PERPLEX" eval -q "${pair%=*}" "$test_text"
done

# What is no model, or cannot be checked; eval and inspect say the same.
: >empty.plx
head -c 4096 /dev/zero >zeros.plx
head -c 10 model.plx >ten.plx
for command in eval inspect; do
    text=$test_text
    [ $command = eval ] || text=
    # shellcheck disable=SC2086 # no text is no operand
    {
        refuses 3 'empty.plx: the *file is empty *' "$PERPLEX" $command empty.plx $text
        refuses 3 'zeros.plx: at byte 0: the file does not begin as a model of perplex *' "$PERPLEX" $command zeros.plx $text
        refuses 3 'ten.plx: at byte 10: the file ends in its header *' "$PERPLEX" $command ten.plx $text
        refuses 4 'folder: *s a directory' "$PERPLEX" $command folder $text
        refuses 2 'model.arpa: to verify checksums is for files that carry some, *' \
            "$PERPLEX" $command --verify model.arpa $text
    }
done
misused '--load takes map or copy, not "most"' "$PERPLEX" eval --load most model.plx "$test_text"
refuses 2 'a converted model has its vocabulary inside, *' "$PERPLEX" eval --vocab model.arpa model.plx "$test_text"

finish
