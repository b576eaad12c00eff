# shellcheck shell=sh disable=SC2034 # variables are for those who source this
# What the tests of cli/ share; they source it, and end with `finish`. They run in an empty folder of their own.
# Messages are patterns of the shell: * stands for anything, ? for a character, and \ makes the next one literal.
#
# With UPDATE_GOLDEN=1 in the environment, golden files are written instead of compared: read them before they are kept.

set -u
: "${PERPLEX:?names the program}" "${SOURCE_DIR:?names the root of the source}"
export LC_ALL=C TERM=xterm SHELL=/bin/sh no_proxy=127.0.0.1
export PERPLEX_TRIES=1 # of transfers, so that those that fail do so at once
unset NO_COLOR

models=$SOURCE_DIR/tests/data/models
ngram=$models/almanac.o3.arpa
neural=$models/almanac.bigram/model.safetensors
almanac=$SOURCE_DIR/corpora/almanac
test_text=$almanac/test.txt

failures=0
what=start
code=0

work=$(mktemp -d) || exit 1
trap 'rm -rf -- "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd -- "$work" || exit 1
export XDG_CACHE_HOME="$work/.cache" XDG_CONFIG_HOME="$work/.config"
unset PERPLEX_CACHE PERPLEX_OFFLINE
exec </dev/null

# fail TEXT: the last run is not as it should be.
fail() {
    failures=$((failures + 1))
    printf 'FAILED: %s\n  %s\n' "$what" "$1"
}

finish() {
    [ "$failures" -eq 0 ] || echo "$failures failures"
    [ "$failures" -eq 0 ]
    exit
}

# run COMMAND...: its output is in the files out and err, its exit code in $code.
run() {
    what=$*
    code=0
    "$@" >out 2>err || code=$?
}

ends_with() {
    [ "$code" -eq "$1" ] || fail "exit code $code instead of $1; stderr: $(head -c 1000 err)"
}

# says MESSAGE: stderr is the one line "perplex: MESSAGE".
says() {
    # shellcheck disable=SC2254 # a pattern
    case $(cat err) in
    "perplex: "$1) ;;
    *) fail "stderr should be
    perplex: $1
  but is
$(sed 's/^/    /' err)" ;;
    esac
    [ "$(wc -l <err)" -eq 1 ] || fail "stderr has $(wc -l <err) lines instead of one: $(cat err)"
}

is_silent() {
    [ ! -s err ] || fail "stderr should be empty: $(head -c 1000 err)"
}

prints_nothing() {
    [ ! -s out ] || fail "stdout should be empty: $(head -c 200 out)"
}

# contains FILE PATTERN: a line of it matches the basic regular expression.
contains() {
    grep -q -e "$2" -- "$1" || fail "no line of $1 matches '$2': $(head -c 1000 "$1")"
}

# refuses CODE MESSAGE COMMAND...
refuses() {
    expected=$1 message=$2
    shift 2
    run "$@"
    ends_with "$expected"
    says "$message"
    prints_nothing
}

# misused MESSAGE COMMAND...: the same with code 2, and perhaps a second line that names the help.
misused() {
    message=$1
    shift
    run "$@"
    sed '/^perplex: .perplex [a-z]* --help. explains$/d' err >err.first
    mv err.first err
    ends_with 2
    says "$message"
    prints_nothing
}

# accepts COMMAND...: ends with 0 and without a word on stderr.
accepts() {
    run "$@"
    ends_with 0
    is_silent
}

# The values of a JSON text as it is printed here, one line for each: "counts.scored 3648", "orders.0.tokens 12".
# Strings keep their quotes.
flatten() {
    awk '
        { sub(/^ */, ""); sub(/,$/, "") }
        /^[]}]$/ { depth--; next }
        {
            if (match($0, /^"[^"]*": /)) {
                name[depth] = substr($0, 2, RLENGTH - 4)
                $0 = substr($0, RLENGTH + 1)
            } else {
                name[depth] = count[depth]++
            }
            if ($0 == "{" || $0 == "[") {
                count[++depth] = 0
                next
            }
            path = name[1]
            for (i = 2; i <= depth; i++)
                path = path "." name[i]
            print path, $0
        }' "$1"
}

# value FILE PATH: prints it, without quotes.
value() {
    flatten "$1" | awk -v path="$2" '$1 == path { sub(/^[^ ]* "?/, ""); sub(/"$/, ""); print; exit }'
}

# has PATH VALUE: the JSON in the file out has it.
has() {
    found=$(value out "$1")
    [ "$found" = "$2" ] || fail "$1 is '$found' instead of '$2'"
}

# near RELATIVE A B: two numbers differ by no more.
near() {
    awk -v most="$1" -v a="$2" -v b="$3" 'BEGIN {
        a += 0; b += 0
        size = b < 0 ? -b : b
        difference = a < b ? b - a : a - b
        exit !(size > 0 && difference <= most * size)
    }' || fail "$2 is not within $1 of $3"
}

# without_runtime FILE: a result without what depends on the machine.
without_runtime() {
    sed '/^  "runtime": {$/,$d' "$1"
}

# golden NAME: the file out is tests/golden/NAME.
golden() {
    if [ "${UPDATE_GOLDEN-}" = 1 ]; then
        cp out "$SOURCE_DIR/tests/golden/$1"
        return
    fi
    diff -u "$SOURCE_DIR/tests/golden/$1" out >out.diff || fail "differs from the golden file: $(cat out.diff)"
}

# wait_for COMMAND...: until it succeeds, for ten seconds at most.
wait_for() {
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] || return 1
        sleep 0.05
    done
}
