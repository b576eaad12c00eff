#!/bin/sh
# A model behind an endpoint that wants a key, under the commands beside eval: plans, inspection, and those that need more than
# it gives, which say so without asking its server.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"
# shellcheck source=tests/support/mock.sh
. "$SOURCE_DIR/tests/support/mock.sh"

key=sk-wJ7xQ2mRr9sLkT4v
printf '%s\n' "$key" >key
head -n 2 "$test_text" >lines.txt
accepts "$PERPLEX" convert lines.txt ids.jsonl --vocab "$models/almanac.bigram/vocab.txt" -q
start_mock -k "$key" "$neural"
model=openai:mock@$mock

# A plan: its cells are named by the model, which its server is asked for.
cat >plan.json <<END
{ "schema": "perplex.plan/1",
  "models": [ { "path": "$model" } ],
  "corpora": [ { "name": "ids", "path": "ids.jsonl" } ],
  "protocols": [ { "name": "hf", "protocol": "hf-stride", "window": 64, "stride": 64 } ] }
END
sed 's/"path": "openai[^"]*"/&, "api_key_file": "key"/' plan.json >with_file.json
for plan in plan.json with_file.json; do
    rm -rf results
    given=
    [ $plan = with_file.json ] || given=$key
    PERPLEX_API_KEY=$given run "$PERPLEX" run $plan
    ends_with 0
    contains err '^perplex: 1 cell: 1 done, 0 of them before; 0 failed, 0 to do$'
    PERPLEX_API_KEY=$given run "$PERPLEX" run $plan
    ends_with 0
    contains err '^perplex: 1 cell: 1 done, 1 of them before; 0 failed, 0 to do$'
    ! grep -r -F -q -e "$key" out err results || fail 'the key is written'
done
[ "$(counted without_key)" -eq 0 ] || fail 'the key was not always sent'
run "$PERPLEX" run plan.json --results without_key
ends_with 4
contains err 'the server answers 401: Incorrect API key provided (PERPLEX_API_KEY or --api-key-file gives a key)$'

# A gate judges a model of which the name alone is known, and says so; there is no doubt of what a server tells.
PERPLEX_API_KEY=$key accepts "$PERPLEX" check "$model" ids.jsonl --baseline "$(echo results/*.json)" --fail-if 'ppl > +1%'
contains out '^warning: of the model of both the name alone is known: '
sed 's/"fingerprint": "name"/"fingerprint": "told"/' results/*.json >told.json
run "$PERPLEX" compare told.json results/*.json --json
contains out 'of the model of NEW the name alone'
run "$PERPLEX" compare told.json told.json --fail-if 'ppl > +1%'
ends_with 0
! grep -q 'the name alone' out || fail 'a doubt without a reason'

# What a model is called: not after its server.
case $(echo results/*.json) in
results/mock.ids.hf.*.json) ;;
*) fail "the cell is called $(echo results/*.json)" ;;
esac
accepts "$PERPLEX" table told.json -f csv
contains out "^mock@$mock,"

# Inspection.
PERPLEX_API_KEY=$key accepts "$PERPLEX" inspect "$model"
contains out '^ *context  *not known$'
accepts "$PERPLEX" inspect "$model" --api-key-file key --json
contains out '"context_length": null'
refuses 4 '*the server answers 401: Incorrect API key provided (PERPLEX_API_KEY or --api-key-file gives a key)' "$PERPLEX" inspect "$model"
misused '--api-key-file is for models behind an endpoint*' "$PERPLEX" inspect "$ngram" --api-key-file key

# What takes whole distributions. A key for one server is not for another.
told openai
export PERPLEX_API_KEY=$key
refuses 3 'a model behind an endpoint cannot be mixed' "$PERPLEX" eval "$ngram" "$test_text" --mix "0.5:$model"
refuses 3 'a model behind an endpoint cannot be mixed' "$PERPLEX" eval "$model" ids.jsonl --mix "0.5:$ngram"
refuses 3 'a model behind an endpoint does not give full*' "$PERPLEX" divergence "$ngram" "$model" "$test_text"
refuses 3 'a model behind an endpoint does not give full*' "$PERPLEX" divergence "$model" "$ngram" "$test_text"
[ -z "$(asked)" ] || fail 'it was asked'
unset PERPLEX_API_KEY

# What is mixed in is read over the network as the first is.
PERPLEX_OFFLINE=1 refuses 4 '*PERPLEX_OFFLINE*' "$PERPLEX" eval "$ngram" "$test_text" --mix "0.5:$mock/model.arpa"

stop_mock
finish
