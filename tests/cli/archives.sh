#!/bin/sh
# A corpus in an archive gives the number of the corpus itself, and its fingerprint.
# shellcheck source=tests/support/cli.sh disable=SC2317 # functions are called by way of others
. "$SOURCE_DIR/tests/support/cli.sh"
: "${ARCHIVER:?names the packer of tests/support}" "${HTTP_SERVER:?names the server of tests/support}"

sum() {
    sha256sum <"$1" | cut -d ' ' -f 1
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

accepts "$PERPLEX" eval "$ngram" "$test_text" -q
without_runtime out >expected
head -n 5 "$almanac/train.txt" >other

# As WikiText is published, as text8 is, and as the Penn Treebank is.
"$ARCHIVER" zip wikitext-2/ wikitext-2/wiki.train.tokens=other "wikitext-2/wiki.test.tokens=$test_text" >wikitext.zip
"$ARCHIVER" zip "text8=$test_text" >text8.zip
"$ARCHIVER" tar ./simple/ ./simple/data/ ./simple/data/ptb.train.txt=other "./simple/data/ptb.test.txt=$test_text" \
    ./simple/latest >ptb.tar
gzip -c ptb.tar >ptb.tgz
same "$PERPLEX" eval "$ngram" text8.zip -q
has corpus.format text
has corpus.sha256 "$(sum "$test_text")"
has runtime.inputs.corpus text8.zip:text8
for member in wikitext-2/wiki.test.tokens wiki.test.tokens '*test*'; do
    same "$PERPLEX" eval "$ngram" wikitext.zip --member "$member" -q
done
same "$PERPLEX" eval "$ngram" ptb.tgz --member ptb.test.txt -q
same "$PERPLEX" eval "$ngram" ptb.tar --member ./simple/data/ptb.test.txt -q

# From pipes, and compressed in other ways; a file in the archive may be compressed too.
same "$PERPLEX" eval "$ngram" - --member ptb.test.txt -q <ptb.tgz
same trickle ptb.tgz "$PERPLEX" eval "$ngram" - --member ptb.test.txt -q
same trickle text8.zip "$PERPLEX" eval "$ngram" - -q
for packed in tar.bz2 tar.xz tar.zst zip.stored; do
    "$ARCHIVER" "$packed" a=other "b=$test_text" >"packed.$packed"
    same "$PERPLEX" eval "$ngram" "packed.$packed" --member b -q
done
gzip -c "$test_text" >text.gz
"$ARCHIVER" tar text.gz=text.gz >holds-gzip.tar
same "$PERPLEX" eval "$ngram" holds-gzip.tar -q

# From the web.
mkdir served
cp ptb.tgz wikitext.zip served
mkfifo server.in
"$HTTP_SERVER" served other <server.in >server.port &
exec 9>server.in
wait_for [ -s server.port ] || fail 'the server does not start'
web=http://127.0.0.1:$(cat server.port)
same "$PERPLEX" eval "$ngram" "$web/ptb.tgz?token=secret" --member ptb.test.txt -q
same "$PERPLEX" eval "$ngram" "$web/wikitext.zip" --member wiki.test.tokens -q
has runtime.inputs.corpus "$web/wikitext.zip:wikitext-2/wiki.test.tokens"
exec 9>&-
wait

# Several, with one pattern; the fingerprint is that of the same files outside.
cp "$almanac/valid.txt" valid.txt
cp "$test_text" test.txt
accepts "$PERPLEX" eval "$ngram" valid.txt test.txt -q
without_runtime out >expected
"$ARCHIVER" tar.gz a/other=other a/valid.txt=valid.txt >first.tgz
"$ARCHIVER" zip test.txt=test.txt other=other >second.zip
same "$PERPLEX" eval "$ngram" first.tgz second.zip --member '*.txt' -q
same "$PERPLEX" eval "$ngram" '[fs]*[td].[tz]*' --member '*.txt' -q

# Other commands, and options in a file.
accepts "$PERPLEX" inspect wikitext.zip --member '*train*'
contains out '^corpus  *wikitext.zip:wikitext-2/wiki.train.tokens$'
"$ARCHIVER" zip "ids.npy=$SOURCE_DIR/tests/data/corpora/npy/flat.u1.npy" >ids.zip # as a model of arrays begins
accepts "$PERPLEX" inspect ids.zip --member ids.npy
contains out '^  content  *ids, '
accepts "$PERPLEX" divergence uniform:10 uniform:10 wikitext.zip --member '*train*' -q
has corpus.sha256 "$(sum other)"
accepts "$PERPLEX" convert wikitext.zip --member '*test*' archived.u16 --make-vocab archived.txt -q
accepts "$PERPLEX" convert "$test_text" plain.u16 --make-vocab plain.txt -q
cmp -s archived.u16 plain.u16 || fail "the ids differ"
echo '{"member": "*train*"}' >config.json
accepts "$PERPLEX" eval "$ngram" wikitext.zip --config config.json -q
has corpus.sha256 "$(sum other)"

# What cannot be meant.
refuses 2 'wikitext.zip: the archive holds 2 files: wikitext-2/wiki.train.tokens, wikitext-2/wiki.test.tokens (*--member *)' \
    "$PERPLEX" eval "$ngram" wikitext.zip
refuses 2 'wikitext.zip: "*.tokens" means 2 of *' "$PERPLEX" eval "$ngram" wikitext.zip --member '*.tokens'
refuses 2 'wikitext.zip: "valid" is none of the archive'\''s 2 files: *' "$PERPLEX" eval "$ngram" wikitext.zip --member valid
refuses 2 'ptb.tgz: the archive'\''s "simple/latest" is a link, not a file*' \
    "$PERPLEX" eval "$ngram" ptb.tgz --member simple/latest
refuses 2 'test.txt: a member of an archive is asked for, *' "$PERPLEX" eval "$ngram" test.txt --member x
refuses 2 'a member of the corpus was given, but no corpus' "$PERPLEX" inspect "$ngram" --as model --member x

# What is damaged or protected; names are shown harmlessly. Bombs are in unit/test_archive.c.
head -c 3000 text8.zip >short.zip
refuses 3 'short.zip*damaged: *' "$PERPLEX" eval "$ngram" short.zip
head -c 3000 ptb.tar >short.tar
refuses 3 'short.tar*damaged: *' "$PERPLEX" eval "$ngram" short.tar --member ptb.test.txt
head -c 3000 ptb.tgz >short.tgz
refuses 3 'short.tgz: *gzip data end unexpectedly*' "$PERPLEX" eval "$ngram" short.tgz --member ptb.test.txt
"$ARCHIVER" zip.encrypted "text8=$test_text" >locked.zip
refuses 3 'locked.zip: the archive'\''s "text8" is encrypted *' "$PERPLEX" eval "$ngram" locked.zip
"$ARCHIVER" tar text8.zip=text8.zip >nested.tar
refuses 3 'nested.tar:text8.zip: an archive inside an archive is not read*' "$PERPLEX" eval "$ngram" nested.tar

# Of a data set in two files, one would be read as ids of another width.
megatron=$SOURCE_DIR/tests/data/corpora/megatron/modes
"$ARCHIVER" zip "pair/x.bin=$megatron.bin" "pair/x.idx=$megatron.idx" >pair.zip
refuses 3 'pair.zip*"pair/x.bin" has an index beside it*(unpack both files)' \
    "$PERPLEX" eval uniform:10 pair.zip --member x.bin
refuses 3 '*"pair/x.bin" has an index beside it*' "$PERPLEX" eval uniform:10 - --member x.bin <pair.zip
refuses 3 'pair.zip: a data set of two files is not read out of an archive (unpack both files)' \
    "$PERPLEX" eval uniform:10 pair.zip --member x.bin --corpus-format megatron
accepts "$PERPLEX" eval uniform:10 pair.zip --member x.bin --corpus-format u32 -q

printf 'x\n' >x
"$ARCHIVER" tar "$(printf '../up\033[2J')=x" /etc/hosts=x >names.tar
refuses 2 'names.tar: the archive holds 2 files: ../up\\x1b\[2J, /etc/hosts*' "$PERPLEX" eval "$ngram" names.tar

finish
