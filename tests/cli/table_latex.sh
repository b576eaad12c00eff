#!/bin/sh
# Tables in LaTeX: that pdflatex makes a page of them, in the oldest font encoding, whatever the names.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"
# shellcheck source=tests/support/table_results.sh
. "$SOURCE_DIR/tests/support/table_results.sh"

if ! command -v pdflatex >/dev/null || ! kpsewhich booktabs.sty longtable.sty >/dev/null; then
    echo 'skipped: there is no pdflatex with booktabs'
    exit 77
fi

odd_results
# Every letter of Latin-1 and Latin Extended-A, and every sign of ASCII; some follow each other.
letters=$(awk 'BEGIN { for (i = 160; i < 384; i++) printf "%c%c", 192 + int(i / 64), 128 + i % 64 }' | tr -d ' ')
result letters.json "$letters" '!#$%&()*+,,-.:;<=>?@[]^_`{|}~--' 10 0.1
accepts "$PERPLEX" table odd.*.json --rows model --columns corpus --metric ppl,bpb --interval --difference '[*]é — 中文 שלום' \
    -f latex -o odd.tex
accepts "$PERPLEX" table odd.1.json letters.json --metric ppl -f latex --caption 'All of \ {them}.' -o flat.tex
# Wide ones in small print, long ones over pages.
for i in $(seq 41); do
    result "long.$i.json" "models/wikitext-103.order-$i.arpa" "text.$((i % 2)).txt" "$((100 + i))" 0.1 "$((i / 41 * 64))"
done
accepts "$PERPLEX" table long.*.json -f latex -o long.tex
contains long.tex '^% .usepackage{booktabs,longtable}$'
accepts "$PERPLEX" table long.2.json long.3.json long.41.json -f latex -o wide.tex
cat >page.tex <<'END'
\documentclass{article}
\usepackage{booktabs,longtable}
\begin{document}
\input{odd}
\input{flat}
\input{wide}
\input{long}
\end{document}
END
run pdflatex -interaction=nonstopmode -halt-on-error page.tex
[ "$code" -eq 0 ] || fail "$(grep -A 5 '^!' out)"
sed -n '/wide.tex/,$p' page.log | grep -q -e Overfull -e 'too large' && fail "it runs off the page: $(grep -A 2 Overfull page.log)"
[ -s page.pdf ] || fail 'there is no page'

finish
