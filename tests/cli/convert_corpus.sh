#!/bin/sh
# perplex convert of corpora: what is taken for one, where ids go, what is said, and that evaluation has the same
# numbers for the ids as for the text.
# shellcheck source=tests/support/cli.sh disable=SC2317 # functions are called by way of others
. "$SOURCE_DIR/tests/support/cli.sh"

cp "$ngram" model.arpa

# Words that the model knows, its unknown symbol spelled out, blank lines, no blank at an end: what ids say of the text
# is all of it.
awk '/^\\1-grams:/ { on = 1; next } /^\\/ { on = 0 } on && NF && $2 !~ /^<\/?s>$/ { print $2 }' model.arpa | head -n 300 |
    awk '{ printf "%s%s", $0, NR % 7 == 0 ? "\n" : NR % 31 == 0 ? "\n\n" : " " } END { print "<unk>" }' |
    sed 's/ $//' >text.txt
flat() {
    sed -e '/^  "corpus": {/,/^  }/d' -e '/^  "runtime": {/,/^  }/d' "$1"
}
# Where bytes are others than those of the tokens' spelling, nothing is known of characters and words, nor which unknown
# tokens were spelled out.
measured() {
    flat "$1" | grep -v -e character -e word -e '"literal"'
}
accepts "$PERPLEX" eval -q model.arpa text.txt -o text.json
flat text.json >expected
for format in u16 u32 llmc llmc-u32 megatron fairseq npy jsonl; do
    accepts "$PERPLEX" convert text.txt "ids.$format" --to $format --vocab model.arpa --write-bytes bytes.npy
    prints_nothing
    # A .npy of u16 behind 128 bytes of header: its sum is the size of the text.
    sum=$(tail -c +129 bytes.npy | od -An -v -tu2 -w2 | awk '{ sum += $1 } END { print sum }')
    [ "$sum" -eq "$(wc -c <text.txt)" ] || fail "the bytes sum to $sum"
    input=ids.$format
    case $format in megatron | fairseq) input=ids.$format.bin ;; esac
    accepts "$PERPLEX" eval -q model.arpa "$input" --tokens word -o ids.json
    flat ids.json | cmp -s - expected || fail "another result by way of $format"
    accepts "$PERPLEX" eval -q model.arpa "$input" --tokens word --token-bytes bytes.npy -o ids.json
    flat ids.json | cmp -s - expected || fail "another result by way of $format and the bytes behind it"
    accepts "$PERPLEX" convert "$input" "again.$format" --to $format
    for file in "again.$format"*; do
        cmp -s "ids${file#again}" "$file" || fail "$file differs"
    done
done

# A text with blanks everywhere, carriage returns, unknown words and articles: ids and bytes say all that evaluation
# needs, and formats that part documents have as many.
printf ' = One = \n\n the\t time  \r\n \t\nzebra the \302\240 <unk>\n\n = Two = \n\nof the  ' >messy.txt
accepts "$PERPLEX" eval -q model.arpa messy.txt -o text.json
measured text.json | grep -v '"documents"' >expected.measured
documents=$(value text.json counts.documents)
[ "$documents" -eq 2 ] || fail "$documents articles"
for format in u32 megatron fairseq npy jsonl; do
    accepts "$PERPLEX" convert -q messy.txt "messy.$format" --to $format --vocab model.arpa --write-bytes bytes.npy
    input=messy.$format
    case $format in megatron | fairseq) input=messy.$format.bin ;; esac
    accepts "$PERPLEX" eval -q model.arpa "$input" --tokens word --token-bytes bytes.npy \
        --original-bytes "$(wc -c <messy.txt)" -o ids.json
    measured ids.json | grep -v '"documents"' | cmp -s - expected.measured || fail "another result by way of $format"
    case $format in
    megatron | fairseq | jsonl) [ "$(value ids.json counts.documents)" -eq 2 ] || fail "articles are lost in $format" ;;
    esac
    grep -q '"warnings": \[\]' ids.json || fail "warns of $format"
    accepts "$PERPLEX" convert -q "$input" "again.$format" --to $format --token-bytes bytes.npy --write-bytes counts.npy
    cmp -s bytes.npy counts.npy || fail "other bytes by way of $format"
done

# The same without end symbols, where blanks at the ends of documents and of the corpus belong to no token that follows:
# every byte counts, behind a last file without a token as well.
printf ' \r\n\n' >blank.txt
size=$(cat messy.txt blank.txt | wc -c)
accepts "$PERPLEX" eval -q model.arpa messy.txt blank.txt --end none -o text.json
[ "$(value text.json counts.scored_bytes)" -eq "$size" ] || fail "not $size bytes are scored"
for format in u32 megatron jsonl; do
    accepts "$PERPLEX" convert -q messy.txt blank.txt "none.$format" --to $format --vocab model.arpa --end none \
        --write-bytes bytes.npy
    input=none.$format
    case $format in megatron) input=none.$format.bin ;; esac
    accepts "$PERPLEX" eval -q model.arpa "$input" --tokens word --end none --token-bytes bytes.npy \
        --original-bytes "$size" -o ids.json
    for key in counts.scored_bytes metrics.bits_per_byte metrics.nats_per_token; do
        [ "$(value ids.json $key)" = "$(value text.json $key)" ] || fail "another $key by way of $format"
    done
    grep -q '"warnings": \[\]' ids.json || fail "warns of $format"
done
accepts "$PERPLEX" convert messy.txt one.jsonl --pages none --vocab model.arpa -q
[ "$(wc -l <one.jsonl)" -eq 1 ] || fail 'articles although nobody wants them'

# From several files and standard input; through standard output.
head -n 5 text.txt >part-1.txt
tail -n +6 text.txt >part-2.txt
accepts "$PERPLEX" convert -q 'part-*.txt' parts.u16 --vocab model.arpa
cmp -s parts.u16 ids.u16 || fail 'other ids out of parts'
from() {
    source=$1
    shift
    "$@" <"$source"
}
accepts from text.txt "$PERPLEX" convert - - --to u16 --vocab model.arpa
cmp -s out ids.u16 || fail 'other ids through pipes'
accepts from model.arpa "$PERPLEX" convert text.txt other.u16 --vocab -
cmp -s other.u16 ids.u16 || fail 'other ids by a vocabulary from a pipe'

# What is a corpus: by its content, by the name of the output, by the options.
accepts "$PERPLEX" convert text.txt bytes.u16 --tokens byte
accepts "$PERPLEX" convert ids.u16 ids.u32
accepts from ids.jsonl "$PERPLEX" convert - again.jsonl
cmp -s ids.jsonl again.jsonl || fail "other ids"

# What is said: how many tokens are unknown, and that documents are lost.
said() {
    ends_with 0
    [ "$(cat err)" = "$1" ] || fail "says: $(cat err)"
}
echo 'zebra <unk> zebra' >unknown.txt
run "$PERPLEX" convert unknown.txt unknown.u16 --vocab model.arpa
said 'perplex: warning: 2 of 4 tokens are unknown, and became <unk>'
run "$PERPLEX" convert part-1.txt part-2.txt parts.npy --vocab model.arpa
said 'perplex: warning: 2 documents become one: the format does not tell where they begin'
printf '{"input_ids":[7,8],"text":"ab","bytes":[1,1]}\n{"input_ids":[1],"text":"de","bytes":[1]}\n' >differing.jsonl
run "$PERPLEX" convert differing.jsonl parts.jsonl
said 'perplex: warning: the tokens of a document stand for another number of bytes than the text beside them: '\
'document 2 for 1, its text has 2 (line 2)'
run "$PERPLEX" convert differing.jsonl parts.jsonl --documents :1 --original-bytes 2
said ''
run "$PERPLEX" convert differing.jsonl parts.jsonl --documents :1 --original-bytes 5
said 'perplex: warning: the tokens stand for 2 bytes, the original has 5: 3 too few'
accepts "$PERPLEX" inspect none.u32 --token-bytes bytes.npy --original-bytes 7
grep -q "WARNING *the tokens stand for $size bytes, the original has 7" out || fail 'no doubt of the bytes'
refuses 2 'the bytes of tokens were given, but no corpus' "$PERPLEX" inspect model.arpa --token-bytes bytes.npy
accepts "$PERPLEX" convert -q part-1.txt unknown.txt parts.npy --vocab model.arpa
accepts "$PERPLEX" convert part-1.txt part-2.txt parts.jsonl --vocab model.arpa
[ "$(wc -l <parts.jsonl)" -eq 2 ] || fail 'documents are lost'

# What is refused; nothing is left.
refused() {
    expected=$1 message=$2
    shift 2
    mkdir -p folder
    run "$PERPLEX" convert "$@"
    ends_with "$expected"
    says "$message"
    [ -z "$(ls folder)" ] || fail "left behind: $(ls folder)"
}
refused 2 'text.txt: words of a text become ids of a vocabulary, and there is none (*--make-vocab*--tokens byte*)' \
    text.txt folder/x.u16
refused 2 '"folder/x.bin" does not say which format*--to takes one of u16, *' text.txt folder/x.bin --tokens byte
refused 2 '--to takes u16, *, not "text"' text.txt folder/x --to text
refused 2 'unknown.txt:1:1: the model does not know "zebra"*' unknown.txt folder/x.u16 --vocab model.arpa --unknown error
refused 2 '--unknown takes unk or error here, not "skip"' text.txt folder/x.u16 --vocab model.arpa --unknown skip
refused 2 '--to is for corpora, and this is converted as a model' --as model text.txt folder/x --to u16
refused 2 '--fingerprint is for models, and this is converted as a corpus' text.txt folder/x.u16 --fingerprint none
refused 3 'text.txt: not a model in a known format*' --as model text.txt folder/x
refused 4 'cannot write folder/none/x.bin: *' text.txt folder/none/x --to megatron --tokens byte
refused 4 'cannot write folder/none/x.npy: *' text.txt folder/x.u16 --tokens byte --write-bytes folder/none/x.npy
refused 2 'two outputs cannot both go to folder/x.npy' text.txt folder/x.npy --tokens byte --write-bytes folder/x.npy
refused 2 'ids.megatron.bin would overwrite what is read: ids.megatron.bin' ids.megatron.bin ids.megatron --to fairseq
refused 2 'ids.megatron.bin would overwrite what is read: ids.megatron.bin' ids.megatron.idx ids.megatron.bin --to u16
refused 2 'model.arpa would overwrite what is read: model.arpa' text.txt model.arpa --to u16 --vocab model.arpa
# Whatever the data set is called: by its stem, by a pattern, through a link; and the files beside the corpus.
ln -s ids.megatron.idx link.u16
refused 2 'ids.megatron.bin would overwrite what is read: ids.megatron.bin' \
    ids.megatron ids.megatron.bin --to u16 --documents 0:1
refused 2 'ids.megatron.bin would overwrite what is read: ids.megatron.bin' ids.megatron ids.megatron --to fairseq
refused 2 'ids.megatron.idx would overwrite what is read: ids.megatron.idx' 'ids.megat*' ids.megatron.idx --to u16
refused 2 'link.u16 would overwrite what is read: ids.megatron.idx' ids.megatron link.u16
refused 2 './ids.megatron.idx would overwrite what is read: ids.megatron.idx' \
    ids.megatron folder/x.u16 --token-bytes bytes.npy --write-bytes ./ids.megatron.idx
refused 2 './bytes.npy would overwrite what is read: bytes.npy' \
    ids.megatron folder/x.u16 --token-bytes bytes.npy --write-bytes ./bytes.npy
refused 2 'two outputs cannot both go to folder/x.idx' \
    ids.megatron folder/x --to fairseq --token-bytes bytes.npy --write-bytes folder/x.idx
refused 2 'two outputs*' text.txt folder/x.u16 --make-vocab folder/y --write-bytes folder/y
refused 2 'only one model can be converted at a time' --as model model.arpa model.arpa folder/x.plx
if [ -c /dev/full ]; then
    refused 4 'cannot write /dev/full: *' text.txt /dev/full --to u32 --tokens byte
    refused 4 'cannot write /dev/full: *' text.txt folder/x.u16 --tokens byte --write-bytes /dev/full
    refused 4 'cannot write /dev/full: *' text.txt folder/x.u16 --make-vocab /dev/full
fi

# Ctrl-C in the middle of a corpus: what was there stays, and nothing else.
mkfifo pipe
echo old >folder/x.bin
begun() {
    [ "$(find folder -type f | wc -l)" -eq 4 ]
}
what=interrupted
env --default-signal=INT timeout --foreground --signal KILL 20 \
    "$PERPLEX" convert pipe folder/x --to megatron --tokens byte --write-bytes folder/bytes.npy >out 2>err &
program=$!
exec 3>pipe
yes "$(cat text.txt)" | head -c 400000 >&3
wait_for begun || fail 'no temporary files'
kill -INT "$program"
code=0
wait "$program" || code=$?
exec 3>&-
ends_with 130
[ "$(ls folder) $(cat folder/x.bin)" = 'x.bin old' ] || fail "left behind: $(ls folder)"

finish
