#!/bin/sh
# perplex divergence: its JSON, what does not change it, and what is refused.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

table=$models/tiny.table.safetensors
factored=$models/tiny.factored.safetensors
logits=$SOURCE_DIR/tests/data/divergence/tiny.logits
sed '/^\\2-grams/,/^\\end/s/^-0\.\([0-9]*\)	/-1.\1	/' "$ngram" >other.arpa

# A model and itself.
accepts "$PERPLEX" divergence "$ngram" "$ngram" "$test_text" --limit 300
has schema perplex.divergence/1
has kl.nats 0
has kl.percentiles.maximum 0
has same_top.share 1
has identity_error 0
has perplexity_ratio.ratio 1
has counts.compared 300
has counts.tokens 3648

# Two models: the perplexities are those of eval, the identity holds, and neither threads nor batches matter.
accepts "$PERPLEX" eval "$ngram" "$test_text" -q --limit 300
base=$(value out perplexity)
accepts "$PERPLEX" eval other.arpa "$test_text" -q --limit 300
model=$(value out perplexity)
accepts "$PERPLEX" divergence "$ngram" other.arpa "$test_text" --limit 300 -j1
near 1e-12 "$(value out base.perplexity)" "$base"
near 1e-12 "$(value out model.perplexity)" "$model"
near 1e-12 "$(value out perplexity_ratio.ratio)" "$(awk -v a="$model" -v b="$base" 'BEGIN { printf "%.17g", a / b }')"
near 1e-9 "$(value out cross_entropy_nats)" \
    "$(awk -v h="$(value out entropy_nats)" -v kl="$(value out kl.nats)" 'BEGIN { printf "%.17g", h + kl }')"
has protocol.name custom
without_runtime out >one
accepts "$PERPLEX" divergence "$ngram" other.arpa "$test_text" --limit 300 -j3 --batch 7 -o three.json
prints_nothing
without_runtime three.json >three
cmp -s one three || fail 'threads change the result'

# BASE's protocol is the default: the neural model has no context for its first token.
accepts "$PERPLEX" divergence "$neural" "$neural" "$test_text"
has protocol.name wikitext-eos
has counts.skipped.no_context 1

# Logits that llama.cpp has stored.
accepts "$PERPLEX" divergence "$logits" "$table"
has base.format llama.cpp-logits
has base.sha256 "$(sha256sum "$logits" | cut -d ' ' -f 1)"
has stored.context 8
has counts.tokens 24
has counts.compared 9
misused 'BASE is stored logits, whose tokens are in the file: no corpus is read' \
    "$PERPLEX" divergence "$logits" "$table" "$test_text"
misused 'BASE is stored logits: tokens, positions and batches are those of the file' \
    "$PERPLEX" divergence "$logits" "$table" --unit line
misused 'BASE is stored logits: tokens, positions and batches are those of the file' \
    "$PERPLEX" divergence "$logits" "$table" --batch 7
refuses 4 '*missing.logits*' "$PERPLEX" divergence missing.logits "$table"
mkfifo pipe
cat "$logits" >pipe &
accepts "$PERPLEX" divergence pipe "$table"
has counts.compared 9
kill $! 2>/dev/null
what='stored logits from standard input'
"$PERPLEX" divergence - "$table" <"$logits" >out 2>err || fail "$(cat err)"
has base.sha256 "$(sha256sum "$logits" | cut -d ' ' -f 1)"
refuses 2 '*logits of 5 tokens, but the model has 7' "$PERPLEX" divergence "$logits" "$factored"
head -c 200 "$logits" >cut.logits
refuses 3 'cut.logits*the file ends within its rows*' "$PERPLEX" divergence cut.logits "$table"

# A token that MODEL gives no probability: the result is written, and the exit code says so.
printf 'the sea\n' >sea.txt
printf '\\data\\\nngram 1=6\n\n\\1-grams:\n-1\t<unk>\n-99\t<s>\n-0.5\t</s>\n-0.7\tthe\n-inf\tsea\n-0.9\trises\n\n\\end\\\n' >none.arpa
run "$PERPLEX" divergence "$table" none.arpa sea.txt
ends_with 5
says 'the divergence is not finite: at 2 positions MODEL gives no probability to what BASE does'
has kl.nats inf
has kl.infinite 2
has cross_entropy_nats inf
has model.infinite 1
has base.infinite 0
run "$PERPLEX" divergence none.arpa "$table" sea.txt
ends_with 5
says 'the perplexity of BASE is not finite: 1 token has zero probability'
has kl.infinite 0
has perplexity_ratio.ratio 0
run "$PERPLEX" divergence none.arpa none.arpa sea.txt
ends_with 5
says 'the perplexity of BASE is not finite: 1 token has zero probability'
has kl.nats 0
has perplexity_ratio.ratio 1
has perplexity_ratio.correlation nan

# What is doubtful is said, as eval says it.
printf 'the frost\na glacier melts\n' >strange.txt
run "$PERPLEX" divergence "$table" "$table" strange.txt
ends_with 0
says 'warning: 66.7 % of the tokens of the corpus are not in the model*(4 times)'
has warnings.0.code many-unknown
has counts.unknown 4
run "$PERPLEX" divergence "$table" "$table" strange.txt --unknown skip
has counts.unknown 4
has counts.skipped.unknown 4
run "$PERPLEX" divergence "$table" "$table" strange.txt -q
[ -s err ] && fail 'warnings in spite of -q'

# Refused.
misused 'divergence needs two models and a corpus' "$PERPLEX" divergence "$ngram"
misused 'divergence needs two models and a corpus' "$PERPLEX" divergence "$ngram" "$ngram"
misused 'standard input can be read only once' "$PERPLEX" divergence - - "$test_text"
misused 'divergence has no option --average' "$PERPLEX" divergence "$ngram" "$ngram" "$test_text" --average unit
misused '--limit takes a number*' "$PERPLEX" divergence "$ngram" "$ngram" "$test_text" --limit x
refuses 2 '*the models do not share a vocabulary*' "$PERPLEX" divergence "$ngram" "$neural" "$test_text"
refuses 2 '*unknown tokens are unk, skip or error' "$PERPLEX" divergence "$ngram" "$ngram" "$test_text" --unknown zero
refuses 3 '*: logprobs models do not give full distributions*' "$PERPLEX" divergence "$models/logprobs/lines.txt" uniform:7 "$test_text"
refuses 4 '*nowhere*' "$PERPLEX" divergence nowhere "$ngram" "$test_text"

finish
