#!/bin/sh
# perplex check: the baseline's own protocol, how the two are paired, what is written, and the new baseline.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

mkdir temporary
export TMPDIR="$work"/temporary

# nothing_left: no temporary file stays, whatever has happened.
nothing_left() {
    [ -z "$(ls temporary)" ] || fail "temporary files: $(ls temporary)"
}

# same_numbers A B: two results, but for what depends on the machine.
same_numbers() {
    without_runtime "$1" >a.numbers
    without_runtime "$2" >b.numbers
    cmp -s a.numbers b.numbers || fail "$2 is not $1: $(diff a.numbers b.numbers | head -n 5)"
}

# Presets, changed ones, tokens, formats and ranges of documents: without an option, the result is the baseline.
# again MODEL CORPUS OPTION...
again() {
    model=$1 corpus=$2
    shift 2
    "$PERPLEX" eval "$model" "$corpus" -q -o base.json "$@" || fail "no baseline with $*"
    what="check of a baseline made with $*"
    run "$PERPLEX" check "$model" "$corpus" --baseline base.json -o result.json -q
    ends_with 0
    is_silent
    contains out '^the same: '
    same_numbers base.json result.json
    nothing_left
}
again "$ngram" "$test_text"
again "$ngram" "$test_text" -p hf-stride --window 64 --stride 8 --unknown floor:-7
again "$ngram" "$test_text" --unit stream --end none --join ';' --window 32 --first skip
again "$ngram" "$test_text" --unit document --start '<s>' --documents 3:7 --limit 900
again "$ngram" "$test_text" --unknown class:500 --average unit --blank skip
again uniform:256 "$test_text" --tokens byte
again uniform:2000 "$test_text" --tokens char --pages heading
printf '\001\000\000\000\002\000\000\000\003\000\000\000' >ids.bin
again uniform:9 ids.bin --corpus-format u16
[ "$(value result.json counts.tokens)" = 6 ] || fail 'the format of the corpus is not that of the baseline'

# Symbols, numbers and everything else of the protocol come from the file, which is named where it is wrong.
"$PERPLEX" eval "$ngram" "$test_text" -q -o base.json --window 64 --unit stream --first skip
sed 's/"window": 64/"window": "wide"/' base.json >wrong.json
refuses 2 'wrong.json: $.protocol.window takes *, not "wide"' "$PERPLEX" check "$ngram" "$test_text" --baseline wrong.json
sed 's/"window": 64/"window": 64.5/' base.json >wrong.json
refuses 3 'wrong.json: $.protocol.window: expected a string or an integer, found a number*' \
    "$PERPLEX" check "$ngram" "$test_text" --baseline wrong.json
sed 's/"window": 64/"windows": 64/' base.json >wrong.json
refuses 3 'wrong.json: $.protocol.window: missing' "$PERPLEX" check "$ngram" "$test_text" --baseline wrong.json
sed 's/"window": 64/"window": 64, "colour": 3/' base.json >wrong.json
refuses 3 'wrong.json: $.protocol.colour: a protocol has no such field here (*another version*' \
    "$PERPLEX" check "$ngram" "$test_text" --baseline wrong.json
sed 's/"complete": true/"complete": false/' base.json >wrong.json
refuses 3 'wrong.json: $.complete: *' "$PERPLEX" check "$ngram" "$test_text" --baseline wrong.json
refuses 3 "*test.txt:*(not a result of *" "$PERPLEX" check "$ngram" "$test_text" --baseline "$test_text"
refuses 4 'missing.json: cannot be opened: * (--update-baseline makes it)' \
    "$PERPLEX" check "$ngram" "$test_text" --baseline missing.json
misused 'check needs --baseline FILE, a result of *' "$PERPLEX" check "$ngram" "$test_text"
misused 'check has no option --window' "$PERPLEX" check "$ngram" "$test_text" --baseline base.json --window 3
misused 'the baseline is read twice, so it has to be a file' "$PERPLEX" check "$ngram" "$test_text" --baseline -
for option in '-o -' '--per-token /dev/stdout' '--per-document /dev/null'; do
    # shellcheck disable=SC2086
    misused '*goes to a file here: standard output is for the comparison' \
        "$PERPLEX" check "$ngram" "$test_text" --baseline base.json $option
done
misused '--output base.json would overwrite what is read: base.json' \
    "$PERPLEX" check "$ngram" "$test_text" --baseline base.json -o base.json
refuses 4 'missing.arpa: cannot be opened: *' "$PERPLEX" check missing.arpa "$test_text" --baseline base.json
nothing_left
run sh -c "\"$PERPLEX\" check \"$ngram\" \"$test_text\" --baseline base.json >/dev/full"
ends_with 4
nothing_left
TMPDIR=/nowhere run "$PERPLEX" check "$ngram" "$test_text" --baseline base.json
ends_with 4
says 'no folder can be made in /nowhere: No such file or directory'
TMPDIR=/$(printf '%0600d' 0) run "$PERPLEX" check "$ngram" "$test_text" --baseline base.json
ends_with 4
says 'no folder can be made in /0*0: File name too long'

# Paired by tokens where the baseline's file is still there, else by blocks.
sed 's/^-3\.266268/-3.366268/' "$ngram" >worse.arpa
"$PERPLEX" eval "$ngram" "$test_text" -q -o base.json --per-token tokens.jsonl
run "$PERPLEX" check worse.arpa "$test_text" --baseline base.json -f json
has comparisons.0.test.pairing tokens
has comparisons.0.per_token.base tokens.jsonl
[ -z "$(value out comparisons.0.per_token.new)" ] || fail 'names a file that is gone'
cp out by-tokens.json
nothing_left
run "$PERPLEX" check worse.arpa "$test_text" --baseline base.json --per-document new.csv -o new.json
[ "$(value new.json runtime.outputs.per_document)" = new.csv ] || fail 'the result does not name its documents'
[ -z "$(value new.json runtime.outputs.per_token)" ] || fail 'the result names a file that is gone'
cp tokens.jsonl before.jsonl
for option in --per-token --per-document -o; do
    misused 'tokens.jsonl would overwrite what is read: tokens.jsonl' \
        "$PERPLEX" check worse.arpa "$test_text" --baseline base.json $option tokens.jsonl
done
cmp -s tokens.jsonl before.jsonl || fail 'the tokens of the baseline are lost'
run "$PERPLEX" check worse.arpa "$test_text" --baseline base.json --per-token new.npy -o new.json -f json
[ "$(value out comparisons.0.test.standard_error_nats)" = "$(value by-tokens.json comparisons.0.test.standard_error_nats)" ] ||
    fail 'another interval'
[ "$(value new.json runtime.outputs.per_token)" = new.npy ] || fail 'the result does not name its file'
run "$PERPLEX" compare base.json new.json -f json
[ "$(value out comparisons.0.test.standard_error_nats)" = "$(value by-tokens.json comparisons.0.test.standard_error_nats)" ] ||
    fail 'another interval than compare has'
mv tokens.jsonl gone.jsonl
run "$PERPLEX" check worse.arpa "$test_text" --baseline base.json -f json
has comparisons.0.test.pairing blocks

# A new baseline: whatever the gate says, which is told; not where the evaluation fails, or ends in infinity.
cp base.json kept.json
run "$PERPLEX" check worse.arpa "$test_text" --baseline base.json --fail-if 'nats > +0' --update-baseline
ends_with 0
contains err '^perplex: base.json is replaced: perplexity [0-9.]*; later checks pair by blocks (by tokens with --per-token FILE)$'
contains err '^perplex: the gate would fail: nats rose by .*, more than +0$'
contains out '^failed   nats > +0$'
"$PERPLEX" eval worse.arpa "$test_text" -q -o worse.json
same_numbers worse.json base.json
accepts "$PERPLEX" check worse.arpa "$test_text" --baseline base.json --update-baseline -q --fail-if 'nats > +0'
run "$PERPLEX" check "$ngram" "$almanac/valid.txt" --baseline base.json --update-baseline
ends_with 0
contains err '^perplex: the gate would refuse: nats cannot be judged: .* corpus.sha256 '
cp base.json before.json
refuses 4 'missing.arpa: *' "$PERPLEX" check missing.arpa "$test_text" --baseline base.json --update-baseline
cmp -s base.json before.json || fail 'a failure changes the baseline'
"$PERPLEX" eval "$ngram" "$test_text" -q -o base.json --unknown zero 2>/dev/null
cp base.json before.json
run "$PERPLEX" check "$ngram" "$test_text" --baseline base.json --update-baseline
ends_with 5
contains err '^perplex: the perplexity is not finite, which no baseline is: base.json stays as it is$'
cmp -s base.json before.json || fail 'an infinite baseline'

# With a per-token file the next check is paired by tokens.
run "$PERPLEX" check "$ngram" "$test_text" --baseline again.json --update-baseline --per-token one.npy
says 'again.json is made: perplexity *; later checks pair by tokens'
run "$PERPLEX" check worse.arpa "$test_text" --baseline again.json --update-baseline --per-token two.npy -f json
has comparisons.0.test.pairing tokens
contains err '^perplex: again.json is replaced: perplexity [0-9.]*; later checks pair by tokens$'
run "$PERPLEX" check "$ngram" "$test_text" --baseline again.json --update-baseline -f json
has comparisons.0.test.pairing tokens
has comparisons.0.per_token.base two.npy
contains err '; later checks pair by blocks (by tokens with --per-token FILE)$'
run "$PERPLEX" check "$ngram" "$test_text" --baseline again.json -f json
has comparisons.0.test.pairing blocks

# The first one, under the protocol that suits.
run "$PERPLEX" check "$ngram" "$test_text" --baseline first.json --update-baseline
ends_with 0
says 'first.json is made: perplexity 558.703; later checks pair by blocks (by tokens with --per-token FILE)'
prints_nothing
"$PERPLEX" eval "$ngram" "$test_text" -q -o result.json
same_numbers result.json first.json
accepts "$PERPLEX" check "$ngram" "$test_text" --baseline first.json
refuses 4 '*nowhere/first.json*' "$PERPLEX" check "$ngram" "$test_text" --baseline nowhere/first.json --update-baseline
for option in --per-token --per-document -o; do
    misused '--*cannot go where the baseline goes' "$PERPLEX" check "$ngram" "$test_text" \
        --baseline second.json --update-baseline $option ./second.json
done
misused 'the baseline is to be replaced, so it has to be a file' \
    "$PERPLEX" check "$ngram" "$test_text" --baseline http://127.0.0.1:1/x.json --update-baseline

# Numbers that options add can be gated, and so can a mixture.
"$PERPLEX" eval "$ngram" "$test_text" -q -o base.json --distributions --focal 2
run "$PERPLEX" check "$ngram" "$test_text" --baseline base.json --fail-if 'accuracy < -1%'
ends_with 1
says 'the gate fails: accuracy cannot be judged: this run has no such number, which --distributions gives'
accepts "$PERPLEX" check "$ngram" "$test_text" --baseline base.json --distributions --focal 2 \
    --fail-if 'accuracy < -1%; losses.focal.loss > +0.1%; runtime.seconds > 600'
run "$PERPLEX" check "$ngram" "$test_text" --baseline base.json --fail-if 'losses.focl.loss < +0'
ends_with 2
contains err '^perplex: --fail-if: there is no metric "losses.focl.loss"; did you mean losses.focal.loss?$'
# A level is of the new result, whatever the baseline has.
"$PERPLEX" eval "$ngram" "$test_text" -q -o plain.json
accepts "$PERPLEX" check "$ngram" "$test_text" --baseline plain.json --distributions --fail-if 'at_5 > 0.9'
contains out '^passed   at_5 > 0.9$'
run "$PERPLEX" check "$ngram" "$test_text" --baseline plain.json --fail-if 'at_5 > 0.9'
ends_with 2
contains err '^perplex: --fail-if: there is no metric "at_5"'
nothing_left
cp "$ngram" other.arpa
accepts "$PERPLEX" check "$ngram" "$test_text" --baseline base.json --mix 0.5:other.arpa
nothing_left

finish
