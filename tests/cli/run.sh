#!/bin/sh
# run: plans, their cells, and what becomes of them.
# shellcheck disable=SC2012 # no name here has a space
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

# plan MEMBERS: plan.json is a plan of the models of the demo with these members beside.
plan() {
    cat >plan.json <<END
{ "schema": "perplex.plan/1",
  "models": [ { "name": "ngram", "path": "$ngram" }, { "name": "neural", "path": "$neural" } ],
  "corpora": [ { "name": "test", "path": "$test_text" } ]$1 }
END
}

# cell MODEL CORPUS PROTOCOL [FOLDER]: the file of that cell's result.
cell() {
    echo "${4-results}/$1.$2.$3".????????????????.json
}

# state INDEX STATE [FOLDER]: how a cell stands, by its number from 0.
state() {
    found=$(value "${3-results}/.index.json" "cells.$1.state")
    [ "$found" = "$2" ] || fail "cell $1 is '$found' instead of '$2'"
}

# same FOLDER FOLDER: the same results in both, but for runtime.
same() {
    (cd "$1" && ls) >names
    (cd "$2" && ls) | cmp -s - names || fail "$1 and $2 have not the same files: $(ls "$1" "$2")"
    for name in "$1"/*.json; do
        without_runtime "$name" >wanted
        without_runtime "$2/${name##*/}" | cmp -s wanted - || fail "$name differs in $2"
    done
    cmp -s "$1/.index.json" "$2/.index.json" || fail "the indexes of $1 and $2 differ"
}

# What a cell is: what eval gives, under a name of its own.
plan ', "protocols": ["sentence", {"name": "short", "protocol": "hf-stride", "window": 64, "stride": 32}]'
run "$PERPLEX" run plan.json
ends_with 0
contains out '^| model  *| test / sentence | test / short |$'
contains out '^| neural | *\*\*78\*\* | *\*\*79\*\* |$'
contains err '^perplex: 4 of 4: neural, test, short: perplexity 78\.'
contains err '^perplex: 4 cells: 4 done, 0 of them before; 0 failed, 0 to do$'
for number in 0 1 2 3; do state $number "done"; done
short=$(cell neural test short)
without_runtime "$short" >given
accepts "$PERPLEX" eval "$neural" "$test_text" -q -p hf-stride --window 64 --stride 32
without_runtime out | cmp -s given - || fail "a cell is not what eval gives"

# What is done is not done again, whatever it is called; a table all the same.
mv out before
run "$PERPLEX" run plan.json
ends_with 0
contains err '^perplex: 4 cells: 4 done, 4 of them before; 0 failed, 0 to do$'
sed 's/"neural"/"bigram"/' plan.json >renamed.json
run "$PERPLEX" run renamed.json -q -o table.md
ends_with 0
is_silent
prints_nothing
[ -s table.md ] || fail 'there is no table'
[ "$(value results/.index.json cells.3.file)" = "${short##*/}" ] || fail 'a cell with a new name is done again'

# The table that the plan asks for, under the names that it gives.
sed 's/"protocols"/"table": {"rows": "protocol,corpus", "columns": "model", "metric": "scored,bpb", "format": "csv"}, &/' \
    plan.json >table.json
run "$PERPLEX" run table.json -q
ends_with 0
is_silent
contains out '^protocol,corpus,ngram scored,ngram bits_per_byte,neural scored,'
contains out '^short,test,3647,1\.78'
run "$PERPLEX" run table.json -q --format json
contains out '"schema": "perplex.table/1"'

# The options, and the content of the files, make another cell; old results stay.
cp "$test_text" mine.txt
sed "s#$test_text#mine.txt#" plan.json >mine.json
run "$PERPLEX" run mine.json
contains err ' 4 of them before'
echo more >>mine.txt
run "$PERPLEX" run mine.json
contains err ' 0 of them before'
contains err '^perplex: 4 results in results belong to no cell of this plan$'
plan ', "options": {"worst": 3, "threads": 2}'
run "$PERPLEX" run plan.json
contains err ' 0 of them before'
plan ', "options": {"worst": 3, "threads": 1, "batch": 5}'
run "$PERPLEX" run plan.json
contains err '2 cells: 2 done, 2 of them before'

# --force does all again; --dry-run nothing, and says by what commands the rest is done.
ls -i results/*.json >inodes
run "$PERPLEX" run plan.json --force
contains err '2 cells: 2 done, 0 of them before'
ls -i results/*.json | cmp -s inodes - && fail '--force does nothing'
cp "$test_text" "it's.txt"
plan ', "results": "dry"'
sed "s#$test_text#it's.txt#" plan.json >quoted.json
run "$PERPLEX" run quoted.json --dry-run
ends_with 0
contains out '^to do   neural, test, default$'
[ ! -e dry ] || fail '--dry-run makes the folder'
sed -n 's/^        //p' out | head -n 1 >first.sh
contains first.sh "^perplex eval --output=dry/ngram.test.default.* -- .* 'it'.''s.txt'$"
mkdir bin dry
ln -s "$PERPLEX" bin/perplex
PATH=$work/bin:$PATH sh first.sh || fail 'the command fails'
run "$PERPLEX" run quoted.json --dry-run -q
[ "$(cat out)" = 'done    ngram, test, default
to do   neural, test, default' ] || fail "the list is wrong: $(cat out)"

# What is listed does not write to the terminal.
echo more >"$(printf 'a\033[31m\\b.txt')"
printf '{ "schema": "perplex.plan/1", "models": ["%s"], "corpora": ["a%su001b[31m%sb.txt"] }\n' \
    "$ngram" "\\" "\\\\" >control.json
run "$PERPLEX" run control.json --dry-run
ends_with 0
contains out " \$'a.033\[31m.134b.txt'\$"
grep -q "$(printf '\033')" out && fail 'a control character is printed'

# A folder that may not be written gives its table as long as there is nothing to do.
if [ "$(id -u)" -ne 0 ]; then
    plan ', "results": "fixed"'
    accepts "$PERPLEX" run plan.json -q
    chmod a-w fixed fixed/.lock
    accepts "$PERPLEX" run plan.json -q
    contains out '^| neural '
    refuses 4 'cannot write a file in fixed: Permission denied' "$PERPLEX" run plan.json -q --force
    chmod u+w fixed
fi

# Several at a time are what one after another is.
plan ', "protocols": ["sentence", "wikitext-eos"], "options": {"per_token": "jsonl", "per_document": true}'
run "$PERPLEX" run plan.json -q --results one
ends_with 0
run "$PERPLEX" run plan.json -q --results several --jobs 3
ends_with 0
same one several
for name in one/*.tokens.jsonl one/*.documents.jsonl; do
    cmp -s "$name" "several/${name#one/}" || fail "$name differs"
done
[ "$(ls one/*.tokens.jsonl one/*.documents.jsonl | wc -l)" -eq 8 ] || fail 'files are missing beside the results'
[ "$(value several/.index.json cells.0.exit_code)" = 0 ] || fail 'the index lacks the exit code'

# A cell is done only with what stands beside it.
rm one/ngram.test.sentence.*.tokens.jsonl
run "$PERPLEX" run plan.json --results one
contains err '4 cells: 4 done, 3 of them before'
same one several

# A damaged result is made again; what a killed run has left behind goes, and nothing else does.
printf '{"schema": "perplex.result/1", ' >"$(cell neural test sentence one)"
name=$(cell ngram test sentence one)
[ ! -s one/.lock ] || fail 'the run has not signed off'
echo 1 >one/.lock
for left in "$name.x7Ab2Q" "${name%.json}.tokens.jsonl.00aaZZ" one/.index.json.Q12345; do : >"$left"; done
: >"$name.before"
touch -d '1 hour ago' "$name.before"
for own in "$name.backup" one/.index.json.backup one/notes.txt one/notes.json.x7Ab2Q; do : >"$own"; done
run "$PERPLEX" run plan.json --results one
contains err '4 cells: 4 done, 3 of them before'
for left in "$name.x7Ab2Q" "${name%.json}.tokens.jsonl.00aaZZ" one/.index.json.Q12345; do
    [ ! -e "$left" ] || fail "$left is still there"
done
for own in "$name.before" "$name.backup" one/.index.json.backup one/notes.txt one/notes.json.x7Ab2Q; do
    [ -e "$own" ] || fail "$own is gone"
    rm "$own"
done
same one several

# A journal that is of no use, and one that has served.
rm "$(cell neural test sentence one)"
name=$(cell ngram test sentence one)
echo damaged >"$(cell neural test sentence several).journal"
mv several/neural.test.sentence.*.journal one
echo damaged >"$name.journal"
run "$PERPLEX" run plan.json --results one
ends_with 0
contains err '4 cells: 4 done, 3 of them before'
same one several

# Cells that fail are marked, and do not stop the others: a file that is missing, a model that is cut off, a
# perplexity that is not finite. The exit code is the first one's.
head -c 20000 "$ngram" >cut.arpa
cat >fails.json <<END
{ "schema": "perplex.plan/1", "results": "fails",
  "models": ["cut.arpa", "$ngram", "missing.arpa"],
  "corpora": [{"name": "fine", "path": "$test_text"}, "gone-*.txt"],
  "protocols": ["sentence", {"name": "zero", "protocol": "sentence", "unknown": "zero"}],
  "skip": [{"model": "cut.arpa", "protocol": "zero"}, {"corpus": "gone-*.txt", "protocol": "zero"},
           {"model": "missing.arpa", "corpus": "gone-*.txt"}] }
END
for turn in first second; do
    run "$PERPLEX" run fails.json
    ends_with 3
    contains err '^perplex: 7 cells: 1 done, .*; 6 failed, 0 to do$'
    contains err '^perplex: cut.arpa, fine, sentence: cut.arpa:[0-9:]*: '
    contains err '^perplex: almanac.o3.arpa, fine, zero: the perplexity is not finite: 625 tokens have zero probability$'
    contains err '^perplex: missing.arpa, fine, sentence: missing.arpa: cannot be opened: No such file'
    contains err '^perplex: cut.arpa, gone-\*.txt, sentence: gone-\*.txt: '
    state 0 failed fails
    state 2 "done" fails
    state 3 failed fails
    [ "$(value fails/.index.json cells.3.exit_code)" = 5 ] || fail "not finite has another code ($turn)"
    contains out '^| almanac.o3.arpa |  *559 |  *∞ |$'
    contains out '^| model  *| fine / sentence | fine / zero |$'
done
run "$PERPLEX" run fails.json --dry-run -q
contains out '^failed  missing.arpa, fine, sentence$'
contains out '^failed  cut.arpa, fine, sentence$'
contains err '^perplex: cut.arpa, fine, sentence: cut.arpa:[0-9:]*: '
cp "$ngram" cut.arpa
cp "$ngram" missing.arpa
cp "$test_text" gone-1.txt
run "$PERPLEX" run fails.json
ends_with 5
contains err '7 cells: 5 done, 1 of them before; 2 failed'

# Two at once, and a folder that cannot be made.
mkfifo pipe
cat >waits.json <<END
{ "schema": "perplex.plan/1", "results": "one", "models": ["$ngram"], "corpora": ["pipe"] }
END
"$PERPLEX" run waits.json >/dev/null 2>waits.err &
waiting=$!
wait_for [ -s one/.lock ] || fail 'the lock is not there'
plan ', "results": "one"'
sleep 0.2
refuses 4 "another \`perplex run\` works in one (process $waiting)" "$PERPLEX" run plan.json
kill -TERM $waiting
wait $waiting
[ $? -eq 130 ] || fail "interrupted, it does not end with 130: $(cat waits.err)"
for name in results/.index.json mine.txt mine.json; do
    refuses 2 "*$name would overwrite what is read: $name" "$PERPLEX" run mine.json -o $name
done

# Nor is what an option names overwritten, nor a result by the table, nor the plan by the index.
head -n 5 "$almanac/valid.txt" >counts.txt
cp counts.txt tune.txt
cp "$ngram" mixed.arpa
cat >reads.json <<END
{ "schema": "perplex.plan/1", "results": "reads", "models": [{"path": "$ngram", "mix": ["0.5:mixed.arpa"]}],
  "corpora": ["mine.txt"], "options": {"counts": "counts.txt", "breakdown": "frequency", "mix_tune": "tune.txt"} }
END
for name in counts.txt tune.txt mixed.arpa; do
    refuses 2 "$name would overwrite what is read: $name" "$PERPLEX" run reads.json -o $name
done
[ ! -e reads ] || fail 'the folder is made all the same'
accepts "$PERPLEX" run reads.json -q
name=$(echo reads/*.json)
cp "$name" kept.json
refuses 2 "$name would overwrite what is read: $name" "$PERPLEX" run reads.json -q -o "$name"
cmp -s "$name" kept.json || fail 'the table has taken the place of a result'
mkdir own
for name in .index.json .lock; do
    sed 's/"reads"/"own"/' reads.json >own/$name
    refuses 2 "own/$name would overwrite what is read: own/$name" "$PERPLEX" run own/$name
    sed 's/"reads"/"own"/' reads.json | cmp -s - own/$name || fail 'the plan is overwritten'
    rm own/$name
done

# A result under the name of other files is not believed, and not left there when they change meanwhile.
accepts "$PERPLEX" run reads.json -q
echo more >>tune.txt
accepts "$PERPLEX" run reads.json -q --results other
cp reads/*.json "$(echo other/*.json)"
run "$PERPLEX" run reads.json --results other
contains err '1 cell: 1 done, 0 of them before'
cp "$ngram" changes.arpa
cat >changes.json <<END
{ "schema": "perplex.plan/1", "results": "changes", "models": ["$neural", "changes.arpa"],
  "corpora": [{"name": "long", "paths": [$(yes "\"$almanac/train.txt\"" | head -n 8 | paste -s -d ,)]}] }
END
"$PERPLEX" run changes.json >out 2>err &
program=$!
wait_for [ -s changes/.index.json ] || fail 'the index is not there'
sed 's/-1\.5/-1.6/' "$ngram" >changed.arpa
mv changed.arpa changes.arpa
code=0
wait $program || code=$?
what='run, a model of which changes meanwhile'
ends_with 2
contains err '^perplex: changes.arpa, long, default: the model has changed since the run began'
[ "$(ls changes/*.json | wc -l)" -eq 1 ] || fail "a false result is left: $(ls changes)"
run "$PERPLEX" run changes.json
contains err '2 cells: 2 done, 1 of them before'

# What stands in the folder under *.json is results.
accepts "$PERPLEX" table results/*.json -o all.md
: >file
refuses 4 'cannot make the folder file: Not a directory' "$PERPLEX" run plan.json --results file/x

# What is no plan: one line, with the place.
# wrong MEMBERS MESSAGE
wrong() {
    printf '%s' "$1" >wrong.json
    misused "wrong.json: $2" "$PERPLEX" run wrong.json
}
plan=$(printf '"schema": "perplex.plan/1", "models": ["m.arpa"], "corpora": ["a.txt", {"name": "b", "path": "c.txt"}]')
wrong '{}' '$: "schema" is missing; *'
wrong '{"schema": "perplex.plan/2"}' '$.schema is not "perplex.plan/1"'
wrong '{"schema": "perplex.plan/1", "models": ["a"]}' '$: "corpora" is missing'
wrong '{"schema": "perplex.plan/1", "modles": ["a"]}' '$.modles: a plan has no such member; did you mean models[?]'
wrong '{"schema": "perplex.plan/1", "models": []}' '$.models is empty'
wrong '{"schema": "perplex.plan/1", "models": "a"}' '$.models takes an array, not a string'
wrong '{"schema": "perplex.plan/1", "models": [1]}' '$.models\[0\] takes a string or an object'
wrong '{"schema": "perplex.plan/1", "models": ["-"]}' '$.models\[0\]: what a plan names is read more than once*'
wrong '{"schema": "perplex.plan/1", "models": [{"name": "x"}]}' '$.models\[0\]: "path" is missing'
wrong '{"schema": "perplex.plan/1", "models": [{"path": "a", "vokab": "b"}]}' \
    '$.models\[0\].vokab: eval has no such option; did you mean vocab[?]'
wrong '{"schema": "perplex.plan/1", "models": ["a/x", "b/x"]}' '$.models\[1\]: "x" is what $.models\[0\] is called too*'
wrong '{"schema": "perplex.plan/1", "corpora": [{"path": "a", "paths": ["b"]}]}' \
    '$.corpora\[0\].paths: "path" and "paths" exclude each other'
wrong "{$plan, \"options\": {\"window\": \"5\"}}" '$.options.window takes a number, not a string'
wrong "{$plan, \"options\": {\"window\": -5}}" '$.options.window takes a number of tokens*'
wrong "{$plan, \"options\": {\"per_token\": \"txt\"}}" '$.options.per_token takes true, false, *'
wrong "{$plan, \"options\": {\"summary\": \"kenlm\"}}" '$.options.summary: cells print nothing'
wrong "{$plan, \"options\": {\"output\": \"x\"}}" '$.options.output: only the command line takes this option'
wrong "{$plan, \"protocols\": [\"sentense\"]}" '$.protocols\[0\]: there is no protocol "sentense"; did you mean sentence[?]'
wrong "{$plan, \"protocols\": [{\"protocol\": \"custom\"}]}" '$.protocols\[0\].protocol: "custom" is no preset*'
wrong "{$plan, \"skip\": [{\"corpus\": \"a.tx\"}]}" '$.skip\[0\].corpus: there is no corpus "a.tx"; did you mean a.txt[?]'
wrong "{$plan, \"skip\": [{}]}" '"only" and "skip" leave nothing to do'
wrong "{$plan, \"table\": {\"format\": \"word\"}}" '$.table.format takes markdown*'
wrong "{$plan, \"table\": {\"rows\": \"corpus,modle\"}}" '$.table.rows takes model, corpus, *, not "corpus,modle"'
wrong "{$plan, \"table\": {\"row\": \"model\"}}" '$.table.row: table has no such option; did you mean rows[?]'
wrong '{"schema": "perplex.plan/1", "models": [{"path": "a", "window": 5}], "corpora": ["b"],
    "protocols": [{"window": 6}]}' '$.models\[0\].window and $.protocols\[0\].window are said of one cell'
wrong '{"schema": "perplex.plan/1", "models": [{"path": "a", "mix": ["a"]}], "corpora": ["b"]}' \
    '$.models\[0\].mix takes WEIGHT:MODEL *'
wrong "{$plan, \"protocols\": [{\"mix_tune\": \"v.txt\"}]}" '$.protocols\[0\].mix_tune needs a model to mix*'
wrong "{$plan, \"protocols\": [{\"protocol\": \"gptq\", \"window\": 16, \"stride\": 8}]}" 'm.arpa, a.txt, gptq: *'
printf '{' >wrong.json
refuses 3 'wrong.json:1:2: *' "$PERPLEX" run wrong.json
refuses 4 'missing.json: *' "$PERPLEX" run missing.json
misused 'a plan is a file or a URL*' "$PERPLEX" run -

# The plans that come with perplex run as they are, where their files are.
cd "$SOURCE_DIR" || exit 1
for name in demo checkpoint; do
    "$PERPLEX" run configs/$name.json -q --results "$work/$name" >"$work/out" 2>"$work/err" ||
        fail "configs/$name.json: $(cat "$work/err")"
done
cd "$work" || exit 1

# The options of a plan are those of eval.
"$PERPLEX" eval --help | sed -n 's/^.* --\([a-z-]*\).*/\1/p' | tr - _ | sort -u >options
sed -n 's/^    "option_\([a-z_]*\)": {$/\1/p' "$SOURCE_DIR/configs/schema/plan-1.schema.json" >keys
printf '%s\n' config dry_run help mix output per_document per_token quiet shard summary >>keys
sort keys | cmp -s options - || fail "the schema has other options: $(sort keys | diff options -)"

finish
