#!/bin/sh
# The options of models behind an endpoint: what is refused before anything is asked, where the key may stand, and what
# an evaluation would take.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

# A key is not given on a command line, and what is taken for one is not repeated.
for option in --api-key=sk-secret '--api-key sk-secret' --api=sk-secret --api-key-fil=sk-secret; do
    # shellcheck disable=SC2086 # two words
    misused 'a key is not given on the command line*--api-key-file*' "$PERPLEX" eval "$ngram" "$test_text" $option
    ! grep -q sk-secret out err || fail 'the key is repeated'
done

# The file of a key.
: >empty
printf 'two words\n' >words
printf 'sk-1\nsk-2\n' >lines
head -c 5000 /dev/zero | tr '\0' k >long
for file in empty words lines long; do
    misused "--api-key-file $file: a key is one line*" "$PERPLEX" eval "$ngram" "$test_text" --api-key-file $file
done
misused '--api-key-file /dev/null: a key is read from a regular file' \
    "$PERPLEX" eval "$ngram" "$test_text" --api-key-file /dev/null
misused '--api-key-file missing: No such file*' "$PERPLEX" eval "$ngram" "$test_text" --api-key-file missing
PERPLEX_API_KEY='two words' misused 'PERPLEX_API_KEY: a key is one line*' \
    "$PERPLEX" eval openai:m@http://127.0.0.1:9 "$test_text"
PERPLEX_API_KEY='two words' accepts "$PERPLEX" eval "$ngram" "$test_text" -q -o local.json

# A key that others can read on the way.
printf ' sk-1 \n' >key
export PERPLEX_OFFLINE=1
for url in http://host.example http://127.host.example:8000/v1 http://localhost.example/ http://localhost@host.example \
    HTTP://host.example/@http://host.example; do
    run "$PERPLEX" inspect "openai:m@$url" --api-key-file key
    ends_with 4
    [ "$(grep -c '^perplex: warning: the key is sent .* without encryption' err)" -eq 1 ] || fail "no warning of $url"
    ! grep -q sk-1 err || fail 'the key is shown'
done
for url in http://localhost http://127.0.0.1:8000/v1 http://LocalHost:8000 'http://[::1]:8000/v1' http://u:p@127.0.0.1/ \
    https://host.example; do
    refuses 4 '*' "$PERPLEX" inspect "openai:m@$url" --api-key-file key
done
refuses 4 '*' "$PERPLEX" inspect openai:m@http://host.example
unset PERPLEX_OFFLINE

# They are about endpoints alone.
printf ' sk-1 \n' >key
for option in '--api-key-file key' '--prompts ids' '--concurrency 2' '--prompts-per-request 2' '--context 9' \
    '--max-requests 9' '--max-tokens 9'; do
    # shellcheck disable=SC2086 # two words
    misused "${option% *} is for models behind an endpoint*" "$PERPLEX" eval "$ngram" "$test_text" $option
done
misused '--prompts takes auto, ids or text, not "bytes"' "$PERPLEX" eval "$ngram" "$test_text" --prompts bytes
misused '--max-requests takes a number from 1 to *, not "0"' "$PERPLEX" eval "$ngram" "$test_text" --max-requests 0

# What an evaluation would take, of which nothing is left.
accepts "$PERPLEX" eval "$ngram" "$test_text" --dry-run --resume -o dry.json --per-token dry.jsonl
grep -q '"schema": "perplex.estimate/1"' out || fail 'no estimate'
tokens=$(sed -n 's/.*"scored": \([0-9]*\),.*/\1/p' local.json | head -n 1)
grep -q "\"targets\": $tokens" out || fail 'other targets'
for file in dry.*; do
    [ ! -e "$file" ] || fail "$file is there"
done

finish
