# shellcheck shell=sh disable=SC2034 # variables are for those who source this
# What the tests of completions share, which differ in the shell: lines are typed at an interactive shell, in which
# perplex is a function that notes its arguments in the file noted.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"
: "${PERPLEX_MANUAL:?names the tool that makes completions}"

# needs SHELL: or the test is skipped.
needs() {
    command -v "$1" >/dev/null && return
    echo "$1 is not installed: skipped"
    exit 77
}

needs_terminal() {
    timeout 10 script -qec true /dev/null </dev/null >/dev/null 2>&1 && return
    echo 'script(1) cannot make a terminal here: skipped'
    exit 77
}

mkdir folder
: >result.json
: >results.txt
: >model.arpa
: >other.json
: >keys
: >wanted

# becomes KEYS WORDS: a line of keys, in which \t is the tabulator, and the arguments that perplex gets.
becomes() {
    printf '%b\n' "$1" >>keys
    printf '%s\n' "$2" >>wanted
}

# Words at their places.
becomes 'perplex ev\t--versi\t' 'eval --versi'
becomes 'perplex --vers\t' '--version'
becomes 'perplex fetch tiny\t' 'fetch tiny-shakespeare'
becomes 'perplex help tab\t' 'help table'
becomes 'perplex eval --protoc\thf-stride-d\t' 'eval --protocol hf-stride-doc'
becomes 'perplex eval -p wiki\t' 'eval -p wikitext-eos'
becomes 'perplex eval --protocol=sri\t' 'eval --protocol=srilm'
becomes 'perplex eval model.arpa x.txt --uni\tdoc\t' 'eval model.arpa x.txt --unit document'
becomes 'perplex eval --tail=\tdr\t' 'eval --tail=drop'
becomes 'perplex eval --tail left\t' 'eval --tail left-extend'
becomes 'perplex eval --unknown unk-\t' 'eval --unknown unk-or-skip'
becomes 'perplex eval --unknown fl\t-5' 'eval --unknown floor:-5'
becomes 'perplex eval --score la\t3 --fir\t' 'eval --score last:3 --first'
becomes 'perplex eval --tokens pie\t' 'eval --tokens piece'
becomes 'perplex eval --summary lla\t' 'eval --summary llama.cpp'
becomes 'perplex eval --model-format saf\t' 'eval --model-format safetensors'
becomes 'perplex table --format cs\t' 'table --format csv'
becomes 'perplex table -f mark\t' 'table -f markdown'
# Options of other commands are none.
becomes 'perplex table --uni\t' 'table --uni'
becomes 'perplex formats --quie\t' 'formats --quie'
becomes 'perplex eval --form\t' 'eval --form'
# The values of other options are none.
becomes 'perplex eval --unit cs\t' 'eval --unit cs'
# Models, files, results.
becomes 'perplex eval uni\t256' 'eval uniform:256'
becomes 'perplex eval mo\t' 'eval model.arpa'
becomes 'perplex eval fold\tx' 'eval folder/x'
becomes 'perplex eval model.arpa uni\t' 'eval model.arpa uni'
becomes 'perplex eval -p exact uni\t256 mod\t' 'eval -p exact uniform:256 model.arpa'
becomes 'perplex eval model.arpa results\t' 'eval model.arpa results.txt'
becomes 'perplex eval model.arpa x --output results\t' 'eval model.arpa x --output results.txt'
becomes 'perplex table res\toth\t' 'table result.json other.json'
becomes 'perplex comp\tres\toth\t --js\t' 'compare result.json other.json --json'

# shows PATTERN...: lines of what the shell lists.
shows() {
    for pattern in "$@"; do
        contains screen "$pattern"
    done
}

# check: what perplex got is what it should get, but for spaces.
check() {
    sed 's/  */ /g; s/ $//' noted >got
    diff wanted got >differences || fail "what becomes of the lines: $(cat differences)"
}
