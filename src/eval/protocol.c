#include <perplex/protocol.h>

#include "base/error.h"
#include "base/number.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* How the text of a field is read. */
enum form {
    CHOICE, /* one of the words */
    COUNT,  /* a number ≥ 0, or a word for one that follows from other fields */
    SYMBOL  /* any text */
};

struct field {
    const char *name;
    enum form form;
    size_t offset;            /* in struct plx_protocol, of the enum, uint64_t or text */
    const char *const *words; /* CHOICE: in the order of the enum, NULL-terminated; what stands behind a colon
                                 is named in capitals */
    const char *takes; /* for messages: all of it, or what is to be said behind the words; may be NULL */
};

static const char *const UNITS[] = {"line", "document", "stream", NULL};
static const char *const STARTS[] = {"none", "context", "replace", "context-or-end", "end", NULL};
static const char *const ENDS[] = {"none", "scored", "auto", NULL};
static const char *const SCORES[] = {"new", "all", "last:K", NULL};
static const char *const TAILS[] = {"keep", "drop", "left-extend", "drop-last", NULL};
static const char *const FIRSTS[] = {"score", "skip", NULL};
static const char *const UNKNOWNS[] = {"unk",         "skip",    "error",   "zero",
                                       "unk-or-skip", "floor:X", "class:N", NULL};
static const char *const CONTROLS[] = {"refuse", "score", "word", "unk", NULL};
static const char *const BLANKS[] = {"score", "skip", NULL};
static const char *const PAGES[] = {"none", "article", "heading", NULL};
static const char *const AVERAGES[] = {"token", "window", "hf-2024", "unit", NULL};

#define AT(member) offsetof(struct plx_protocol, member)

static const struct field FIELDS[] = {
    {"unit", CHOICE, AT(unit), UNITS, NULL},
    {"start", CHOICE, AT(start), STARTS, ", or the symbol itself (context:SYMBOL, replace:SYMBOL)"},
    {"end", CHOICE, AT(end), ENDS, ", or the symbol itself (scored:SYMBOL)"},
    {"join", SYMBOL, AT(join), NULL, "a token of at most 63 bytes"},
    {"window", COUNT, AT(window), NULL, "a number of tokens, 0 for no limit"},
    {"stride", COUNT, AT(stride), NULL, "a number of tokens from 1 to the window, or window-1"},
    {"score", CHOICE, AT(score), SCORES, " (K is a number of targets, half or stride)"},
    {"first_window", COUNT, AT(first_window), NULL, "a number of targets, or stride"},
    {"tail", CHOICE, AT(tail), TAILS, NULL},
    {"first", CHOICE, AT(first), FIRSTS, NULL},
    {"unknown", CHOICE, AT(unknown), UNKNOWNS, " (X is a log10, at most 0)"},
    {"control_words", CHOICE, AT(control_words), CONTROLS, NULL},
    {"blank", CHOICE, AT(blank), BLANKS, NULL},
    {"pages", CHOICE, AT(pages), PAGES, NULL},
    {"average", CHOICE, AT(average), AVERAGES, NULL},
    {"limit", COUNT, AT(limit), NULL, "a number of tokens, 0 for all"},
};

#define FIELD_COUNT (sizeof FIELDS / sizeof *FIELDS)

static void *member(struct plx_protocol *protocol, const struct field *field)
{
    return (char *)protocol + field->offset;
}

static bool same_field(const char *name, const char *given)
{
    for (; *name && *given; name++, given++) {
        if (*name != *given && !(*name == '_' && *given == '-'))
            return false;
    }
    return *name == *given;
}

/* Enums are read and written through their own type's representation. */
static void set_choice(struct plx_protocol *protocol, const struct field *field, unsigned value)
{
    memcpy(member(protocol, field), &value, sizeof value);
}

static unsigned get_choice(const struct plx_protocol *protocol, const struct field *field)
{
    unsigned value;
    memcpy(&value, (const char *)protocol + field->offset, sizeof value);
    return value;
}

_Static_assert(sizeof(enum plx_unit) == sizeof(unsigned) && sizeof(enum plx_unknown) == sizeof(unsigned),
               "enums are read through unsigned");

static bool set_symbol(char *symbol, const char *value)
{
    const size_t length = strlen(value);
    if (length >= PLX_SYMBOL_TEXT)
        return false;
    memcpy(symbol, value, length + 1);
    return true;
}

/* A begin symbol that is named is one of these two; which symbol the others take is in their name. */
static bool takes_symbol(unsigned start)
{
    return start == PLX_START_CONTEXT || start == PLX_START_REPLACE;
}

/* Numbers that follow from other fields, and how they are spelled. */
static const struct {
    size_t field; /* offset */
    const char *word;
    uint64_t value;
} RELATIONS[] = {
    {AT(stride), "window-1", PLX_WINDOW_LESS_1},
    {AT(score), "half", PLX_HALF},
    {AT(score), "stride", PLX_AS_STRIDE},
    {AT(first_window), "stride", PLX_AS_STRIDE},
};

#define RELATION_COUNT (sizeof RELATIONS / sizeof *RELATIONS)

static bool set_relation(size_t field, const char *word, uint64_t *value)
{
    for (size_t i = 0; i < RELATION_COUNT; i++) {
        if (RELATIONS[i].field == field && strcmp(RELATIONS[i].word, word) == 0) {
            *value = RELATIONS[i].value;
            return true;
        }
    }
    return false;
}

/* Writes the number, or the word that stands for it; true if it is a number. */
static bool format_count(size_t field, uint64_t value, const char *before, char *text, size_t capacity)
{
    for (size_t i = 0; i < RELATION_COUNT; i++) {
        if (RELATIONS[i].field == field && RELATIONS[i].value == value) {
            snprintf(text, capacity, "%s%s", before, RELATIONS[i].word);
            return false;
        }
    }
    snprintf(text, capacity, "%s%llu", before, (unsigned long long)value);
    return true;
}

/* The part behind the colon: K, X, N or a symbol. False if the choice takes none or not this. */
static bool set_argument(struct plx_protocol *protocol, const struct field *field, unsigned choice,
                         const char *argument)
{
    const size_t length = strlen(argument);
    switch (field->offset) {
    case AT(start): return takes_symbol(choice) && length > 0 && set_symbol(protocol->start_symbol, argument);
    case AT(end): return choice == PLX_END_SCORED && length > 0 && set_symbol(protocol->end_symbol, argument);
    case AT(score):
        return choice == PLX_SCORE_LAST &&
               (set_relation(field->offset, argument, &protocol->score_last) ||
                plx_parse_u64(argument, length, 1, UINT64_MAX / 4, &protocol->score_last));
    case AT(unknown):
        if (choice == PLX_UNKNOWN_CLASS)
            return plx_parse_u64(argument, length, 1, UINT64_MAX, &protocol->class_size);
        return choice == PLX_UNKNOWN_FLOOR && plx_parse_double(argument, length, &protocol->floor_log10) &&
               protocol->floor_log10 <= 0 && protocol->floor_log10 > -1e18;
    default: return false;
    }
}

/* A symbol named before does not outlive a new value without one. */
static void clear_symbol(struct plx_protocol *protocol, const struct field *field)
{
    if (field->offset == AT(start))
        protocol->start_symbol[0] = '\0';
    else if (field->offset == AT(end))
        protocol->end_symbol[0] = '\0';
}

static bool needs_argument(const struct field *field, unsigned choice)
{
    return (field->offset == AT(score) && choice == PLX_SCORE_LAST) ||
           (field->offset == AT(unknown) && choice >= PLX_UNKNOWN_FLOOR);
}

static bool parse_choice(struct plx_protocol *protocol, const struct field *field, const char *value)
{
    const char *colon = strchr(value, ':');
    const size_t length = strcspn(value, ":");
    for (unsigned i = 0; field->words[i]; i++) {
        if (strcspn(field->words[i], ":") != length || memcmp(field->words[i], value, length) != 0)
            continue;
        clear_symbol(protocol, field);
        if (colon ? !set_argument(protocol, field, i, colon + 1) : needs_argument(field, i))
            return false;
        set_choice(protocol, field, i);
        return true;
    }
    /* "--end '<eop>'" names the symbol and means that it is used. */
    if (*value == '\0' || (field->offset != AT(start) && field->offset != AT(end)))
        return false;
    const unsigned used = field->offset == AT(start) ? PLX_START_CONTEXT : PLX_END_SCORED;
    if (!set_argument(protocol, field, used, value))
        return false;
    if (field->offset == AT(end) || !takes_symbol(get_choice(protocol, field)))
        set_choice(protocol, field, used);
    return true;
}

static bool parse_field(struct plx_protocol *protocol, const struct field *field, const char *value)
{
    switch (field->form) {
    case CHOICE: return parse_choice(protocol, field, value);
    case COUNT: {
        uint64_t count;
        if (!set_relation(field->offset, value, &count) &&
            !plx_parse_u64(value, strlen(value), 0, UINT64_MAX / 4, &count))
            return false;
        memcpy(member(protocol, field), &count, sizeof count);
        return true;
    }
    case SYMBOL: return set_symbol(member(protocol, field), value);
    }
    return false;
}

/* True if the text is a number. */
static bool format_field(const struct plx_protocol *protocol, const struct field *field, char *text,
                         size_t capacity)
{
    if (field->form == SYMBOL) {
        snprintf(text, capacity, "%s", (const char *)protocol + field->offset);
        return false;
    }
    if (field->form == COUNT) {
        uint64_t count;
        memcpy(&count, (const char *)protocol + field->offset, sizeof count);
        return format_count(field->offset, count, "", text, capacity);
    }
    const unsigned choice = get_choice(protocol, field);
    const char *word = field->words[choice];
    const int length = (int)strcspn(word, ":");
    char number[PLX_NUMBER_TEXT];
    if (field->offset == AT(start) && takes_symbol(choice) && *protocol->start_symbol)
        snprintf(text, capacity, "%s:%s", word, protocol->start_symbol);
    else if (field->offset == AT(end) && choice == PLX_END_SCORED && *protocol->end_symbol)
        snprintf(text, capacity, "%s:%s", word, protocol->end_symbol);
    else if (field->offset == AT(score) && choice == PLX_SCORE_LAST)
        format_count(AT(score), protocol->score_last, "last:", text, capacity);
    else if (field->offset == AT(unknown) && choice == PLX_UNKNOWN_CLASS)
        snprintf(text, capacity, "%.*s:%llu", length, word, (unsigned long long)protocol->class_size);
    else if (field->offset == AT(unknown) && choice == PLX_UNKNOWN_FLOOR) {
        plx_format_double(protocol->floor_log10, number);
        snprintf(text, capacity, "%.*s:%s", length, word, number);
    } else
        snprintf(text, capacity, "%s", word);
    return false;
}

void plx_protocol_rename(struct plx_protocol *protocol)
{
    const struct plx_protocol *preset = plx_protocol_find(protocol->name);
    char ours[PLX_SYMBOL_TEXT * 2], theirs[PLX_SYMBOL_TEXT * 2];
    bool same = true;
    for (size_t i = 0; preset && same && i < FIELD_COUNT; i++) {
        format_field(protocol, FIELDS + i, ours, sizeof ours);
        format_field(preset, FIELDS + i, theirs, sizeof theirs);
        same = strcmp(ours, theirs) == 0;
    }
    if (preset && same)
        return;
    if (preset)
        memcpy(protocol->origin, preset->name, sizeof protocol->origin);
    snprintf(protocol->name, sizeof protocol->name, "custom");
}

/* What the field takes, for people. */
static void describe(const struct field *field, char *text, size_t capacity)
{
    const char *behind = field->takes ? field->takes : "";
    size_t size = 0;
    *text = '\0';
    for (size_t i = 0; field->words && field->words[i] && size < capacity; i++) {
        const bool last = !field->words[i + 1] && *behind != ',';
        const char *before = i == 0 ? "" : last ? " or " : ", ";
        size += (size_t)snprintf(text + size, capacity - size, "%s%s", before, field->words[i]);
    }
    if (size < capacity)
        snprintf(text + size, capacity - size, "%s", behind);
}

enum plx_status plx_protocol_set(struct plx_protocol *protocol, const char *field, const char *value,
                                 struct plx_error *error)
{
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (!same_field(FIELDS[i].name, field))
            continue;
        struct plx_protocol changed = *protocol;
        if (!parse_field(&changed, FIELDS + i, value)) {
            char takes[160];
            describe(FIELDS + i, takes, sizeof takes);
            return plx_error_set(error, PLX_USAGE, "%s takes %s, not \"%s\"", field, takes, value);
        }
        plx_protocol_rename(&changed);
        *protocol = changed;
        return PLX_OK;
    }
    return plx_error_set(error, PLX_USAGE, "a protocol has no field \"%s\"", field);
}

bool plx_protocol_field(const struct plx_protocol *protocol, size_t index, const char **name, char *value,
                        size_t capacity, bool *number)
{
    if (index >= FIELD_COUNT)
        return false;
    *name = FIELDS[index].name;
    const bool is_number = format_field(protocol, FIELDS + index, value, capacity);
    if (number)
        *number = is_number;
    return true;
}

const char *const *plx_protocol_field_values(size_t index)
{
    return index < FIELD_COUNT ? FIELDS[index].words : NULL;
}

void plx_protocol_resolve(struct plx_protocol *protocol)
{
    const uint64_t window = protocol->window;
    if (window == 0)
        return; /* there is nothing that they could follow from */
    if (protocol->stride == 0)
        protocol->stride = window;
    if (protocol->stride == PLX_WINDOW_LESS_1)
        protocol->stride = window - 1;
    if (protocol->score_last == PLX_HALF)
        protocol->score_last = window - window / 2 - 1;
    if (protocol->score_last == PLX_AS_STRIDE)
        protocol->score_last = protocol->stride;
    if (protocol->first_window == PLX_AS_STRIDE)
        protocol->first_window = protocol->stride;
}

/* Windows against what they score. */
static enum plx_status check_windows(const struct plx_protocol *resolved, struct plx_error *error)
{
    const uint64_t window = resolved->window, stride = resolved->stride;
    if (window < 2)
        return plx_error_set(error, PLX_USAGE, "a window of 1 token has no target with a context");
    if (stride > window)
        return plx_error_set(error, PLX_USAGE, "the stride (%llu) is larger than the window (%llu)",
                             (unsigned long long)stride, (unsigned long long)window);
    if (resolved->score == PLX_SCORE_ALL && stride + 1 < window)
        return plx_error_set(error, PLX_USAGE,
                             "score all with a stride below window - 1 counts targets twice");
    if (resolved->score == PLX_SCORE_LAST && resolved->score_last > stride)
        return plx_error_set(error, PLX_USAGE, "score last:%llu with a stride of %llu counts targets twice",
                             (unsigned long long)resolved->score_last, (unsigned long long)stride);
    if (resolved->score == PLX_SCORE_LAST && resolved->score_last == 0)
        return plx_error_set(error, PLX_USAGE, "half a window of %llu tokens has no target",
                             (unsigned long long)window);
    if (resolved->first_window > window)
        return plx_error_set(error, PLX_USAGE, "the first window's targets do not fit the window");
    return PLX_OK;
}

enum plx_status plx_protocol_check(const struct plx_protocol *protocol, struct plx_error *error)
{
    struct plx_protocol resolved = *protocol;
    plx_protocol_resolve(&resolved);
    if (resolved.window == 0) {
        if (resolved.stride || resolved.score != PLX_SCORE_NEW || resolved.first_window ||
            resolved.tail != PLX_TAIL_KEEP || resolved.start == PLX_START_REPLACE ||
            resolved.average == PLX_AVERAGE_WINDOW || resolved.average == PLX_AVERAGE_HF_2024)
            return plx_error_set(
                error, PLX_USAGE,
                "stride, score, first-window, tail, start replace and averages of windows need a window");
    } else {
        const enum plx_status status = check_windows(&resolved, error);
        if (status)
            return status;
    }
    if (protocol->blank == PLX_BLANK_SKIP && protocol->end == PLX_END_NONE)
        return plx_error_set(error, PLX_USAGE,
                             "blank skip leaves out the end symbols of blank lines, but end none adds none");
    if (*protocol->join && (protocol->unit != PLX_UNIT_STREAM || protocol->end == PLX_END_SCORED))
        return plx_error_set(error, PLX_USAGE,
                             "join stands between the lines of a stream without scored ends");
    return PLX_OK;
}
