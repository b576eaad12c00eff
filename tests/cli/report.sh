#!/bin/sh
# perplex report: pages that any parser of XML takes, on which all that comes from files is text. What a browser makes of
# them is looked at in report_browser.sh.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"
if ! command -v xmllint >/dev/null || ! command -v tidy >/dev/null; then
    echo 'xmllint or tidy is not installed: skipped'
    exit 77
fi

# xpath FILE EXPRESSION: what it comes to.
xpath() {
    xmllint --xpath "$2" "$1" 2>&1
}

# is FILE EXPRESSION VALUE
is() {
    found=$(xpath "$1" "$2")
    [ "$found" = "$3" ] || fail "$2 of $1 is '$found' instead of '$3'"
}

# is_page FILE: well-formed; ids are there once, and links lead to some; nothing is loaded; and HTML Tidy, which knows no
# attributes of SVG, has nothing else to say.
is_page() {
    xmllint --noout "$1" 2>xml.err || fail "not well-formed: $(head -n 3 xml.err)"
    tidy -eq "$1" 2>&1 | grep -v 'Warning: <[a-z]*> proprietary attribute' >tidy.err
    [ ! -s tidy.err ] || fail "tidy: $(head -n 3 tidy.err)"
    xpath "$1" '//@id' | tr ' ' '\n' | sed -n 's/^id="\(.*\)"$/\1/p' | sort >ids
    [ -z "$(uniq -d ids)" ] || fail "twice in $1: $(uniq -d ids)"
    xpath "$1" '//a/@href' | tr ' ' '\n' | sed -n 's/^href="#\(.*\)"$/\1/p' | sort -u >links
    [ -z "$(comm -23 links ids)" ] || fail "links to nowhere in $1: $(comm -23 links ids)"
    xpath "$1" '//svg[@aria-labelledby]/@aria-labelledby' | tr ' "' '\n\n' | grep -- '-[td]$' | sort -u >labels
    [ -z "$(comm -23 labels ids)" ] || fail "labels that are nowhere in $1: $(comm -23 labels ids)"
    for element in img iframe object embed link base form audio video image use foreignObject; do
        is "$1" "count(//$element)" 0
    done
    is "$1" 'count(//@src | //@href[not(starts-with(., "#"))] | //@style)' 0
    is "$1" 'count(//@*[starts-with(local-name(), "on")])' 0
    ! grep -q 'url(\|@import' "$1" || fail "$1 loads something"
}

train=$almanac/train.txt
"$PERPLEX" eval "$ngram" "$test_text" -q -o ngram.json --breakdown all --counts "$train" --worst 5 --best 5 --explain \
    --config "$SOURCE_DIR/configs/same-positions.json"
"$PERPLEX" eval "$neural" "$test_text" -q -o neural.json --distributions --temperature 1.5 --breakdown position \
    --config "$SOURCE_DIR/configs/same-positions.json"
"$PERPLEX" eval "$ngram" "$train" -q -o other.json

# One result.
accepts "$PERPLEX" report ngram.json -o page.html
prints_nothing
is_page page.html
is page.html 'string(//title)' 'almanac.o3.arpa on test.txt'
is page.html 'string(//h1)' 'almanac.o3.arpa on test.txt'
is page.html 'string((//ul[@class="head"]//span/@title)[1])' "$(value ngram.json perplexity)"
for section in numbers along window orders frequency unknown tokens conventions protocol inputs; do
    is page.html "count(//section[@id=\"$section\"])" 1
    is page.html "count(//nav//a[@href=\"#$section\"])" 1
done
is page.html 'count(//section[@id="distribution"])' 0
is page.html 'count(//section[@id="tokens"]//table)' 2
# With the digits that a table of it has.
"$PERPLEX" table ngram.json --metric ppl,nats >table.md
for number in $(xpath page.html '//ul[@class="head"]/li[position() < 3]/strong/span/text()'); do
    grep -q "[^0-9.]$number[^0-9.]" table.md || fail "the table has other digits than $number"
done
# Every field of the protocol is there with what it means, and in the order of the presets' list.
sed -n '/^  "protocol": {$/,/^  }/s/^    "\([a-z_]*\)":.*/\1/p' ngram.json | tr _ ' ' >fields
xpath page.html '//section[@id="protocol"]//tbody/tr/th/text()' >shown
diff fields shown || fail 'fields of the protocol are missing'
is page.html 'count(//section[@id="protocol"]//tbody/tr[string-length(td[2]) < 10])' 0
# A block for each of the result's, and its mean by another arithmetic: of 128-bit sums with 64 bits of fraction.
blocks=$(value ngram.json accumulators.blocks.counts.0)
[ -n "$blocks" ] || blocks=$(sed -n '/"blocks"/,/"sums"/s/.*"counts": \[\([0-9]*\).*/\1/p' ngram.json)
sum=$(tr -d '\n' <ngram.json | sed 's/.*"blocks": {[^}]*"sums": \[ *"\([0-9]*\)".*/\1/')
mean=$(awk -v sum="$sum" -v count="$blocks" 'BEGIN { printf "%.4f", sum / 2 ^ 64 / count }')
is page.html 'string((//section[@id="along"]//details//tbody/tr/td)[4])' "$mean"
is page.html 'count(//section[@id="along"]//figure/svg/title)' 1

# The same files give the same bytes; a pipe gets them as the file does.
accepts "$PERPLEX" report ngram.json
cmp out page.html || fail 'standard output differs from the file'
accepts "$PERPLEX" report - <ngram.json
is_page out

# Several results: side by side, with what may not be compared marked.
accepts "$PERPLEX" report ngram.json neural.json other.json -o three.html
is_page three.html
is three.html 'string(//title)' 'almanac.o3.arpa on test.txt, and 2 more'
is three.html 'count(//section[@id="numbers"]//div[@class="note"][contains(., "is not comparable with")])' 1
is three.html 'count(//section[@id="along"]//svg//path[starts-with(@class, "line ")])' 3
is three.html 'count(//section[@id="distribution"]//figure)' 1
is three.html 'count(//section[@id="losses"]//tbody/tr)' 1
ratio=$(awk -v a="$(value ngram.json perplexity)" -v b="$(value neural.json perplexity)" \
    'BEGIN { d = 100 * (b / a - 1); printf "%s%.2f %%", d < 0 ? "−" : "+", d < 0 ? -d : d }')
cell='//section[@id="numbers"]//tbody/tr[th="perplexity"]/td'
is three.html "string(($cell)[2]/small[last()])" "$ratio"
is three.html "string(($cell)[3]/small[last()])" 'not comparable'

# Bands are all inside of the drawing.
for section in along window; do
    xpath three.html "//section[@id='$section']//path[starts-with(@class, 'band')]/@d" >bands
    tr 'MLZ" ' '\n\n\n\n\n' <bands | grep '^-*[0-9]' |
        awk '{ n++; if ($1 < 0 || $1 > 1000) out++ } END { exit !(n > 10 && !out) }' || fail "bands of $section are cut off"
done

# Many: the first ones are drawn, and numbers are of all of them. Copies need names of their own.
many=
for i in 1 2 3 4 5 6 7 8 9; do
    cp ngram.json "copy$i.json"
    many="$many copy$i.json"
done
# shellcheck disable=SC2086
accepts "$PERPLEX" report $many -o many.html
is_page many.html
is many.html 'string(//title)' 'almanac.o3.arpa and 8 more on test.txt'
is many.html 'count(//section[@id="along"]//svg//path[starts-with(@class, "line ")])' 8
is many.html 'count(//section[@id="along"]//figcaption[contains(., "Drawn are the first 8 of 9 results.")])' 1
is many.html 'count(//section[@id="numbers"]//tr[th="perplexity"]/td)' 9

# The test of their difference is that of perplex compare.
"$PERPLEX" compare ngram.json neural.json --json >compared.json
row='//section[@id="comparison"]//tbody/tr[th="B"]'
error=$(value compared.json comparisons.0.test.standard_error_nats)
interval=$(value compared.json comparisons.0.test.interval95_nats | tr -d '[] ' | awk -F , -v error="$error" '{
    digits = 0; for (e = error; e < 1; e *= 10) digits++; digits += e < 1.95; printf "−%.*f to −%.*f", digits, -$1, digits, -$2 }')
is three.html "string($row/td[3])" "$interval"
is three.html 'count(//section[@id="comparison"]//tbody/tr[th="C"]/td[. = "—"])' 5

# With per-token files, documents that moved: each is in one of the lists, by its name.
printf '{"id": "%s", "text": "%s"}\n' '<i>1' 'the sea is the sea' 2 'the moon and the tide' 3 'a year of the moon' >documents.jsonl
for model in ngram neural; do
    eval "path=\$$model"
    "$PERPLEX" eval "$path" documents.jsonl --unit document --start none --end none --first skip -q --per-token $model.jsonl \
        -o $model.documents.json
done
accepts "$PERPLEX" report ngram.documents.json neural.documents.json -o moved.html
is_page moved.html
is moved.html 'count(//section[@id="comparison"]//h3/following-sibling::div[1]//tbody/tr)' 3
is moved.html 'count(//section[@id="comparison"]//td[bdi="<i>1"])' 1
refuses 2 'neural.jsonl: the per-token file*' "$PERPLEX" report ngram.documents.json neural.documents.json --per-token neural.jsonl \
    --per-token ngram.jsonl -o none.html

# Few documents are listed once. A corpus of a single block has no curve.
"$PERPLEX" eval "$ngram" documents.jsonl --unit document --start none --end none --first skip -q --breakdown all \
    -o few.json
accepts "$PERPLEX" report few.json -o few.html
is_page few.html
is few.html 'count(//section[@id="documents"]//h3)' 1
is few.html 'count(//section[@id="along"])' 0

# Text of anybody: in tokens, names and titles.
mkdir hostile
name='hostile/<img src=x onerror=alert(1)>"&'"'"'.txt'
printf 'the <script>alert(1)</script> "q" & it'"'"'s \342\200\256back\342\200\254 \001 ]]> <!-- &lt; \377\376 \357\273\277\n' >"$name"
"$PERPLEX" eval "$ngram" "$name" -q --worst 20 -o hostile.json || fail 'no hostile result'
accepts "$PERPLEX" report hostile.json -o hostile.html --title '</title><script>alert(2)</script>'
is_page hostile.html
is hostile.html 'count(//script)' 0
is hostile.html 'string(//title)' '</title><script>alert(2)</script>'
is hostile.html 'string((//header//bdi)[3])' "${name#*/}"
for token in '<script>alert(1)</script>' '"q"' '&' "it's" ']]>' '<!--' '&lt;' '��'; do
    literal=\"$token\"
    case $token in *'"'*) literal="'$token'" ;; esac
    is hostile.html "count(//mark[. = $literal])" 1
done
is hostile.html 'count(//mark[. = "U+202EbackU+202C"]/bdi/span[@class="hidden"])' 2
is hostile.html 'count(//mark[. = "U+0001"])' 1
! grep -q "$(printf '\342\200\256')" hostile.html || fail 'a direction is turned'

# Zero probability: the mean is infinite, and the page says so.
printf 'the qqq\n' >zero.txt
"$PERPLEX" eval "$ngram" zero.txt --unknown zero -q -o zero.json 2>err
accepts "$PERPLEX" report zero.json -o zero.html
is_page zero.html
is zero.html 'string(//ul[@class="head"]/li[1]/strong)' '∞'
is zero.html 'count(//section[@id="along"]//svg)' 0

# What is odd in a result is no number on the page, and no failure.
sed 's/"position": \[/&1, {"from": "a"}, /; s/"tokens": [0-9]*,$/"tokens": -1e308,/' ngram.json >odd.json
run "$PERPLEX" report odd.json -o odd.html
ends_with 0
is_page odd.html

# Refused, and nothing is left.
rm -rf hostile
head -c 2000 ngram.json >cut.json
run "$PERPLEX" report ngram.json cut.json -o none.html
ends_with 3
prints_nothing
[ ! -e none.html ] || fail 'a page of a broken result'
refuses 4 'nowhere.json: *' "$PERPLEX" report nowhere.json -o none.html
sed 's/"sums": \[/&"x", /' ngram.json >odd.json
refuses 3 'odd.json: $.accumulators.blocks*' "$PERPLEX" report odd.json -o none.html
misused 'report needs a result' "$PERPLEX" report -o none.html
misused '--output ngram.json would overwrite what is read: ngram.json' "$PERPLEX" report ngram.json -o ngram.json
misused 'standard input can be read only once' "$PERPLEX" report - - -o none.html
accepts "$PERPLEX" eval "$ngram" "$test_text" -q -o noted.json --per-token noted.jsonl
cp noted.jsonl kept
misused 'noted.jsonl: the page would overwrite the per-token file of a result' "$PERPLEX" report noted.json -o noted.jsonl
cmp -s noted.jsonl kept || fail 'the per-token file is lost'
misused 'there are more per-token files than results' "$PERPLEX" report ngram.json --per-token a --per-token b -o none.html
find . -name 'none.html*' | grep . && fail 'something is left'
if [ -e /dev/full ]; then
    refuses 4 'cannot write /dev/full: *' "$PERPLEX" report ngram.json -o /dev/full
fi

finish
