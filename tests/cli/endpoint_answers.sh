#!/bin/sh
# Answers that do not add up, from the probe on and in the middle of a run: one message that says what came, nothing on stdout
# and no file; never a number. conformance/test_endpoint_answers.c has more of them.
# shellcheck source=tests/support/cli.sh disable=SC2317 # functions are called by way of others
. "$SOURCE_DIR/tests/support/cli.sh"
# shellcheck source=tests/support/mock.sh
. "$SOURCE_DIR/tests/support/mock.sh"

head -n 4 "$test_text" >lines.txt
accepts "$PERPLEX" convert lines.txt ids.jsonl --vocab "$models/almanac.bigram/vocab.txt" -q
start_mock "$neural"

# evaluate DIALECT [OPTION...]
evaluate() {
    dialect=$1
    shift
    "$PERPLEX" eval "$dialect:mock@$mock" ids.jsonl -p hf-stride --window 16 --stride 16 --prompts-per-request 4 \
        --concurrency 2 "$@"
}

# The probe's requests.
told openai
run evaluate openai --dry-run
ends_with 0
probe=$(counted requests)
told vllm
run evaluate vllm --dry-run
ends_with 0
[ "$(counted requests)" -le "$probe" ] || fail 'vllm is probed oftener'

# bad DIALECT FAULT PATTERN: from the first request on, and from one behind the probe on.
bad() {
    for after in 0 $((probe + 1)); do
        told "$1/$2@$after"
        run evaluate "$1" -o result.json --per-token tokens.jsonl
        what="$1, $2 after $after requests"
        case $code in
        2 | 3 | 4) ;;
        *) fail "exit code $code" ;;
        esac
        prints_nothing
        says "$3"
        [ ! -e result.json ] || fail 'there is a result'
        [ ! -e tokens.jsonl ] || fail 'there is a file of tokens'
    done
}
for dialect in openai vllm sglang; do
    bad $dialect null-middle '*null in place of log-probability*'
    bad $dialect short '*'
    bad $dialect generated-only '*no *log*prob*'
    bad $dialect nan '*NaN in place of log-probability*'
    bad $dialect shuffled '*'
    bad $dialect html '*JSON*sign in*'
    bad $dialect error-200 '*CUDA out of memory*'
done
bad openai bos '*start symbol*'
bad vllm bos '*log-probability 2 is of token*'
bad sglang bos '*start symbol*'
bad openai empty '*'
bad openai truncated '*JSON*'
bad openai 401 '*The API key is not known here*'
bad openai redirect '*307*'
bad vllm duplicate-index '*'

# An infinite loss is one.
told "vllm/clamped@$((probe + 1))"
run evaluate vllm -q
ends_with 5
has perplexity inf

# What the server is not asked for is no fault.
told 'openai/other-model'
run evaluate openai
ends_with 0
contains err 'some-other-model'

told llama.cpp
run evaluate openai
ends_with 3
says "*llama.cpp's server, which gives no log-probabilities*"
prints_nothing

# A model that the server does not have.
told openai
run "$PERPLEX" eval "openai:mork@$mock" ids.jsonl
ends_with 2
says '*mork*'
prints_nothing

stop_mock
finish
