#!/bin/sh
# --per-token: what is in the file adds up to the result, and the file appears whole or not at all.
# shellcheck source=tests/support/cli.sh disable=SC2317 # functions are called by way of others
. "$SOURCE_DIR/tests/support/cli.sh"

accepts "$PERPLEX" eval "$ngram" "$test_text" -q
mv out ngram.json
without_runtime ngram.json >expected
accepts "$PERPLEX" eval "$neural" "$test_text" -q -o neural.json

# nats FILE: those of its lines, one for each.
nats() {
    sed 's/.*"nats":\([^,]*\),.*/\1/' "$1"
}
# adds_up NUMBERS RESULT: their sum and number are the result's, whose sum is in units of 2^-64.
adds_up() {
    near 1e-12 "$(awk '{ sum += $1 } END { printf "%.17g", sum }' "$1")" \
        "$(value "$2" accumulators.nats.sum | awk '{ printf "%.17g", $1 / 2 ^ 64 }')"
    [ "$(wc -l <"$1")" -eq "$(value "$2" counts.scored)" ] || fail "$1 has $(wc -l <"$1") numbers"
}
# array FILE: the numbers of a .npy, one for each, behind the 128 bytes of the header.
array() {
    od -An -v -t f8 -w8 -j 128 "$1" | tr -d ' '
}

# Both formats, of both models; compressed too; the result is the same as without.
for model in ngram neural; do
    path=$ngram
    [ $model = ngram ] || path=$neural
    accepts "$PERPLEX" eval "$path" "$test_text" -q --per-token $model.jsonl -o again.json
    prints_nothing
    without_runtime $model.json >before
    without_runtime again.json | cmp -s - before || fail 'the result differs'
    nats $model.jsonl >numbers
    adds_up numbers $model.json
    accepts "$PERPLEX" eval "$path" "$test_text" -q --per-token $model.npy
    without_runtime out | cmp -s - before || fail 'the result differs'
    array $model.npy >numbers
    adds_up numbers $model.json
    head -c 128 $model.npy >header
    contains header "'<f8'.*'shape': ($(value $model.json counts.scored),)"
    for name in $model.jsonl $model.npy; do
        accepts "$PERPLEX" eval "$path" "$test_text" -q --per-token "$name.gz" -j 2 -o again.json
        gzip -dc "$name.gz" | cmp -s - "$name" || fail "$name.gz holds something else"
    done
done
# Every line of the text ends in an end symbol; unknown words are as many as the result says.
[ "$(grep -c '"flags":\["end"' ngram.jsonl)" -eq "$(wc -l <"$test_text")" ] || fail 'end symbols are missing'
[ "$(grep -c '"unknown"' ngram.jsonl)" -eq "$(value ngram.json unknown.tokens)" ] || fail 'unknown tokens are missing'
for k in 1 2 3; do
    [ "$(grep -c "\"order\":$k," ngram.jsonl)" -eq "$(value ngram.json orders.$((k - 1)).tokens)" ] || fail "order $k differs"
done
for threads in 1 3; do
    accepts "$PERPLEX" eval "$ngram" "$test_text" -q --threads $threads --batch 100 --per-token again.jsonl -o again.json
    cmp -s again.jsonl ngram.jsonl || fail "$threads threads give other tokens"
done

# A zero probability: exit code 5, and everything is written.
printf '\\data\\\nngram 1=4\n\n\\1-grams:\n-99\t<s>\n-0.5\t</s>\n-0.5\ta\n-inf\tc\n\n\\end\\\n' >zero.arpa
echo 'a c' >zero.txt
run "$PERPLEX" eval zero.arpa zero.txt -q -o zero.json --per-token zero.jsonl
ends_with 5
cat >zero.expected <<'END'
{"unit":0,"position":0,"token":"a","nats":1.151292546497023,"order":1,"flags":[]}
{"unit":0,"position":1,"token":"c","nats":"inf","order":1,"flags":[]}
{"unit":0,"position":2,"token":"</s>","nats":1.151292546497023,"order":1,"flags":["end"]}
END
diff zero.expected zero.jsonl || fail 'the lines are not those'
run "$PERPLEX" eval zero.arpa zero.txt -q -o zero.json --per-token zero.npy
[ "$(array zero.npy | sed -n 2p)" = inf ] || fail 'infinity is not infinite'

# To stdout, a pipe, a device.
for stdout in - /dev/stdout; do
    accepts "$PERPLEX" eval "$ngram" "$test_text" -q -o again.json --per-token $stdout
    cmp -s out ngram.jsonl || fail "--per-token $stdout gives something else"
done
mkfifo pipe pipe.npy
for name in pipe pipe.npy; do
    cat $name >copy &
    accepts "$PERPLEX" eval "$ngram" "$test_text" -q -o again.json --per-token $name
    wait
    case $name in
    *.npy) cmp -s copy ngram.npy || fail 'the array in the pipe differs' ;;
    *) cmp -s copy ngram.jsonl || fail 'the lines in the pipe differ' ;;
    esac
done
accepts "$PERPLEX" eval "$ngram" "$test_text" -q --per-token /dev/null
without_runtime out | cmp -s - expected || fail 'the result differs'

# Names that say no format, places for both, places for nothing: before the model is read.
unread() {
    code=$1 message=$2
    shift 2
    "$code" "$message" "$PERPLEX" eval missing.arpa "$test_text" "$@"
}
refuses_io() {
    refuses 4 "$@"
}
for name in tokens tokens.txt tokens.gz tokens.npz .npy/tokens; do
    [ -d .npy ] || mkdir .npy
    unread misused '*does not say what format*.jsonl*.npy*' --per-token "$name"
done
unread misused '--per-token takes the name of a file, not ""' --per-token ''
unread misused 'the result and --per-token cannot both go to standard output; -o FILE *' --per-token -
unread misused 'the result and --per-token cannot both go to standard output; -o FILE *' --per-token /dev/stdout
unread misused 'the result and --per-token cannot both go to standard output' --per-token - -o -
unread misused 'the result and --per-token cannot both go to a.json' --per-token a.json -o a.json
unread misused 'the result and --per-token cannot both go to ./a.json' --per-token ./a.json -o a.json
ln -s a.json link.json
unread misused 'the result and --per-token cannot both go to link.json' --per-token link.json -o a.json
unread refuses_io 'cannot write none/a.jsonl: No such file or directory' --per-token none/a.jsonl
unread refuses_io 'cannot write none/a.json: No such file or directory' -o none/a.json --per-token a.jsonl
unread refuses_io 'cannot write ngram.json/a.npy: Not a directory' --per-token ngram.json/a.npy
mkdir folder.npy
unread refuses_io 'cannot write folder.npy: Is a directory' --per-token folder.npy
misused 'table has no option --per-token' "$PERPLEX" table ngram.json --per-token a.jsonl

# What fails leaves the old files alone, and nothing beside them.
mkdir kept
for name in a.json a.jsonl a.npy.gz; do echo old >kept/$name; done
unchanged() {
    [ "$(cat kept/*)" = "$(printf 'old\nold\nold')" ] || fail 'an old file was changed'
    [ "$(cd kept && echo *)" = 'a.json a.jsonl a.npy.gz' ] || fail "something was left: $(ls kept)"
}
printf 'a\n</s>\n' >control.txt
for name in kept/a.jsonl kept/a.npy.gz; do
    refuses 3 'control.txt:2:1: *' "$PERPLEX" eval "$ngram" control.txt -o kept/a.json --per-token $name
    unchanged
    refuses 4 'missing.arpa: *' "$PERPLEX" eval missing.arpa "$test_text" -o kept/a.json --per-token $name
    unchanged
    refuses 4 'cannot write /dev/full: No space left on device' \
        "$PERPLEX" eval "$ngram" "$test_text" -q -o /dev/full --per-token $name
    unchanged
    refuses 4 'cannot write /dev/full: No space left on device' \
        "$PERPLEX" eval "$ngram" "$test_text" -q -o kept/a.json --per-token /dev/full
    unchanged
done
# No file may grow beyond some kilobytes, stderr's neither: hence the pipe.
limited() {
    {
        (
            ulimit -f 8
            "$@"
            echo "code $?" >&2
        ) 2>&1 | cat >messages
    }
    sed '/^code /d' messages >&2
    return "$(sed -n 's/^code //p' messages)"
}
for name in kept/a.jsonl kept/a.npy.gz; do
    refuses 4 "cannot write $name: File too large" \
        limited "$PERPLEX" eval "$ngram" "$test_text" -q -o kept/a.json --per-token $name
    unchanged
done

# Nobody reads the tokens to their end, or the result.
ends_silently() {
    run "$@"
    ends_with 141
    is_silent
    unchanged
}
head -c 10 <pipe >/dev/null &
ends_silently "$PERPLEX" eval "$ngram" "$test_text" -q -o kept/a.json --per-token pipe
wait
ignoring() {
    (
        trap '' PIPE
        exec "$@"
    )
}
head -c 10 <pipe >/dev/null &
refuses 4 'cannot write pipe: Broken pipe' \
    ignoring "$PERPLEX" eval "$ngram" "$test_text" -q -o kept/a.json --per-token pipe
wait
unchanged
exec 4<>pipe
exec 5>pipe
exec 4<&-
broken() {
    "$@" >&5
}
for name in kept/a.jsonl kept/a.npy.gz; do
    ends_silently broken "$PERPLEX" eval "$ngram" "$test_text" -q --per-token $name
    ends_silently broken ignoring "$PERPLEX" eval "$ngram" "$test_text" -q --per-token $name
done
ends_silently broken "$PERPLEX" eval "$ngram" "$test_text" -q -o kept/a.json --per-token -
exec 5>&-

# Ctrl-C, or the terminal is closed, while text comes without end.
for signal in INT HUP QUIT TERM; do
    name=kept/a.jsonl
    [ $signal != INT ] || name=kept/a.npy.gz
    what="SIG$signal, --per-token $name"
    env --default-signal=INT,HUP,QUIT,TERM timeout --foreground --signal KILL 20 \
        "$PERPLEX" eval "$ngram" - -q -o kept/a.json --per-token $name <pipe >out 2>err &
    program=$!
    while cat "$almanac/train.txt"; do :; done >pipe 2>/dev/null &
    writer=$!
    is_growing() {
        [ -n "$(find kept -name 'a.*.??????' -size +0)" ]
    }
    case $name in
    *.jsonl) wait_for is_growing || fail 'nothing is written while it runs' ;;
    *) sleep 0.5 ;;
    esac
    kill -$signal "$program"
    code=0
    wait "$program" || code=$?
    kill "$writer" 2>/dev/null
    wait "$writer" 2>/dev/null
    ends_with 130
    says '*interrupted'
    prints_nothing
    unchanged
done

# Ctrl-C, while a pipe waits for its reader.
what='Ctrl-C, --per-token pipe'
env --default-signal=INT timeout --foreground --signal KILL 20 \
    "$PERPLEX" eval "$ngram" "$test_text" -q -o kept/a.json --per-token pipe >out 2>err &
program=$!
sleep 0.5
kill -INT "$program"
code=0
wait "$program" || code=$?
ends_with 130
says 'interrupted'
unchanged

finish
