#!/bin/sh
# Texts behind an endpoint: the server makes tokens of them, and the numbers, for each byte too, are those of the model
# itself.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"
# shellcheck source=tests/support/mock.sh
. "$SOURCE_DIR/tests/support/mock.sh"

letters=$SOURCE_DIR/tests/data/letters
start_mock "$letters/table.npy"

# Here: its characters, one by one; there: what the server makes of the text.
measure_here "$letters/table.npy" "$letters/text.txt" --vocab "$letters/vocab.json" -t char
not_there=char-bpc why_not='the model makes tokens of a text itself, not chars'
for dialect in vllm sglang tgi; do
    told $dialect
    same_as_here "a text behind $dialect" "openai:mock@$mock" "$letters/text.txt"
    [ "$(counted tokenizations)" -gt 0 ] || fail 'the server made no tokens'
done

# A server without a tokenizer.
told openai
refuses 2 '*has no vocabulary*' "$PERPLEX" eval "openai:mock@$mock" "$letters/text.txt"

stop_mock
finish
