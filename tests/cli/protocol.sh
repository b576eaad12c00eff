#!/bin/sh
# The options of a protocol: every field has one, and what is wrong with them is said before a model is read.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

# Every field of the protocol in a result is an option.
accepts "$PERPLEX" eval --help
mv out help
accepts "$PERPLEX" eval "$ngram" "$test_text" -q
flatten out | sed -n 's/^protocol\.\([a-z_]*\) .*/\1/p' | tr _ - >fields
[ "$(wc -l <fields)" -ge 14 ] || fail "too few fields: $(cat fields)"
while read -r field; do
    option=$field
    [ "$field" != name ] || option=protocol
    contains help "^ .*--$option [A-Z]"
done <fields

# They are set, whatever they are: the result says so.
for setting in unit=stream start=none end=none window=8 stride=4 score=last:3 first-window=5 tail=drop first=skip \
    unknown=skip average=window limit=100; do
    set -- "$@" "--${setting%%=*}" "${setting#*=}"
done
accepts "$PERPLEX" eval "$ngram" "$test_text" -q "$@"
has protocol.name custom
has protocol.unit stream
has protocol.start none
has protocol.end none
has protocol.window 8
has protocol.stride 4
has protocol.score last:3
has protocol.first_window 5
has protocol.tail drop
has protocol.first skip
has protocol.unknown skip
has protocol.average window
has protocol.limit 100
accepts "$PERPLEX" eval "$ngram" "$test_text" -q --unit stream --end none --join the
has protocol.join the

# Values are refused before the model is: there is none.
for setting in unit=page start= window=x stride=-1 score=last first-window=1.5 tail=cut first=last unknown=class:0 \
    average=mean limit=all; do
    misused "--${setting%%=*} takes *, not \"${setting#*=}\"" \
        "$PERPLEX" eval missing.arpa "$test_text" "--${setting%%=*}" "${setting#*=}"
    misused "--${setting%%=*} takes *, not \"${setting#*=}\"" \
        "$PERPLEX" eval missing.arpa "$test_text" "--${setting%%=*}" "${setting#*=}" --protocol exact
done
# So are fields that contradict each other or those of the preset. Without a preset's name it depends on the model
# which that is.
misused 'the stride (2048) is larger than the window (1024)' \
    "$PERPLEX" eval missing.arpa "$test_text" --protocol hf-stride --stride 2048
misused 'a window of 1 token has no target with a context' \
    "$PERPLEX" eval missing.arpa "$test_text" --protocol exact --window 1
refuses 4 'missing.arpa: cannot be opened: *' "$PERPLEX" eval missing.arpa "$test_text" --window 1
refuses 4 'missing.arpa: cannot be opened: *' "$PERPLEX" eval missing.arpa "$test_text" --protocol hf-stride --stride 8
misused 'the stride (2048) is larger than the window (1024)' \
    "$PERPLEX" eval "$ngram" "$test_text" --protocol hf-stride --stride 2048

finish
