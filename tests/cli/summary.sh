#!/bin/sh
# --summary: what another tool prints, in place of the result. What the numbers are worth is for unit/test_summary.c and
# conformance/test_reference.c.
# shellcheck source=tests/support/cli.sh disable=SC2317 # functions are called by way of others
. "$SOURCE_DIR/tests/support/cli.sh"

accepts "$PERPLEX" eval "$ngram" "$test_text" -q
mv out result.json
without_runtime result.json >expected

# rounds NUMBER DIGITS: as printf does.
rounds() {
    awk -v number="$1" -v format="%.$2g" 'BEGIN { printf format, number }'
}

# The figures are those of the result, in other words.
accepts "$PERPLEX" eval "$ngram" "$test_text" -q --summary srilm -o result.json
printf 'file %s: %s sentences, %s words, %s OOVs\n%s zeroprobs, logprob= %s ppl= %s ppl1= %s\n' "$test_text" \
    "$(value result.json conventions.srilm.sentences)" "$(value result.json conventions.srilm.words)" \
    "$(value result.json conventions.srilm.oovs)" "$(value result.json conventions.srilm.zeroprobs)" \
    "$(rounds "$(value result.json conventions.srilm.logprob)" 7)" \
    "$(rounds "$(value result.json conventions.srilm.ppl)" 7)" \
    "$(rounds "$(value result.json conventions.srilm.ppl1)" 7)" | diff - out || fail 'another summary than the result has'
has_protocol() {
    [ "$(value "$1" protocol.name)" = "$2" ] || fail "the protocol is $(value "$1" protocol.name)"
}
has_protocol result.json srilm
"$PERPLEX" eval "$ngram" - -q --summary srilm <"$test_text" >out || fail 'a text from a pipe is not read'
contains out '^file -: '

accepts "$PERPLEX" eval "$ngram" "$test_text" -q --summary kenlm -p sentence -o result.json
without_runtime result.json | cmp -s - expected || fail 'the result differs from that without a summary'
near 1e-6 "$(sed -n 's/^Perplexity including OOVs:	//p' out)" \
    "$(value result.json conventions.kenlm.perplexity_including_oovs)"
near 1e-6 "$(sed -n 's/^Perplexity excluding OOVs:	//p' out)" \
    "$(value result.json conventions.kenlm.perplexity_excluding_oovs)"
[ "$(sed -n 3,4p out)" = "OOVs:	$(value result.json conventions.kenlm.oovs)
Tokens:	$(value result.json conventions.kenlm.tokens)" ] || fail 'the counts are others'
mv out kenlm.txt

# However the work is divided; out of a file of options; beside other outputs.
for options in '-j 1 --batch 64' '-j 3 --batch 1000' '--per-token tokens.jsonl -o other.json'; do
    # shellcheck disable=SC2086 # words
    accepts "$PERPLEX" eval "$ngram" "$test_text" -q --summary kenlm $options
    cmp -s out kenlm.txt || fail 'the summary differs'
done
[ "$(wc -l <tokens.jsonl)" -eq "$(value other.json counts.scored)" ] || fail 'tokens are missing'
echo '{"summary": "kenlm"}' >summary.json
accepts "$PERPLEX" eval "$ngram" "$test_text" -q --config summary.json
cmp -s out kenlm.txt || fail 'the summary differs'

# llama.cpp: one figure for each whole window, the last that of the result.
accepts "$PERPLEX" eval "$neural" "$test_text" -q --summary llama.cpp --window 64 -o result.json
windows=$(($(value result.json counts.tokens) / 64))
sed 1q out | tr , '\n' | sed '/^$/d' >windows.txt
[ "$(wc -l <windows.txt)" -eq $windows ] || fail "there are $(wc -l <windows.txt) windows instead of $windows"
perplexity=$(value result.json perplexity)
deviation=$(value result.json uncertainty.standard_error_nats)
tail -n 1 windows.txt >out.last
awk -v n=$windows -v p="$perplexity" 'BEGIN { printf "[%d]%.4f\n", n, p }' | diff - out.last || fail 'the last window has another perplexity'
awk -v p="$perplexity" -v d="$deviation" 'BEGIN { printf "Final estimate: PPL = %.4f +/- %.5f\n", p, p * d }' >final
sed 1d out | diff final - || fail 'the final estimate is another'
accepts "$PERPLEX" eval "$neural" "$test_text" -q --summary llama.cpp --window 64 -j 1 --batch 7
sed 1d out | diff final - || fail 'the final estimate is another'

# lm-eval: the figures of the result, under the name of the file.
accepts "$PERPLEX" eval "$neural" "$test_text" -q --summary lm-eval -o result.json
for metric in word_perplexity byte_perplexity bits_per_byte; do
    has results.test.$metric,none "$(value result.json conventions.lm_eval.$metric)"
    has results.test.${metric}_stderr,none N/A
done
has n-samples.test.effective "$(value result.json conventions.lm_eval.documents)"

# A zero probability is one to the others: exit code 5 and everything is written.
printf '\\data\\\nngram 1=4\n\n\\1-grams:\n-99\t<s>\n-0.5\t</s>\n-0.5\ta\n-inf\tc\n\n\\end\\\n' >zero.arpa
echo 'a c' >zero.txt
run "$PERPLEX" eval zero.arpa zero.txt -q --summary kenlm -o zero.json
ends_with 5
says 'the perplexity is not finite: 1 token has zero probability'
printf 'Perplexity including OOVs:\tinf\nPerplexity excluding OOVs:\tinf\nOOVs:\t0\nTokens:\t3\n' | diff - out ||
    fail 'infinity is printed otherwise'
[ "$(value zero.json perplexity)" = inf ] || fail 'the result is not infinite'
run "$PERPLEX" eval zero.arpa zero.txt -q --summary irstlm
ends_with 5
[ "$(cat out)" = '%% Nw=3 PP=inf PPwp=nan Nbo=0 Noov=0 OOV=0.00%' ] || fail 'infinity is printed otherwise'
# An unknown word is none to KenLM.
echo 'a x' >unknown.txt
accepts "$PERPLEX" eval zero.arpa unknown.txt -q --summary kenlm -o unknown.json
[ "$(value unknown.json protocol.unknown)" = floor:-100 ] || fail 'the protocol is not that of KenLM'

# IRSTLM's texts have their symbols; the number is that of the text without them.
awk '{ print "<s> " $0 " </s>" }' "$test_text" >wrapped.txt
accepts "$PERPLEX" eval "$ngram" "$test_text" -q --summary irstlm
mv out plain.txt
accepts "$PERPLEX" eval "$ngram" wrapped.txt -q --summary irstlm
cmp -s plain.txt out || fail 'symbols in the text make another number'

# What the tool has no number for; what is no tool; outputs in one place.
misused 'the summary of kenlm has no number for limit 9: its own is 0' \
    "$PERPLEX" eval "$ngram" "$test_text" -q --summary kenlm --limit 9 -o none.json
misused '--summary takes kenlm, *, not "kenlmm"' "$PERPLEX" eval "$ngram" "$test_text" --summary kenlmm
misused 'the result and --summary cannot both go to standard output' \
    "$PERPLEX" eval "$ngram" "$test_text" --summary kenlm -o -
misused '--per-token and --summary cannot both go to standard output' \
    "$PERPLEX" eval "$ngram" "$test_text" --summary kenlm --per-token -
misused 'the summary of lm-eval has no number for start none: its own is context' \
    "$PERPLEX" eval "$ngram" "$test_text" -q --summary lm-eval --start none -o none.json
[ ! -e none.json ] || fail 'a result was left'

# What is asked for of the result has nowhere to go without one; --explain is printed.
for options in '--breakdown all' '--worst 3' '--best 3' --distributions '--temperature 2' '--label-smoothing 0.1' \
    '--ignore-id 0' "--class-weights $test_text" '--focal 2' '--explain'; do
    # shellcheck disable=SC2086 # words
    misused "${options%% *} is part of the result, which --summary replaces: -o FILE writes it" \
        "$PERPLEX" eval "$ngram" "$test_text" -q --summary kenlm $options
done
echo '{"summary": "kenlm", "worst": 3}' >summary.json
misused 'summary.json: \$.worst is part of the result, *' "$PERPLEX" eval "$ngram" "$test_text" --config summary.json
accepts "$PERPLEX" eval "$ngram" "$test_text" -q --summary kenlm --worst 3 --explain -o result.json
cmp -s out kenlm.txt || fail 'the summary differs'
has_protocol result.json custom
[ -n "$(value result.json worst.0.nats)" ] || fail 'the worst tokens are missing'
run "$PERPLEX" eval "$ngram" "$test_text" --summary kenlm --explain
ends_with 0
cmp -s out kenlm.txt || fail 'the summary differs'
contains err '^wikitext-eos '

# Where it cannot be written, no file appears.
full() {
    "$@" >/dev/full
}
closed() {
    "$@" >&-
}
refuses 4 'cannot write standard output: No space left on device' \
    full "$PERPLEX" eval "$ngram" "$test_text" -q --summary kenlm -o none.json --per-token none.jsonl
refuses 4 'cannot write standard output: Bad file descriptor' \
    closed "$PERPLEX" eval "$ngram" "$test_text" -q --summary kenlm -o none.json --per-token none.jsonl
mkfifo pipe
exec 4<>pipe
exec 5>pipe
exec 4<&-
broken() {
    "$@" >&5
}
run broken "$PERPLEX" eval "$ngram" "$test_text" -q --summary kenlm -o none.json --per-token none.jsonl
ends_with 141
is_silent
exec 5>&-
for file in none.*; do
    [ ! -e "$file" ] || fail "$file was left"
done

finish
