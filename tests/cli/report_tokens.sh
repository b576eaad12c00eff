#!/bin/sh
# perplex report with per-token files: the text in colours, what stands out of it, and differences; tokens of anybody are
# text.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"
if ! command -v xmllint >/dev/null; then
    echo 'xmllint is not installed: skipped'
    exit 77
fi

# is FILE EXPRESSION VALUE
is() {
    found=$(xmllint --xpath "$2" "$1" 2>&1)
    [ "$found" = "$3" ] || fail "$2 of $1 is '$found' instead of '$3'"
}

# is_page FILE: well-formed; ids are there once, and links lead to some.
is_page() {
    xmllint --noout "$1" 2>xml.err || fail "not well-formed: $(head -n 3 xml.err)"
    xmllint --xpath '//@id' "$1" | tr ' ' '\n' | sed -n 's/^id="\(.*\)"$/\1/p' | sort >ids
    [ -z "$(uniq -d ids)" ] || fail "twice in $1: $(uniq -d ids)"
    xmllint --xpath '//a/@href' "$1" | tr ' ' '\n' | sed -n 's/^href="#\(.*\)"$/\1/p' | sort -u >links
    [ -z "$(comm -23 links ids)" ] || fail "links to nowhere in $1: $(comm -23 links ids)"
}

same=$SOURCE_DIR/configs/same-positions.json
"$PERPLEX" eval "$ngram" "$test_text" -q --config "$same" -o a.json --per-token a.jsonl
"$PERPLEX" eval "$neural" "$test_text" -q --config "$same" -o b.json --per-token b.jsonl.gz

# One result: its file is found; every scored token is there, with its exact nats on hover.
accepts "$PERPLEX" report a.json -o a.html
is_page a.html
scored=$(value a.json counts.scored)
is a.html 'count(//section[@id="text"]//div[@class="heat"]/p/bdi)' "$scored"
sed -n 's/.*"nats":\([^,]*\),.*/\1/p' a.jsonl >nats
xmllint --xpath '//section[@id="text"]//div[@class="heat"]/p/bdi/@title' a.html | sed 's/^ *title="\([^ ]*\) nats = .*/\1/' >titles
cmp nats titles || fail 'the nats on hover are others'
# The colour of each by another arithmetic.
awk '{ n = 0; split("1 2 3 4 6 8 10 13", s); for (i = 1; i <= 8; i++) n += $1 >= s[i]; print "t" n }' nats >colours
xmllint --xpath '//section[@id="text"]//div[@class="heat"]/p/bdi/@class' a.html | sed 's/^ *class="\(t[0-9]\).*/\1/' >found
cmp colours found || fail 'the colours are others'
is a.html "count(//section[@id='text']//div[@class='heat']//bdi[contains(@class, ' unk')])" "$(grep -c '"unknown"' a.jsonl)"
# The dearest passage, by awk, and the link to it.
best=$(awk '{ s += $1 } NR % 32 == 0 { if (s > most) { most = s; at = NR - 31 } s = 0 } END { print at }' nats)
is a.html 'string(//section[@id="passages"]//tbody/tr[1]//a/@href)' '#r1-h1'
is a.html 'count(//b[@id="r1-h1"]/preceding::bdi[ancestor::div[@class="heat"]])' "$((best - 1))"
is a.html 'count(//section[@id="surprisal"]//svg[@role="img"])' 1

# The median, exactly: by sort.
middle=$(sort -g nats | awk '{ v[NR] = $1 } END { if (NR % 2) print v[(NR + 1) / 2]; else printf "%.17g\n", (v[NR / 2] + v[NR / 2 + 1]) / 2 }')
is a.html 'string(//section[@id="surprisal"]/p[1]/span[2]/@title)' "$middle"
is a.html 'count(//section[@id="surprisal"]//figcaption[contains(., "nats wide")])' 1

# The same by the file's name; the same bytes.
accepts "$PERPLEX" report a.json --per-token a.jsonl -o named.html
cmp a.html named.html || fail 'a named file gives another page'

# Two: the difference, and what moved.
accepts "$PERPLEX" report a.json b.json -o ab.html
is_page ab.html
is ab.html 'count(//section[@id="text"]//div[@class="heat"])' 3
is ab.html 'count(//section[@id="text"]//div[@class="heat"][3]/p/bdi)' "$scored"
is ab.html 'count(//section[@id="surprisal"]//svg[@role="img"])' 2
is ab.html 'count(//b[@id="d2-l1"])' 1
# The passage that got better most, by awk.
gzip -dc b.jsonl.gz | sed -n 's/.*"nats":\([^,]*\),.*/\1/p' | paste - nats >both
best=$(awk '{ s += $1 - $2 } NR % 32 == 0 { if (s < most) { most = s; at = NR - 31 } s = 0 } END { print at }' both)
is ab.html 'count(//b[@id="d2-l1"]/preceding-sibling::bdi | //b[@id="d2-l1"]/parent::p/preceding-sibling::p/bdi)' "$((best - 1))"

# Signs: a minus is no hyphen. Shares of what got worse, by awk.
is ab.html 'count(//svg//text[starts-with(., "−")]) > 0' true
is ab.html 'count(//text()[starts-with(., "-") and number(.) < 0])' 0
worse=$(awk '$1 > $2 { n++ } END { printf "%.1f %% worse", 100 * n / NR }' both)
is ab.html "count(//section[@id='surprisal']/p[contains(., '$worse')])" 1

# Bars are all inside of the drawing.
xmllint --xpath '//section[@id="surprisal"]//path[starts-with(@class, "line")]/@d' ab.html | tr 'ML" ' '\n\n\n\n' |
    awk '/^-?[0-9]/ { n++; if ($1 < 0 || $1 > 1000) out++ } END { exit !(n > 10 && !out) }' || fail 'bars are cut off'

# Nothing has moved: the one bar that has tokens is around zero, and no side has any.
"$PERPLEX" report a.json --per-token a.jsonl a.json --per-token a.jsonl -o same.html || fail 'no page of the same'
is same.html 'count(//section[@id="surprisal"]/p[contains(., "100.0 % unchanged, 0.0 % worse, 0.0 % better")])' 1
# All that has moved has moved little: there are colours nevertheless, and the legend says from where on.
sed 's/^\(-[0-9]*\.[0-9]*\)\(	.*\)/\11\2/' "$ngram" >near.arpa
"$PERPLEX" eval near.arpa "$test_text" -q --config "$same" -o near.json --per-token near.jsonl
accepts "$PERPLEX" report a.json near.json -o near.html
is near.html 'count(//div[@class="heat"][3]/p/bdi[starts-with(@class, "m") or starts-with(@class, "l")]) > 9' true
is near.html 'number(//p[@class="scale"][3]/span[@class="m1"]) < 0.0001' true
is near.html 'count(//p[@class="scale"][3]/span[. = "∞" or . = "−∞"])' 2

# Not the same tokens: said with the first that differs, the second line of the files.
sed '2s/"position":[0-9]*/"position":999/' a.jsonl >other.jsonl
sed 's/"a.jsonl"/"other.jsonl"/' a.json >other.json
accepts "$PERPLEX" report a.json other.json -o apart.html
is apart.html 'count(//section[@id="text"]//div[@class="note"][contains(., "differ from token 2 on")])' 1

# Long ones: a sample, and words that say so.
train=$almanac/train.txt
cat "$train" "$train" "$train" "$train" "$train" "$train" "$train" "$train" >long.txt
"$PERPLEX" eval "$ngram" long.txt -q -o long.json --per-token long.jsonl
accepts "$PERPLEX" report long.json -o long.html
is_page long.html
shown=$(xmllint --xpath 'count(//section[@id="text"]//div[@class="heat"]/p/bdi)' long.html)
[ "$shown" -le 24000 ] || fail "$shown tokens are shown"
is long.html 'count(//section[@id="text"]/p[contains(., " of ") and starts-with(., "Shown are ")])' 1
is long.html 'translate(substring-before(substring-after(//section[@id="text"]/p[1], "Shown are "), " of "), ",", "")' "$shown"

# Tokens of anybody.
printf 'the <script>alert(1)</script> "q" & it'"'"'s \342\200\256back \001 ]]> <!-- &lt; \377\376\n' >hostile.txt
"$PERPLEX" eval "$ngram" hostile.txt -q -o hostile.json --per-token hostile.jsonl
accepts "$PERPLEX" report hostile.json -o hostile.html
is_page hostile.html
is hostile.html 'count(//script)' 0
for token in '<script>alert(1)</script>' '"q"' '&' "it's" ']]>' '<!--' '&lt;' '��'; do
    literal=\"$token\"
    case $token in *'"'*) literal="'$token'" ;; esac
    is hostile.html "count(//div[@class='heat']/p/bdi[. = $literal])" 1
done
is hostile.html 'count(//div[@class="heat"]/p/bdi[. = "U+202Eback"]/span[@class="hidden"])' 1
! grep -q "$(printf '\342\200\256')" hostile.html || fail 'a direction is turned'

# Zero probability.
printf 'the qqq\n' >zero.txt
"$PERPLEX" eval "$ngram" zero.txt --unknown zero -q -o zero.json --per-token zero.jsonl 2>err
accepts "$PERPLEX" report zero.json -o zero.html
is_page zero.html
is zero.html 'count(//div[@class="heat"]/p/bdi[starts-with(@class, "t9")][starts-with(@title, "∞ nats")])' 1

# Numbers alone: the histogram, and why there is no text. A pipe: the same.
"$PERPLEX" eval "$ngram" "$test_text" -q --config "$same" -o n.json --per-token n.npy
accepts "$PERPLEX" report n.json -o n.html
is_page n.html
is n.html 'count(//section[@id="surprisal"]//svg[@role="img"])' 1
is n.html 'count(//section[@id="text"]//code[. = "--per-token tokens.jsonl"])' 1
accepts "$PERPLEX" report a.json --per-token - -o pipe.html <a.jsonl
is_page pipe.html
is pipe.html 'count(//section[@id="text"]/p[contains(., "came by a pipe")])' 1

# Another run's file: done without where it was found, refused where it was named. A broken one likewise.
refuses 2 "b.jsonl.gz: the per-token file's nats do not add up to its result's*" \
    "$PERPLEX" report a.json --per-token b.jsonl.gz -o none.html
refuses 2 '*per-token files of several results are read more than once*' \
    sh -c "\"$PERPLEX\" report a.json b.json --per-token - -o none.html <a.jsonl"
head -c 5000 a.jsonl >cut.jsonl
sed 's/"a.jsonl"/"cut.jsonl"/' a.json >cut.json
accepts "$PERPLEX" report cut.json -o cut.html
is cut.html 'count(//section[@id="text"]//div[@class="note"][contains(., "The per-token file is not used: cut.jsonl")])' 1
refuses 3 'cut.jsonl:*' "$PERPLEX" report a.json --per-token cut.jsonl -o none.html
find . -name 'none.html*' | grep . && fail 'something is left'

finish
