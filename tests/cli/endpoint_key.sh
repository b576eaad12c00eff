#!/bin/sh
# The key of an endpoint goes to its host and nowhere else: whatever becomes of a run, it is in nothing that is written, and
# on no command line.
# shellcheck source=tests/support/cli.sh disable=SC2317 # functions are called by way of others
. "$SOURCE_DIR/tests/support/cli.sh"
# shellcheck source=tests/support/mock.sh
. "$SOURCE_DIR/tests/support/mock.sh"

key=sk-wJ7xQ2mRr9sLkT4v
head -n 4 "$test_text" >lines.txt
accepts "$PERPLEX" convert lines.txt ids.jsonl --vocab "$models/almanac.bigram/vocab.txt" -q

# All that is written lies here, but for the key itself.
mkdir secret written
printf '%s\n' "$key" >secret/key
export XDG_CACHE_HOME="$work/written/cache" XDG_CONFIG_HOME="$work/written/config"
start_mock -k "$key" "$neural"

# evaluate NAME [OPTION...]
evaluate() {
    name=$1
    shift
    "$PERPLEX" eval "openai:mock@$mock" ids.jsonl -p hf-stride --window 16 --stride 16 --prompts-per-request 4 \
        --concurrency 2 -o "written/$name.json" --per-token "written/$name.jsonl" --resume "$@" \
        >"written/$name.out" 2>"written/$name.err"
}

# all_clear: the key is nowhere. Nor is it in what a line could be broken in.
all_clear() {
    ! grep -r -F -l -e "$key" written >found || fail "the key is in $(cat found)"
    ! grep -r -F -l -e "$(printf %s "$key" | base64)" written >found || fail "the key is in $(cat found), as base64"
}

# with_key NAME CODE BEHAVIOUR [OPTION...]
with_key() {
    name=$1 expected=$2
    told "$3"
    shift 3
    run evaluate "$name" --api-key-file secret/key "$@"
    what="$name with a key"
    ends_with "$expected"
    [ "$(counted with_key)" -gt 0 ] || fail 'the key was not sent'
    [ "$(counted without_key)" -eq 0 ] || fail 'the key was not always sent'
    [ "$(counted elsewhere)" -eq 0 ] || fail 'another place was asked'
    [ "$(counted elsewhere_with_key)" -eq 0 ] || fail 'the key was sent elsewhere'
    all_clear
}
with_key fine 0 openai
with_key estimated 0 openai --dry-run
PERPLEX_API_KEY=$key OPENAI_API_KEY=other run evaluate environment
what='the key from the environment'
ends_with 0
PERPLEX_API_KEY='' OPENAI_API_KEY=$key run evaluate environment2
ends_with 0
all_clear

with_key null 2 openai/null-middle@5
with_key html 2 openai/html@5
with_key error 2 openai/error-200
with_key redirect 4 openai/redirect
with_key redirect-host 4 openai/redirect-host
with_key redirect-later 4 openai/redirect-host@5
with_key refused 4 openai/401@5
# Some servers quote the key in their answer.
with_key quoted 4 openai/echo-key
with_key quoted-later 4 openai/echo-key@5
with_key quoted-as-answer 2 openai/echo-key-200@5
with_key limited 4 openai --max-requests 1

# No key, and another one.
told openai
run evaluate without
ends_with 4
contains written/without.err 'API key\|--api-key-file\|PERPLEX_API_KEY'
printf 'sk-other-key-8h2nWq\n' >secret/other
run evaluate other --api-key-file secret/other
ends_with 4
! grep -r -q -F sk-other-key written || fail 'the other key was written'

# A key in the URL is none that is shown.
told openai
run "$PERPLEX" eval "openai:mock@http://user:$key@127.0.0.1:$mock_port" ids.jsonl
cp out written/url.out
cp err written/url.err
all_clear

# While it runs, and after it was killed.
stop_mock
start_mock -k "$key" -l 100 "$neural"
(
    # shellcheck disable=SC2030 # for this program alone
    export PERPLEX_API_KEY=$key
    exec "$PERPLEX" eval "openai:mock@$mock" ids.jsonl -p hf-stride --window 16 --stride 8 --prompts-per-request 1 \
        --concurrency 2 -o written/killed.json --per-token written/killed.jsonl --resume >written/killed.out \
        2>written/killed.err
) &
program=$!
wait_for [ -s written/killed.json.journal ] || fail 'there is no journal'
what='while it runs'
tr '\0' '\n' <"/proc/$program/cmdline" >written/cmdline
grep -q eval written/cmdline || fail 'it does not run'
ps -ww -o args= -p "$program" >written/ps 2>&1
all_clear
kill -KILL "$program"
wait "$program" 2>/dev/null
what='after it was killed'
[ -s written/killed.json.journal ] || fail 'there is no journal'
all_clear

stop_mock
finish
