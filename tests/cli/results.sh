#!/bin/sh
# What a result says: the two evaluations of the demo beside what the definitions give (tests/data/recipes), every name
# that is promised; and the list of formats.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

wanted=$SOURCE_DIR/tests/data/almanac.expected.json

# agrees NAME SPLIT RELATIVE: the result in out with the entry of the expectations.
agrees() {
    entry=$1.$2
    flatten "$wanted" | sed -n "s/^$entry\.//p" >rules
    [ -s rules ] || fail "nothing is expected of $entry"
    while read -r name number; do
        number=${number#\"} number=${number%\"}
        case $name in
        model_sha256) has model.sha256 "$number" ;;
        corpus_sha256) has corpus.sha256 "$number" ;;
        unknown) has unknown.tokens "$number" ;;
        bytes | lines | words | tokens | scored) has "counts.$name" "$number" ;;
        orders.*.order | orders.*.tokens) has "$name" "$number" ;;
        orders.*.nats) near "$3" "$(value out "$name")" "$number" ;;
        mean_nats) near "$3" "$(value out nats_per_token)" "$number" ;;
        perplexity) near "$3" "$(value out perplexity)" "$number" ;;
        # The exact sum is in units of 2^-64.
        total_nats) near "$3" "$(value out accumulators.nats.sum | awk '{ printf "%.17g", $1 / 2 ^ 64 }')" "$number" ;;
        *) fail "no rule for $name of the expectations" ;;
        esac
    done <rules
}

# follows PATH FORMULA: the value is what awk makes of others. Only the last digits may differ.
follows() {
    near 1e-12 "$(value out "$1")" "$(flatten out | awk '{ v[$1] = $2; gsub(/"/, "", v[$1]) } END {
        nats = v["nats_per_token"]; total = v["accumulators.nats.sum"] / 2 ^ 64; scored = v["counts.scored"]
        squares = v["accumulators.nats.squares"] / 2 ^ 64; error = v["uncertainty.standard_error_nats"]
        printf "%.17g", '"$2"' }')"
}

for split in valid test; do
    accepts "$PERPLEX" eval "$ngram" "$almanac/$split.txt" --quiet
    agrees almanac.o3 $split 1e-7
    accepts "$PERPLEX" eval "$neural" "$almanac/$split.txt" --quiet
    agrees almanac.bigram $split 1e-9
done

# Every number that follows from another.
follows nats_per_token 'total / scored'
follows bits_per_token 'nats / log(2)'
follows perplexity 'exp(nats)'
follows uncertainty.interval95_perplexity.0 'exp(nats - 1.959963984540054 * error)'
follows uncertainty.interval95_perplexity.1 'exp(nats + 1.959963984540054 * error)'
follows normalized.bits_per_byte 'total / log(2) / v["counts.scored_bytes"]'
follows normalized.byte_perplexity 'exp(total / v["counts.scored_bytes"])'
follows normalized.bits_per_character 'total / log(2) / v["counts.scored_characters"]'
follows normalized.character_perplexity 'exp(total / v["counts.scored_characters"])'
follows normalized.bits_per_word 'total / log(2) / v["counts.scored_words"]'
follows normalized.word_perplexity 'exp(total / v["counts.scored_words"])'
follows unknown.share 'v["unknown.tokens"] / v["counts.tokens"]'
follows unknown.perplexity_without \
    'exp((total - v["accumulators.unknown_nats.sum"] / 2 ^ 64) / (scored - v["accumulators.unknown_nats.count"]))'
# The variance is a difference of two large numbers: fewer digits.
error=$(flatten out | awk '{ v[$1] = $2; gsub(/"/, "", v[$1]) } END {
    n = v["counts.scored"]; mean = v["nats_per_token"]
    printf "%.17g", sqrt((v["accumulators.nats.squares"] / 2 ^ 64 / n - mean ^ 2) / (n - 1)) }')
near 1e-10 "$(value out uncertainty.standard_error_nats)" "$error"

# The names that every result has, of any kind of model.
cat >names <<'END'
schema complete perplexity nats_per_token bits_per_token
uncertainty.standard_error_nats uncertainty.interval95_perplexity.0 uncertainty.interval95_perplexity.1 uncertainty.method
normalized.bits_per_byte normalized.byte_perplexity normalized.bits_per_character normalized.word_perplexity
counts.documents counts.lines counts.words counts.characters counts.bytes counts.tokens counts.scored
counts.skipped.no_context counts.skipped.masked counts.skipped.replaced counts.skipped.tail counts.skipped.unknown
counts.skipped.limit
unknown.tokens unknown.literal unknown.share unknown.perplexity_without
protocol.name protocol.unit protocol.start protocol.end protocol.join protocol.window protocol.stride protocol.score
protocol.first_window protocol.tail protocol.first protocol.unknown protocol.average protocol.limit
model.format model.kind model.order model.vocabulary model.parameters model.fingerprint model.sha256
corpus.format corpus.tokenization corpus.sha256
accumulators.unit accumulators.nats.sum accumulators.nats.squares accumulators.nats.count accumulators.nats.infinite
runtime.version runtime.inputs.model runtime.inputs.corpus runtime.threads runtime.seconds runtime.tokens_per_second
runtime.peak_memory_bytes
END
has_names() {
    flatten out | cut -d ' ' -f 1 >present
    tr ' ' '\n' <"$1" | grep -vxF -f present >missing && fail "the result lacks $(cat missing)"
    grep -n -e ': null' -e ': -*nan' -e ': -*inf' out && fail 'a value that is no JSON, or says nothing'
    flatten out | cut -d ' ' -f 1 | sort | uniq -d | grep . && fail 'a name stands twice'
    for array in orders conventions warnings; do
        contains out "^  \"$array\": [[{]"
    done
}
has_names names
has schema perplex.result/1
has complete true
has protocol.name wikitext-eos
has counts.skipped.no_context 1
accepts "$PERPLEX" eval "$ngram" "$test_text" --quiet --threads 2 -o ngram.json
accepts "$PERPLEX" eval "$neural" "$test_text" --quiet -o neural.json
cat >>names <<'END'
orders.0.order orders.0.tokens orders.0.nats orders.2.nats
conventions.kenlm.perplexity_including_oovs conventions.kenlm.perplexity_excluding_oovs conventions.kenlm.oovs
conventions.kenlm.tokens
conventions.srilm.ppl conventions.srilm.ppl1 conventions.srilm.logprob conventions.srilm.zeroprobs
conventions.irstlm.pp conventions.irstlm.ppwp conventions.opengrm.perplexity
END
cp ngram.json out
what=ngram.json
has_names names
has protocol.name sentence
has runtime.threads 2
has runtime.inputs.model "$ngram"
has runtime.inputs.corpus "$test_text"

# Only runtime tells two runs apart.
for threads in 1 3; do
    accepts "$PERPLEX" eval "$ngram" "$test_text" --quiet --threads $threads --batch $((threads * 100))
    without_runtime out >again
    without_runtime ngram.json | cmp -s - again || fail "$threads threads give another result"
done

# What the fingerprint is of; a format that is not used in place is read to its end, so that quick is full.
for of in full quick none; do
    for load in map copy; do
        accepts "$PERPLEX" eval "$ngram" "$test_text" --quiet --fingerprint $of --load $load
        [ $of = none ] || has model.fingerprint full
        [ $of = none ] && has model.fingerprint none && has model.sha256 ''
        without_runtime out | sed "s/$(value out model.fingerprint)\"/full\"/
            s/\"sha256\": \"\"/\"sha256\": \"$(value ngram.json model.sha256)\"/" >again
        without_runtime ngram.json | cmp -s - again || fail "--fingerprint $of --load $load gives another result"
        [ -z "$(value out runtime.load)" ] || fail 'a model that is read is said to be mapped'
    done
done
cp out none.json
accepts "$PERPLEX" compare ngram.json none.json
contains out '^the same: '
refuses 2 '*: to verify checksums *' "$PERPLEX" eval "$ngram" "$test_text" --verify
misused '*--fingerprint takes full, quick or none*' "$PERPLEX" eval "$ngram" "$test_text" --fingerprint half

# What can be read and written.
accepts "$PERPLEX" formats
golden formats.txt

finish
