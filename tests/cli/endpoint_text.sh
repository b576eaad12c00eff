#!/bin/sh
# Texts behind an endpoint: the server makes tokens of them, and the number for each byte is that of the model itself.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"
# shellcheck source=tests/support/mock.sh
. "$SOURCE_DIR/tests/support/mock.sh"

letters=$SOURCE_DIR/tests/data/letters
start_mock "$letters/table.npy"

# same_bits DIALECT OPTION...: of the characters one by one, and of what the server makes of the text.
same_bits() {
    dialect=$1
    shift
    accepts "$PERPLEX" eval "$letters/table.npy" "$letters/text.txt" --vocab "$letters/vocab.json" -t char -q \
        --per-token local.jsonl "$@"
    mv out local.json
    told "$dialect"
    accepts "$PERPLEX" eval "$dialect:mock@$mock" "$letters/text.txt" -q --per-token remote.jsonl "$@"
    near 1e-7 "$(value out normalized.bits_per_byte)" "$(value local.json normalized.bits_per_byte)"
    for name in counts.bytes counts.scored_bytes counts.characters counts.words counts.tokens counts.scored; do
        has $name "$(value local.json $name)"
    done
    [ "$(counted tokenizations)" -gt 0 ] || fail 'the server made no tokens'
    same_tokens local.jsonl remote.jsonl
}
for dialect in vllm sglang tgi; do
    same_bits $dialect -p hf-stride --window 64 --stride 32
done
same_bits tgi -p gptq --window 100

stop_mock
finish
