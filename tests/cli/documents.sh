#!/bin/sh
# Some of a corpus' documents: each scores what it scores in the whole, and the result says which they are.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

# Its documents begin at its nine headings.
documents=$(grep -c '^ = [^=]* = $' "$test_text")
[ "$documents" -eq 9 ] || fail "the test text has $documents documents"

accepts "$PERPLEX" eval "$ngram" "$test_text" -q
cp out whole.json
has corpus.document_range ''
accepts "$PERPLEX" eval "$ngram" "$test_text" --documents :9 -q
without_runtime out >all
without_runtime whole.json | cmp -s - all || fail "all documents are another result than the whole"

tokens=0 nats=0
for part in :1 1:4 4:8 8:; do
    accepts "$PERPLEX" eval "$ngram" "$test_text" --documents "$part" -q
    tokens=$((tokens + $(value out counts.tokens)))
    nats=$(awk -v a="$nats" -v n="$(value out counts.scored)" -v m="$(value out nats_per_token)" \
        'BEGIN { printf "%.17g", a + n * m }')
    has corpus.sha256 "$(value whole.json corpus.sha256)"
done
[ "$tokens" -eq "$(value whole.json counts.tokens)" ] || fail "$tokens tokens in all parts"
near 1e-13 "$nats" "$(awk -v n="$(value whole.json counts.scored)" -v m="$(value whole.json nats_per_token)" \
    'BEGIN { printf "%.17g", n * m }')"
has counts.documents 1
has corpus.document_range 8:9

# The same text cut out is another corpus with the same figures.
awk '/^ = [^=]* = $/ { n++ } n >= 2 && n <= 4' "$test_text" >cut.txt
accepts "$PERPLEX" eval "$ngram" cut.txt -q
cp out cut.json
accepts "$PERPLEX" eval "$ngram" "$test_text" --documents 1:4 -q
cp out part.json
for figure in nats_per_token counts.tokens counts.bytes counts.lines counts.documents; do
    [ "$(value cut.json $figure)" = "$(value part.json $figure)" ] ||
        fail "$figure: $(value cut.json $figure) of the text cut out, $(value part.json $figure) of the part"
done
run "$PERPLEX" compare whole.json part.json
ends_with 2
contains out 'different corpora'

accepts "$PERPLEX" divergence uniform:9 uniform:9 "$test_text" --documents 8: -q
has corpus.document_range 8:9
accepts "$PERPLEX" inspect "$test_text" --documents 1:4
contains out '^  documents  *3 (1:4)$'
accepts "$PERPLEX" inspect "$test_text" --documents 1:4 --json
has corpus.documents 3
has corpus.document_range 1:4
accepts "$PERPLEX" convert "$test_text" --documents 1:4 part.u16 --make-vocab part.txt -q
accepts "$PERPLEX" convert cut.txt cut.u16 --make-vocab cut.vocab.txt -q
cmp -s part.u16 cut.u16 || fail "the ids of the part differ from those of the text cut out"
echo '{"documents": "8:"}' >config.json
accepts "$PERPLEX" eval "$ngram" "$test_text" --config config.json -q
has corpus.document_range 8:9
accepts "$PERPLEX" eval "$ngram" "$test_text" --documents 1:4 --limit 100 -q
has counts.scored 100
has counts.tokens "$(value part.json counts.tokens)"

refuses 2 '*the corpus has 9 documents: there is none from number 9 on*' "$PERPLEX" eval "$ngram" "$test_text" --documents 9:
for part in 4:4 5:3 3 a:b -1: 1:2:3 '' 99999999999999999999:; do
    refuses 2 "--documents takes *, not \"$part\"" "$PERPLEX" eval "$ngram" "$test_text" "--documents=$part"
done
refuses 2 'documents of the corpus were given, but no corpus' "$PERPLEX" inspect "$ngram" --documents 1:2

finish
