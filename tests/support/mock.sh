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
    "$MOCK_ENDPOINT" ask "$mock_port" /mock/behaviour "$1" && "$MOCK_ENDPOINT" ask "$mock_port" /mock/reset '' ||
        fail "the server does not know $1"
}

# counted NAME: one of its counts. asked: what it was asked, a line for each.
counted() {
    "$MOCK_ENDPOINT" ask "$mock_port" /mock/counts | sed "s/.*\"$1\":\\([0-9]*\\).*/\\1/"
}
asked() {
    "$MOCK_ENDPOINT" ask "$mock_port" /mock/prompts | sort
}

# same_tokens A B: two files of --per-token have the same tokens, and no cost differs by more than 1e-6.
same_tokens() {
    sed 's/"token":[^,]*,//' "$1" >tokens.a
    sed 's/"token":[^,]*,//' "$2" >tokens.b
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
