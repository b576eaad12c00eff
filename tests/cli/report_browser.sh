#!/bin/sh
# Pages of perplex report in a browser: nothing to complain about on its console, by day and by night, no page that is
# wider than its window, and no long token that pushes what is beside it out of view.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
    echo 'Chromium is not installed: skipped'
    exit 77
}

# browse FILE WIDTH OPTION...: the console's lines are in the file console, the document as it came to be in dom.
browse() {
    what="browse $*"
    file=$1 width=$2
    shift 2
    HOME=$work timeout 60 "$browser" --headless=new --no-sandbox --disable-gpu --user-data-dir="$work/profile" \
        --enable-logging=stderr --v=0 --window-size="$width,800" "$@" --dump-dom "file://$work/$file" >dom 2>log ||
        fail "the browser ends with $?: $(tail -n 2 log)"
    grep CONSOLE log >console
}

quiet() {
    [ ! -s console ] || fail "the console says: $(head -n 2 console)"
}

printf 'the <script>alert(1)</script> "q" & it'"'"'s \342\200\256back\342\200\254 \001 %0300d\n' 7 >hostile.txt
cat "$test_text" >>hostile.txt
"$PERPLEX" eval "$ngram" hostile.txt -q --breakdown all --counts "$almanac/train.txt" --worst 20 --explain -o a.json \
    --per-token a.jsonl
"$PERPLEX" eval "$neural" "$test_text" -q --distributions -o b.json --per-token b.jsonl
"$PERPLEX" report a.json b.json --title '<script>document.title = 1</script>' -o page.html || fail 'no page'

# The page as it is.
browse page.html 1280
quiet
grep -q '<title>&lt;script&gt;' dom || fail 'the title is not as it was given'
grep -q '<div class="heat">' dom || fail 'the text is not there'
browse page.html 360 --blink-settings=preferredColorScheme=0
quiet

# Copies with a script that measures them, which their policy would not run, in frames as narrow as phones and wider.
sed 's/<meta http-equiv="Content-Security-Policy"[^>]*>//
    s#</body>#<script>parent.postMessage(innerWidth + (document.documentElement.scrollWidth > innerWidth ?\
    " overflown: " + document.documentElement.scrollWidth : innerWidth > 1000 \&\& Array.from(\
    document.querySelectorAll("\#passages .box")).some(function (box) { return box.scrollWidth > box.clientWidth }) ?\
    " has passages too wide" : " fits"), "*")</script></body>#' page.html >measured.html
cat >frames.html <<'END'
<!DOCTYPE html>
<title>of</title>
<script>onmessage = function (event) { document.title += ", " + event.data }</script>
<iframe src="measured.html" width="360" height="800" style="border: 0"></iframe>
<iframe src="measured.html" width="1280" height="800" style="border: 0"></iframe>
END
browse frames.html 1400 --virtual-time-budget=2000
for width in 360 1280; do
    grep -q "<title>of.*, $width fits" dom || fail "at $width: $(grep -o '<title>[^<]*' dom | head -n 1)"
done

# A copy whose policy does not name its style.
sed 's/sha256-..../sha256-AAAA/' page.html >forbidden.html
browse forbidden.html 360
grep -q 'Content Security Policy' console || fail 'the console is not heard'

finish
