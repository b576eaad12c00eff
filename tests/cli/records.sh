#!/bin/sh
# Corpora of records beside the text that they are made of; what is said of tokens is checked; and a result's protocol,
# given back, repeats the result.
# shellcheck source=tests/support/cli.sh disable=SC2317 # functions are called by way of others
. "$SOURCE_DIR/tests/support/cli.sh"

# Lines, blank ones too, as they are, and each as a record of a text or of strings. No \, no " in them.
grep -v '[\\"]' "$test_text" >lines.txt
sed 's/^\(.*\)$/{"text": "\1\\n"}/' lines.txt >newlines.jsonl
sed 's/^\(.*\)$/{"text": "\1"}/' lines.txt >texts.jsonl
sed 's/  */ /g; s/^ //; s/ $//; s/ /", "/g; s/^\(..*\)$/{"tokens": ["\1"]}/; s/^$/{"tokens": []}/' lines.txt >strings.jsonl

# same_numbers MODEL PROTOCOL CORPUS...: as the first.
same_numbers() {
    model=$1
    protocol=$2
    shift 2
    accepts "$PERPLEX" eval -q "$model" "$1" -p "$protocol"
    for name in perplexity counts.tokens counts.scored counts.skipped.blank unknown.tokens accumulators.nats.sum; do
        echo "$name $(value out $name)"
    done >numbers
    for corpus; do
        accepts "$PERPLEX" eval -q "$model" "$corpus" -p "$protocol"
        while read -r name number; do
            has "$name" "$number"
        done <numbers
    done
}
for protocol in sentence wikitext-eos srilm exact; do
    same_numbers "$ngram" $protocol lines.txt newlines.jsonl texts.jsonl strings.jsonl
done
same_numbers "$neural" wikitext-eos lines.txt newlines.jsonl texts.jsonl strings.jsonl

# Bytes as ids are bytes.
accepts "$PERPLEX" eval -q uniform:256 "$test_text" --tokens byte
has normalized.bits_per_byte 8
printf 'a\000b\000\n\000' >bytes.u16
accepts "$PERPLEX" eval -q uniform:256 bytes.u16 --tokens byte
has normalized.bits_per_byte 8
has counts.bytes 3

# Tokens that are not what the user says.
printf '{"tokens": ["a", "bc"]}\n' >pieces.jsonl
refuses 2 'pieces.jsonl:1: token 2 of the document, "bc", is no single character (--tokens *)' \
    "$PERPLEX" eval uniform:9 pieces.jsonl --tokens char
refuses 2 'pieces.jsonl:1: token 2 of the document, "bc", is no single byte (--tokens *)' \
    "$PERPLEX" eval uniform:9 pieces.jsonl --tokens byte

# A literal unknown symbol is no symbol of a model that has none.
sed '/<unk>/d; s/^ngram 1=.*/ngram 1=3/' >bare.arpa <<'EOF'
\data\
ngram 1=3

\1-grams:
-1 <s>
-0.5 </s>
-0.5 a

\end\
EOF
echo 'a <unk>' >literal.txt
refuses 2 'literal.txt:1:3: the model does not know "<unk>" (*)' "$PERPLEX" eval -q bare.arpa literal.txt --unknown error

# Too many answers are too many, whatever limit is not reached.
printf '%s\n' -1 -1 -1 -1 >answers.txt
echo 'a b' >two.txt
refuses 2 'answers.txt: *4*3*' "$PERPLEX" eval answers.txt two.txt --limit 100

# repeats OPTION...: the protocol of the result, as a file, gives the same result by the same name.
repeats() {
    accepts "$PERPLEX" eval -q "$@"
    cp out first
    sed -n '/^  "protocol": {$/,/^  }/p' out | sed '1s/.*/{/; $s/.*/}/' >protocol.json
    accepts "$PERPLEX" eval -q "$1" "$2" --config protocol.json
    sed '/^  "runtime": {$/,$d' first >expected
    sed '/^  "runtime": {$/,$d' out | diff expected - >differences || fail "another result: $(cat differences)"
}
# exact comes to wikitext-eos here.
for protocol in sentence wikitext-eos srilm hf-stride hf-stride-doc; do
    repeats "$ngram" "$test_text" -p $protocol
done
echo 'a b' >ab.txt
repeats bare.arpa ab.txt -p srilm
has conventions.srilm.oovs 1
repeats "$ngram" "$test_text" --unit stream --end scored:the --start context:a --control-words word
has protocol.end scored:the
finish
