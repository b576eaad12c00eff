#!/bin/sh
# Downloads from nginx, with TLS by an authority of our own: what the server of support/ does is only what we think that
# servers do. Skipped without nginx or openssl.
# shellcheck source=tests/support/cli.sh disable=SC2317 # functions are called by way of others
. "$SOURCE_DIR/tests/support/cli.sh"
: "${HTTP_GET:?names the downloader of tests/support}"
PATH=$PATH:/usr/sbin:/usr/local/sbin
for needed in nginx openssl; do
    command -v $needed >/dev/null || {
        echo "skipped: there is no $needed"
        exit 77
    }
done
export no_proxy=127.0.0.1,localhost XDG_CACHE_HOME="$work/cache"
unset CURL_CA_BUNDLE SSL_CERT_FILE http_proxy https_proxy all_proxy

# authority NAME: a certificate that signs others. certificate NAME AUTHORITY: one of the host localhost.
authority() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" -keyout "$1.key" -out "$1.pem"
}
certificate() {
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=localhost" -keyout "$1.key" -out "$1.csr" &&
        printf 'subjectAltName=DNS:localhost\n' >"$1.names" &&
        openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days 2 \
            -extfile "$1.names" -out "$1.pem"
}
{ authority ours && authority stranger && certificate server ours; } >openssl.log 2>&1 ||
    { cat openssl.log && exit 1; }

mkdir www temporary
cp "$test_text" www/text.txt
gzip -c "$test_text" >www/packed.txt.gz
for _ in 1 2 3 4 5 6 7 8; do cat "$test_text" "$test_text" "$test_text" "$test_text"; done >www/large.txt
large=$(wc -c <www/large.txt)

configure() {
    port=$1 tls=$2
    cat >nginx.conf <<END
daemon off;
master_process off;
pid nginx.pid;
events {}
http {
    access_log access.log;
    client_body_temp_path temporary;
    proxy_temp_path temporary;
    fastcgi_temp_path temporary;
    uwsgi_temp_path temporary;
    scgi_temp_path temporary;
    default_type text/plain;
    limit_req_zone all zone=one:64k rate=1r/s;
    server {
        listen 127.0.0.1:$port;
        root www;
        gzip on;
        gzip_min_length 1;
        location /packed.txt { gzip_static always; }
        location /slowly/ { alias www/; limit_rate 20k; }
        location /limited/ {
            alias www/;
            limit_req zone=one;
            limit_req_status 429;
            error_page 429 @later;
        }
        location @later {
            add_header Retry-After 1 always;
            return 429;
        }
        location /503 { return 503; }
        location /request { return 200 "\$request_uri \$http_authorization\n"; }
        location /elsewhere { return 301 http://localhost:$port/request; }
        location /here { return 301 http://127.0.0.1:$port/request; }
        location /back { return 301 https://localhost:$tls/insecure; }
        location /secure/ { return 301 https://localhost:$tls/text.txt; }
    }
    server {
        listen 127.0.0.1:$tls ssl http2;
        ssl_certificate server.pem;
        ssl_certificate_key server.key;
        root www;
        location /insecure { return 302 http://localhost:$port/text.txt; }
    }
}
END
}
# It takes fixed ports; these may be others'.
start() {
    base=$((20000 + $$ % 20000))
    for attempt in 0 1 2 3 4 5 6 7 8 9; do
        configure $((base + 2 * attempt)) $((base + 2 * attempt + 1))
        nginx -p "$work" -c nginx.conf -e error.log 2>nginx.err &
        nginx=$!
        for _ in 1 2 3 4 5 6 7 8 9 10; do
            kill -0 $nginx 2>/dev/null || break
            "$HTTP_GET" "http://127.0.0.1:$port/text.txt" probe >/dev/null 2>&1 && return
            sleep 0.1
        done
        kill $nginx 2>/dev/null
        wait $nginx
    done
    cat error.log nginx.err
    exit 1
}
trap 'kill "$nginx" 2>/dev/null; rm -rf -- "$work"' EXIT
nginx=
start
web=http://127.0.0.1:$port secure=https://localhost:$tls

# gets FILE ARGUMENTS...: the download is that file of www.
gets() {
    expected=$1
    shift
    run "$HTTP_GET" "$@"
    ends_with 0
    cmp -s "www/$expected" "$2" || fail 'the content differs'
}
# told NAME VALUE: a line of what http_get prints.
told() {
    contains out "^$1 $2\$"
}
# keeps_silent: about the password.
keeps_silent() {
    ! grep -q sesame out err || fail 'the password is told'
}

# Whole, and what is compressed otherwise.
gets text.txt "$web/text.txt" text.txt
told transferred "$(wc -c <www/text.txt)"
gets packed.txt.gz "$web/packed.txt" packed
is_silent

# Ranges: after kill -9, of what has not changed, and of what has.
"$HTTP_GET" "$web/slowly/large.txt" killed >killed.out &
killed=$!
wait_for [ -s killed ] || fail 'nothing comes'
kill -9 $killed
wait $killed 2>/dev/null
part=$(wc -c <killed)
etag=$(sed -n 's/^begun //p' killed.out)
what="a download that is killed after $part of $large bytes"
[ "$part" -lt "$large" ] || fail 'it has ended before'
cp killed changed
gets large.txt "$web/large.txt" killed "$etag"
told transferred $((large - part))
gets large.txt "$web/large.txt" killed "$etag"
told transferred 0
run "$HTTP_GET" "$web/large.txt" nothing '' "$etag"
told unmodified 1
told size 0
cat www/large.txt www/text.txt >new
mv new www/large.txt
gets large.txt "$web/large.txt" changed "$etag"
told transferred "$(wc -c <www/large.txt)"

# Answers that are none.
refuses 4 "$web/none.txt: the server answers 404 (nothing is there*" "$HTTP_GET" "$web/none.txt" none
gets text.txt "$web/limited/text.txt" limited
gets text.txt "$web/limited/text.txt" limited-more
contains err 'note: .*: the server answers 429; trying again in 1\.0 s'
run "$HTTP_GET" "$web/503" none
ends_with 4
contains err 'perplex: .*the server answers 503; tried 3 times (it may be busy; later it may work)'
[ "$(grep -c 'GET /503 ' access.log)" -eq 3 ] || fail 'it is not tried three times'
[ ! -s none ] || fail 'something was written'

# A key goes to its host, and to no other.
run "$HTTP_GET" "http://user:sesame@127.0.0.1:$port/here" here
contains here '^/request Basic dXNlcjpzZXNhbWU=$'
keeps_silent
run "$HTTP_GET" "http://user:sesame@127.0.0.1:$port/elsewhere" elsewhere
contains elsewhere '^/request $'
keeps_silent

# TLS: of an authority that is known or not, and of another name; from https to http no way leads.
for variable in CURL_CA_BUNDLE SSL_CERT_FILE; do
    what="eval from https with $variable"
    accepts env "$variable=ours.pem" "$PERPLEX" eval uniform:65536 "$secure/text.txt" -q
    refuses 4 "*/text.txt: *certificate*(*CURL_CA_BUNDLE or SSL_CERT_FILE*)" \
        env "$variable=stranger.pem" "$PERPLEX" eval uniform:65536 "https://LOCALHOST:$tls/text.txt" -q
done
export CURL_CA_BUNDLE=ours.pem
gets text.txt "$secure/text.txt" by-tls
gets text.txt "$web/secure/" by-redirect
refuses 4 "$web/back: the server redirects from https to what is not https*" "$HTTP_GET" "$web/back" no
refuses 4 "$secure/insecure: the server redirects from https to what is not https*" "$HTTP_GET" "$secure/insecure" no
refuses 4 "https://127.0.0.1:$tls/text.txt: *'127.0.0.1' (*not the one that the address names)" "$HTTP_GET" "https://127.0.0.1:$tls/text.txt" no
CURL_CA_BUNDLE=stranger.pem
refuses 4 "$secure/text.txt: *certificate*(*CURL_CA_BUNDLE*)" "$HTTP_GET" "$secure/text.txt" no
CURL_CA_BUNDLE=missing.pem
refuses 4 "$secure/text.txt: *certificate*missing.pem*" "$HTTP_GET" "$secure/text.txt" no
CURL_CA_BUNDLE=ours.pem

# Proxies: nginx takes whole URLs, but makes no tunnels.
export no_proxy=
http_proxy=http://user:sesame@127.0.0.1:$port
export http_proxy
gets text.txt http://far.example/text.txt by-proxy
keeps_silent
export https_proxy="$http_proxy"
refuses 4 'https://far.example/text.txt: the proxy answers 400' "$HTTP_GET" https://far.example/text.txt no
keeps_silent
http_proxy=http://user:sesame@127.0.0.1:1
run "$HTTP_GET" http://far.example/text.txt no
ends_with 4
keeps_silent
unset http_proxy https_proxy

# Offline, nobody is asked.
before=$(wc -l <access.log)
refuses 4 '*offline*' env PERPLEX_OFFLINE=1 "$PERPLEX" eval uniform:65536 "$web/text.txt?new"
[ "$(wc -l <access.log)" -eq "$before" ] || fail 'the server has been asked'

# No file has the password.
run grep -rl sesame . --exclude=nginx.conf --exclude=access.log --exclude=error.log
ends_with 1

finish
