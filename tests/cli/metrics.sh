#!/bin/sh
# Metrics of full distributions and modified losses, as the program takes and gives them. What they are worth is for
# conformance/test_metrics.c.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

tiny=$models/tiny.table.safetensors
expected=$SOURCE_DIR/tests/data/metrics.json
printf 'the sea rises\nthe sea the\n\nrises odd sea sea the rises rises\nsea\n' >text.txt # that of metrics.json
printf '0\n0.25\n0.5\n0.75\n1\n' >weights.txt

# figure PATH EXPECTATION: as numpy and PyTorch have it.
figure() {
    near 1e-12 "$(value out "$1")" "$(value "$expected" "cases.0.$2")"
}

# Without being asked for, nothing.
accepts "$PERPLEX" eval "$tiny" text.txt -q
for member in distribution losses; do
    grep -q "\"$member\"" out && fail "$member was not asked for"
done
cp out plain.json
accepts "$PERPLEX" eval "$ngram" text.txt -q
has runtime.batch 4096

# Batches suit the model, and only rows ask for others: some 2^26 elements, 16384 targets at most.
accepts "$PERPLEX" eval "$ngram" text.txt -q --focal 2 --ignore-id 0
has runtime.batch 4096
accepts "$PERPLEX" eval "$tiny" text.txt -q --label-smoothing 0.1
has runtime.batch 16384
accepts "$PERPLEX" eval uniform:1048576 text.txt -q --tokens char --distributions
has runtime.batch 64

accepts "$PERPLEX" eval "$tiny" text.txt -q --distributions
for path in entropy_nats cross_entropy_nats accuracy.at_1 accuracy.at_5 mean_reciprocal_rank mean_rank \
    calibration.expected_calibration_error calibration.bins.4.confidence; do
    figure distribution.$path distribution.$path
done
near 1e-5 "$(value out distribution.temperature.best)" "$(value "$expected" cases.0.distribution.temperature.best)"
has distribution.targets "$(value out counts.scored)"
has distribution.without_start false
has distribution.temperature.at_limit false
cp out distributions.json

accepts "$PERPLEX" eval "$tiny" text.txt -q --temperature 1.7 --label-smoothing 0.1 --ignore-id 0 \
    --class-weights weights.txt
for name in temperature label_smoothing ignored class_weights; do
    figure losses.$name.loss losses.$name
done
figure losses.combined.loss losses.combined_smoothed
has losses.combined.temperature 1.7
has losses.combined.label_smoothing 0.1
has losses.combined.ignored_ids.0 0
has losses.combined.class_weights_sha256 "$(sha256sum <weights.txt | cut -c 1-64)"
has losses.ignored.ignored 5 # ends of lines
has losses.ignored.targets 13

# The same out of a file, of weights that are compressed; and several ids.
gzip -c weights.txt >weights.gz
echo '{"temperature": 1.7, "label_smoothing": 0.1, "ignore_id": 0, "class_weights": "weights.gz"}' >losses.json
without_runtime out >options.json
accepts "$PERPLEX" eval "$tiny" text.txt -q --config losses.json
without_runtime out | cmp -s - options.json || fail 'options out of a file give another result'
accepts "$PERPLEX" eval "$tiny" text.txt -q --focal 2 --ignore-id 0,2
figure losses.focal.loss losses.focal
has losses.combined.ignored_ids.1 2
echo '{"focal": 2, "ignore_id": "0,2"}' >focal.json
without_runtime out >options.json
accepts "$PERPLEX" eval "$tiny" text.txt -q --config focal.json
without_runtime out | cmp -s - options.json || fail 'options out of a file give another result'

# Both are results that others understand, and nothing in them stands in the place of the plain figures.
cp out focal.result
accepts "$PERPLEX" compare focal.result distributions.json
contains out '^the same: '
accepts "$PERPLEX" table distributions.json
cp distributions.json out
for path in perplexity nats_per_token bits_per_token counts.scored accumulators.nats.sum; do
    has $path "$(value plain.json $path)"
done

# Targets that are left out count nowhere; those that the protocol charges otherwise do, with that charge.
accepts "$PERPLEX" eval "$tiny" text.txt -q --distributions --temperature 2 --focal 1 --unknown skip
has counts.scored 17
for path in distribution losses.temperature losses.focal losses.combined; do
    has $path.targets 17
done
has distribution.calibration.bins.0.targets 0
for cost in zero floor:-3; do
    run "$PERPLEX" eval "$tiny" text.txt -q --distributions --temperature 2 --focal 1 --unknown $cost
    cp out $cost.json
done
has distribution.targets 18
has distribution.temperature.targets 18
near 1e-13 "$(value out distribution.cross_entropy_nats)" "$(value out nats_per_token)"
near 1e-13 "$(value out distribution.temperature.nats_per_token_at_1)" "$(value out nats_per_token)"
cp zero.json out
has distribution.cross_entropy_nats inf
has distribution.temperature.targets 17
has losses.temperature.loss inf
has losses.temperature.infinite 1
for path in entropy_nats accuracy.at_1 mean_reciprocal_rank mean_rank calibration.expected_calibration_error; do
    has distribution.$path "$(value floor:-3.json distribution.$path)"
    has distribution.$path "$(value distributions.json distribution.$path)"
done

# n-gram models: the start symbol is no outcome.
accepts "$PERPLEX" eval "$ngram" "$test_text" -q --distributions --label-smoothing 0.1
has distribution.without_start true
awk -v sum="$(value out distribution.normalization.largest)" 'BEGIN { exit !(sum < 1e-6) }' ||
    fail 'the rows of the n-gram model do not sum to 1'
has losses.label_smoothing.infinite 0

# What cannot be.
printf -- '-0.5\n-0.25\n' >answers.logprobs
printf 'a' >short.txt
refuses 3 'answers.logprobs: the model does not give the probabilities of all tokens, which metrics *' \
    "$PERPLEX" eval answers.logprobs short.txt --distributions
refuses 3 'answers.logprobs: the model does not give the probabilities of all tokens, which a temperature *' \
    "$PERPLEX" eval answers.logprobs short.txt --temperature 2
accepts "$PERPLEX" eval answers.logprobs short.txt -q --focal 2 --temperature 1
refuses 2 '*tiny.table*: token id 5 is to be ignored, but the model has ids up to 4 only*' \
    "$PERPLEX" eval "$tiny" text.txt --ignore-id 3,5
printf '1\n2\n-3\n' >wrong.txt
refuses 3 'wrong.txt:3: a weight of -3: *' "$PERPLEX" eval "$tiny" text.txt --class-weights wrong.txt
printf '1\n2\n3\n' >short.weights
refuses 2 '*tiny.table*: 3 class weights, but the model has 5 tokens*' \
    "$PERPLEX" eval "$tiny" text.txt --class-weights short.weights
refuses 4 'missing.txt: *' "$PERPLEX" eval "$tiny" text.txt --class-weights missing.txt

eval_misused() {
    message=$1
    shift
    misused "$message" "$PERPLEX" eval "$tiny" text.txt "$@"
}
for number in 0 -1 x '' ' 2' inf nan 0x10 1e400; do
    eval_misused "--temperature takes a number above 0, not \"$number\"" --temperature "$number"
    eval_misused "--focal takes a number above 0, not \"$number\"" --focal "$number"
    eval_misused "--label-smoothing takes a number above 0, at most 1, not \"$number\"" --label-smoothing "$number"
done
eval_misused '--label-smoothing takes a number above 0, at most 1, not "1.5"' --label-smoothing 1.5
for ids in '' x -100 '1,' ',1' '1,,2' 1.5 99999999999 4294967295 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16; do
    eval_misused "--ignore-id takes up to 16 ids of tokens with commas between them, not \"$ids\"" --ignore-id "$ids"
done
eval_misused '--focal and --label-smoothing exclude each other: *' --focal 2 --label-smoothing 0.1
eval_misused 'vocabulary and class weights cannot both be standard input' --class-weights - --vocab -
eval_misused '--output weights.txt would overwrite what is read: weights.txt' --class-weights weights.txt -o weights.txt
echo '{"focal": "2"}' >wrong.json
eval_misused 'wrong.json: $.focal takes a number, not a string' --config wrong.json
echo '{"distributions": 1}' >wrong.json
eval_misused 'wrong.json: $.distributions takes true or false, not a number' --config wrong.json
echo '{"ignore_id": true}' >wrong.json
eval_misused 'wrong.json: $.ignore_id takes a number or a string, not true' --config wrong.json

finish
