#!/bin/sh
# Tables as others read them: Python's csv, a renderer of Markdown, a parser of XML, a validator of JSON.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"
# shellcheck source=tests/support/table_results.sh
. "$SOURCE_DIR/tests/support/table_results.sh"

for python in python3 /usr/bin/python3 ''; do
    [ -z "$python" ] || "$python" -c 'import jsonschema, markdown' 2>/dev/null || continue
    break
done
[ -n "$python" ] || {
    echo 'skipped: there is no Python with the modules jsonschema and markdown'
    exit 77
}

odd_results

# agree OPTION...: all formats of that table.
agree() {
    for format in markdown html csv tsv json; do
        accepts "$PERPLEX" table odd.*.json "$@" -f $format -o "t.$format"
    done
    accepts "$python" "$SOURCE_DIR/tests/support/read_tables.py" . "$SOURCE_DIR/configs/schema/table-1.schema.json"
    [ ! -s out ] || fail "$(cat out)"
}
agree
agree --rows model --columns corpus --metric ppl,bpb --interval --difference '[*]é — 中文 שלום'
agree --rows corpus,protocol --columns model
# shellcheck disable=SC2016 # a caption
agree --rows file,tokenization --metric ppl,bpb,oov,unknown.tokens --sort ppl --caption '# <b>*Title*</b> & $x$'

finish
