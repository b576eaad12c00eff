#!/bin/sh
# Public corpora by name: what is downloaded is verified, kept, and read wherever a corpus is named.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"
: "${ARCHIVER:?names the packer of tests/support}" "${HTTP_SERVER:?names the server of tests/support}"

export XDG_CACHE_HOME="$work/cache" XDG_CONFIG_HOME="$work/config"
unset PERPLEX_OFFLINE PERPLEX_CACHE PERPLEX_TRIES
folder=$XDG_CONFIG_HOME/perplex/corpora
mkdir -p served "$folder"
cp "$test_text" served/test.txt
"$ARCHIVER" zip "a/train.txt=$almanac/train.txt" "a/test.txt=$test_text" >served/both.zip

mkfifo server.in
"$HTTP_SERVER" served <server.in >server.port &
server=$!
exec 9>server.in
wait_for [ -s server.port ] || fail 'the server does not start'
web=http://127.0.0.1:$(cat server.port)

sum() {
    sha256sum <"$1" | cut -d ' ' -f 1
}
# manifest NAME SPLITS: a manifest of the user's.
manifest() {
    printf '{"schema": "perplex.manifest/1", "name": "%s", "title": "A test", "licence": {"text": "None."},
  "splits": {%s}}\n' "$1" "$2" >"$folder/$1.json"
}
# fetched NAME: prints it and the path of a file of that content.
fetched() {
    [ "$(cut -f 1 out)" = "$1" ] || fail "prints '$(cat out)' instead of the path of $1"
    cmp -s "$(cut -f 2 out)" "$2" || fail "the file is not $2"
}
hash=$(sum "$test_text")
size=$(wc -c <"$test_text")

# Size, hash and counts (those of corpora/README.md) are right. What is there is not asked for again.
manifest good "\"test\": {\"urls\": [\"$web/404\", \"$web/test.txt\"], \"size\": $size, \"sha256\": \"$hash\",
  \"format\": \"text\", \"tokens\": \"word\", \"counts\": {\"documents\": 9, \"lines\": 66, \"words\": 3582,
  \"tokens\": 3582, \"characters\": 18586, \"bytes\": 18639}}"
accepts "$PERPLEX" fetch --list
contains out '^good .* no  '
PERPLEX_OFFLINE=1 refuses 4 '*' "$PERPLEX" fetch good/test
accepts "$PERPLEX" fetch good
fetched good/test "$test_text"
mv served/test.txt served/away.txt
export PERPLEX_OFFLINE=1
accepts "$PERPLEX" fetch good/test
fetched good/test "$test_text"
accepts "$PERPLEX" fetch --list
contains out '^good .* yes  '
accepts "$PERPLEX" fetch --list good
contains out "^    SHA-256  $hash"
accepts "$PERPLEX" fetch --list good --json
has corpora.0.splits.test.cached.sha256 "$hash"

# An evaluation by name is that of the file, again and again.
accepts "$PERPLEX" eval "$ngram" "$test_text" -q
without_runtime out >expected
for name in corpus:good/test corpus:good "corpus:$folder/good.json/test" "corpus:$folder/good.json"; do
    accepts "$PERPLEX" eval "$ngram" "$name" -q
    without_runtime out >got
    cmp -s expected got || fail "the result differs: $(diff expected got | head)"
    has runtime.inputs.corpus "${name%/test}/test"
done
unset PERPLEX_OFFLINE
mv served/away.txt served/test.txt

# Members and ranges of one archive, of which neither hash nor size is known: it is believed at first.
manifest both "\"train\": {\"urls\": [\"$web/both.zip\"], \"member\": \"a/train.txt\", \"counts\": {\"words\": 28876}},
  \"test\": {\"urls\": [\"$web/both.zip\"], \"member\": \"a/test.txt\", \"counts\": {\"lines\": 66}},
  \"part\": {\"urls\": [\"$web/both.zip\"], \"member\": \"a/train.txt\", \"range\": {\"offset\": 100, \"length\": 1000},
    \"tokens\": \"char\"},
  \"behind\": {\"urls\": [\"$web/both.zip\"], \"member\": \"a/test.txt\", \"range\": {\"offset\": 18000, \"length\": 1000}}"
run "$PERPLEX" eval "$ngram" corpus:both/test -q
ends_with 0
says "corpus:both/test: its manifest has no SHA-256; what came first is believed from now on: $(sum served/both.zip)"
without_runtime out >got
cmp -s expected got || fail "the result differs: $(diff expected got | head)"
has corpus.sha256 "$hash"
has runtime.inputs.corpus corpus:both/test
accepts "$PERPLEX" eval "$ngram" corpus:both/test -q
tail -c +101 "$almanac/train.txt" | head -c 1000 >part.txt
accepts "$PERPLEX" eval uniform:65536 corpus:both/part -q
has corpus.sha256 "$(sum part.txt)"
has counts.tokens 1000
refuses 3 'corpus:both/behind*the range ends at byte 19000, and there are only 18639' "$PERPLEX" fetch both/behind
refuses 2 '*which split of the corpus "both" is not said (it has train, test, part, behind)' \
    "$PERPLEX" eval uniform:10 corpus:both
misused '*corpus:both/part: tokens are of the kind char, but those before it word (*' \
    "$PERPLEX" eval uniform:10 corpus:good corpus:both/part
accepts "$PERPLEX" eval uniform:10 corpus:both/train corpus:both/part -q
has runtime.inputs.corpus 'corpus:both/train corpus:both/part'
refuses 2 'corpus:good/test: a member of an archive is asked for*' "$PERPLEX" eval "$ngram" corpus:good --member none

# The format of the manifest, unless an option says otherwise; so with tokens.
head -c 1000 "$test_text" >served/ids
manifest ids "\"ids\": {\"urls\": [\"$web/ids\"], \"sha256\": \"$(sum served/ids)\", \"format\": \"u16\",
  \"counts\": {\"tokens\": 500}}"
accepts "$PERPLEX" eval uniform:65536 corpus:ids -q
has corpus.format u16
has counts.tokens 500
accepts "$PERPLEX" eval uniform:65536 corpus:ids --corpus-format text -t byte -q
has corpus.format text
has counts.tokens 1000

# A page of excuses, with status 200, is nothing to believe; nor does it stand in the way of the other URL, or later.
printf '<html><body>Later.</body></html>\n' >served/sorry
printf 'a file\n' >served/changing
manifest sorry "\"test\": {\"urls\": [\"$web/sorry\", \"$web/test.txt\"], \"counts\": {\"lines\": 66}},
  \"other\": {\"urls\": [\"$web/changing\"], \"counts\": {\"lines\": 2}}"
run "$PERPLEX" fetch sorry/test
ends_with 0
fetched sorry/test "$test_text"
accepts "$PERPLEX" fetch --list sorry
refuses 3 'corpus:sorry/other: there are 1 lines, but its manifest says 2' "$PERPLEX" fetch sorry/other
[ -z "$(find cache -type f -size 7c)" ] || fail 'what is not as its manifest says is kept'
printf 'of\ntwo lines\n' >served/changing
run "$PERPLEX" fetch sorry/other
ends_with 0
fetched sorry/other served/changing

# Nothing else knows what should have come: it is not believed, and not kept.
manifest login "\"test\": {\"urls\": [\"$web/login\"]}"
cp served/sorry served/login
for _ in 1 2; do
    refuses 4 'corpus:login/test: what came is a page of HTML, which is not believed (perhaps one has to log in*' \
        "$PERPLEX" fetch login
done
cp "$test_text" served/login
run "$PERPLEX" fetch login
ends_with 0
fetched login/test "$test_text"

# What is noted of downloads may be damaged where the manifest has the hash.
noted=cache/perplex/trust/$(printf '%s' "$web/login" | sha256sum | cut -d ' ' -f 1)
echo damaged >"$noted"
refuses 3 '*/trust/*: lines of 64 hexadecimal digits are expected*' "$PERPLEX" fetch login
manifest login "\"test\": {\"urls\": [\"$web/login\"], \"sha256\": \"$hash\"}"
accepts "$PERPLEX" fetch login
grep -qx "$hash" "$noted" || fail 'what is noted is not mended'

# Somebody else's cache, of another manifest.
if [ "$(id -u)" -ne 0 ]; then
    manifest login "\"test\": {\"urls\": [\"$web/login\"], \"sha256\": \"$hash\", \"counts\": {\"lines\": 66}}"
    chmod -R a-w cache
    accepts "$PERPLEX" fetch login
    manifest login "\"test\": {\"urls\": [\"$web/login\"], \"counts\": {\"lines\": 66}}"
    accepts "$PERPLEX" fetch login
    chmod -R u+w cache
fi

# Another content later.
before=$(sum served/both.zip)
"$ARCHIVER" zip "a/test.txt=$test_text" >served/both.zip
after=$(sum served/both.zip)
find cache -type f ! -path '*/trust/*' -delete
run "$PERPLEX" fetch both/test
ends_with 4
case $(cat err) in
*"$before"*"$after"* | *"$after"*"$before"*) ;;
*) fail "stderr does not say both hashes: $(cat err)" ;;
esac

# What is not as the manifest says.
zeros=$(printf '%064d' 0)
manifest hash "\"test\": {\"urls\": [\"$web/test.txt\"], \"sha256\": \"$zeros\"}"
refuses 4 '*' "$PERPLEX" fetch hash
manifest size "\"test\": {\"urls\": [\"$web/test.txt\"], \"size\": 3}"
refuses 4 '*' "$PERPLEX" fetch size
[ -z "$(find cache -type f -size -4c ! -size 0)" ] || fail 'something is kept'
for count in documents:9:10 lines:66:67 words:3582:3581 characters:18586:1 bytes:18639:18640 tokens:3582:1; do
    name=${count%%:*} found=${count#*:}
    manifest counts "\"test\": {\"urls\": [\"$web/test.txt\"], \"sha256\": \"$hash\", \"counts\": {\"$name\": ${found#*:}}}"
    refuses 3 "corpus:counts/test: there are ${found%:*} $name, but its manifest says ${found#*:}" "$PERPLEX" fetch counts
done
for _ in 1 2; do
    refuses 3 'corpus:counts/test: there are 3582 tokens, but its manifest says 1' "$PERPLEX" eval uniform:9 corpus:counts
done

# What may be secret in a URL is used, and not shown.
manifest secret "\"test\": {\"urls\": [\"http://me:hush@${web#http://}/404?key=hush\", \"$web/auth\"]}"
for arguments in secret '--list secret' '--list --json secret'; do
    # shellcheck disable=SC2086 # words
    run "$PERPLEX" fetch $arguments
    ! cat out err | grep hush || fail 'a secret is shown'
done

for arguments in "fetch http://me:hush@${web#http://}/m.json/test" "fetch --list ftp://me:hush@h/m.json" \
    "eval uniform:9 corpus:http://me:hush@${web#http://}/m.json/test"; do
    # shellcheck disable=SC2086 # words
    PERPLEX_OFFLINE=1 refuses 2 'a manifest is a file, and no URL (*' "$PERPLEX" $arguments
done
cat >plan.json <<END
{"schema": "perplex.plan/1", "models": ["uniform:9"], "corpora": ["http://me:hush@${web#http://}",
  "corpus:http://me:hush@h.json", "corpus:http://me:hush@h/a.json/test"], "results": "secret"}
END
PERPLEX_OFFLINE=1 run "$PERPLEX" run plan.json
grep -q 'uniform:9, h.json, default: ' err || fail "the name is not there: $(cat err)"
! cat out err | grep hush || fail 'a secret is shown'
[ -z "$(find . -path '*hush*')" ] || fail 'a secret is in the name of a file'

# Names.
misused "--output $folder/good.json would overwrite what is read: *" \
    "$PERPLEX" eval uniform:9 "corpus:$folder/good.json/test" -o "$folder/good.json"
refuses 2 'there is no corpus "goood" (did you mean good\?)' "$PERPLEX" eval uniform:9 corpus:goood/test
refuses 2 'the corpus "good" has no split "tset" (it has test)' "$PERPLEX" fetch good/tset
misused 'fetch needs the name of a corpus; --list lists them' "$PERPLEX" fetch
misused '--json is of use with --list only' "$PERPLEX" fetch good --json
cp "$test_text" corpus:good
accepts "$PERPLEX" eval uniform:65536 ./corpus:good -q
has runtime.inputs.corpus ./corpus:good

# The user's comes first, and is looked at only if it is named.
accepts "$PERPLEX" fetch --list wikitext-2
contains out '^licence  *CC-BY-SA-3.0'
manifest wikitext-2 "\"test\": {\"urls\": [\"$web/test.txt\"], \"sha256\": \"$hash\"}"
accepts "$PERPLEX" fetch wikitext-2/test
fetched wikitext-2/test "$test_text"
printf '{\n  "schema": "perplex.manifest/1",\n  "name" "text8"\n}\n' >"$folder/text8.json"
accepts "$PERPLEX" fetch good
refuses 3 "$folder/text8.json:3:10: *" "$PERPLEX" eval uniform:9 corpus:text8/test
manifest other ''
mv "$folder/other.json" "$folder/one.json"
refuses 3 "$folder/one.json: \$.splits: *" "$PERPLEX" fetch one
run "$PERPLEX" fetch --list
ends_with 3
contains out '^good '
contains out '^wikitext-103-raw '
rm "$folder/one.json" "$folder/text8.json"

# Everywhere.
accepts "$PERPLEX" inspect corpus:good
contains out '^ *words *3,\{0,1\}582'
accepts "$PERPLEX" convert corpus:good ids.u16 --to u16 --make-vocab vocab.txt -q
accepts "$PERPLEX" divergence "$ngram" "$ngram" corpus:good --limit 9 -q
accepts "$PERPLEX" eval "$ngram" corpus:good --mix 0.5:"$ngram" --mix-tune corpus:good --counts corpus:good \
    --breakdown frequency -q
accepts "$PERPLEX" eval uniform:65536 corpus:good -q -o named.json
accepts "$PERPLEX" table named.json --rows corpus
contains out '^| good/test '

# In plans a cell is known by what is read, and how.
manifest plan "\"test\": {\"urls\": [\"$web/test.txt\"], \"sha256\": \"$hash\", \"tokens\": \"word\"}"
cat >plan.json <<END
{"schema": "perplex.plan/1", "models": ["uniform:65536"], "corpora": ["corpus:plan/test"], "results": "results"}
END
accepts "$PERPLEX" run plan.json -q
contains out '| plan/test |$'
accepts "$PERPLEX" run plan.json -q
[ "$(find results -name '*.json' ! -name '.*' | wc -l)" -eq 1 ] || fail 'a cell is done again'
manifest plan "\"test\": {\"urls\": [\"$web/test.txt\"], \"sha256\": \"$hash\", \"tokens\": \"char\"}"
accepts "$PERPLEX" run plan.json -q
grep -q '"tokenization": "char"' results/*.json || fail 'the result is that of other tokens'
exec 9>&-
wait "$server"
finish
