#!/bin/sh
# What 64 requests in flight to a server of 50 ms latency cost the client, side by side: ours, libcurl alone in two
# ways, and sockets without libcurl (see requests.c).
#
# usage: requests.sh
#
# REQUESTS_PROGRAM: the program (default: from the build folder of the preset `test`). RUNS: how many (default 5).
# REQUESTS: of one run (default 12800).
set -eu

[ $# -eq 0 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
root=$(cd "$(dirname "$0")/../.." && pwd)
program=${REQUESTS_PROGRAM:-$root/build/test/tests/requests}

run=0
while [ $run -lt "${RUNS:-5}" ]; do
    for way in client socket multi raw; do
        "$program" $way "${REQUESTS:-12800}"
    done
    run=$((run + 1))
done | sort
