#!/bin/sh
# The manual page: no complaint from those who render it, and nothing left out.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"
: "${PERPLEX_MANUAL:?names the tool that makes the manual}"

for tool in mandoc man; do
    command -v $tool >/dev/null && continue
    echo "$tool is not installed: skipped"
    exit 77
done

accepts "$PERPLEX_MANUAL" man
mv out perplex.1
accepts mandoc -T lint -W warning perplex.1
prints_nothing
accepts man --warnings -l perplex.1
accepts mandoc -T utf8 perplex.1
sed 's/.\x08//g' out >page
export MANWIDTH=80
accepts man -l perplex.1
awk 'length > 80' out >long
[ ! -s long ] || fail "lines of more than 80 columns: $(cat long)"

# section NAME: what stands below that heading.
section() {
    awk -v name="$1" '/^[A-Z]/ { inside = $0 == name; next } inside' page
}

# Every option of every command, with its argument, below that command.
accepts "$PERPLEX" --help
sed -n '/^  perplex /d; s/^  \([a-z]*\)  *[A-Z].*/\1/p' out >commands
[ "$(wc -l <commands)" -ge 4 ] || fail 'too few commands'
section COMMANDS >all
while read -r command; do
    contains page "^ *perplex $command"
    awk -v head="   perplex $command" '/^   [a-z]/ { inside = $0 == head; next } inside' all >described
    accepts "$PERPLEX" "$command" --help
    sed -n 's/^ \{2,\}\(-.\, \)\{0,1\}\(--[a-z-]*\( [A-Z:\/]*\)\{0,1\}\).*/\2/p' out >options
    [ -s options ] || fail "no options of $command"
    while read -r option; do
        grep -q -e "^ *\(-[a-z], \)\{0,1\}$option\( \|\$\)" described || fail "the page lacks $option of $command"
    done <options
    sed -n '/^exit codes:/,$s/^ *\([0-9]*\)  .*/\1/p' out >codes
    [ -s codes ] || fail "no exit codes of $command"
    while read -r number; do
        section 'EXIT STATUS' | grep -q "^     $number  " || fail "the page lacks the exit status $number"
    done <codes
done <commands

# Every preset and format.
accepts "$PERPLEX" formats
sed -n 's/^  \([a-z][^ ]*\) .*/\1/p' out >formats
while read -r format; do
    section FORMATS | grep -q "^     $format\( \|\$\)" || fail "the page lacks the format $format"
done <formats
accepts "$PERPLEX" protocols
sed -n 's/^\([a-z][^ ]*\) .*/\1/p' out >presets
[ "$(wc -l <presets)" -ge 15 ] || fail "there are other presets: $(cat presets)"
while read -r preset; do
    section PROTOCOLS | grep -q "^     $preset\( \|\$\)" || fail "the page lacks the preset $preset"
done <presets

# Every field of a protocol with each word that it takes, and what tokens are.
accepts "$PERPLEX" eval --help
sed -n '/^options:/,/--corpus-format/p' out | awk '
    /^ *(-., )?--/ { if (text) print text; text = "" }
    { sub(/^ */, ""); text = text " " $0 }' | sed 's/ (default.*//; s/; or the symbol itself/, SYMBOL/' |
    sed -n 's/^.*--\([a-z-]*\) [A-Z]* *[^:]*: \(.*\)/\1 \2/p' | grep -v -e '^protocol ' -e '^window ' -e '^limit ' | tr -d , >words
[ "$(wc -l <words)" -eq 12 ] || fail "there are other words: $(cat words)"
section PROTOCOLS >protocols
while read -r option list; do
    case $option in
    tokens) awk '/^   Tokens/ { inside = 1 } inside' protocols >described ;;
    *) awk -v head="--$option" '/^     --/ { inside = $1 == head } inside' protocols >described ;;
    esac
    for word in $list; do
        grep -q "^ *$word\( \|\$\)" described || fail "the page does not tell what $word of --$option means"
    done
done <words
for option in join window stride first-window limit; do
    awk -v head="--$option" '/^     --/ { inside = $1 == head; next } inside' protocols | grep -q '[a-z]' ||
        fail "the page does not tell what --$option means"
done
section FORMATS >described
for word in token_logprobs prompt_logprobs float32 'nats, 0 or more'; do
    contains described "$word"
done

# Every example in a line of its own, to be copied.
accepts "$PERPLEX_MANUAL" examples
cp out examples
accepts man -l perplex.1
section=$(sed -n '/^EXAMPLES/,/^SEE ALSO/s/^     //p' out)
while read -r example; do
    printf '%s\n' "$section" | grep -qxF -e "$example" || fail "no line of the page is: $example"
done <examples

misused_tool() {
    run "$PERPLEX_MANUAL" "$@"
    ends_with 2
    contains err '^usage: perplex-manual '
    prints_nothing
}
misused_tool
misused_tool woman
misused_tool man bash
finish
