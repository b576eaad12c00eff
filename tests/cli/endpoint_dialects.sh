#!/bin/sh
# A model behind a server of any dialect costs what it costs here, token by token, under every preset that both allow.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"
# shellcheck source=tests/support/mock.sh
. "$SOURCE_DIR/tests/support/mock.sh"

head -n 12 "$test_text" >text.txt
words=$models/almanac.bigram/vocab.txt
letters=$SOURCE_DIR/tests/data/letters

# Words, by their ids. openai: is what finds out by itself what the server is.
start_mock "$neural"
measure_here "$neural" text.txt
for dialect in openai vllm sglang; do
    told $dialect
    same_as_here "a bigram of words behind $dialect" "openai:mock@$mock" text.txt --vocab "$words"
done
stop_mock

# An n-gram model begins anew at the end of a line, but a server that does not know what it has in front of it cannot know
# that: so lines without their ends, whose first words cannot be asked for.
start_mock "$ngram"
sed -n '/^\\1-grams:/,/^\\2-grams:/ s/^[-0-9.e]*	\([^	]*\).*/\1/p' "$ngram" >ngram.words
measure_here "$ngram" text.txt --end none --start none --first skip
told openai
same_as_here 'an ARPA model behind openai' "openai:mock@$mock" text.txt --vocab ngram.words --end none --start none --first skip

# Servers of TGI put a start symbol before every text; lines that begin with one come out whole.
accepts "$PERPLEX" eval "$ngram" text.txt -q -p sentence --per-token sentence.here.jsonl
told tgi/special-tokens
accepts "$PERPLEX" eval "tgi:mock@$mock" text.txt --vocab ngram.words -q -p sentence --per-token there.jsonl
same_tokens sentence.here.jsonl there.jsonl
refuses 2 '*before every text*' "$PERPLEX" eval "tgi:mock@$mock" text.txt --vocab ngram.words -q -p hf-stride

# Without a protocol: what texts begin with is the tokenizer's to say; a server without one is not understood.
printf '\001\000\003\000\002\000\004\000' >ids.u16
told vllm/special-tokens
accepts "$PERPLEX" eval "openai:mock@$mock" ids.u16 -q
told openai
refuses 2 '*does not say which token texts begin with*--start ID names*--start none*' \
    "$PERPLEX" eval "openai:mock@$mock" ids.u16 -q
accepts "$PERPLEX" eval "openai:mock@$mock" ids.u16 -q --start none
stop_mock

# Characters: TGI takes nothing but texts.
start_mock "$letters/table.npy"
measure_here "$letters/table.npy" "$letters/text.txt" --vocab "$letters/vocab.json" -t char
told tgi
same_as_here 'a bigram of characters behind tgi' "tgi:mock@$mock" "$letters/text.txt" --vocab "$letters/vocab.json" -t char
stop_mock

finish
