#!/bin/sh
# How many short requests a second `perplex serve` answers on one core. Needs wrk (Debian: apt-get install wrk) and two
# processors, one of them for the client. By hand:
#
#     tests/bench/serving.sh build/release/perplex [MODEL]
set -eu
perplex=${1:?names the program}
model=${2:-$(dirname -- "$0")/../data/models/almanac.o3.arpa}
work=$(mktemp -d)
trap 'kill "$server" 2>/dev/null; rm -rf -- "$work"' EXIT
taskset -c 0 "$perplex" serve "$model" --name m --port 0 --threads 1 >"$work/out" &
server=$!
until grep -q '^listening on ' "$work/out"; do sleep 0.1; done
url=$(sed -n 's/^listening on //p' "$work/out")
for logprobs in 0 1; do
    cat >"$work/ask.lua" <<END
wrk.method = "POST"
wrk.body = '{"model":"m","prompt":[[1,15,31,44,2,7,88,12,15,99,100,5,6,15,77,23,11,14,200,2]],' ..
           '"temperature":0,"max_tokens":0,"logprobs":$logprobs,"echo":true,"seed":1234}'
END
    echo "prompts of 20 ids, logprobs $logprobs:"
    taskset -c 1 wrk -t 1 -c 16 -d 5s -s "$work/ask.lua" "$url/v1/completions" | grep -E 'Requests/sec|Non-2xx|Latency'
done
