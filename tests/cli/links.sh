#!/bin/sh
# -o by a symbolic link: what it names is written, and the link stays.
# shellcheck source=tests/support/cli.sh disable=SC2317 # functions are called by way of others
. "$SOURCE_DIR/tests/support/cli.sh"

accepts "$PERPLEX" formats
mv out formats.txt
accepts "$PERPLEX" eval "$ngram" "$test_text" -q -o result.json
accepts "$PERPLEX" table result.json
mv out table.md

# writes FILE LINK: the table goes to FILE by way of LINK, from which nothing is left but the link.
writes() {
    accepts "$PERPLEX" table result.json -o "$2"
    prints_nothing
    [ -h "$2" ] || fail "$2 was replaced"
    { [ ! -h "$1" ] && cmp -s table.md "$1"; } || fail "$1 was not written"
    [ -z "$(find . -name '*.??????' -newer formats.txt)" ] || fail "a temporary file was left"
}

mkdir -p here/deep there
ln -s ../there/relative.md here/relative
ln -s "$work/there/absolute.md" here/absolute
ln -s relative here/again
ln -s ../here/again there/chain
ln -s here/deep/.. up
ln -s dangling.md here/deep/dangling
for old in missing present; do
    rm -f there/*.md
    [ $old = missing ] || for name in relative absolute; do echo old >there/$name.md; done
    writes there/relative.md here/relative
    writes there/absolute.md here/absolute
    rm -f there/relative.md
    [ $old = missing ] || echo old >there/relative.md
    writes there/relative.md there/chain
    [ -h here/again ] || fail "a link on the way was replaced"
    rm -f there/relative.md
    writes there/relative.md up/again
done
writes here/deep/dangling.md here/deep/dangling
(cd there && ln -s ../plain.md . && cd ../here && "$PERPLEX" table ../result.json -o ../there/plain.md) ||
    fail "from another folder"
cmp -s table.md plain.md || fail "from another folder, plain.md was not written"

# A link that leads nowhere, or to itself.
ln -s none/file.md lost
ln -s loop loop
refuses 4 'cannot write lost: No such file or directory' "$PERPLEX" table result.json -o lost
refuses 4 'cannot write loop: Too many levels of symbolic links' "$PERPLEX" table result.json -o loop
{ [ -h lost ] && [ -h loop ]; } || fail "a link was replaced"
ln -s folder.md/ slash
refuses 4 'cannot write slash: *' "$PERPLEX" table result.json -o slash

# stdout by another name, where it is a file that something stands in already.
appended() {
    "$@" >>log
}
echo before >log
accepts appended "$PERPLEX" table result.json -o /dev/stdout
{ echo before && cat table.md; } | cmp -s - log || fail "what stood in stdout's file was lost"
accepts appended "$PERPLEX" table result.json -o log
{ echo before && cat table.md table.md; } | cmp -s - log || fail "what stood in stdout's file was lost"

finish
