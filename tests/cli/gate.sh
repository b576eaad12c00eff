#!/bin/sh
# Gates: perplex compare --fail-if and perplex check on five pairs of models, with what they say and end with.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

# changed SHIFT: the n-gram model with log10 p + SHIFT for every n-gram, those on odd and even lines by turns with
# either sign if SHIFT begins with ~.
changed() {
    awk -v by="$1" 'BEGIN { FS = OFS = "\t"; turns = sub(/^~/, "", by) }
        /^-[0-9]/ { p = $1 + (turns && NR % 2 ? -by : by); $1 = p > 0 ? 0 : p }
        { print }' "$ngram"
}
cp "$ngram" equal.arpa
changed -0.01 >worse.arpa
changed 0.01 >better.arpa
changed '~0.02' >noise.arpa
cp equal.arpa other.arpa

# part FILE: what a comparison in text says of its conditions.
part() {
    sed -n '/^\(passed\|failed\|unknown\|refused\) /,$p' "$1"
}

"$PERPLEX" eval "$ngram" "$test_text" -q -o base.json || fail 'no baseline'
for name in worse equal better noise other; do
    text=$test_text
    [ $name != other ] || text=$almanac/valid.txt
    "$PERPLEX" eval $name.arpa "$text" -q -o $name.json || fail "no result of $name"
    for condition in 'nats > +0 significant' 'ppl > +0.5%, bits_per_byte > 1.8'; do
        printf '== %s: %s\n' "$name" "$condition"
        run "$PERPLEX" compare base.json $name.json --fail-if "$condition"
        printf -- '-- compare: %d\n' "$code"
        part out
        cat err
        run "$PERPLEX" check $name.arpa "$text" --baseline base.json --fail-if "$condition"
        printf -- '-- check: %d\n' "$code"
        part out
        cat err
    done
done >said
mv said out
what='the five pairs'
golden gate.txt
[ "$(grep -c '^-- .*: 0$' out)" -eq 12 ] || fail 'other exit codes'

# Without conditions, as with the first of them.
run "$PERPLEX" check worse.arpa "$test_text" --baseline base.json
ends_with 1
contains out '^failed   nats > +0 significant$'
says 'the gate fails: nats rose by 0.023 (6.3256 → 6.3486), more than +0, and beyond noise: *'
accepts "$PERPLEX" check noise.arpa "$test_text" --baseline base.json

# Several results, several options: one line says of which the first reason is.
run "$PERPLEX" compare base.json better.json worse.json noise.json --fail-if 'ppl > +1%' --fail-if 'scored < 1; nats > 9'
ends_with 1
says 'the gate fails: worse.json: ppl rose by 2.33 % (558.70 → 571.72), more than +1 %'
run "$PERPLEX" compare base.json worse.json worse.json --fail-if 'ppl > +1%, nats > +0.01'
ends_with 1
says 'the gate fails: worse.json: ppl rose *, more than +1 % (and 3 more conditions)'
run "$PERPLEX" compare base.json other.json worse.json --fail-if 'ppl > +1%'
ends_with 1
says 'the gate fails: worse.json: *'

# Figures of the text of results of other tokens.
"$PERPLEX" eval uniform:2000 "$test_text" -q -o words.json
"$PERPLEX" eval uniform:2000 "$test_text" -q -o characters.json --tokens char
run "$PERPLEX" compare words.json characters.json --fail-if 'bpb > +400%'
ends_with 1
says 'the gate fails: bpb rose by 409 % (2.15 → 10.93), more than +400 %'
accepts "$PERPLEX" compare words.json characters.json --fail-if 'bpb > +500%'
run "$PERPLEX" compare words.json characters.json --fail-if 'bpb > +1 significant'
ends_with 1
says 'the gate fails: bpb rose by 8.79 (2.15 → 10.93), more than +1, but whether * cannot be told'
run "$PERPLEX" compare words.json characters.json --fail-if 'ppl > +1%'
ends_with 2
says 'ppl cannot be judged: the results are not comparable: corpus.tokenization is "word" in BASE and "char" in NEW, and * more differ'

# A model that nobody knows is not let through.
"$PERPLEX" eval "$ngram" "$test_text" -q -o none.json --fingerprint none
run "$PERPLEX" compare base.json none.json --fail-if 'ppl > +1%'
ends_with 2
says 'ppl cannot be judged: the model of none.json has no fingerprint, so that *'
accepts "$PERPLEX" compare base.json none.json
refuses 2 '--fingerprint none: *' "$PERPLEX" check "$ngram" "$test_text" --baseline base.json --fingerprint none

# What cannot be judged does not pass.
run "$PERPLEX" compare base.json better.json --fail-if 'accuracy < -1%'
ends_with 1
says 'the gate fails: accuracy cannot be judged: better.json has no such number, which --distributions gives'
"$PERPLEX" eval "$ngram" "$test_text" -q -o infinite.json --unknown zero 2>/dev/null
run "$PERPLEX" compare infinite.json infinite.json --fail-if 'nats > +0.5'
ends_with 1
says 'the gate fails: nats cannot be judged: it is infinite in both results, and their difference is no number'
run "$PERPLEX" compare infinite.json infinite.json --fail-if 'nats > 7'
ends_with 1
says 'the gate fails: nats is inf, more than 7'

# A mistake is shown before anything is read; a name that no result has, when it is.
run "$PERPLEX" compare missing.json missing.json --fail-if 'ppl > +1%' --fail-if 'nats => 3'
ends_with 2
prints_nothing
printf '%s\n' 'perplex: --fail-if: expected >, >=, <, <=, == or !=, found "=>"; did you mean >=?' '  nats => 3' \
    '       ^' >expected
cmp -s expected err || fail "stderr is $(cat err)"
run "$PERPLEX" check missing.arpa missing.txt --baseline base.json --fail-if 'ppl > +1%, losses.focl > +1'
ends_with 2
contains err '^perplex: --fail-if: there is no metric "losses.focl"'
contains err '^  ppl > +1%, losses.focl > +1$'
contains err '^             ^$'

# The formats. JSON is one of them, by either name.
run "$PERPLEX" compare base.json worse.json --fail-if 'ppl > +0.5%; nats < 5' --format json
ends_with 1
has gate.verdict failed
has comparisons.0.gate.0.condition 'ppl > +0.5%'
has comparisons.0.gate.0.outcome failed
has comparisons.0.gate.0.metric perplexity
has comparisons.0.gate.0.base "$(value base.json perplexity)"
has comparisons.0.gate.0.new "$(value worse.json perplexity)"
has comparisons.0.gate.0.bound 0.5
near 1e-12 "$(value out comparisons.0.gate.0.change_percent)" "$(awk -v a="$(value base.json perplexity)" \
    -v b="$(value worse.json perplexity)" 'BEGIN { printf "%.17g", 100 * (b - a) / a }')"
has comparisons.0.gate.1.outcome passed
mv out first
run "$PERPLEX" compare base.json worse.json --fail-if 'ppl > +0.5%; nats < 5' --json
cmp -s first out || fail '--json is another format'
misused '--json and --format github exclude each other' "$PERPLEX" compare base.json base.json --json --format github
misused '--format takes text, json, junit or github, not "xml"' "$PERPLEX" compare base.json base.json -f xml
run "$PERPLEX" compare base.json worse.json -f github
ends_with 1
contains out '^::error title=nats > +0 significant::nats rose .* the 95 %25 interval .*%0ABASE base.json: almanac.o3.arpa on test.txt%0ANEW  worse.json: worse.arpa on test.txt$'
accepts "$PERPLEX" compare base.json better.json -f github --fail-if 'ppl > +1%'
contains out '^::notice title=ppl > +1%25::ppl fell by 2.28 %25 '

finish
