#!/bin/sh
# What a model that is used in place takes: no more than its files and 64 MiB, mapped or copied.
# shellcheck source=tests/support/cli.sh
. "$SOURCE_DIR/tests/support/cli.sh"

# 40,000 words, 1,000,000 2-grams and 900,000 3-grams, each word followed by the few behind it.
awk 'BEGIN {
    words = 40000; second = 1000000; third = 900000
    printf "\\data\\\nngram 1=%d\nngram 2=%d\nngram 3=%d\n\n\\1-grams:\n", words + 3, second, third
    print "-5\t<unk>\n-99\t<s>\t-0.5\n-2\t</s>"
    for (i = 0; i < words; i++)
        print "-4.5\tw" i "\t-0.3"
    print "\n\\2-grams:"
    for (i = 0; i < second; i++)
        print "-1.5\tw" i % words " w" (i + int(i / words)) % words "\t-0.25"
    print "\n\\3-grams:"
    for (i = 0; i < third; i++)
        print "-0.5\tw" i % words " w" (i + int(i / words)) % words " w" i * 7 % words
    print "\n\\end\\"
}' >model.arpa
awk 'BEGIN {
    for (i = 0; i < 400000; i++)
        printf "w%d%s", i * 31 % 40000 + i % 5, i % 20 == 19 ? "\n" : " "
}' >text.txt

accepts "$PERPLEX" convert --quiet model.arpa model.plx
size=$(wc -c <model.plx)
[ "$size" -ge 28000000 ] || fail "a model of only $size bytes proves nothing"

# peak MOST OPTION...: of an evaluation, in bytes.
peak() {
    most=$1
    shift
    accepts "$PERPLEX" eval --quiet "$@"
    bytes=$(value out runtime.peak_memory_bytes)
    [ "${bytes:-0}" -gt 1000000 ] || fail "a peak of '$bytes' bytes cannot be true"
    [ "$bytes" -le "$most" ] || fail "$bytes bytes, and the model has $size"
}

# Of the 64 MiB less than the model, so that a second copy of it shows.
allowed=$((size + 28 * 1024 * 1024))
for threads in 1 2; do
    peak $allowed model.plx text.txt --load map --threads $threads
    peak $allowed model.plx text.txt --load copy --threads $threads
    [ "$bytes" -ge "$size" ] || fail "a copy of $size bytes in $bytes cannot be"
    peak $allowed model.plx text.txt --load map --verify --threads $threads
done

# little_endian NUMBER BYTES
little_endian() {
    number=$1
    for _ in $(seq "$2"); do
        # shellcheck disable=SC2059 # the format is made of the number
        printf "\\$(printf %03o $((number % 256)))"
        number=$((number / 256))
    done
}

# weights HEADER BYTES: a file of safetensors, all 0.
weights() {
    little_endian ${#1} 8
    printf %s "$1"
    head -c "$2" /dev/zero
}

# In one file and in two: 2 · 60,000 · 256 numbers of two bytes.
matrix='"dtype":"F16","shape":[60000,256],"data_offsets"'
half=30720000
weights "{\"embed.weight\":{$matrix:[0,$half]},\"out.weight\":{$matrix:[$half,$((2 * half))]}}" \
    $((2 * half)) >one.safetensors
mkdir two
weights "{\"embed.weight\":{$matrix:[0,$half]}}" $half >two/1.safetensors
weights "{\"out.weight\":{$matrix:[0,$half]}}" $half >two/2.safetensors
echo '{"weight_map":{"embed.weight":"1.safetensors","out.weight":"2.safetensors"}}' >two/model.safetensors.index.json
for id in 1 2 3 4 5 6 7 8; do little_endian $((id * 7000)) 2; done >ids.bin
size=$((2 * half))
allowed=$((size + 28 * 1024 * 1024))
for model in one.safetensors two/model.safetensors.index.json; do
    peak $allowed $model ids.bin --load map
    peak $allowed $model ids.bin --load copy
    [ "$bytes" -ge "$size" ] || fail "a copy of $size bytes in $bytes cannot be"
done
accepts "$PERPLEX" inspect two/model.safetensors.index.json --json
has model.file.bytes "$(cat two/* | wc -c)"

finish
