#!/bin/sh
# The completions in fish, which tells without a terminal what it would offer.
# shellcheck source=tests/support/completions.sh disable=SC2016 # expanded by fish
. "$SOURCE_DIR/tests/support/completions.sh"
needs fish

accepts "$PERPLEX_MANUAL" fish
mv out perplex.fish
fish --no-execute perplex.fish || fail 'not the language of fish'
export HOME="$work" XDG_CONFIG_HOME="$work/config" XDG_DATA_HOME="$work/data"

# offers LINE WORD...: all that is offered behind it, in any order.
offers() {
    what="fish: $1"
    line=$1
    shift
    fish --no-config -c 'source perplex.fish; complete -C "$argv[1]"' "$line" 2>err | cut -f 1 | sort >got
    printf '%s\n' "$@" | sed '/^$/d' | sort >wanted
    diff wanted got >differences || fail "what is offered: $(cat differences)"
    is_silent
}

# offers_among LINE WORD...: these, and perhaps more.
offers_among() {
    what="fish: $1"
    line=$1
    shift
    fish --no-config -c 'source perplex.fish; complete -C "$argv[1]"' "$line" 2>err | cut -f 1 >got
    for word in "$@"; do
        grep -qxF -e "$word" got || fail "$word is not offered: $(cat got)"
    done
    is_silent
}

offers_among 'perplex ' eval table formats help
offers 'perplex ev' eval
offers 'perplex eval --versi' ''
offers 'perplex --vers' --version
offers_among 'perplex help ' eval table formats help
offers 'perplex help eval ' ''
offers 'perplex eval --protoc' --protocol
offers_among 'perplex eval --protocol ' sentence wikitext-eos exact srilm hf-stride hf-stride-doc
offers 'perplex eval --protocol=sri' --protocol=srilm
offers 'perplex eval -p wiki' wikitext-eos
offers 'perplex eval model.arpa x.txt --unit ' line document stream
offers 'perplex eval --un' --unit --unknown
offers 'perplex eval --end ' none scored auto
offers 'perplex eval --score ' new all last:
offers 'perplex eval --unknown f' floor:
offers 'perplex eval --tokens ' word char byte piece
offers 'perplex eval --window ' ''
offers_among 'perplex table --format ' markdown csv
offers_among 'perplex table -' -f --format --rows -o --output -h --help
offers 'perplex table --uni' ''
offers 'perplex formats --quie' ''
offers 'perplex formats ' ''
offers 'perplex eval --form' ''
offers 'perplex eval uni' uniform:
offers 'perplex eval mo' model.arpa
offers 'perplex eval -p exact uni' uniform:
offers 'perplex eval model.arpa uni' ''
offers 'perplex eval model.arpa res' result.json results.txt
offers 'perplex eval x y --output res' result.json results.txt
# Results come first.
fish --no-config -c 'source perplex.fish; complete -C "perplex table "' | cut -f 1 | head -n 2 | sort | tr '\n' ' ' >got
[ "$(cat got)" = 'other.json result.json ' ] || fail "what comes first: $(cat got)"

finish
