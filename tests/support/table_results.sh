# shellcheck shell=sh disable=SC2016 # names
# Results for tests of tables, behind tests/support/cli.sh: written by hand, no model is behind them.

# result FILE MODEL CORPUS PERPLEXITY ERROR [WINDOW]: of 1000 tokens in 5000 bytes, 10 of them unknown. Names are as in
# JSON, PERPLEXITY is a number or inf, ERROR the standard error in nats.
result() {
    awk -v model="$2" -v corpus="$3" -v perplexity="$4" -v error="$5" -v window="${6-0}" '
    function value(x) { return perplexity == "inf" ? "\"inf\"" : sprintf("%.17g", x) }
    BEGIN {
        nats = perplexity == "inf" ? 0 : log(perplexity)
        # What awk makes of a backslash in -v, the shell has doubled.
        printf "{\"schema\": \"perplex.result/1\", \"complete\": true, \"perplexity\": %s,\n", value(perplexity)
        printf " \"nats_per_token\": %s, \"bits_per_token\": %s,\n", value(nats), value(nats / log(2))
        printf " \"uncertainty\": {\"standard_error_nats\": %s},\n", error
        printf " \"normalized\": {\"bits_per_byte\": %s},\n", value(nats / log(2) / 5)
        printf " \"counts\": {\"tokens\": 1000, \"scored\": 1000, \"scored_bytes\": 5000},\n"
        printf " \"unknown\": {\"tokens\": 10, \"share\": 0.01},\n"
        printf " \"protocol\": {\"name\": \"%s\", \"unit\": \"line\", \"window\": %s, \"unknown\": \"unk\"},\n",
            window ? "custom" : "sentence", window
        printf " \"corpus\": {\"tokenization\": \"word\", \"sha256\": \"of %s\"}, \"model\": {\"sha256\": \"of %s\"},\n",
            corpus, model
        printf " \"runtime\": {\"inputs\": {\"model\": \"%s\", \"corpus\": \"%s\"}}}\n", model, corpus
    }' >"$1"
}

# Models and corpora with names that mean something in one of the formats, or to a terminal. Backslashes go through awk
# and JSON.
odd_results() {
    result odd.1.json 'm/a|b,\\\\c.arpa' 'test.txt' 100 0.1
    result odd.2.json '<script>alert(\\"1\\")<b>' 'test.txt' 50 0.01
    result odd.3.json '\\u202egnp.exe' 'test.txt' 60 0.01 64
    result odd.4.json 'line\\nfeed\\ttab\\r\\u001b[31m' 'test.txt' inf '\"nan\"'
    result odd.5.json '100%$&_#{}~^*x*`y`[z](u)--.bin' 'test.txt' 50 0.02
    result odd.6.json '[*]é — 中文 שלום' 'test.txt' 120 0.003
    result odd.7.json 'm/a|b,\\\\c.arpa' 'größe, \\"2\\".txt' 80 0.1
    result odd.8.json '[*]é — 中文 שלום' 'größe, \\"2\\".txt' 70 0.1
}
