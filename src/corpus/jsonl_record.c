#include "corpus/jsonl_record.h"

#include "base/memory.h"
#include "base/utf8.h"
#include "base/word.h"
#include "corpus/blanks.h"
#include "corpus/id_elements.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The members that matter. What a record holds is the last of them that it has, up to `input_ids`. */
enum member { NO_MEMBER, TEXT, TOKENS, INPUT_IDS, ID, BYTES };

static const char *const MEMBERS[] = {"", "text", "tokens", "input_ids", "id", "bytes"};

/* The longest name, and how it may be written at worst, every letter as \uXXXX. */
#define MEMBER_BYTES     9
#define MEMBER_RAW_BYTES ((size_t)MEMBER_BYTES * 6)

/* A walk over the members of a record. */
struct walk {
    unsigned seen;      /* bit m: member m */
    enum member holds;  /* what the record holds, as far as it is known */
    const char *fault;  /* what is wrong with that; NULL: nothing */
    const char *remedy; /* a hint, may be NULL */
    size_t fault_at;
    struct plx_json_string text; /* raw is NULL: none */
    struct plx_json_string id;   /* likewise */
    size_t bytes_at;             /* of what `bytes` is; 0: nothing */
};

enum plx_status plx_jsonl_record_reserve(struct plx_jsonl_record *record, size_t line_size,
                                         struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    if (!record->words &&
        ((status = plx_resize_array(&record->words, PLX_JSONL_TOKENS, sizeof *record->words, error)) ||
         (status = plx_resize_array(&record->ids, PLX_JSONL_TOKENS, sizeof *record->ids, error)) ||
         (status = plx_resize_array(&record->bytes, PLX_JSONL_TOKENS, sizeof *record->bytes, error))))
        return status;
    if (line_size < record->unescaped_capacity)
        return PLX_OK;
    const size_t capacity = plx_grown_capacity(record->unescaped_capacity, line_size + 1);
    status = plx_resize_array(&record->unescaped, capacity, 1, error);
    if (status == PLX_OK)
        record->unescaped_capacity = capacity;
    return status;
}

void plx_jsonl_record_release(struct plx_jsonl_record *record)
{
    free(record->words);
    free(record->ids);
    free(record->bytes);
    free(record->unescaped);
    *record = (struct plx_jsonl_record){0};
}

/* Tokens. */

static bool refuse_id(struct plx_json_scan *scan, size_t at)
{
    const uint8_t byte = scan->text[at];
    const char *hint = NULL;
    if (byte == '-')
        hint = "negative ids, such as -100 in labels, mark what is not to be scored: give the input's ids";
    else if (byte == '[')
        hint = "a batch of lists? one list a record: `jq -c '.input_ids[] | {input_ids: .}'`";
    else if (byte == '"')
        hint = "strings stand in \"tokens\", and there all elements are strings";
    return plx_json_scan_fail(scan, at, "a token id must be an integer from 0 to 4294967294", hint);
}

static bool refuse_count(struct plx_json_scan *scan, size_t at)
{
    return plx_json_scan_fail(scan, at, "a count in \"bytes\" must be an integer from 0 to 4294967294", NULL);
}

/* The id or count at hand. */
static bool read_integer(struct plx_json_scan *scan, bool (*refuse)(struct plx_json_scan *scan, size_t at),
                         uint32_t *integer)
{
    const size_t begin = scan->at;
    const size_t most = scan->size - begin < 11 ? scan->size : begin + 11;
    size_t at = begin;
    uint64_t value = 0;
    for (; at < most && scan->text[at] >= '0' && scan->text[at] <= '9'; at++)
        value = value * 10 + (scan->text[at] - (uint64_t)'0');
    scan->at = at;
    if (at == begin && at == scan->size)
        return plx_json_scan_unexpected(scan, "a value is expected");
    if (at == begin || value > PLX_ID_MOST)
        return refuse(scan, begin);
    if (at < scan->size && (scan->text[at] == '.' || (scan->text[at] | 0x20) == 'e'))
        return refuse(scan, begin);
    if (scan->text[begin] == '0' && at > begin + 1)
        return plx_json_scan_fail(scan, begin + 1, "a number does not begin with a zero", NULL);
    *integer = (uint32_t)value;
    return true;
}

/* The string at hand; what it stands for is appended to the unescaped bytes if need be. */
static bool read_word(struct plx_jsonl_record *record, uint8_t **unescaped, struct plx_word *word)
{
    struct plx_json_string string;
    if (record->scan.at < record->scan.size && record->scan.text[record->scan.at] != '"')
        return plx_json_scan_fail(&record->scan, record->scan.at,
                                  "a token must be a string, as the tokens before it are", NULL);
    if (!plx_json_scan_string(&record->scan, &string))
        return false;
    *word = plx_json_word(&string, *unescaped);
    if (string.escaped)
        *unescaped += word->length;
    return true;
}

/* Tokens from the one at hand on, up to the closing bracket or as many as there is room for. */
static bool read_tokens(struct plx_jsonl_record *record)
{
    struct plx_json_scan *scan = &record->scan;
    const bool ids = record->content == PLX_CONTENT_IDS;
    uint8_t *unescaped = record->unescaped;
    record->ended = false;
    for (record->count = 0; !record->ended;) {
        if (ids)
            record->count +=
                plx_json_scan_numbers(scan, record->ids + record->count, PLX_JSONL_TOKENS - record->count);
        if (record->count == PLX_JSONL_TOKENS)
            break;
        plx_json_scan_space(scan);
        if (ids ? !read_integer(scan, refuse_id, &record->ids[record->count])
                : !read_word(record, &unescaped, &record->words[record->count]))
            return false;
        record->count++;
        record->ended = !plx_json_scan_more(scan, ']', record->count);
        if (scan->message)
            return false;
    }
    record->next_at = scan->at;
    record->words_size = (size_t)(unescaped - record->unescaped);
    return true;
}

/* The counts of the tokens at hand; the list has been seen to be as long as that of the tokens. */
static bool read_bytes(struct plx_jsonl_record *record)
{
    struct plx_json_scan *scan = &record->scan;
    size_t count = 0;
    scan->at = record->bytes_at;
    while (count < record->count) {
        plx_json_scan_space(scan);
        count += plx_json_scan_numbers(scan, record->bytes + count, record->count - count);
        if (count == record->count)
            break;
        plx_json_scan_space(scan);
        if (!read_integer(scan, refuse_count, record->bytes + count++))
            return false;
        plx_json_scan_more(scan, ']', 1);
    }
    record->bytes_at = scan->at;
    return true;
}

bool plx_jsonl_record_advance(struct plx_jsonl_record *record)
{
    record->scan.at = record->next_at;
    return read_tokens(record) && (!record->has_bytes || read_bytes(record));
}

/* Members. Where the value of one is not what it should be, that counts only if the record holds no other:
   so it is a fault of the walk first. */

static bool note_fault(struct walk *walk, size_t at, const char *fault, const char *remedy)
{
    walk->fault = fault;
    walk->remedy = remedy;
    walk->fault_at = at;
    return false;
}

/* The list at hand. False, with the fault noted, if it is none of tokens. */
static bool take_tokens(struct plx_jsonl_record *record, struct walk *walk, enum member member)
{
    struct plx_json_scan *scan = &record->scan;
    const size_t begin = scan->at;
    if (!plx_json_scan_byte(scan, '['))
        return note_fault(walk, begin,
                          member == TOKENS ? "\"tokens\" must be a list of strings or of token ids"
                                           : "\"input_ids\" must be a list of token ids",
                          NULL);
    const int first = plx_json_scan_space(scan);
    record->content = member == TOKENS && first == '"' ? PLX_CONTENT_STRINGS : PLX_CONTENT_IDS;
    record->undecided = member == TOKENS && first == ']';
    record->count = record->words_size = 0;
    record->ended = plx_json_scan_byte(scan, ']');
    if (record->ended || read_tokens(record)) {
        record->token_count = record->count;
        return true;
    }
    return note_fault(walk, scan->at, scan->message, scan->hint);
}

static bool take_text(struct plx_jsonl_record *record, struct walk *walk)
{
    struct plx_json_scan *scan = &record->scan;
    record->content = PLX_CONTENT_TEXT;
    record->undecided = false;
    record->ended = true;
    if (scan->at < scan->size && scan->text[scan->at] == '"')
        return plx_json_scan_string(scan, &walk->text) ||
               note_fault(walk, scan->at, scan->message, scan->hint);
    return note_fault(walk, scan->at, "\"text\" must be a string", NULL);
}

/* The value of a member that the record holds, unless another is found that comes before it. */
static bool take_content(struct plx_jsonl_record *record, struct walk *walk, enum member member)
{
    struct plx_json_scan *scan = &record->scan;
    const bool null = plx_json_scan_space(scan) == 'n';
    walk->holds = member;
    walk->fault = NULL;
    record->value_at = scan->at;
    if (member == TEXT ? take_text(record, walk) : take_tokens(record, walk, member))
        return record->ended || plx_json_scan_skip_rest(scan, &record->token_count);
    if (null)
        walk->remedy = "null says nothing: leave the member out, or write an empty value";
    scan->at = record->value_at;
    scan->message = NULL;
    return plx_json_scan_skip(scan);
}

static bool take_id(struct plx_jsonl_record *record, struct walk *walk)
{
    struct plx_json_scan *scan = &record->scan;
    const int first = plx_json_scan_space(scan);
    const size_t begin = scan->at;
    if (first == '"')
        return plx_json_scan_string(scan, &walk->id);
    if (!plx_json_scan_skip(scan))
        return false;
    const uint8_t *raw = scan->text + begin;
    const size_t length = scan->at - begin;
    if (length == 4 && memcmp(raw, "null", 4) == 0)
        return true; /* none */
    for (size_t i = 0; i < length; i++) {
        if ((raw[i] < '0' || raw[i] > '9') && !(raw[i] == '-' && i == 0))
            return plx_json_scan_fail(scan, begin, "\"id\" must be a string or an integer", NULL);
    }
    walk->id = (struct plx_json_string){.raw = raw, .length = length};
    return true;
}

static enum member find_member(const struct plx_json_string *key)
{
    uint8_t room[MEMBER_RAW_BYTES];
    if (key->length > MEMBER_RAW_BYTES)
        return NO_MEMBER;
    const struct plx_word name = plx_json_word(key, room);
    for (enum member member = TEXT; member <= BYTES; member++) {
        if (plx_word_is(name, MEMBERS[member]))
            return member;
    }
    return NO_MEMBER;
}

static bool read_member(struct plx_jsonl_record *record, struct walk *walk)
{
    struct plx_json_scan *scan = &record->scan;
    struct plx_json_string key;
    plx_json_scan_space(scan);
    const size_t begin = scan->at;
    if (!plx_json_scan_key(scan, &key))
        return false;
    const enum member member = find_member(&key);
    if (member && walk->seen >> member & 1)
        return plx_json_scan_fail(scan, begin, "the key stands twice in the record", NULL);
    walk->seen |= 1u << member;
    if (member == ID)
        return take_id(record, walk);
    if (member == BYTES && plx_json_scan_space(scan) != 'n')
        walk->bytes_at = scan->at;
    if (member == TEXT && walk->holds > TEXT && plx_json_scan_space(scan) == '"')
        return plx_json_scan_string(scan, &walk->text);
    return member > walk->holds && member <= INPUT_IDS ? take_content(record, walk, member)
                                                       : plx_json_scan_skip(scan);
}

/* The members, from the opening brace on, and that nothing follows. */
static bool read_members(struct plx_jsonl_record *record, struct walk *walk)
{
    struct plx_json_scan *scan = &record->scan;
    const int first = plx_json_scan_space(scan);
    if (first == '[')
        return plx_json_scan_fail(scan, scan->at, "a record must be an object, not a list",
                                  "one JSON list? `jq -c '.[]'` makes a line of each of its elements");
    if (first != '{')
        return plx_json_scan_unexpected(scan, "a record must be an object");
    scan->at++;
    for (size_t i = 0; plx_json_scan_more(scan, '}', i); i++) {
        if (!read_member(record, walk))
            return false;
    }
    if (scan->message)
        return false;
    if (plx_json_scan_space(scan) < 0)
        return true;
    return plx_json_scan_fail(scan, scan->at, "there is more behind the record",
                              scan->text[scan->at] == '{' ? "one record a line" : NULL);
}

/* The text beside tokens. */
static void count_original(struct plx_jsonl_record *record, struct plx_word text)
{
    struct plx_text_counts *original = &record->original;
    struct plx_page_counter page;
    bool inside = false;
    memset(&page, 0, sizeof page);
    plx_page_counter_add(&page, (const uint8_t *)text.text, text.length, true);
    plx_page_counter_end(&page);
    record->page = page.finished;
    *original = (struct plx_text_counts){.bytes = text.length};
    original->characters = plx_utf8_count((const uint8_t *)text.text, text.length, &original->invalid_utf8);
    for (size_t i = 0; i < text.length; i++) {
        const bool after = plx_inside_after(text.text[i], inside);
        original->words += after && !inside;
        inside = after;
    }
}

/* What has been noted of strings becomes bytes. */
static void unescape(struct plx_jsonl_record *record, const struct walk *walk)
{
    record->has_original = walk->holds > TEXT && walk->text.raw;
    if (walk->holds == TEXT) {
        const struct plx_word text = plx_json_word(&walk->text, record->unescaped);
        record->text = (const uint8_t *)text.text;
        record->text_size = text.length;
    } else if (record->has_original) {
        const size_t used = record->content == PLX_CONTENT_STRINGS ? record->words_size : 0;
        count_original(record, plx_json_word(&walk->text, record->unescaped + used));
    }
    /* The id at the end, where what the content may need does not reach. */
    record->id = plx_json_word(&walk->id, record->unescaped + record->unescaped_capacity - walk->id.length);
}

/* Sees that `bytes` is as long as the list of tokens, and reads as many counts as there are tokens at hand.
 */
static bool begin_bytes(struct plx_jsonl_record *record, size_t at)
{
    struct plx_json_scan *scan = &record->scan;
    uint64_t count = 0;
    scan->at = at;
    if (!plx_json_scan_byte(scan, '['))
        return plx_json_scan_fail(scan, at, "\"bytes\" must be a list of counts, one for each token", NULL);
    record->bytes_at = scan->at;
    if (!plx_json_scan_byte(scan, ']') && !plx_json_scan_skip_rest(scan, &count))
        return false;
    if (count == record->token_count)
        return read_bytes(record);
    snprintf(record->said, sizeof record->said, "\"bytes\" has %" PRIu64 " counts for %" PRIu64 " tokens",
             count, record->token_count);
    return plx_json_scan_fail(scan, at, record->said, NULL);
}

bool plx_jsonl_record_read(struct plx_jsonl_record *record, const uint8_t *line, size_t begin, size_t size)
{
    struct walk walk = {.holds = NO_MEMBER};
    record->scan = (struct plx_json_scan){.text = line, .size = size, .at = begin};
    if (!read_members(record, &walk))
        return false;
    if (walk.holds == NO_MEMBER)
        return plx_json_scan_fail(&record->scan, begin,
                                  "the record has neither \"input_ids\" nor \"tokens\" nor \"text\"",
                                  "`jq -c '{text: .body}'` gives another member the name");
    if (walk.fault)
        return plx_json_scan_fail(&record->scan, walk.fault_at, walk.fault, walk.remedy);
    unescape(record, &walk);
    record->has_bytes = walk.holds > TEXT && walk.bytes_at;
    return !record->has_bytes || begin_bytes(record, walk.bytes_at);
}
