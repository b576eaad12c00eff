#!/bin/sh
# perplex eval --mix and --mix-tune: weights, what the result says of them, and what is refused.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

# A second model of the same words, better at some and worse at others.
sed '/^\\2-grams/,/^\\end/s/^-0\.\([0-9]*\)	/-1.\1	/' "$ngram" >other.arpa
cmp -s "$ngram" other.arpa && fail 'the models are the same'
valid=$almanac/valid.txt

accepts "$PERPLEX" eval "$ngram" "$test_text" -q
alone=$(value out perplexity)
sha=$(value out model.sha256)
accepts "$PERPLEX" eval other.arpa "$test_text" -q
other=$(value out perplexity)

# Weights as they are given; a model with itself is the model.
accepts "$PERPLEX" eval "$ngram" "$test_text" -q --mix 0.25:"$ngram" --mix 0.5:"$ngram"
near 1e-12 "$(value out perplexity)" "$alone"
has model.format mixture
has model.kind mixture
has model.components.0.weight 0.25
has model.components.1.weight 0.25
has model.components.2.weight 0.5
has model.components.2.sha256 "$sha"
has model.components.0.kind ngram
has protocol.name sentence
[ -z "$(value out model.tuning.rounds)" ] || fail 'nothing was tuned'
sum=$({ echo mixture; echo "0.25 $sha"; echo "0.25 $sha"; echo "0.5 $sha"; } | sha256sum)
has model.sha256 "${sum%% *}"

# Tuned on the text itself a mixture is no worse than its models, wherever the search begins.
for weight in 0.5 0.01 0.99; do
    accepts "$PERPLEX" eval "$ngram" "$test_text" -q --mix $weight:other.arpa --mix-tune "$test_text"
    mixed=$(value out perplexity)
    for one in "$alone" "$other"; do
        awk -v a="$mixed" -v b="$one" 'BEGIN { exit !(a <= b) }' || fail "$mixed is worse than $one"
    done
    near 1e-12 "$(value out model.tuning.nats_per_token)" "$(value out nats_per_token)"
    has model.tuning.tokens 3648
    has model.tuning.corpus_sha256 "$(value out corpus.sha256)"
done

# Threads and batches change nothing; another text to tune on, of which nothing is written.
accepts "$PERPLEX" eval "$ngram" "$test_text" -q --mix 0.5:other.arpa --mix-tune "$valid" -j1 --per-token tokens.jsonl
without_runtime out >one
[ "$(wc -l <tokens.jsonl)" -eq 3648 ] || fail "tokens of another text: $(wc -l <tokens.jsonl)"
accepts "$PERPLEX" eval "$ngram" "$test_text" -q --mix 0.5:other.arpa --mix-tune "$valid" -j3 --batch 11
without_runtime out >three
cmp -s one three || fail 'threads change the result'

# What is doubtful about the other text is said.
printf 'qqq www zzz\n' >strange.txt
run "$PERPLEX" eval "$ngram" "$test_text" --mix 0.5:other.arpa --mix-tune strange.txt
ends_with 0
says 'warning: 75.0 % of the tokens of the tuning corpus are not in the model*(3 times)'
has warnings.0.code many-unknown

# What is no weight, or no mixture.
for mix in x 0.5 :m 0.5: 1:m 0:m -0.5:m 1e400:m nan:m ' 0.5:m' 0.5x:m; do
    misused "--mix takes WEIGHT:MODEL with a weight between 0 and 1, not \"$mix\"" \
        "$PERPLEX" eval "$ngram" "$test_text" --mix "$mix"
done
misused 'the weights of --mix add up to 1*' "$PERPLEX" eval "$ngram" "$test_text" --mix 0.5:a --mix 0.5:b
misused '--mix-tune needs a model to mix*' "$PERPLEX" eval "$ngram" "$test_text" --mix-tune "$valid"
for weight in 0.1 0.2; do # 10 times 0.1 is not quite 1
    set --
    i=0
    while [ $i -lt 10 ]; do
        set -- "$@" --mix "$weight:a"
        i=$((i + 1))
    done
    misused 'the weights of --mix add up to *: nothing is left for the first model' "$PERPLEX" eval "$ngram" "$test_text" "$@"
done
misused 'model and model to mix cannot both be standard input' "$PERPLEX" eval - "$test_text" --mix 0.5:-
misused 'corpus and model to mix cannot both be standard input' "$PERPLEX" eval "$ngram" - --mix 0.5:-
misused 'standard input can be read only once' "$PERPLEX" eval "$ngram" "$test_text" --mix 0.5:- --mix 0.1:-
misused '*standard input*' "$PERPLEX" eval "$ngram" - --mix 0.5:other.arpa --mix-tune -
set --
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
    set -- "$@" --mix "0.01:m$i"
done
misused '--mix can be given 15 times at most' "$PERPLEX" eval "$ngram" "$test_text" "$@"
refuses 2 '*the models do not share a vocabulary: 4*' "$PERPLEX" eval "$ngram" "$test_text" --mix "0.5:$neural"
refuses 4 '*nowhere.arpa*' "$PERPLEX" eval "$ngram" "$test_text" --mix 0.5:nowhere.arpa
refuses 4 '*nowhere.txt*' "$PERPLEX" eval missing.arpa "$test_text" --mix 0.5:missing.arpa --mix-tune nowhere.txt
run "$PERPLEX" convert "$ngram" checked.plx
ends_with 0
accepts "$PERPLEX" eval checked.plx "$test_text" -q --verify --mix 0.5:checked.plx
refuses 2 '*other.arpa*to verify checksums*' "$PERPLEX" eval checked.plx "$test_text" --verify --mix 0.5:other.arpa
cp other.arpa kept.arpa
misused '--output other.arpa would overwrite what is read: other.arpa' \
    "$PERPLEX" eval "$ngram" "$test_text" --mix 0.5:other.arpa -o other.arpa
cmp -s other.arpa kept.arpa || fail 'other.arpa is lost'
printf '{"mix": "0.5:other.arpa"}' >mix.json
misused 'mix.json: $.mix: only the command line takes this option' \
    "$PERPLEX" eval "$ngram" "$test_text" --config mix.json

finish
