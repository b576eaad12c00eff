#!/bin/sh
# A corpus of any format gives the same result, wherever its bytes come from and however they are packed: from files of
# any name, standard input, pipes and the web. inputs.sh does the same for models and one text.
# shellcheck source=tests/support/cli.sh disable=SC2317 # functions are called by way of others
. "$SOURCE_DIR/tests/support/cli.sh"
: "${HTTP_SERVER:?names the server of tests/support}"

mkdir served
cp "$test_text" served/text.txt
awk '{ gsub(/[\\"]/, "\\\\&"); gsub(/\t/, "\\t"); printf "{\"text\": \"%s\\n\", \"id\": %d}\n", $0, NR }' \
    "$test_text" >served/text.jsonl
awk '{ printf "{\"input_ids\": ["; for (i = 1; i <= NF; i++) printf "%s%d", (i == 1 ? "" : ", "), length($i) * NR % 65536
       print "]}" }' "$test_text" >served/ids.jsonl
awk '{ gsub(/[\\"]/, "\\\\&"); printf "{\"tokens\": ["; for (i = 1; i <= NF; i++) printf "%s\"%s\"", (i == 1 ? "" : ", "), $i
       print "]}" }' "$test_text" >served/tokens.jsonl
cp "$SOURCE_DIR/tests/data/corpora/u16/train.bin" served/ids.bin
for _ in 1 2 3 4 5 6 7 8 9 10; do
    cat served/ids.bin served/ids.bin >twice
    mv twice served/ids.bin
done

# serve CONTENT GZIP: a server, which ends when this shell does, for that has its standard input open.
serve() {
    rm -f server.in server.port
    mkfifo server.in
    "$HTTP_SERVER" served "$1" "$2" <server.in >server.port &
    server=$!
    exec 9>server.in
    wait_for [ -s server.port ] || fail 'the server does not start'
    web=http://127.0.0.1:$(cat server.port)
}
stop() {
    exec 9>&-
    wait "$server"
}
from() {
    source=$1
    shift
    "$@" <"$source"
}
# A pipe that is written a few bytes at a time.
trickle() {
    source=$1
    shift
    dd if="$source" bs=333 2>/dev/null | "$@"
}

# same COMMAND...: all that does not depend on the machine.
same() {
    accepts "$@"
    without_runtime out >got
    cmp -s expected got || fail "the result differs: $(diff expected got | head)"
}

# sources NAME FORMAT CONTENT: the corpus served/NAME.
sources() {
    name=$1 format=$2
    corpus=served/$name
    gzip -c "$corpus" >"served/$name.gz"
    cp "served/$name.gz" served/packed.any
    cp "$corpus" served/plain.any
    cp "$corpus" served/plain.gz # a name that lies
    {
        head -c 1 "$corpus" | gzip -c
        gzip -c </dev/null
        tail -c +2 "$corpus" | gzip -1c
    } >served/members.any
    serve "$corpus" "served/$name.gz"
    accepts "$PERPLEX" eval uniform:65536 "$corpus" -q
    without_runtime out >expected
    has corpus.format "$format"
    has corpus.content "$3"
    has corpus.sha256 "$(sha256sum <"$corpus" | cut -d ' ' -f 1)"
    has counts.infinite 0

    same "$PERPLEX" eval uniform:65536 "served/$name.gz" -q
    same "$PERPLEX" eval uniform:65536 "$web/$name" -q
    same "$PERPLEX" eval uniform:65536 "$web/$name?token=secret" -q
    same "$PERPLEX" eval uniform:65536 "$web/$name.gz" -q --threads 3 --batch 7
    for other in packed.any plain.any plain.gz members.any; do
        same "$PERPLEX" eval uniform:65536 served/$other -q --corpus-format "$format"
        same "$PERPLEX" eval uniform:65536 "$web/$other" -q --corpus-format "$format"
        same from served/$other "$PERPLEX" eval uniform:65536 - -q --corpus-format "$format"
        same trickle served/$other "$PERPLEX" eval uniform:65536 - -q --corpus-format "$format"
    done
    for other in ok gzip chunked close redirect/2; do
        same "$PERPLEX" eval uniform:65536 "$web/$other" -q --corpus-format "$format"
    done
    refuses 4 "$web/short: *" "$PERPLEX" eval uniform:65536 "$web/short" --corpus-format "$format"
    stop
}
sources text.txt text text
sources text.jsonl jsonl text
sources ids.jsonl jsonl ids
sources tokens.jsonl jsonl strings
sources ids.bin u16 ids

# What needs no name to be known is known from any source.
accepts "$PERPLEX" eval uniform:65536 served/ids.jsonl -q
without_runtime out >expected
same from served/ids.jsonl "$PERPLEX" eval uniform:65536 - -q
cp served/ids.jsonl served/ids.unheard-of
same "$PERPLEX" eval uniform:65536 served/ids.unheard-of -q

# Several files of each format: one by one, or by a pattern that the program expands, packed or not.
several() {
    extension=$1 unit=$2
    rm -rf shards
    mkdir shards
    case $unit in
    lines)
        head -n 20 "served/$3" >"shards/1.$extension"
        tail -n +21 "served/$3" | head -n 25 >"shards/2.$extension"
        tail -n +46 "served/$3" >"shards/3.$extension"
        ;;
    bytes)
        head -c 1000 "served/$3" >"shards/1.$extension"
        tail -c +1001 "served/$3" | head -c 998 >"shards/2.$extension"
        tail -c +1999 "served/$3" >"shards/3.$extension"
        ;;
    esac
    accepts "$PERPLEX" eval uniform:65536 "served/$3" -q
    tokens=$(value out counts.tokens)
    accepts "$PERPLEX" eval uniform:65536 "shards/1.$extension" "shards/2.$extension" "shards/3.$extension" -q
    without_runtime out >expected
    has corpus.files 3
    has counts.tokens "$tokens"
    for shard in shards/*; do sha256sum <"$shard"; done | cut -d ' ' -f 1 >digests
    has corpus.sha256 "$(sha256sum <digests | cut -d ' ' -f 1)"
    same "$PERPLEX" eval uniform:65536 "shards/*.$extension" -q
    same "$PERPLEX" eval uniform:65536 "shards/[12].$extension" "shards/3.*" -q
    gzip "shards/2.$extension"
    same "$PERPLEX" eval uniform:65536 'shards/*' -q
    refuses 4 "shards/\*.none: no file matches" "$PERPLEX" eval uniform:65536 "shards/*.none"
    refuses 4 "shards/\*.none: no file matches" "$PERPLEX" eval uniform:65536 "shards/*.$extension" "shards/*.none"
    gunzip "shards/2.$extension.gz"

    # Another format among them.
    printf '\1\0\2\0\3\0' >shards/other.bin
    printf '{"text": "the sea"}\n' >shards/other.jsonl
    printf 'the sea\n' >shards/other.txt
    for other in bin jsonl txt; do
        [ $other = "$extension" ] ||
            refuses 3 "shards/other.$other: looks like *, but the files before it are *" \
                "$PERPLEX" eval uniform:65536 "shards/[123].$extension" shards/other.$other
    done
}
several txt lines text.txt
several jsonl lines text.jsonl
several jsonl lines ids.jsonl
several jsonl lines tokens.jsonl
several bin bytes ids.bin

# Other content of the same format.
refuses 3 'served/ids.jsonl: consists of ids, but the files before it of text' \
    "$PERPLEX" eval uniform:65536 served/text.jsonl served/ids.jsonl

finish
