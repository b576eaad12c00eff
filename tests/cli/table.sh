#!/bin/sh
# perplex table: rows and columns, digits, marks, what is said of the numbers, and every format with names that are made
# to break it. Expected numbers are worked out by hand.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"
# shellcheck source=tests/support/table_results.sh
. "$SOURCE_DIR/tests/support/table_results.sh"

# rows PATTERN...: the lines of a Markdown table without the blanks that align them.
squeezed() {
    sed -e 's/  */ /g' out >squeezed
}

# has_row TEXT: a line of the table, as it is but for those blanks.
has_row() {
    squeezed
    grep -qxF -e "$1" squeezed || fail "no row is '$1': $(cat squeezed)"
}

# Real results: useful at once, and of the demo.
"$PERPLEX" eval "$ngram" "$test_text" -q -o ngram.json
"$PERPLEX" eval "$neural" "$test_text" -q -o neural.json
accepts "$PERPLEX" table ngram.json neural.json
golden table.md
cp out flat
accepts "$PERPLEX" table ngram.json neural.json --format markdown
cmp -s out flat || fail 'Markdown is not the default'

# Every format, one and the same table.
odd_results
formats=0
"$PERPLEX" formats | sed -n '/^tables /,/^$/p' | sed -n 's/^  \([a-z]*\) .*/\1/p' >names
while read -r format; do
    # shellcheck disable=SC2016 # a name
    accepts "$PERPLEX" table odd.*.json --rows model --columns corpus --metric ppl,bpb --interval \
        --difference '100%$&_#{}~^*x*`y`[z](u)--.bin' -f "$format"
    golden "table-odd.$format"
    # What is for people drives no terminal, whatever the names.
    case $format in
    markdown | latex | html)
        tr -d '\n' <out | LC_ALL=C grep -q -e '[[:cntrl:]]' -e "$(printf '\342\200\256')" && fail "$format: a control character"
        ;;
    esac
    formats=$((formats + 1))
done <names
[ $formats -eq 6 ] || fail "$formats formats instead of 6"

# Digits: the standard error of the perplexity is 100 x 0.05 = 5, 10 x 0.0123 = 0.123, 20 x 0.00096 = 0.0192: one digit,
# two where the first is 1 (0.0192 is 0.019).
result five.json five text.txt 100 0.05
result tenth.json tenth text.txt 10.123456 0.0123
result hundredth.json hundredth text.txt 20.123456 0.00096
accepts "$PERPLEX" table five.json --rows model
has_row '| five | 100 |'
accepts "$PERPLEX" table tenth.json --rows model
has_row '| tenth | 10.12 |'
accepts "$PERPLEX" table hundredth.json --rows model
has_row '| hundredth | 20.123 |'
# The same in a column: those of the surest; others by --digits; all for programs.
accepts "$PERPLEX" table five.json tenth.json --rows model
has_row '| five | 100.00 |'
has_row '| tenth | **10.12** |'
accepts "$PERPLEX" table five.json tenth.json --rows model --digits 1 --metric ppl,counts.scored
has_row '| five | 100.0 | 1000 |'
has_row '| tenth | **10.1** | 1000 |'
accepts "$PERPLEX" table tenth.json --rows model -f csv --digits 1
contains out '^tenth,10.123456,$'
# 1.959964 x 0.0123 x 10.123456 = 0.2441, 0.2411 below and 0.2470 above: ±; 100 x 1.959964 x 0.05: 9.3 below, 10.3 above.
accepts "$PERPLEX" table tenth.json --rows model --interval --digits 1
has_row '| tenth | 10.1 ± 0.2 |'
accepts "$PERPLEX" table tenth.json --rows model --interval --digits 2
has_row '| tenth | 10.12 [9.88, 10.37] |'
accepts "$PERPLEX" table five.json --rows model --interval
has_row '| five | 100 [91, 110] |'
contains out '95 % intervals: as if tokens were independent of each other (there are too few for blocks)[.]'

# A perplexity of 0, which some other program may have written, and one of which no multiple is a number.
sed 's/"perplexity": 100/"perplexity": 0/' five.json >zero.json
sed -e 's/"perplexity": 100/"perplexity": 1.7e308/' -e 's/of five/of huge/' -e 's/"five"/"huge"/' five.json >huge.json
result one.json one text.txt 1 '"nan"'
sed 's/"five"/"zero"/' zero.json >base.json
accepts "$PERPLEX" table base.json tenth.json --rows model --difference zero
has_row '| tenth | 10.12 (+∞ %) |'
accepts "$PERPLEX" table huge.json one.json --rows model --difference one --digits 2
contains out '| huge .*(+∞ %) |'
accepts "$PERPLEX" table base.json one.json --rows model --difference one
has_row '| zero | **0** (−100 %) |'

# The best: ties as they are shown too, none where all are alike; the higher accuracy, no count.
result tie.json tie text.txt 10.124 0.0123
accepts "$PERPLEX" table five.json tenth.json tie.json --rows model
has_row '| tenth | **10.12** |'
has_row '| tie | **10.12** |'
contains out 'Bold: the best of each column[.]'
accepts "$PERPLEX" table tenth.json tie.json --rows model
has_row '| tenth | 10.12 |'
has_row '| tie | 10.12 |'
grep -q Bold out && fail 'there is no best'
accepts "$PERPLEX" table five.json tenth.json --columns model --rows corpus
has_row '| text.txt | 100 | **10.12** |'
contains out 'Bold: the best of each row[.]'

# What cannot be compared is marked, is never the best, and has no difference.
result narrow.json narrow text.txt 5 1 64
result other.json other text.txt 200 0.05
accepts "$PERPLEX" table five.json other.json narrow.json --rows model --difference five
has_row '| five | **100** |'
has_row '| other | 200 (+100 %) |'
has_row '| narrow | 5 † |'
contains out '^† Not comparable with its column: protocol.window 64 instead of 0[.]$'
contains out 'In parentheses: the difference from five[.]'
contains out '^Protocol: sentence (.*) for five, other; custom (sentence with window=64) for narrow[.]$'
# Another text under the same name.
sed 's/of text.txt/of another/' other.json >strange.json
accepts "$PERPLEX" table five.json strange.json --rows model --columns corpus
has_row '| other | 200 † |'
contains out '^† Not comparable with its column: corpus.sha256 differs[.]$'
# Rows of several corpora are compared with those of their own.
result second.json second other.txt 300 0.05
result third.json third other.txt 400 0.05
accepts "$PERPLEX" table five.json other.json second.json third.json --metric ppl --difference five --sort ppl
has_row '| five | text.txt | sentence | **100** |'
has_row '| other | text.txt | sentence | 200 (+100 %) |'
has_row '| second | other.txt | sentence | **300** |'
has_row '| third | other.txt | sentence | 400 |'
grep -q † out && fail 'another corpus is a row of its own'

# Order: as given, or the best first; rows without a number are the last ones.
order() {
    sed -n 's/^\([a-z]*\),.*/\1/p' out | sed 1d | tr '\n' ' '
}
result never.json never text.txt inf '"nan"'
accepts "$PERPLEX" table other.json never.json tie.json five.json --rows model -f csv
[ "$(order)" = 'other never tie five ' ] || fail "the order is $(order)"
accepts "$PERPLEX" table other.json never.json tie.json five.json --rows model -f csv --sort ppl
[ "$(order)" = 'tie five other never ' ] || fail "the order is $(order)"
for row in tie,10.124 five,100 other,200 never,inf; do
    contains out "^$row,\$"
done

sed 's/"bits_per_byte"/"bits_per_line"/' five.json >less.json
accepts "$PERPLEX" table less.json tie.json five.json --rows file --metric ppl,bpb -f csv --sort bpb
[ "$(sed -n 's/[.]json,.*//p' out | tr '\n' ' ')" = 'tie five less ' ] || fail "the order is $(cat out)"
contains out '^less[.]json,100,,$'

# A mixture is called by its models.
sed -e 's#"model": "five"#"model": "0.7*models/a b.arpa + 0.2*/c/uniform:9 + 0.1*./d"#' -e 's/"model": {/&"components": [], /' five.json >mix.json
accepts "$PERPLEX" table mix.json tie.json --rows model -f csv
contains out '^0.7[*]a b.arpa + 0.2[*]uniform:9 + 0.1[*]d,100,$'

# What differs is said of rows, of columns, or of single cells.
sed 's/"scored": 1000/"scored": 900/' third.json >part.json
accepts "$PERPLEX" table five.json other.json part.json --rows model --columns corpus
contains out '^Divided by: 1,000 scored of 1,000 tokens for text.txt; 900 scored of 1,000 tokens for other.txt[.]$'
sed 's/"tokens": 10, "share"/"tokens": 250, "share"/' five.json >unknown.json
accepts "$PERPLEX" table unknown.json other.json part.json --rows model --columns corpus
contains out '^Unknown tokens: 25 %, charged as the unknown symbol for five; 1 %, charged as the unknown symbol for other, third[.]$'
sed 's/text.txt/other.txt/g' five.json >again.json
accepts "$PERPLEX" table unknown.json other.json again.json --rows model --columns corpus
contains out '^Unknown tokens: 25 %, .* for five / text.txt; 1 %, .* for other / text.txt, five / other.txt[.]$'

# Names: as short as tells them apart, and what a cell may stand for.
result a.json runs/a/model.safetensors text.txt 10 0.1
result b.json runs/b/model.safetensors text.txt 20 0.1
result c.json runs/b/model.safetensors text.txt 30 0.1 64
accepts "$PERPLEX" table a.json b.json --rows model -f csv
contains out '^a/model.safetensors,10,'
contains out '^b/model.safetensors,20,'
refuses 2 'two results would stand in one cell: b.json and c.json (they differ in the protocol, which *)' \
    "$PERPLEX" table a.json b.json c.json --columns corpus
accepts "$PERPLEX" table a.json b.json c.json --columns corpus,protocol
has_row '| a/model.safetensors | **10.0** | — |'
has_row '| b/model.safetensors | 20.0 | 30 |'
refuses 2 'two results would stand in one cell: a.json and a.json (it is the same file)' "$PERPLEX" table a.json a.json --rows file
accepts "$PERPLEX" table a.json b.json c.json --rows file --metric ppl,oov --caption 'All "runs" of *us*.'
has_row '| c.json | 30.0 † | 0.01 |'
contains out '^All "runs" of \\[*]us\\[*]. Bold: '

# A path that has been two models; the names do not depend on the order of the files.
sed 's/of runs/and runs/' b.json >later.json
accepts "$PERPLEX" table b.json later.json --rows model -f csv
contains out "^model.safetensors (of runs/),20,"
contains out '^model.safetensors (and runs),20,'

# A row by a part of its name: of each corpus its own, but never one of several.
refuses 2 'several rows that may be compared are called "sentence" (one of a/model.safetensors / sentence, b/model.safetensors / sentence)' \
    "$PERPLEX" table a.json b.json c.json --rows model,protocol --difference sentence
accepts "$PERPLEX" table a.json b.json c.json --rows model,protocol --difference 'a/model.safetensors / sentence' --digits 0
has_row '| b/model.safetensors | sentence | 20 (+100 %) |'
# By figures of the text tokenizations may be compared: the one that is the row's own is.
sed 's/"tokenization": "word"/"tokenization": "ids"/' c.json >ids.json
sed 's,runs/b,runs/c,g' ids.json >d.json
sed 's/"tokenization": "word"/"tokenization": "bytes"/; s,runs/b,runs/e,g' c.json >e.json
accepts "$PERPLEX" table c.json ids.json d.json --rows model,tokenization --metric bpb --difference b/model.safetensors --digits 3
has_row '| c/model.safetensors | ids | 0.981 (0.000) |'
refuses 2 'several rows *' "$PERPLEX" table c.json ids.json e.json --rows model,tokenization --metric bpb --difference b/model.safetensors

# Perplexities of every kind differ by per cent.
sed 's/"share": 0.01/&, "perplexity_without": 80/' five.json >without.json
sed -e 's/"share": 0.01/&, "perplexity_without": 60/' other.json >without2.json
accepts "$PERPLEX" table without.json without2.json --rows model --metric perplexity_without --difference five
has_row '| other | **60** (−25 %) |'

# One form of intervals in a column: 10 x exp(+-1.959964 x 0.1) = 8.22, 12.17; 285 x 1.959964 x 0.0001 = 0.056.
result sure.json sure text.txt 285 0.0001
accepts "$PERPLEX" table a.json sure.json --rows model --interval --digits 1
has_row '| model.safetensors | **10.0** [8.2, 12.2] |'
has_row '| sure | 285.0 [284.9, 285.1] |'

# Mistakes, each with what would be right.
misused '--rows*' "$PERPLEX" table a.json --rows
refuses 2 'results have no dimension "size" (model, corpus, *)' "$PERPLEX" table a.json --rows size
refuses 2 'the dimension model of a table is given twice' "$PERPLEX" table a.json --rows model --columns corpus,model
refuses 2 'there is no metric "fast" (*)' "$PERPLEX" table a.json --metric ppl,fast
refuses 2 'the metric perplexity is given twice' "$PERPLEX" table a.json --metric ppl,perplexity
refuses 2 'no result has the metric distribution.accuracy.at_1 (*--distributions*)' "$PERPLEX" table a.json --metric accuracy
refuses 2 'there is no metric "" (*)' "$PERPLEX" table a.json --sort ''
refuses 2 'no row of the table is called "x" (one of a/model.safetensors, b/model.safetensors)' \
    "$PERPLEX" table a.json b.json --rows model --difference x
sed 's/"perplexity": 100/"perplexity": "100"/' five.json >text.json
refuses 3 'text.json: $.perplexity: expected a number, found a string' "$PERPLEX" table tenth.json text.json
misused '--digits takes a number from 0 to 17, not "18"' "$PERPLEX" table a.json --digits 18
sed 's/"complete": true/"complete": false/' a.json >part.json
refuses 3 'part.json: $.complete: the result is not of a whole corpus' "$PERPLEX" table a.json part.json
# blocks FILE COUNTS SUMS: a result with these blocks.
blocks() {
    nats='"nats": {"sum": "0", "squares": "0", "count": 1, "infinite": 0}'
    sums='"blocks": {"targets": 1024, "counts": ['$2'], "sums": ['$3']}'
    sed "s/^ \"runtime/ \"accumulators\": {$nats, $sums},&/" a.json >"$1"
}
blocks fewer.json 1 '"1", "2"'
refuses 3 'fewer.json: $.accumulators.blocks.counts: *' "$PERPLEX" table fewer.json
blocks word.json '1, "x"' '"1", "2"'
refuses 3 'word.json: $.accumulators.blocks.counts\[1]: *' "$PERPLEX" table word.json
blocks broken.json '1, 2' '"1", "2.5"'
refuses 3 'broken.json: $.accumulators.blocks.counts\[1]: *' "$PERPLEX" table broken.json
# Blocks of 1, 1, 1, 3 nats each a token, five times: by SciPy (tests/unit/test_block_error.c) a standard error of
# 0.0900046 with 3 degrees of freedom: 10 x exp(+-0.286435).
one=18446744073709551616 three=55340232221128654848
blocks twenty.json "$(yes 1 | head -n 20 | paste -s -d ,)" \
    "$(for _ in 1 2 3 4 5; do printf '"%s", "%s", "%s", "%s"\n' $one $one $one $three; done | paste -s -d ,)"
accepts "$PERPLEX" table twenty.json --rows model --interval --digits 3
has_row '| model.safetensors | 10.000 [7.509, 13.317] |'
contains out '95 % intervals: from the slow variation of the loss along the corpus (Student.s t), since neighbours depend on each other[.]'
# One block less is too few: the standard error is 0.1.
blocks nineteen.json "$(yes 1 | head -n 20 | paste -s -d , | sed 's/1$/0/')" \
    "$(for _ in 1 2 3 4 5; do printf '"%s", "%s", "%s", "%s"\n' $one $one $one $three; done | paste -s -d ,)"
accepts "$PERPLEX" table nineteen.json --rows model --interval --digits 3
has_row '| model.safetensors | 10.000 [8.220, 12.165] |'

finish
