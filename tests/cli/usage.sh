#!/bin/sh
# Commands and options: help goes to stdout, mistakes are named and end with 2.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

# Help and version.
for command in eval compare table cache formats protocols help; do
    for help in "$command --help" "$command -h" "help $command"; do
        # shellcheck disable=SC2086 # words
        accepts "$PERPLEX" $help
        contains out "^usage: perplex $command"
        contains out '^ *-h, --help '
    done
done
for help in --help -h help; do
    accepts "$PERPLEX" $help
    contains out '^usage: perplex COMMAND'
    contains out '^  eval  *[A-Z]'
done
accepts "$PERPLEX" eval --help missing.arpa
accepts "$PERPLEX" --version
contains out '^perplex [0-9]*\.[0-9]*\.[0-9]*$'
contains out '^  libcurl [0-9]'
contains out '^  zlib [0-9]'
contains out '^  models: arpa .*vllm$'
contains out '^  corpora: .*text'

# Of --json, the schema of what that command prints, and no other.
for command in compare:perplex.comparison/2 inspect:perplex.inspection/1 protocols:perplex.protocols/1 cache:perplex.cache/1; do
    accepts "$PERPLEX" help ${command%:*}
    contains out "^  *--json  *as JSON: schema ${command#*:}\$"
done

# Help fits a terminal of 80 columns.
for command in eval compare table cache formats protocols help; do
    accepts "$PERPLEX" help $command
    awk 'length > 79 { print; bad = 1 } END { exit bad }' out >long || fail "too long: $(cat long)"
done

# Commands.
run "$PERPLEX"
ends_with 2
prints_nothing
contains err '^usage: perplex COMMAND'
# no_command MESSAGE ARGUMENT...: that, where the list of the commands is, and no more.
no_command() {
    message=$1
    shift
    run "$PERPLEX" "$@"
    # shellcheck disable=SC2016 # no commands
    [ "$(sed -n '2,$p' err)" = 'perplex: `perplex --help` lists the commands' ] || fail "it says: $(cat err)"
    sed -i '2,$d' err
    ends_with 2
    says "$message"
    prints_nothing
}
no_command 'there is no command "evaluate"' evaluate
no_command 'there is no command "evla"; did you mean eval[?]' evla "$ngram" "$test_text"
no_command 'there is no command "tabel"; did you mean table[?]' tabel
no_command 'there is no command ""' ''
no_command 'there is no option --foo without a command' --foo
no_command 'there is no option --threads=2 without a command' --threads=2 eval
misused '--version stands alone' "$PERPLEX" --version extra
misused '--version stands alone' "$PERPLEX" --version ''
misused 'there is no command "evla"; did you mean eval[?]' "$PERPLEX" help evla
misused 'help takes one command at most' "$PERPLEX" help eval table
misused 'eval needs a model and a corpus' "$PERPLEX" eval
misused 'eval needs a model and a corpus' "$PERPLEX" eval "$ngram"
misused 'table needs a result' "$PERPLEX" table
misused 'compare needs two results or more' "$PERPLEX" compare a.json
misused 'standard input can be read only once' "$PERPLEX" compare - -
misused 'formats takes no operands' "$PERPLEX" formats all
misused 'inspect needs a file' "$PERPLEX" inspect

# A name that is empty can be seen in the message.
misused 'operand 1 of eval is empty: "" is the name of no file' "$PERPLEX" eval '' "$test_text"
misused 'operand 2 of eval is empty: "" is the name of no file' "$PERPLEX" eval "$ngram" ''
misused 'operand 2 of table is empty: "" is the name of no file' "$PERPLEX" table a.json ''
misused 'operand 1 of inspect is empty: "" is the name of no file' "$PERPLEX" inspect ''
misused 'operand 2 of compare is empty: "" is the name of no file' "$PERPLEX" compare a.json ''
for option in output per-token config vocab; do
    misused "--$option takes the name of a file, not \"\"" "$PERPLEX" eval "$ngram" "$test_text" --$option ''
done
misused 'there is no command ""' "$PERPLEX" help ''
misused 'model and corpus cannot both be standard input' "$PERPLEX" eval - -
misused '*standard input*' "$PERPLEX" eval "$neural" - --vocab -
misused '*standard input*' "$PERPLEX" eval - "$test_text" --vocab -
misused 'model and corpus cannot both be standard input' "$PERPLEX" eval - "$test_text" -
misused 'standard input can be read only once' "$PERPLEX" eval "$ngram" - "$test_text" -

# eval_misused MESSAGE OPTION...: with a model and a corpus that are fine.
eval_misused() {
    message=$1
    shift
    misused "$message" "$PERPLEX" eval "$ngram" "$test_text" "$@"
}

# Options that do not exist, or lack a value, or take none.
eval_misused 'eval has no option --bogus' --bogus
eval_misused 'eval has no option --windw; did you mean --window[?]' --windw 8
eval_misused 'eval has no option --protcol=exact; did you mean --protocol[?]' --protcol=exact
eval_misused 'eval has no option --format' --format csv
eval_misused 'eval has no option -Z' -Z
eval_misused '*-*Z*' -Zq
eval_misused '*-*Z*' -qZ
eval_misused '*--t*' --t word
eval_misused '*--quiet*' --quiet=yes
eval_misused '--threads needs a value' --threads
eval_misused '-j needs a value' -j
misused 'formats has no option --quiet' "$PERPLEX" formats --quiet
misused 'table has no option --quiet' "$PERPLEX" table --quiet a.json
accepts "$PERPLEX" eval --quiet --threads=2 -- "$ngram" "$test_text"
accepts "$PERPLEX" eval "$ngram" -qj2 "$test_text" --batch 7

# Values that an option does not take.
for number in 0 -1 1025 x 2x ' 2' '' 99999999999999999999; do
    eval_misused "--threads takes a number from 1 to 1024, not \"$number\"" --threads "$number"
done
for base in 1 0 -2 x 2x ' 2' '2 ' '' inf nan 0x10 1e400 e2 .; do
    eval_misused "--logprob-base takes e or a number greater than 1, not \"$base\"" --logprob-base "$base"
done
for base in e 2 10 1.5e3; do
    eval_misused '*a base of logarithms is for logprobs, this model is of the format "arpa"*' --logprob-base "$base"
done
eval_misused '--batch takes a number from 1 to 16777216, not "0"' --batch 0
eval_misused '--batch takes a number from 1 to 16777216, not "16777217"' --batch 16777217
eval_misused '--tokens takes word, char, byte or piece, not "words"' --tokens words
eval_misused 'there is no protocol "kenlm"; `perplex protocols` names them' --protocol kenlm
eval_misused 'there is no protocol "hf-strid"; did you mean hf-stride[?]' --protocol hf-strid
eval_misused 'there is no model format "srilm" *' --model-format srilm
eval_misused 'there is no corpus format "json" *' --corpus-format json
eval_misused '--unit takes line, document or stream, not "page"' --unit page
eval_misused '--start takes none, context, replace, context-or-end, end, or the symbol itself *, not ""' --start ''
eval_misused 'the model has no symbol "<nope>" (--start)' --start '<nope>'
eval_misused 'the model has no symbol "<nope>" (--end)' --end '<nope>'
eval_misused 'the model has no symbol "<nope>" (--join)' --unit stream --end none --join '<nope>'
eval_misused '--score takes new, all or last:K (K is *), not "last"' --score last
eval_misused '--score takes new, all or last:K (K is *), not "last:0"' --score last:0
eval_misused '--tail takes keep, drop, left-extend or drop-last, not "cut"' --tail cut
eval_misused '--first takes score or skip, not "drop"' --first drop
for cost in class class:0 floor:1 floor:x much; do
    eval_misused "--unknown takes unk, *, not \"$cost\"" --unknown $cost
done
eval_misused '--average takes token, window, hf-2024 or unit, not "mean"' --average mean
for option in window stride first-window limit; do
    for number in -1 x 1.5 99999999999999999999; do
        eval_misused "--$option takes a number of *, not \"$number\"" --$option $number
    done
done
misused '--format takes markdown* or *, not "word"' "$PERPLEX" table --format word a.json

# Options that contradict each other.
eval_misused 'a window of 1 token has no target with a context' --window 1
eval_misused 'the stride (20) is larger than the window (10)' --window 10 --stride 20
eval_misused '*stride*need a window' --stride 20
eval_misused '*last:6*a stride of 5*counts targets twice' --window 10 --stride 5 --score last:6
eval_misused '*score all*counts targets twice' --window 10 --stride 5 --score all
eval_misused 'the first window*' --window 8 --first-window 9
eval_misused 'join*' --join the

finish
