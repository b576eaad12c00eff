#!/bin/sh
# No output takes the place of an input, whatever name it goes by: said before anything is read or written.
# shellcheck source=tests/support/cli.sh disable=SC2317 # functions are called by way of others
. "$SOURCE_DIR/tests/support/cli.sh"

mkdir data
head -n 20 "$test_text" >data/shard-1.txt
cp data/shard-1.txt data/shard-2.txt
cp data/shard-1.txt data/.shard.txt
cp "$ngram" data/model.arpa
cp "$neural" data/bare.safetensors
cp "${neural%/*}/vocab.txt" data/words.txt
echo '{"unit": "line", "vocab": "data/words.txt"}' >data/config.json
accepts "$PERPLEX" eval data/model.arpa data/shard-1.txt -q -o data/a.json
cp data/a.json data/b.json
ln -s data link
ln -s shard-1.txt data/alias.jsonl
ln data/shard-2.txt data/hard.npy
ln -s config.json data/config.jsonl
ln -s model.arpa data/model.jsonl
ln -s words.txt data/words.jsonl
cat data/* data/.shard.txt | cksum >before
find data | sort >names

# keeps OPTION FILE INPUT COMMAND...: the file, given to the option, is what the command reads as that input.
keeps() {
    option=$1 file=$2 input=$3
    shift 3
    misused "$option $file would overwrite what is read: $input" "$PERPLEX" "$@" "$option" "$file"
    cat data/* data/.shard.txt | cksum | cmp -s - before || fail 'an input was changed'
    find data | sort | cmp -s - names || fail 'something was left'
}
model=data/model.arpa text=data/shard-1.txt
keeps --output $model $model eval $model $text
keeps --output $text $text eval $model $text
keeps --output data/shard-2.txt data/shard-2.txt eval $model $text data/shard-2.txt
keeps --output ./data/../$text $text eval $model $text
keeps --output link/shard-1.txt $text eval $model $text
keeps --output data/hard.npy data/shard-2.txt eval $model data/shard-2.txt
keeps --output data/config.json data/config.json eval $model $text --config data/config.json
keeps --output data/words.txt data/words.txt eval data/bare.safetensors $text --vocab data/words.txt
keeps --output data/words.txt data/words.txt eval data/bare.safetensors $text --config data/config.json
keeps --per-token data/alias.jsonl $text eval $model $text
keeps --per-token data/hard.npy data/shard-2.txt eval $model $text data/shard-2.txt
keeps --per-token data/model.jsonl $model eval $model $text
keeps --per-token data/config.jsonl data/config.json eval $model $text --config data/config.json
keeps --per-token data/words.jsonl data/words.txt eval data/bare.safetensors $text --vocab data/words.txt
keeps --output $model $model inspect $model
keeps --output $text $text inspect $model $text
keeps --output data/b.json data/b.json table data/a.json data/b.json
keeps --output data/a.json data/a.json compare data/a.json data/b.json
keeps --output data/b.json data/b.json compare data/a.json data/b.json

# Patterns, which the program expands: a leading period matches itself alone, and * no slash.
keeps --output data/shard-2.txt 'data/shard-[[]12].txt' eval $model 'data/shard-[12].txt'
keeps --output ./data/shard-2.txt 'data/shard-*.txt' eval $model 'data/shard-*.txt'
keeps --per-token data/hard.npy 'data/*-2.txt' eval $model 'data/*-2.txt'
keeps --output $text 'data/s*' inspect 'data/s*'
accepts "$PERPLEX" eval $model 'data/shard*.txt' -q -o data/.shard.txt
accepts "$PERPLEX" eval $model 'data/shard*.txt' -q -o data/shard-3.json

# Standard input, where it is a file.
from() {
    file=$1
    shift
    "$@" <"$file"
}
misused '--output data/shard-1.txt would overwrite what is read: standard input' \
    from $text "$PERPLEX" eval $model - -o $text

# What is no file may be both.
run "$PERPLEX" eval $model /dev/null -o /dev/null
ends_with 3
accepts "$PERPLEX" table data/a.json -o data/b.json
accepts from data/a.json "$PERPLEX" table - -o data/b.json

finish
