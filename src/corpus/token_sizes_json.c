/* Vocabularies in JSON: {"token": id}, and tokenizer.json of Hugging Face's tokenizers, whose model.vocab is
   that or, of unigram models, a list of [token, score]; its added_tokens come first. */
#include "corpus/token_sizes.h"

#include "base/buffer.h"
#include "base/byte_alphabet.h"
#include "base/error.h"
#include "base/json_scan.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/word.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Sequences of normalizers in one another; what is deeper is passed over. */
#define PARTS_DEPTH_MOST 16

struct walk {
    const struct plx_sizes_reading *reading;
    struct plx_json_scan scan;
    size_t vocabulary_at;      /* of the object or list of tokens */
    size_t added_at;           /* of added_tokens; 0: none */
    bool prefix;               /* the tokenizer may put a blank before a text */
    uint8_t *unescaped, *room; /* [scan.size] a token; its bytes */
    struct plx_spelling_signs signs;
    enum plx_spelling_kind kind;
    size_t noted_at;        /* where in the text errors belong, and its line, */
    uint64_t noted_line;    /* which is found from the place noted before on */
    enum plx_status status; /* of what is not the scan's failure */
    struct plx_error *error;
};

typedef bool take_token(struct walk *walk, struct plx_word token, uint64_t id, uint64_t line);

/* The line of the byte at hand. */
static uint64_t line_at(struct walk *walk, size_t at)
{
    if (at < walk->noted_at) {
        walk->noted_at = 0;
        walk->noted_line = 1;
    }
    for (; walk->noted_at < at; walk->noted_at++)
        walk->noted_line += walk->scan.text[walk->noted_at] == '\n';
    return walk->noted_line;
}

/* Keeps a failure that is not one of the JSON. */
static bool stop(struct walk *walk, enum plx_status status)
{
    walk->status = status;
    return status == PLX_OK;
}

static bool key_is(const struct plx_json_string *key, const char *name)
{
    return plx_word_is((struct plx_word){(const char *)key->raw, key->length}, name);
}

static bool read_id(struct plx_json_scan *scan, uint64_t *id)
{
    struct plx_word number;
    plx_json_scan_space(scan);
    const size_t begin = scan->at;
    if (!plx_json_scan_number(scan, &number))
        return false;
    return plx_parse_u64(number.text, number.length, 0, UINT32_MAX, id) ||
           plx_json_scan_fail(scan, begin, "an id must be an integer from 0 on", NULL);
}

/* {"token": id} */
static bool each_of_object(struct walk *walk, take_token *take)
{
    struct plx_json_scan *scan = &walk->scan;
    if (!plx_json_scan_begin(scan, '{'))
        return false;
    for (size_t i = 0; plx_json_scan_more(scan, '}', i); i++) {
        struct plx_json_string key;
        uint64_t id;
        if (!plx_json_scan_key(scan, &key) || !read_id(scan, &id))
            return false;
        if (!take(walk, plx_json_word(&key, walk->unescaped), id, line_at(walk, scan->at)))
            return false;
    }
    return !scan->message;
}

/* [["token", score]], the first of id 0 */
static bool each_of_list(struct walk *walk, take_token *take)
{
    struct plx_json_scan *scan = &walk->scan;
    if (!plx_json_scan_begin(scan, '['))
        return false;
    for (size_t i = 0; plx_json_scan_more(scan, ']', i); i++) {
        struct plx_json_string token;
        uint64_t count = 0;
        if (!plx_json_scan_begin(scan, '['))
            return false;
        plx_json_scan_space(scan);
        if (!plx_json_scan_string(scan, &token) ||
            (plx_json_scan_more(scan, ']', 1) && !plx_json_scan_skip_rest(scan, &count)) || scan->message)
            return false;
        if (!take(walk, plx_json_word(&token, walk->unescaped), i, line_at(walk, scan->at)))
            return false;
    }
    return !scan->message;
}

static bool each_token(struct walk *walk, take_token *take)
{
    walk->scan.at = walk->vocabulary_at;
    return walk->scan.text[walk->vocabulary_at] == '[' ? each_of_list(walk, take)
                                                       : each_of_object(walk, take);
}

/* An element of added_tokens: {"id", "content", "special"}. */
static bool read_added(struct walk *walk)
{
    struct plx_json_scan *scan = &walk->scan;
    struct plx_json_string key, content = {0};
    struct plx_token_size *slot;
    bool special = false, has_id = false;
    uint64_t id = 0;
    if (!plx_json_scan_begin(scan, '{'))
        return false;
    for (size_t i = 0; plx_json_scan_more(scan, '}', i); i++) {
        if (!plx_json_scan_key(scan, &key))
            return false;
        const int first = plx_json_scan_space(scan);
        if (key_is(&key, "special"))
            special = first == 't';
        has_id |= key_is(&key, "id");
        if (key_is(&key, "id")                        ? !read_id(scan, &id)
            : key_is(&key, "content") && first == '"' ? !plx_json_scan_string(scan, &content)
                                                      : !plx_json_scan_skip(scan))
            return false;
    }
    if (scan->message)
        return false;
    if (!has_id || !content.raw)
        return plx_json_scan_fail(scan, scan->at, "an added token must have an id and its content", NULL);
    const uint64_t line = line_at(walk, scan->at);
    const struct plx_word token = plx_json_word(&content, walk->unescaped);
    bool border;
    if (!stop(walk, plx_token_sizes_slot(walk->reading, id, line, &slot, walk->error)))
        return false;
    const bool control = plx_token_is_control(token, &border);
    if (special)
        *slot = (struct plx_token_size){
            .marks = (uint8_t)(PLX_SIZE_KNOWN | (border || !control ? PLX_SIZE_BORDER : 0))};
    else if (!stop(walk, plx_token_size_measure(walk->reading, slot, token, line, walk->error)))
        return false;
    slot->marks |= PLX_SIZE_ADDED;
    return true;
}

static bool read_all_added(struct walk *walk)
{
    struct plx_json_scan *scan = &walk->scan;
    scan->at = walk->added_at;
    if (walk->added_at == 0)
        return true;
    if (!plx_json_scan_begin(scan, '['))
        return false;
    for (size_t i = 0; plx_json_scan_more(scan, ']', i); i++) {
        if (!read_added(walk))
            return false;
    }
    return !scan->message;
}

static bool is_added(const struct walk *walk, uint64_t id)
{
    const struct plx_token_sizes *sizes = walk->reading->sizes;
    return id < sizes->count && sizes->sizes[id].marks & PLX_SIZE_ADDED;
}

static bool look_at(struct walk *walk, struct plx_word token, uint64_t id, uint64_t line)
{
    bool border;
    (void)line;
    if (!is_added(walk, id) && !plx_token_is_control(token, &border))
        plx_spelling_look(&walk->signs, token);
    return true;
}

static bool refuse_spelling(struct walk *walk, struct plx_word token, uint64_t line)
{
    plx_error_set(walk->error, PLX_MALFORMED, "the token \"%.*s\" is not spelled as the others are",
                  (int)(token.length < 80 ? token.length : 80), token.text);
    return stop(walk, plx_token_sizes_fail(walk->reading, line, walk->error));
}

static bool measure(struct walk *walk, struct plx_word token, uint64_t id, uint64_t line)
{
    struct plx_token_size *slot;
    struct plx_word bytes;
    bool border;
    if (is_added(walk, id))
        return true;
    if (!stop(walk, plx_token_sizes_slot(walk->reading, id, line, &slot, walk->error)))
        return false;
    if (plx_token_is_control(token, &border)) {
        slot->marks = (uint8_t)(PLX_SIZE_KNOWN | (border ? PLX_SIZE_BORDER : 0));
        return true;
    }
    if (!plx_spelling_bytes(walk->kind, token, (char *)walk->room, &bytes))
        return refuse_spelling(walk, token, line);
    if (!stop(walk, plx_token_size_measure(walk->reading, slot, bytes, line, walk->error)))
        return false;
    if (walk->kind == PLX_SPELLED_PIECES && walk->prefix && token.length >= 3 &&
        memcmp(token.text, "\xE2\x96\x81", 3) == 0)
        slot->marks |= PLX_SIZE_PREFIX;
    return true;
}

/* "model" of a tokenizer.json. */
static bool find_vocabulary(struct walk *walk)
{
    struct plx_json_scan *scan = &walk->scan;
    struct plx_json_string key;
    if (!plx_json_scan_begin(scan, '{'))
        return false;
    for (size_t i = 0; plx_json_scan_more(scan, '}', i); i++) {
        if (!plx_json_scan_key(scan, &key))
            return false;
        const int first = plx_json_scan_space(scan);
        if (key_is(&key, "vocab") && (first == '{' || first == '['))
            walk->vocabulary_at = scan->at;
        if (!plx_json_scan_skip(scan))
            return false;
    }
    return !scan->message;
}

static bool string_is(struct walk *walk, const struct plx_json_string *string, const char *text)
{
    return plx_word_is(plx_json_word(string, walk->unescaped), text);
}

/* Whether what is put before a text begins with a blank, which U+2581 stands for. */
static bool begins_blank(struct walk *walk, const struct plx_json_string *string)
{
    const struct plx_word word = plx_json_word(string, walk->unescaped);
    return (word.length >= 1 && word.text[0] == ' ') ||
           (word.length >= 3 && memcmp(word.text, "\xE2\x96\x81", 3) == 0);
}

static bool read_part(struct walk *walk, unsigned depth, bool *prefix);

/* Of a sequence. */
static bool read_parts(struct walk *walk, unsigned depth, bool *prefix)
{
    struct plx_json_scan *scan = &walk->scan;
    if (!plx_json_scan_begin(scan, '['))
        return false;
    for (size_t i = 0; plx_json_scan_more(scan, ']', i); i++) {
        if (!read_part(walk, depth, prefix))
            return false;
    }
    return !scan->message;
}

/* A normalizer or pre-tokenizer: *prefix if it puts a blank before a text. A Metaspace does unless told
   otherwise, which add_prefix_space was for before prepend_scheme; a Prepend does what it says. */
static bool read_part(struct walk *walk, unsigned depth, bool *prefix)
{
    struct plx_json_scan *scan = &walk->scan;
    struct plx_json_string key, value;
    bool metaspace = false, prepend = false, never = false, blank = false;
    if (plx_json_scan_space(scan) != '{' || depth == PARTS_DEPTH_MOST)
        return plx_json_scan_skip(scan);
    plx_json_scan_begin(scan, '{');
    for (size_t i = 0; plx_json_scan_more(scan, '}', i); i++) {
        if (!plx_json_scan_key(scan, &key))
            return false;
        const int first = plx_json_scan_space(scan);
        const bool sequence = key_is(&key, "normalizers") || key_is(&key, "pretokenizers");
        never |= key_is(&key, "add_prefix_space") && first == 'f';
        if (!(first == '"'               ? plx_json_scan_string(scan, &value)
              : sequence && first == '[' ? read_parts(walk, depth + 1, prefix)
                                         : plx_json_scan_skip(scan)))
            return false;
        if (first != '"')
            continue;
        metaspace |= key_is(&key, "type") && string_is(walk, &value, "Metaspace");
        prepend |= key_is(&key, "type") && string_is(walk, &value, "Prepend");
        never |= key_is(&key, "prepend_scheme") && string_is(walk, &value, "never");
        blank |= key_is(&key, "prepend") && begins_blank(walk, &value);
    }
    *prefix |= (metaspace && !never) || (prepend && blank);
    return !scan->message;
}

/* A member of a tokenizer.json, or a token of a plain vocabulary. */
static bool read_member(struct walk *walk, bool *whole, bool *prefix)
{
    struct plx_json_scan *scan = &walk->scan;
    struct plx_json_string key;
    if (!plx_json_scan_key(scan, &key))
        return false;
    const int first = plx_json_scan_space(scan);
    const size_t begin = scan->at;
    if (key_is(&key, "model") && first == '{') {
        *whole = true;
        return find_vocabulary(walk);
    }
    if (key_is(&key, "added_tokens") && first == '[')
        walk->added_at = begin;
    if (key_is(&key, "normalizer") || key_is(&key, "pre_tokenizer"))
        return read_part(walk, 0, prefix);
    return plx_json_scan_skip(scan);
}

/* Finds out which of the two it is, and where what counts stands. */
static bool find_parts(struct walk *walk)
{
    struct plx_json_scan *scan = &walk->scan;
    bool whole = false, prefix = false;
    plx_json_scan_space(scan);
    const size_t begin = scan->at;
    if (!plx_json_scan_begin(scan, '{'))
        return false;
    for (size_t i = 0; plx_json_scan_more(scan, '}', i); i++) {
        if (!read_member(walk, &whole, &prefix))
            return false;
    }
    if (scan->message || !plx_json_scan_end(scan))
        return false;
    if (!whole)
        walk->vocabulary_at = begin;
    walk->prefix = !whole || prefix;
    return walk->vocabulary_at > 0 || !whole ||
           plx_json_scan_fail(scan, begin, "\"model\" has no \"vocab\"", NULL);
}

static bool judge(struct walk *walk)
{
    walk->kind = plx_spelling_judge(&walk->signs);
    if (walk->kind != PLX_SPELLED_UNCLEAR)
        return true;
    plx_error_set(walk->error, PLX_UNSUPPORTED,
                  walk->signs.piece_blanks
                      ? "as many tokens of the vocabulary have GPT-2's blank as have SentencePiece's, so "
                        "that it does not say what bytes they are"
                      : "no token of the vocabulary has a blank in it, so that it does not "
                        "say what bytes they are");
    plx_error_input(walk->error, walk->reading->name);
    return stop(walk, plx_error_hint(walk->error, "it is spelled neither as GPT-2's nor as SentencePiece's; "
                                                  "lines of an id, a tab and a count say it"));
}

enum plx_status plx_token_sizes_json(const struct plx_sizes_reading *reading, const uint8_t *text,
                                     size_t size, struct plx_error *error)
{
    struct walk walk = {.reading = reading,
                        .scan = {.text = text, .size = size},
                        .unescaped = plx_new_array(size, 1, error),
                        .room = plx_new_array(size, 1, error),
                        .noted_line = 1,
                        .error = error};
    enum plx_status status = PLX_MEMORY;
    reading->sizes->texts = true;
    if (walk.unescaped && walk.room) {
        const bool fine = find_parts(&walk) && read_all_added(&walk) && each_token(&walk, look_at) &&
                          judge(&walk) && each_token(&walk, measure);
        status = walk.status;
        if (!fine && status == PLX_OK) {
            const uint8_t *newline = walk.scan.at > 0 ? memrchr(text, '\n', walk.scan.at) : NULL;
            const size_t begin = newline ? (size_t)(newline - text) + 1 : 0;
            plx_json_scan_error(&walk.scan, line_at(&walk, walk.scan.at), begin, error);
            status = plx_error_input(error, reading->name);
        }
    }
    free(walk.unescaped);
    free(walk.room);
    return status;
}
