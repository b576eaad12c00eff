#!/bin/sh
# --breakdown, --counts, --worst, --best and --per-document: what the result says more, against the files of tokens and
# against counts by other means.
# shellcheck source=tests/support/cli.sh disable=SC2317 # functions are called by way of others
. "$SOURCE_DIR/tests/support/cli.sh"

train=$almanac/train.txt

accepts "$PERPLEX" eval "$ngram" "$test_text" -q -o plain.json
accepts "$PERPLEX" eval "$ngram" "$test_text" -q --breakdown all --counts "$train" --worst 5 --best 3 \
    --per-token tokens.jsonl --per-document documents.jsonl -o all.json
prints_nothing

# The rest of the result is what it is without.
without_runtime all.json | awk '/^  "(breakdown|worst|best)": [[{]$/ { skip = 1 } /^    "breakdown": {$/ { skip = 2 }
    !skip { print } skip == 1 && /^  []}],?$/ { skip = 0 } skip == 2 && /^    },?$/ { skip = 0 }' >rest
without_runtime plain.json >plain
sed 's/,$//' plain >plain.1
sed 's/,$//' rest | diff - plain.1 >differences || fail "the result differs: $(head -5 differences)"

# sum FILE PREFIX MEMBER: of all members of that name below the prefix.
sum() {
    flatten "$1" | awk -v prefix="^$2" -v member="[.]$3\$" '$1 ~ prefix && $1 ~ member { s += $2 } END { printf "%.12g\n", s }'
}
scored=$(value plain.json counts.scored)
nats=$(value plain.json accumulators.nats.sum | awk '{ printf "%.17g", $1 / 2 ^ 64 }')
for part in position order frequency document.bins after_unknown; do
    tokens=$(sum all.json "breakdown.$part" tokens)
    [ $part != frequency ] || tokens=$((tokens - $(value all.json breakdown.frequency.counts.tokens)))
    [ "$tokens" -eq "$scored" ] || fail "$part has $tokens tokens of $scored"
    near 1e-9 "$(sum all.json "breakdown.$part" nats)" "$nats"
done

# By how often the training text has a token; an end of a line is one.
awk '{ for (i = 1; i <= NF; i++) count[$i]++; count["</s>"]++ } END { for (w in count) print w, count[w] }' "$train" >counted
sed 's/.*"token":"\(.*\)","nats":\([^,]*\),.*"flags":\(.*\)}/\1 \2 \3/; s/^\\"/"/' tokens.jsonl |
    awk '
        NR == FNR { count[$1] = $2; next }
        {
            n = count[$1] + 0
            from = n < 2 ? n : n < 10 ? 2 : 10 ^ (length(n) - 1)
            if ($3 ~ /unknown/) from = "unknown"
            tokens[from]++
        }
        END { for (from in tokens) print from, tokens[from] }' counted - | sort >expected
flatten all.json | awk '
    $1 ~ /^breakdown.frequency.bands.*[.]from$/ { from = $2 }
    $1 ~ /^breakdown.frequency.bands.*[.]tokens$/ { print from, $2 }
    $1 == "breakdown.frequency.unknown.tokens" && $2 > 0 { print "unknown", $2 }' | sort >found
diff expected found >differences || fail "bands differ: $(cat differences)"
[ "$(wc -l <found)" -ge 3 ] || fail "too few bands: $(cat found)"

# The worst tokens are the first of all sorted by what they cost.
awk '{ match($0, /"nats":[^,]*/); print substr($0, RSTART + 7, RLENGTH - 7), NR, $0 }' tokens.jsonl |
    sort -k 1,1gr -k 2,2n | head -5 | sed 's/.*"unit":\([0-9]*\),"position":\([0-9]*\),.*/\1 \2/' >expected
flatten all.json | awk '$1 ~ /^worst[.].*[.]unit$/ { unit = $2 } $1 ~ /^worst[.].*[.]position$/ { print unit, $2 }' >found
diff expected found >differences || fail "other tokens are the worst: $(cat differences)"

# Documents.
[ "$(wc -l <documents.jsonl)" -eq "$(value all.json breakdown.document.documents)" ] || fail 'documents are missing'
for text in one two three; do
    printf '{"id": "%s,\\"%s", "text": "the sea rises\\n"}\n' $text $text
done >documents
printf '{"text": "the"}\n' >>documents
accepts "$PERPLEX" eval "$ngram" documents -q --per-document documents.csv.gz -o result.json
gzip -dc documents.csv.gz >documents.csv
[ "$(head -1 documents.csv)" = number,document,tokens,nats,nats_per_token,perplexity,bytes,bits_per_byte,infinite ] ||
    fail 'another header'
[ "$(sed -n 2p documents.csv | cut -c 1-16)" = '0,"one,""one",4,' ] ||
    fail "another row: $(sed -n 2p documents.csv)"
[ "$(sed -n 5p documents.csv | cut -d , -f 1-3)" = '3,,2' ] || fail "another last row: $(sed -n 5p documents.csv)"
accepts "$PERPLEX" eval "$ngram" documents -q --per-document documents.jsonl -o result.json
contains documents.jsonl '^{"number":2,"document":"three,\\"three","tokens":4,"nats":[0-9.]*,"nats_per_token":'
contains documents.jsonl '^{"number":3,"tokens":2,'
near 1e-12 "$(sed 's/.*"nats":\([^,]*\),.*/\1/' documents.jsonl | awk '{ s += $1 } END { printf "%.17g", s }')" \
    "$(value result.json accumulators.nats.sum | awk '{ printf "%.17g", $1 / 2 ^ 64 }')"

# Its numbers are those of --documents.
accepts "$PERPLEX" eval "$ngram" documents -q --documents 2: --worst 6 --per-document documents.csv -o result.json
[ "$(cut -d , -f 1 documents.csv | paste -s -d ' ' -)" = 'number 2 3' ] || fail "other numbers: $(cat documents.csv)"
[ "$(flatten result.json | awk '$1 ~ /^worst[.].*document_number$/ { print $2 }' | sort -u | paste -s -d ' ' -)" = '2 3' ] ||
    fail 'the worst tokens are of other documents'

# The figures of a document are those of a result that has no other.
accepts "$PERPLEX" eval "$ngram" "$test_text" -q --documents 3:4 --per-document documents.jsonl -o result.json
for member in nats_per_token perplexity normalized.bits_per_byte; do
    contains documents.jsonl "\"${member##*.}\":$(value result.json $member),"
done

# A zero probability: everything is written.
echo 'zzz the' >unknown.txt
run "$PERPLEX" eval "$ngram" unknown.txt -q --unknown zero --worst 1 --per-document unknown.csv -o result.json
ends_with 5
contains unknown.csv '^0,,3,inf,inf,inf,8,inf,1$'
[ "$(value result.json worst.0.nats)" = inf ] || fail 'the worst token does not cost inf'

# A file of options.
printf '{"breakdown": "position,unknown", "worst": 2}' >options.json
accepts "$PERPLEX" eval "$ngram" "$test_text" -q --config options.json
has breakdown.position.0.from 0
[ -n "$(value out worst.1.nats)" ] || fail 'there is no second worst token'
[ -z "$(value out breakdown.order.0.order)" ] || fail 'an order that was not asked for'

# Any word will do: there is none to count, and `all` does without.
accepts "$PERPLEX" eval uniform:3000 "$test_text" -q --breakdown all --counts "$train" -o result.json
[ -n "$(value result.json breakdown.position.0.tokens)" ] || fail 'all leaves positions out'
[ -z "$(value result.json breakdown.frequency.counts.tokens)" ] || fail 'words of a uniform model have counts'
printf '{"input_ids": [0, 1, 2]}\n' >ids.jsonl
for counts in "$train" ids.jsonl; do
    refuses 3 'uniform:3000: the model does not know its vocabulary: its tokens cannot be counted' \
        "$PERPLEX" eval uniform:3000 "$test_text" --breakdown all,frequency --counts "$counts"
done
accepts "$PERPLEX" eval uniform:3000 "$test_text" -q --breakdown all --counts ids.jsonl -o result.json
[ -z "$(value result.json breakdown.frequency.counts.tokens)" ] || fail 'words have the counts of ids'
refuses 4 'missing.txt: cannot be opened: *' "$PERPLEX" eval uniform:3000 "$test_text" --breakdown all --counts missing.txt
accepts "$PERPLEX" eval uniform:3000 ids.jsonl -q --breakdown all --counts "$train" -o result.json
accepts "$PERPLEX" eval uniform:3000 ids.jsonl -q --breakdown all --counts ids.jsonl -o result.json
[ "$(value result.json breakdown.frequency.bands.0.from)" -eq 1 ] || fail 'ids are not counted'

# What cannot be.
misused '--breakdown takes position, order, frequency, document, unknown or all, or several with commas between them, not "positions"' \
    "$PERPLEX" eval "$ngram" "$test_text" --breakdown positions
misused '--breakdown takes *, not "order,"' "$PERPLEX" eval "$ngram" "$test_text" --breakdown order,
misused '--breakdown frequency needs a training corpus: --counts CORPUS' \
    "$PERPLEX" eval "$ngram" "$test_text" --breakdown order,frequency
misused '--counts is of use with --breakdown frequency only' "$PERPLEX" eval "$ngram" "$test_text" --counts "$train"
misused '--worst takes a number from 1 to 1000, not "1001"' "$PERPLEX" eval "$ngram" "$test_text" --worst 1001
misused 'training corpus and corpus cannot both be standard input' \
    "$PERPLEX" eval "$ngram" - --breakdown frequency --counts -
misused 'the result and --per-document cannot both go to standard output; -o FILE moves the result' \
    "$PERPLEX" eval "$ngram" "$test_text" --per-document -
misused '--per-token and --per-document cannot both go to x.jsonl' \
    "$PERPLEX" eval "$ngram" "$test_text" --per-token x.jsonl --per-document x.jsonl
misused '--per-document documents would overwrite what is read: documents' \
    "$PERPLEX" eval "$ngram" documents --per-document documents
misused '"x.npy" does not say what format a per-document file is (its name ends in .jsonl (jsonl) or .csv (csv); .gz may follow)' \
    "$PERPLEX" eval "$ngram" "$test_text" --per-document x.npy
refuses 3 '*model.safetensors: the model does not say how long the n-grams are that it finds' \
    "$PERPLEX" eval "$neural" "$test_text" --breakdown order
refuses 4 'missing.txt: cannot be opened: *' \
    "$PERPLEX" eval "$ngram" "$test_text" --breakdown all --counts missing.txt --per-document none.csv
# Before a model is read.
refuses 4 'missing.txt: cannot be opened: *' \
    "$PERPLEX" eval missing.arpa "$test_text" --breakdown all --counts missing.txt
[ ! -e none.csv ] || fail 'a file of documents is left'

finish
