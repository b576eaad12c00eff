#!/bin/sh
# perplex protocols: the list, what is said of each preset, and its drawing.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

accepts "$PERPLEX" protocols
golden protocols.txt
presets=$(sed -n 's/^\([a-z][^ ]*\)  .*/\1/p' out)
for preset in $presets; do
    accepts "$PERPLEX" protocols "$preset"
    awk 'length > 79 { print; bad = 1 } END { exit bad }' out >long || fail "too long: $(cat long)"
    LC_ALL=C grep -q '[^ -~]' out && fail "$preset is not drawn in ASCII"
    { cat out && echo; } >>all
done
cp all out
golden protocols-all.txt

# Fields follow each other as the peer's options do, and what differs from the preset is said.
accepts "$PERPLEX" protocols llama.cpp --window 1024
contains out '^  window  *1024  (llama.cpp: 512)$'
contains out '^  score  *last:half = last:511$'
contains out 'a window of 16 stands for one of 1024, a stride of 16 for 1024'
accepts "$PERPLEX" protocols lm-eval --window 1025 --start '<|bos|>'
contains out '^  stride  *window-1 = 1024$'
contains out '^  start  *context:<|bos|>  (lm-eval: context-or-end)$'
accepts "$PERPLEX" protocols fairseq --window 8 --stride 3
cat >expected <<'END'
windows:
  tokens      ::::+::::1:::
  window 1   ^###
  window 2   ^...###
  window 3     .....###
  window 4        .....###
  window 5           .....#

  ^  the begin symbol, never scored
  #  scored
  .  seen as context; another window scores it
END
sed -n '/^windows/,$p' out | diff -u expected - >out.diff || fail "another drawing: $(cat out.diff)"

# As JSON it is a file for --config.
accepts "$PERPLEX" protocols --json
has schema perplex.protocols/1
has protocols.0.preset sentence
for preset in $presets; do
    contains out "\"preset\": \"$preset\""
done
accepts "$PERPLEX" protocols gptq --json --window 64 --limit 200
has protocols.0.preset gptq
has protocols.0.protocol.name custom
has protocols.0.protocol.window 64
has protocols.0.protocol.average window

# Mistakes.
misused 'there is no protocol "llama.cp"; did you mean llama[.]cpp[?]' "$PERPLEX" protocols llama.cp
misused 'there is no protocol "nonsense"*' "$PERPLEX" protocols nonsense
misused '--window changes a preset: name one' "$PERPLEX" protocols --window 5
misused 'the stride (9) is larger than the window (5)' "$PERPLEX" protocols hf-stride --window 5 --stride 9
misused '--window takes a number of tokens*' "$PERPLEX" protocols gptq --window many
misused 'protocols takes one name at most' "$PERPLEX" protocols gptq llama.cpp
finish
