#!/bin/sh
# Downloading a large file from nginx on the loopback interface, as the library does it and as `curl -o` does, in turn.
#
# usage: downloading.sh
#
# HTTP_GET: the downloader of tests/support (default: from the build folder of the preset `test`). RUNS: how many (default
# 7). MEGABYTES: the size of the file (default 1024). It lies with its copies under ${TMPDIR:-/tmp}: in memory (/dev/shm)
# nothing waits for a disk. python3 takes the time. Ends with 1 where the library takes more than LIMIT (default 1.15)
# times as long.
set -eu

[ $# -eq 0 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
http_get=${HTTP_GET:-$(dirname "$0")/../../build/test/tests/http_get}
PATH=$PATH:/usr/sbin
folder=$(mktemp -d "${TMPDIR:-/tmp}/perplex-downloading.XXXXXX")
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT
trap 'exit 130' HUP INT PIPE TERM

port=$((20000 + $$ % 20000))
cat >"$folder/nginx.conf" <<END
daemon off;
master_process off;
pid nginx.pid;
events {}
http {
    access_log off;
    sendfile on;
    client_body_temp_path temporary;
    proxy_temp_path temporary;
    fastcgi_temp_path temporary;
    uwsgi_temp_path temporary;
    scgi_temp_path temporary;
    server {
        listen 127.0.0.1:$port;
        root .;
    }
}
END
head -c "${MEGABYTES:-1024}M" /dev/urandom >"$folder/file"
nginx -p "$folder" -c nginx.conf -e error.log &
server=$!

python3 - "$http_get" "http://127.0.0.1:$port/file" "$folder" "${RUNS:-7}" "${LIMIT:-1.15}" <<'END'
import filecmp, os, resource, statistics, subprocess, sys, time

http_get, url, folder, runs, limit = *sys.argv[1:4], int(sys.argv[4]), float(sys.argv[5])
copy = os.path.join(folder, "copy")
programs = {"perplex": [http_get, url, copy], "curl -o": ["curl", "-sS", "--retry", "5", "--retry-connrefused", "-o", copy, url]}
took = {name: [] for name in programs}
busy = {name: [] for name in programs}
for run in range(runs + 1):
    for name, command in programs.items():
        before, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds, now = time.monotonic() - before, resource.getrusage(resource.RUSAGE_CHILDREN)
        if run > 0:  # the first warms up, and is looked at
            took[name].append(seconds)
            busy[name].append(now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime)
        elif not filecmp.cmp(copy, os.path.join(folder, "file"), shallow=False):
            sys.exit(f"{name}: the copy differs")
        os.unlink(copy)
size = os.path.getsize(os.path.join(folder, "file"))
for name in programs:
    middle = statistics.median(took[name])
    print(f"{name:8} {middle:.3f} s ({min(took[name]):.3f} to {max(took[name]):.3f}), {size / middle / 1e6:.0f} MB/s, "
          f"processor {statistics.median(busy[name]):.3f} s")
ratio = statistics.median(a / b for a, b in zip(took["perplex"], took["curl -o"]))
print(f"perplex takes {ratio:.2f} times as long as curl")
sys.exit(ratio > limit)
END
