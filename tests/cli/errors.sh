#!/bin/sh
# Inputs that cannot be evaluated: one line that says what, where and why, and the exit code.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

mkdir folder
: >empty
printf 'some words\nand \0 more\n' >nul.txt
# A header of KenLM's binaries, and the first token ids of a file of 16-bit numbers.
{ printf 'mmap lm http://kheafield.com/code format version 5\n' && head -c 37 /dev/zero; } >kenlm.bin
printf '\001\000\002\000\003\000' >ids.dat
gzip -c "$test_text" >test.gz
head -c 3000 test.gz >short.gz
gzip -c "$ngram" >model.gz
head -c 50000 model.gz >short-model.gz
{ head -c 3000 test.gz && head -c 100 /dev/zero && tail -c +3101 test.gz; } >damaged.gz
{ cat test.gz && echo garbage; } >garbage.gz
head -c 100000 "$ngram" >short.arpa

# What cannot be opened, and what is empty.
refuses 4 'missing.arpa: cannot be opened: No such file or directory' "$PERPLEX" eval missing.arpa "$test_text"
refuses 4 'missing.txt: cannot be opened: No such file or directory' "$PERPLEX" eval "$ngram" missing.txt
refuses 4 'empty/test.txt: cannot be opened: Not a directory' "$PERPLEX" eval "$ngram" empty/test.txt
refuses 4 'folder: is a directory*' "$PERPLEX" eval folder "$test_text"
refuses 4 'folder: cannot be opened: Is a directory' "$PERPLEX" eval "$ngram" folder
refuses 4 'ftp://localhost/a.txt: cannot be opened: *http://*https://*' "$PERPLEX" eval "$ngram" ftp://localhost/a.txt
refuses 3 'empty: the model file is empty*' "$PERPLEX" eval empty "$test_text"
refuses 3 'empty: the corpus is empty*' "$PERPLEX" eval "$ngram" empty
refuses 3 'empty: the corpus is empty*' "$PERPLEX" eval "$neural" empty
refuses 3 '*: the model file is empty*' "$PERPLEX" eval - "$test_text"
refuses 3 '*: the corpus is empty*' "$PERPLEX" eval "$ngram" -
if [ "$(id -u)" -ne 0 ]; then
    : >secret
    chmod 0 secret
    refuses 4 'secret: cannot be opened: Permission denied' "$PERPLEX" eval "$ngram" secret
fi

# gzip: cut short, damaged, followed by something else.
refuses 3 'short.gz: *gzip data end unexpectedly at compressed byte 3000 *' "$PERPLEX" eval "$ngram" short.gz
refuses 3 'short-model.gz: *gzip data end unexpectedly at compressed byte 50000 *' \
    "$PERPLEX" eval short-model.gz "$test_text"
refuses 3 'damaged.gz: *gzip data are damaged near compressed byte *' "$PERPLEX" eval "$ngram" damaged.gz
refuses 3 "garbage.gz: *follow at compressed byte $(wc -c <test.gz)" "$PERPLEX" eval "$ngram" garbage.gz

# Not what it should be.
refuses 3 "short.arpa:$(($(wc -l <short.arpa) + 1)): the file ends before \\\\end\\\\ *" \
    "$PERPLEX" eval short.arpa "$test_text"
refuses 3 'kenlm.bin: at byte 88: the file has 88 bytes, its header says at least 112 *' \
    "$PERPLEX" eval kenlm.bin "$test_text"
refuses 3 "$test_text: not a model in a known format *" "$PERPLEX" eval "$test_text" "$test_text"
refuses 3 'ids.dat: not a model in a known format *' "$PERPLEX" eval ids.dat "$test_text"
refuses 3 "$neural:*: no line ?data? in the whole file: not an ARPA model" \
    "$PERPLEX" eval "$neural" "$test_text" --model-format arpa
refuses 3 "$ngram: *this does not look like a safetensors file*" \
    "$PERPLEX" eval "$ngram" "$test_text" --model-format safetensors
refuses 3 'nul.txt:2:5: a NUL byte: this is binary data, not text *' "$PERPLEX" eval "$ngram" nul.txt
refuses 3 'kenlm.bin: a KenLM binary, which is not read as a corpus (that is a model*' "$PERPLEX" eval "$ngram" kenlm.bin
refuses 3 "$neural: a safetensors file, which is not read as a corpus (*)" "$PERPLEX" eval "$neural" "$neural"

# Token ids, and models that have only ids.
cp "$models/tiny.table.safetensors" bare.safetensors
refuses 3 'ids.dat:1:2: a NUL byte: this is binary data, not text (token ids *)' "$PERPLEX" eval "$ngram" ids.dat
refuses 2 '*has no vocabulary*(--vocab FILE *)' "$PERPLEX" eval bare.safetensors "$test_text"
refuses 3 "$models/tiny.table.vocab.txt: the list has 5 tokens, but the model $neural has 2416 *--vocab*" \
    "$PERPLEX" eval "$neural" "$test_text" --vocab "$models/tiny.table.vocab.txt"
refuses 4 'missing.txt: cannot be opened: *' "$PERPLEX" eval "$neural" "$test_text" --vocab missing.txt
printf '20017 31337 4242\n17171 50256\n' >ids.txt
run "$PERPLEX" eval "$ngram" ids.txt
ends_with 0
says "warning: 71.4 % of the tokens of the corpus are not in the model's vocabulary: * (5 times)"
has warnings.0.code many-unknown
has unknown.tokens 5

# A model without an unknown symbol, where every token costs a half in log10.
cat >half.arpa <<'END'
\data\
ngram 1=4

\1-grams:
-99	<s>
-0.5	</s>
-0.5	a
-0.5	b

\end\
END
yes 'a b' | head -n 9 >unknown.txt
echo 'b strange' >>unknown.txt
run "$PERPLEX" eval half.arpa unknown.txt
ends_with 5
says 'the perplexity is not finite: 1 token* zero probability'
has perplexity inf
has nats_per_token inf
has normalized.bits_per_byte inf
has counts.infinite 1
has unknown.tokens 1
near 1e-14 "$(value out unknown.perplexity_without)" 3.16227766016837933 # √10
run "$PERPLEX" eval half.arpa unknown.txt -o infinite.json
ends_with 5
prints_nothing
[ "$(value infinite.json perplexity)" = inf ] || fail 'the result was not written'
refuses 2 'unknown.txt*: the model does not know "strange" *' "$PERPLEX" eval half.arpa unknown.txt --unknown error

# Symbols that the protocol adds, in the text already; the line is that of the uncompressed text.
printf 'a b\nb a\n\na b </s> b\n' >control.txt
refuses 3 'control.txt:4:5: the model'\''s end symbol "</s>" stands in the text as a word *' \
    "$PERPLEX" eval half.arpa control.txt
{ yes 'a b' | head -n 100000 && echo '<s> a'; } | gzip -1 >late.gz
refuses 3 'late.gz:100001:1: the model'\''s start symbol "<s>" stands in the text as a word *' \
    "$PERPLEX" eval half.arpa late.gz

finish
