#!/bin/sh
# The numbers under other presets, as the program gives them. That they are those of evaluations of their own is for
# conformance/test_explained.c.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

printf 'the sea rises\n\nthe sea odd\n' >text.txt

# Without being asked for, nothing.
accepts "$PERPLEX" eval "$ngram" text.txt
grep -q '"explain"' out && fail "explain was not asked for"

# tabulates COMMAND...: ends with 0 and a table on stderr, a line for each protocol.
tabulates() {
    run "$@"
    ends_with 0
    contains err '^protocol  *perplexity  *nats per token  *bits per byte  what makes it differ from '
    [ "$(wc -l <err)" -eq "$(($(grep -c '"allowed"' out) + 1))" ] || fail "not a line for each protocol: $(cat err)"
}

tabulates "$PERPLEX" eval "$ngram" text.txt --explain
has explain.0.protocol sentence
has explain.0.allowed true
has explain.0.perplexity "$(value out perplexity)"
has explain.0.notes.1 '3 line ends scored'
has explain.1.protocol wikitext-eos
has explain.1.perplexity "$(value out perplexity)"
contains err '^srilm  .*1 of 1 blank lines skipped'
contains err '^lm-eval  *-  *-  *-  line ends are no tokens there: 3 of them are scored here$'
cp err table

# The same out of a file, with any number of threads, and quietly.
echo '{"explain": true, "threads": 3}' >explain.json
tabulates "$PERPLEX" eval "$ngram" text.txt --config explain.json
cmp -s err table || fail "threads change the table"
accepts "$PERPLEX" eval "$ngram" text.txt --explain -q
has explain.0.protocol sentence

# Lines are those of the pass wherever documents begin, unless documents are asked for by their numbers.
printf ' = A = \na\n = B = \na\n' >pages.txt
tabulates "$PERPLEX" eval "$ngram" pages.txt --explain --pages heading
contains err '^wikitext-eos .*the same number: every position is scored under the same context$'
tabulates "$PERPLEX" eval "$ngram" pages.txt --explain --pages heading --documents 0:1
contains err '^wikitext-eos .*documents begin elsewhere there: 1 of them begins here$'

if [ -z "${PERPLEX_TEST_DATA_DIR-}" ]; then
    echo 'SKIPPED: PERPLEX_TEST_DATA_DIR does not name the folder of real data'
    [ "$failures" -eq 0 ] && exit 77
    finish
fi

# WikiText-2's test split has 241,211 words and 4,358 line ends, 1,467 of them of blank lines; 15,218 of its words are
# spelled <unk> or not known to the model. llama.cpp: 479 windows of 512, 255 targets of each.
tabulates "$PERPLEX" eval "$PERPLEX_TEST_DATA_DIR/models/ngram/wt2.o3.arpa.gz" \
    "$PERPLEX_TEST_DATA_DIR/wikitext-2/test.txt" --explain
contains err '^sentence .*(245,569 of 245,569 positions scored, 4,358 line ends scored, unknowns as .*: 15,218)$'
contains err '^wikitext-eos .*the same number: every position is scored under the same context$'
contains err '^srilm .*244,102 of 245,569 positions scored, 2,891 line ends .*, 1,467 of 1,467 blank lines skipped$'
contains err '^hf-stride .*245,568 of 245,569 positions scored, .*1 position without context left out$'
contains err '^llama.cpp .*122,145 of 245,569 positions scored, .*321 positions in last windows left out, '
contains err '^lm-eval .*line ends are no tokens there: 4,358 of them are scored here$'

finish
