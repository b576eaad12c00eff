#!/bin/sh
# What is said on stderr beside errors of input: why a perplexity is not finite, and warnings that quote a file.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

# A model in which b costs 1000 in log10, and c has zero probability.
cat >steep.arpa <<'END'
\data\
ngram 1=5

\1-grams:
-99	<s>
-0.5	</s>
-0.5	a
-1000	b
-inf	c

\end\
END

# e^x is infinite from x = 709.8 on. Here x is 1000 ln 10 for each of five tokens, 0.5 ln 10 for the end: 1919.
echo 'b b b b b' >overflow.txt
run "$PERPLEX" eval steep.arpa overflow.txt
ends_with 5
says 'the perplexity is not finite: it overflows a double, though the cross-entropy (1919.01 nats) is finite'
has perplexity inf
has counts.infinite 0
near 1e-12 "$(value out nats_per_token)" 1919.0127929194543 # ln 10 · 5000.5 / 6
echo 'a c' >one.txt
echo 'c b c' >two.txt
run "$PERPLEX" eval steep.arpa one.txt
ends_with 5
says 'the perplexity is not finite: 1 token has zero probability'
run "$PERPLEX" eval steep.arpa two.txt
ends_with 5
says 'the perplexity is not finite: 2 tokens have zero probability'
has counts.infinite 2
has nats_per_token inf

# A table of results like these, and of one whose interval says nothing.
run "$PERPLEX" eval steep.arpa overflow.txt -o overflow.json
echo a >short.txt
run "$PERPLEX" eval steep.arpa short.txt --end none -o short.json
ends_with 0
accepts "$PERPLEX" table overflow.json short.json
contains out '^| steep.arpa *| overflow.txt *| sentence *| *6 | *0 | *1919.013 | *∞ | '
contains out '^| steep.arpa *| short.txt *| custom *| *1 | *0 | *1.151 | *3.162 | '

# The name of a tensor without a role stands in a warning: with a command for the terminal in it.
printf '%s' '{"__metadata__":{"perplex.architecture":"table"},"logits":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},' \
    '"\u001b[31mred\n\u009b\u00e9":{"dtype":"F32","shape":[1],"data_offsets":[16,20]}}' >header
{
    # shellcheck disable=SC2059 # an escape
    printf "\\$(printf %o "$(wc -c <header)")\\0\\0\\0\\0\\0\\0\\0"
    cat header
    head -c 20 /dev/zero
} >red.safetensors
printf 'a\nb\n' >red.vocab.txt
echo 'a b a b' >ab.txt
run "$PERPLEX" eval red.safetensors ab.txt
ends_with 0
says 'warning: tensor "\\x1b\[31mred\\x0a\\xc2\\x9bé" has no role in the model'
run "$PERPLEX" eval red.safetensors ab.txt -q
is_silent

# A name that cannot be written to either.
refuses 4 'cannot write no\\x0ane/a.json: No such file or directory' \
    "$PERPLEX" table short.json -o 'no
ne/a.json'

finish
