# shellcheck shell=sh disable=SC2034,SC2154 # variables are for those who source this, and from cli.sh
# What the tests of endpoints share, which source it after cli.sh: the completion server of support/mock_endpoint.h.
: "${MOCK_ENDPOINT:?names the completion server of tests/support}"

# start_mock ARGUMENT...: one that ends when this shell does, for that has its standard input open. It is at $mock.
start_mock() {
    rm -f mock.in mock.port
    mkfifo mock.in
    "$MOCK_ENDPOINT" "$@" <mock.in >mock.port &
    mock_process=$!
    exec 8>mock.in
    wait_for [ -s mock.port ] || fail 'the server does not start'
    mock_port=$(cat mock.port)
    mock=http://127.0.0.1:$mock_port
}
stop_mock() {
    exec 8>&-
    wait "$mock_process"
}

# told BEHAVIOUR: what it does from now on, with counts from zero.
told() {
    "$MOCK_ENDPOINT" ask "$mock_port" /mock/behaviour "$1" || fail "the server does not know $1"
    "$MOCK_ENDPOINT" ask "$mock_port" /mock/reset ''
}

# counted NAME: one of its counts. asked: what it was asked, a line for each.
counted() {
    "$MOCK_ENDPOINT" ask "$mock_port" /mock/counts | sed "s/.*\"$1\":\\([0-9]*\\).*/\\1/"
}
asked() {
    "$MOCK_ENDPOINT" ask "$mock_port" /mock/prompts | sort
}

# same_tokens A B: two files of --per-token have the same positions, and no cost differs by more than 1e-6.
same_tokens() {
    sed -E 's/"(token|id)":("([^"\\]|\\.)*"|[0-9]+),//g' "$1" >tokens.a
    sed -E 's/"(token|id)":("([^"\\]|\\.)*"|[0-9]+),//g' "$2" >tokens.b
    awk -F '"nats":' '
        NR == FNR { head[FNR] = $1; nats[FNR] = $2 + 0; lines = FNR; infinite[FNR] = $2 ~ /^"inf"/; next }
        {
            difference = nats[FNR] - ($2 + 0)
            if ($1 != head[FNR] || infinite[FNR] != ($2 ~ /^"inf"/) || difference > 1e-6 || difference < -1e-6) {
                print "token " FNR ": " head[FNR] nats[FNR] " and " $0
                different = 1
                exit
            }
            seen = FNR
        }
        END {
            if (!different && (seen != lines || lines == 0))
                print lines " tokens, and " seen + 0
        }' tokens.a tokens.b >different
    [ ! -s different ] || fail "other tokens: $(cat different)"
}

# presets: all of them, one a line.
presets() {
    "$PERPLEX" protocols --json | sed -n 's/^ *"preset": "\(.*\)",$/\1/p'
}

# under PRESET: the options of eval that stand for it, with several windows of a small text where it has some.
under() {
    case $1 in
    hf-stride | hf-stride-doc | fairseq | llama.cpp-stride) echo -p "$1" --window 32 --stride 16 ;;
    gptq | llama.cpp | lm-eval | lm-eval-api | paloma | llm.c) echo -p "$1" --window 32 ;;
    *) echo -p "$1" ;;
    esac
}

# measure_here MODEL CORPUS [OPTION...]: what its tokens cost by themselves, under every preset: PRESET.here.jsonl and .json.
# A preset that it refuses is in the file refused.
measure_here() {
    : >refused
    for preset in $(presets); do
        rm -f "$preset.here.jsonl"
        # shellcheck disable=SC2046 # options
        run "$PERPLEX" eval "$@" -q $(under "$preset") --per-token "$preset.here.jsonl"
        mv out "$preset.here.json"
        [ "$code" -eq 0 ] || echo "$preset" >>refused
    done
}

# same_as_here NAME MODEL CORPUS [OPTION...]: behind an endpoint they cost the same, under every preset that was not refused
# here, but for $not_there, which is refused with the message $why_not.
not_there='' why_not=''
same_as_here() {
    name=$1 compared=0
    shift
    for preset in $(presets); do
        ! grep -q -x "$preset" refused || continue
        if [ "$preset" = "$not_there" ]; then
            # shellcheck disable=SC2046 # options
            refuses 2 "$why_not" "$PERPLEX" eval "$@" -q $(under "$preset")
            continue
        fi
        # shellcheck disable=SC2046 # options
        accepts "$PERPLEX" eval "$@" -q $(under "$preset") --per-token there.jsonl
        what="$name under $preset"
        same_tokens "$preset.here.jsonl" there.jsonl
        near 1e-7 "$(value out nats_per_token)" "$(value "$preset.here.json" nats_per_token)"
        here=$(value "$preset.here.json" normalized.bits_per_byte) # which is not known of all ids
        [ "$here" = nan ] || near 1e-7 "$(value out normalized.bits_per_byte)" "$here"
        has counts.scored_bytes "$(value "$preset.here.json" counts.scored_bytes)"
        compared=$((compared + 1))
    done
    echo "$name: the same under $compared presets; not there: $not_there; not here either: $(tr '\n' ' ' <refused)"
    [ "$compared" -ge 7 ] || fail 'too few presets'
}
