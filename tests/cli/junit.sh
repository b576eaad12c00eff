#!/bin/sh
# JUnit XML of gates, read by a parser of XML and held against a schema.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

command -v xmllint >/dev/null || {
    echo 'skipped: there is no xmllint (libxml2-utils)'
    exit 77
}

"$PERPLEX" eval "$ngram" "$test_text" -q -o base.json
"$PERPLEX" eval "$ngram" "$test_text" -q -o new.json --distributions
"$PERPLEX" eval "$ngram" "$almanac/valid.txt" -q -o other.json
# A name as hostile as a file system allows.
name=$(printf 'a<b>&"\047\t\001\377\303\244\342\200\256.json')
cp new.json "$name"

# valid CODE COMMAND...
valid() {
    expected=$1
    shift
    run "$@"
    ends_with "$expected"
    xmllint --noout --schema "$SOURCE_DIR/tests/data/junit.xsd" out 2>problems || fail "is not valid: $(cat problems)"
}
valid 0 "$PERPLEX" compare base.json new.json -f junit
valid 1 "$PERPLEX" compare base.json new.json "$name" -f junit --fail-if 'accuracy < -1%, ppl > 5; ppl <= 5'
[ "$(xmllint --xpath 'count(//testcase)' out)" = 6 ] || fail 'not a test for each result and condition'
[ "$(xmllint --xpath 'count(//failure)' out)" = 2 ] || fail 'not a failure for each result'
[ "$(xmllint --xpath 'count(//error)' out)" = 2 ] || fail 'not an error for each result'
[ "$(xmllint --xpath 'string(//testsuite[1]/@failures)' out)" = 1 ] || fail 'another number of failures'
[ "$(xmllint --xpath 'string(//testcase[3]/@name)' out)" = 'ppl <= 5' ] || fail 'another name'
[ "$(xmllint --xpath 'string(//testcase[2]/failure/@message)' out)" = 'ppl is 558.703, more than 5' ] ||
    fail 'another message'
valid 2 "$PERPLEX" compare base.json other.json -f junit
[ "$(xmllint --xpath 'string(//error/@type)' out)" = refused ] || fail 'another type'
valid 0 "$PERPLEX" check "$ngram" "$test_text" --baseline base.json --format junit
# The schema can refuse.
sed '/system-out/d' out >broken
xmllint --noout --schema "$SOURCE_DIR/tests/data/junit.xsd" broken 2>/dev/null && fail 'the schema allows anything'

finish
