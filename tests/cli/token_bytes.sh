#!/bin/sh
# --token-bytes and --original-bytes: the bytes behind tokens, from outside.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

# "the sea\n", in GPT-2's alphabet.
printf '{"the": 0, "\304\240sea": 1, "\304\212": 2}' >vocab.json
printf '\000\000\001\000\002\000' >ids.bin
printf '3\n4\n1\n' >counts.txt
accepts "$PERPLEX" eval uniform:8 ids.bin --token-bytes vocab.json --original-bytes 8
near 1e-15 "$(value out normalized.bits_per_byte)" 1.125
has counts.words 2
has corpus.token_bytes.original 8
sha=$(sha256sum vocab.json)
has corpus.token_bytes.sha256 "${sha%% *}"
gzip -k vocab.json
accepts "$PERPLEX" eval uniform:8 ids.bin --token-bytes vocab.json.gz
has corpus.token_bytes.sha256 "${sha%% *}"
accepts "$PERPLEX" eval uniform:8 ids.bin --token-bytes counts.txt
near 1e-15 "$(value out normalized.bits_per_byte)" 1.125

# Out of a file of options.
printf '{"token_bytes": "vocab.json", "original_bytes": 8}' >options.json
accepts "$PERPLEX" eval uniform:8 ids.bin --config options.json
has corpus.token_bytes.total 8

# From standard input, but that only once.
accepts "$PERPLEX" eval uniform:8 ids.bin --token-bytes - <vocab.json
has corpus.token_bytes.total 8
misused 'bytes of tokens and corpus cannot both be standard input' "$PERPLEX" eval uniform:8 - --token-bytes -

# The corpus that a mixture is tuned on has other tokens.
printf '\001\000' >tune.bin
accepts "$PERPLEX" eval uniform:8 ids.bin --token-bytes vocab.json --mix 0.5:uniform:8 --mix-tune tune.bin
has corpus.token_bytes.total 8

# What is doubtful, and what is wrong.
run "$PERPLEX" eval uniform:8 ids.bin --token-bytes vocab.json --original-bytes 9
ends_with 0
says 'warning: the tokens stand for 8 bytes, the original has 9: 1 too few'
printf '{"input_ids":[0,1],"text":"the seas"}\n{"input_ids":[0],"text":"th"}\n' >ids.jsonl
run "$PERPLEX" eval uniform:8 ids.jsonl --token-bytes vocab.json
ends_with 0
says 'warning: * document 1 for 7, its text has 8 (2 times) (first in line 1)'
misused '*--original-bytes*' "$PERPLEX" eval uniform:8 ids.bin --original-bytes 0
printf '{"the": 0, "\304\240sea": 1}' >small.json
refuses 2 'vocab.json: the bytes of a text are its own*' "$PERPLEX" eval uniform:8 "$test_text" --token-bytes vocab.json
refuses 2 'ids.bin:*token 3 of the document has the id 2*' "$PERPLEX" eval uniform:8 ids.bin --token-bytes small.json
finish
