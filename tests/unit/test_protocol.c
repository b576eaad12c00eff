/* Protocols as data: presets, fields as text, and what contradicts itself. The presets' rows are those of the
   table in the documentation of protocols. */
#include <perplex/protocol.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/inputs.h"

static const char *const FIELDS[] = {
    "unit", "start", "end",     "join",          "window", "stride", "score",   "first_window",
    "tail", "first", "unknown", "control_words", "blank",  "pages",  "average", "limit",
};

#define FIELD_COUNT (sizeof FIELDS / sizeof *FIELDS)

/* As long as a symbol may be, and one byte more. */
#define SIXTY_THREE "012345678901234567890123456789012345678901234567890123456789012"
#define SIXTY_FOUR  SIXTY_THREE "3"

/* The field's text. */
static const char *get(const struct plx_protocol *protocol, const char *field)
{
    static char text[PLX_SYMBOL_TEXT * 2];
    const char *name;
    for (size_t i = 0; plx_protocol_field(protocol, i, &name, text, sizeof text, NULL); i++) {
        if (strcmp(name, field) == 0)
            return text;
    }
    fail_msg("no field %s", field);
    return NULL;
}

static void set(struct plx_protocol *protocol, const char *field, const char *value)
{
    struct plx_error error;
    if (plx_protocol_set(protocol, field, value, &error))
        fail_msg("%s=%s: %s", field, value, error.message);
}

static struct plx_protocol preset(const char *name)
{
    const struct plx_protocol *found = plx_protocol_find(name);
    assert_non_null(found);
    return *found;
}

/* Presets. */

static void assert_row(const char *name, const char *const *texts)
{
    const struct plx_protocol row = preset(name);
    assert_string_equal(row.name, name);
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (strcmp(get(&row, FIELDS[i]), texts[i]) != 0)
            fail_msg("%s: %s is %s", name, FIELDS[i], get(&row, FIELDS[i]));
    }
}

#define ASSERT_ROW(name, ...) assert_row(name, (const char *const[FIELD_COUNT]){__VA_ARGS__})

static void plx_protocol_preset__rows(void **state)
{
    (void)state;
    ASSERT_ROW("sentence", "line", "context", "scored", "", "0", "0", "new", "0", "keep", "score", "unk",
               "refuse", "score", "article", "token", "0");
    ASSERT_ROW("wikitext-eos", "stream", "context", "scored", "", "0", "0", "new", "0", "keep", "score",
               "unk", "refuse", "score", "article", "token", "0");
    ASSERT_ROW("exact", "stream", "context", "auto", "", "0", "0", "new", "0", "keep", "score", "unk",
               "refuse", "score", "article", "token", "0");
    ASSERT_ROW("srilm", "line", "context", "scored", "", "0", "0", "new", "0", "keep", "score", "unk-or-skip",
               "score", "skip", "article", "token", "0");
    ASSERT_ROW("hf-stride", "stream", "none", "auto", "", "1024", "512", "new", "0", "keep", "skip", "unk",
               "refuse", "score", "article", "token", "0");
    ASSERT_ROW("hf-stride-doc", "stream", "none", "auto", "", "1024", "512", "new", "0", "keep", "skip",
               "unk", "refuse", "score", "article", "hf-2024", "0");
    ASSERT_ROW("gptq", "stream", "none", "auto", "", "2048", "0", "all", "0", "drop", "skip", "unk", "refuse",
               "score", "article", "window", "0");
    ASSERT_ROW("llama.cpp", "stream", "replace", "auto", "", "512", "0", "last:half", "0", "drop", "skip",
               "unk", "refuse", "score", "article", "token", "0");
    ASSERT_ROW("llama.cpp-stride", "stream", "none", "auto", "", "768", "512", "last:stride", "0",
               "drop-last", "skip", "unk", "refuse", "score", "article", "token", "0");
    ASSERT_ROW("lm-eval", "document", "context-or-end", "none", "", "2049", "window-1", "new", "0",
               "left-extend", "score", "unk", "refuse", "score", "heading", "token", "0");
    ASSERT_ROW("lm-eval-api", "document", "context-or-end", "none", "", "2047", "window-1", "new", "0",
               "left-extend", "score", "unk", "refuse", "score", "heading", "token", "0");
    ASSERT_ROW("paloma", "document", "end", "none", "", "2049", "window-1", "new", "0", "left-extend",
               "score", "unk", "refuse", "score", "article", "token", "0");
    ASSERT_ROW("fairseq", "stream", "end", "auto", "", "513", "112", "new", "stride", "keep", "score", "unk",
               "refuse", "score", "article", "token", "0");
    ASSERT_ROW("llm.c", "stream", "none", "auto", "", "1025", "window-1", "new", "0", "drop", "skip", "unk",
               "refuse", "score", "article", "token", "0");
    ASSERT_ROW("char-bpc", "stream", "context", "none", "", "0", "0", "new", "0", "keep", "score", "unk",
               "refuse", "score", "article", "token", "0");
}

static void plx_protocol_preset__all_fit_themselves(void **state)
{
    size_t count = 0;
    (void)state;
    for (const struct plx_protocol *row; (row = plx_protocol_preset(count)) != NULL; count++) {
        struct plx_error error;
        assert_int_equal(plx_protocol_check(row, &error), PLX_OK);
        assert_ptr_equal(plx_protocol_find(row->name), row);
        assert_string_not_equal(row->name, "custom");
        assert_true(strlen(plx_protocol_description(count)) > 20);
        assert_true(strlen(plx_protocol_rule(count)) > 60);
    }
    assert_int_equal(count, 15);
    assert_null(plx_protocol_description(count));
    assert_null(plx_protocol_preset(SIZE_MAX));
    assert_null(plx_protocol_description(SIZE_MAX));
    assert_null(plx_protocol_rule(SIZE_MAX));
}

static void plx_protocol_find__unknown(void **state)
{
    (void)state;
    assert_null(plx_protocol_find(""));
    assert_null(plx_protocol_find("custom"));
    assert_null(plx_protocol_find("Sentence"));
    assert_null(plx_protocol_find("sentence "));
}

static void plx_protocol_default__by_model_and_tokens(void **state)
{
    const struct plx_model_info ngram = {.kind = PLX_KIND_NGRAM, .end = PLX_NO_TOKEN};
    const struct plx_model_info neural = {.kind = PLX_KIND_NEURAL, .end = PLX_NO_TOKEN};
    const struct plx_model_info with_end = {.kind = PLX_KIND_NEURAL, .end = 0};
    (void)state;
    assert_string_equal(plx_protocol_default(&ngram, inputs_text(PLX_TOKENS_WORD))->name, "sentence");
    assert_string_equal(plx_protocol_default(&neural, inputs_text(PLX_TOKENS_WORD))->name, "exact");
    assert_string_equal(plx_protocol_default(&with_end, inputs_text(PLX_TOKENS_WORD))->name, "wikitext-eos");
    assert_string_equal(plx_protocol_default(&ngram, inputs_text(PLX_TOKENS_CHARACTER))->name, "exact");
    assert_string_equal(plx_protocol_default(&with_end, inputs_text(PLX_TOKENS_CHARACTER))->name, "exact");
    assert_string_equal(plx_protocol_default(&with_end, inputs_text(PLX_TOKENS_BYTE))->name, "exact");
    const struct plx_corpus_info *ids = inputs_tokens(PLX_CONTENT_IDS, PLX_TOKENS_PIECE);
    assert_string_equal(plx_protocol_default(&ngram, ids)->name, "sentence");
    assert_string_equal(plx_protocol_default(&with_end, ids)->name, "exact");
    const struct plx_corpus_info *strings = inputs_tokens(PLX_CONTENT_STRINGS, PLX_TOKENS_PIECE);
    assert_string_equal(plx_protocol_default(&with_end, strings)->name, "wikitext-eos");
    assert_string_equal(plx_protocol_default(&neural, strings)->name, "exact");
}

/* Fields. */

static void plx_protocol_field__all_in_order(void **state)
{
    static const char *const numbers[] = {"window", "stride", "first_window", "limit"};
    const struct plx_protocol protocol = preset("exact");
    char text[PLX_SYMBOL_TEXT * 2];
    const char *name;
    bool number;
    (void)state;
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        bool expected = false;
        assert_true(plx_protocol_field(&protocol, i, &name, text, sizeof text, &number));
        assert_string_equal(name, FIELDS[i]);
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
            expected = expected || strcmp(numbers[k], name) == 0;
        assert_int_equal(number, expected);
    }
    assert_false(plx_protocol_field(&protocol, FIELD_COUNT, &name, text, sizeof text, &number));
}

/* What is set is what is shown, whatever was set before. */
static void plx_protocol_set__is_read_back(void **state)
{
    static const struct {
        const char *field, *values[9];
    } cases[] = {
        {"unit", {"line", "document", "stream"}},
        {"start",
         {"none", "context", "replace", "context:<bos>", "replace:<bos>", "context", "context-or-end", "end",
          "context:a:b"}},
        {"end", {"none", "scored", "auto", "scored:<eop>", "scored", "scored:none"}},
        {"join", {"<nl>", "", " ", "a:b", "none"}},
        {"window", {"0", "1024", "4611686018427387903"}},
        {"stride", {"1", "512", "window-1", "0"}},
        {"score", {"all", "new", "last:1", "last:4611686018427387903", "last:half", "last:stride"}},
        {"first_window", {"7", "stride", "0"}},
        {"tail", {"keep", "drop", "left-extend", "drop-last"}},
        {"first", {"skip", "score"}},
        {"unknown",
         {"unk", "skip", "unk-or-skip", "zero", "floor:-7.5", "floor:0", "floor:-1e-05", "class:1",
          "class:50000"}},
        {"control_words", {"refuse", "score", "word", "unk", "refuse"}},
        {"blank", {"skip", "score"}},
        {"pages", {"none", "heading", "article"}},
        {"average", {"token", "window", "hf-2024", "unit"}},
        {"limit", {"1000000", "0"}},
    };
    (void)state;
    assert_int_equal(sizeof cases / sizeof *cases, FIELD_COUNT);
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        struct plx_protocol protocol = preset("sentence");
        for (size_t k = 0; k < 9 && cases[i].values[k]; k++) {
            set(&protocol, cases[i].field, cases[i].values[k]);
            if (strcmp(get(&protocol, cases[i].field), cases[i].values[k]) != 0)
                fail_msg("%s=%s is shown as %s", cases[i].field, cases[i].values[k],
                         get(&protocol, cases[i].field));
            for (size_t other = 0; other < FIELD_COUNT; other++) { /* and no other field is touched */
                const struct plx_protocol row = preset("sentence");
                char expected[PLX_SYMBOL_TEXT * 2];
                snprintf(expected, sizeof expected, "%s", get(&row, FIELDS[other]));
                if (other != i)
                    assert_string_equal(get(&protocol, FIELDS[other]), expected);
            }
        }
    }
}

/* The values behind the texts, of every field. */
static void plx_protocol_set__values(void **state)
{
    struct plx_protocol p = preset("sentence");
    (void)state;
    set(&p, "unit", "document");
    set(&p, "start", "replace:<b>");
    set(&p, "end", "auto");
    set(&p, "join", "<nl>");
    set(&p, "window", "100");
    set(&p, "stride", "50");
    set(&p, "score", "last:25");
    set(&p, "first_window", "7");
    set(&p, "tail", "left-extend");
    set(&p, "first", "skip");
    set(&p, "unknown", "floor:-2.5");
    set(&p, "control-words", "word");
    set(&p, "blank", "skip");
    set(&p, "average", "hf-2024");
    set(&p, "limit", "12");
    assert_int_equal(p.unit, PLX_UNIT_DOCUMENT);
    assert_int_equal(p.start, PLX_START_REPLACE);
    assert_string_equal(p.start_symbol, "<b>");
    assert_int_equal(p.end, PLX_END_AUTO);
    assert_string_equal(p.join, "<nl>");
    assert_int_equal(p.window, 100);
    assert_int_equal(p.stride, 50);
    assert_int_equal(p.score, PLX_SCORE_LAST);
    assert_int_equal(p.score_last, 25);
    assert_int_equal(p.first_window, 7);
    assert_int_equal(p.tail, PLX_TAIL_LEFT_EXTEND);
    assert_int_equal(p.first, PLX_FIRST_SKIP);
    assert_int_equal(p.unknown, PLX_UNKNOWN_FLOOR);
    assert_true(p.floor_log10 == -2.5);
    assert_int_equal(p.control_words, PLX_CONTROL_WORD);
    assert_int_equal(p.blank, PLX_BLANK_SKIP);
    assert_int_equal(p.average, PLX_AVERAGE_HF_2024);
    assert_int_equal(p.limit, 12);
    set(&p, "unit", "stream");
    set(&p, "unit", "line");
    set(&p, "score", "all");
    set(&p, "tail", "drop");
    set(&p, "unknown", "class:9");
    set(&p, "average", "unit");
    set(&p, "end", "scored:<e>");
    assert_int_equal(p.unit, PLX_UNIT_LINE);
    assert_int_equal(p.score, PLX_SCORE_ALL);
    assert_int_equal(p.tail, PLX_TAIL_DROP);
    assert_int_equal(p.unknown, PLX_UNKNOWN_CLASS);
    assert_int_equal(p.class_size, 9);
    assert_int_equal(p.average, PLX_AVERAGE_UNIT);
    assert_int_equal(p.end, PLX_END_SCORED);
    assert_string_equal(p.end_symbol, "<e>");
}

/* A symbol alone names it and means that it is used. */
static void plx_protocol_set__bare_symbols(void **state)
{
    struct plx_protocol p = preset("sentence");
    (void)state;
    set(&p, "start", "<bos>");
    assert_string_equal(get(&p, "start"), "context:<bos>");
    set(&p, "end", "<eop>");
    assert_string_equal(get(&p, "end"), "scored:<eop>");
    set(&p, "start", "none");
    set(&p, "start", "<bos2>");
    assert_string_equal(get(&p, "start"), "context:<bos2>");
    set(&p, "end", "none");
    set(&p, "end", "a:b"); /* what stands before the colon is no choice */
    assert_string_equal(get(&p, "end"), "scored:a:b");
    set(&p, "end", "auto");
    set(&p, "end", "<e>");
    assert_string_equal(get(&p, "end"), "scored:<e>");
    set(&p, "start", "replace");
    set(&p, "start", "<r>");
    assert_string_equal(get(&p, "start"), "replace:<r>");
    set(&p, "start", SIXTY_THREE); /* 63 bytes */
    assert_string_equal(p.start_symbol, SIXTY_THREE);
    assert_string_equal(get(&p, "start") + strlen("replace:"), SIXTY_THREE);
    set(&p, "join", SIXTY_THREE);
    assert_string_equal(get(&p, "join"), SIXTY_THREE);
}

static void plx_protocol_set__dashes_in_names(void **state)
{
    struct plx_protocol p = preset("hf-stride");
    struct plx_error error;
    (void)state;
    set(&p, "first-window", "3");
    assert_int_equal(p.first_window, 3);
    set(&p, "first_window", "4");
    assert_int_equal(p.first_window, 4);
    assert_int_equal(plx_protocol_set(&p, "first.window", "3", &error), PLX_USAGE);
    assert_int_equal(plx_protocol_set(&p, "first", "skip", &error), PLX_OK); /* another field */
    assert_int_equal(p.first_window, 4);
}

static void plx_protocol_set__unknown_fields(void **state)
{
    static const char *const names[] = {"",       "units",         "uni",    "Unit",          "name",
                                        "--unit", "control.words", "first-", "first_window_", "start_symbol"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct plx_protocol p = preset("exact");
        struct plx_error error;
        char message[64];
        assert_int_equal(plx_protocol_set(&p, names[i], "line", &error), PLX_USAGE);
        snprintf(message, sizeof message, "a protocol has no field \"%s\"", names[i]);
        assert_string_equal(error.message, message);
        assert_int_equal(error.status, PLX_USAGE);
        assert_string_equal(p.name, "exact");
    }
}

static void plx_protocol_set__unusable_values(void **state)
{
    static const struct {
        const char *field, *value, *takes;
    } cases[] = {
        {"unit", "", "line, document or stream"},
        {"unit", "lines", "line, document or stream"},
        {"unit", "lin", "line, document or stream"},
        {"unit", "line:5", "line, document or stream"},
        {"unit", "line:", "line, document or stream"},
        {"unit", "Line", "line, document or stream"},
        {"unit", " line", "line, document or stream"},
        {"start", "", "none, context, replace, context-or-end, end, or the symbol itself"},
        {"start", "none:<s>", "none, context, replace"},
        {"start", "end:</s>", "none, context, replace"},
        {"start", "context-or-end:<s>", "none, context, replace"},
        {"start", "context:", "none, context, replace"},
        {"start", SIXTY_FOUR, "none, context, replace"},
        {"start", "context:" SIXTY_FOUR, "none, context, replace"},
        {"end", "", "none, scored, auto, or the symbol itself"},
        {"end", "auto:<e>", "none, scored, auto"},
        {"end", "none:<e>", "none, scored, auto"},
        {"end", "scored:", "none, scored, auto"},
        {"end", SIXTY_FOUR, "none, scored, auto"},
        {"join", SIXTY_FOUR, "a token of at most 63 bytes"},
        {"window", "", "a number of tokens, 0 for no limit"},
        {"window", "-1", "a number of tokens"},
        {"window", "1e3", "a number of tokens"},
        {"window", "10 ", "a number of tokens"},
        {"window", "0x10", "a number of tokens"},
        {"window", "4611686018427387904", "a number of tokens"}, /* sums with it must not overflow */
        {"window", "99999999999999999999", "a number of tokens"},
        {"stride", "half", "a number of tokens from 1 to the window, or window-1"},
        {"stride", "window-2", "or window-1"},
        {"window", "window-1", "a number of tokens, 0 for no limit"},
        {"limit", "stride", "a number of tokens, 0 for all"},
        {"score", "last", "new, all or last:K"},
        {"score", "last:window-1", "new, all or last:K (K is a number of targets, half or stride)"},
        {"score", "last:4611686018427387904", "new, all or last:K"},
        {"score", "last:", "new, all or last:K"},
        {"score", "last:0", "new, all or last:K"},
        {"score", "last:-1", "new, all or last:K"},
        {"score", "new:1", "new, all or last:K"},
        {"score", "all:1", "new, all or last:K"},
        {"score", "", "new, all or last:K"},
        {"first_window", "x", "a number of targets, or stride"},
        {"tail", "left_extend", "keep, drop, left-extend or drop-last"},
        {"first", "keep", "score or skip"},
        {"unknown", "floor",
         "unk, skip, error, zero, unk-or-skip, floor:X or class:N (X is a log10, at most 0)"},
        {"unknown", "floor:", "unk, skip, error"},
        {"unknown", "floor:1", "unk, skip, error"},
        {"unknown", "floor:1e-300", "unk, skip, error"},
        {"unknown", "floor:nan", "unk, skip, error"},
        {"unknown", "floor:-inf", "unk, skip, error"},
        {"unknown", "floor:-1e18", "unk, skip, error"},
        {"unknown", "floor:x", "unk, skip, error"},
        {"unknown", "class", "unk, skip, error"},
        {"unknown", "class:0", "unk, skip, error"},
        {"unknown", "class:1.5", "unk, skip, error"},
        {"unknown", "unk:1", "unk, skip, error"},
        {"unknown", "zero:1", "unk, skip, error"},
        {"unknown", "unk-or", "unk-or-skip"},
        {"control_words", "yes", "refuse, score, word or unk"},
        {"blank", "", "score or skip"},
        {"pages", "Heading", "none, article or heading"},
        {"average", "tokens", "token, window, hf-2024 or unit"},
        {"average", "hf", "token, window, hf-2024 or unit"},
        {"limit", "all", "a number of tokens, 0 for all"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plx_protocol p = preset("hf-stride");
        struct plx_error error;
        char shown[160];
        if (plx_protocol_set(&p, cases[i].field, cases[i].value, &error) != PLX_USAGE)
            fail_msg("%s=%s is taken", cases[i].field, cases[i].value);
        assert_int_equal(error.status, PLX_USAGE);
        snprintf(shown, sizeof shown, "%s takes", cases[i].field);
        assert_non_null(strstr(error.message, shown));
        snprintf(shown, sizeof shown, "not \"%s\"", cases[i].value);
        assert_non_null(strstr(error.message, shown));
        if (!strstr(error.message, cases[i].takes))
            fail_msg("%s", error.message);
        assert_string_equal(p.name, "hf-stride");
    }
}

/* What is refused leaves everything as it was. */
static void plx_protocol_set__failure_changes_nothing(void **state)
{
    struct plx_protocol p = preset("sentence");
    struct plx_error error;
    (void)state;
    set(&p, "score", "last:5");
    set(&p, "start", "<b>");
    assert_int_equal(plx_protocol_set(&p, "score", "last:0", &error), PLX_USAGE);
    assert_string_equal(get(&p, "score"), "last:5");
    assert_int_equal(plx_protocol_set(&p, "start", SIXTY_FOUR, &error), PLX_USAGE);
    assert_string_equal(get(&p, "start"), "context:<b>");
    set(&p, "unknown", "class:5");
    assert_int_equal(plx_protocol_set(&p, "unknown", "class:0", &error), PLX_USAGE);
    assert_string_equal(get(&p, "unknown"), "class:5");
    set(&p, "unknown", "floor:-5");
    assert_int_equal(plx_protocol_set(&p, "unknown", "floor:3", &error), PLX_USAGE);
    assert_string_equal(get(&p, "unknown"), "floor:-5");
}

/* Names. */

static void plx_protocol_set__name(void **state)
{
    struct plx_protocol p = preset("sentence");
    (void)state;
    for (size_t i = 0; i < FIELD_COUNT; i++) { /* what the row says already */
        char text[PLX_SYMBOL_TEXT * 2];
        snprintf(text, sizeof text, "%s", get(&p, FIELDS[i]));
        set(&p, FIELDS[i], text);
        assert_string_equal(p.name, "sentence");
    }
    set(&p, "unknown", "skip");
    assert_string_equal(p.name, "custom");
    set(&p, "unknown", "unk"); /* once is enough */
    assert_string_equal(p.name, "custom");
}

static void plx_protocol_rename__by_the_row(void **state)
{
    struct plx_protocol p = preset("hf-stride");
    (void)state;
    plx_protocol_rename(&p);
    assert_string_equal(p.name, "hf-stride");
    p.stride = 511;
    plx_protocol_rename(&p);
    assert_string_equal(p.name, "custom");
    p = (struct plx_protocol){.name = "of my own"};
    plx_protocol_rename(&p);
    assert_string_equal(p.name, "custom");
}

static void plx_protocol_set__every_field_makes_custom(void **state)
{
    static const char *const values[FIELD_COUNT] = {"stream", "replace", "none", "x",    "5",    "4",
                                                    "all",    "3",       "drop", "skip", "zero", "unk",
                                                    "skip",   "none",    "unit", "100"};
    (void)state;
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        struct plx_protocol p = preset("sentence");
        set(&p, FIELDS[i], values[i]);
        assert_string_equal(p.name, "custom");
    }
    struct plx_protocol p = preset("exact");
    set(&p, "start", "<s>"); /* the symbol is part of the field */
    assert_string_equal(p.name, "custom");
}

/* Contradictions. */

static enum plx_status check(const char *const *settings, char *message)
{
    struct plx_protocol p = preset("exact");
    struct plx_error error = {.message = ""};
    for (; settings[0]; settings += 2)
        set(&p, settings[0], settings[1]);
    const enum plx_status status = plx_protocol_check(&p, &error);
    snprintf(message, 256, "%.200s", error.message);
    return status;
}

/* Field and value alternate; `words` "" means that it is fine. */
static void assert_check(const char *words, const char *const *settings)
{
    char message[256];
    const enum plx_status status = check(settings, message);
    if (status != (*words ? PLX_USAGE : PLX_OK) || !strstr(message, words))
        fail_msg("%s=%s …: %s \"%s\"", settings[0], settings[1], plx_status_name(status), message);
}

#define ASSERT_CHECK(words, ...) assert_check(words, (const char *const[]){__VA_ARGS__, NULL, NULL})

static void plx_protocol_check__without_a_window(void **state)
{
    static const char *const words = "need a window";
    (void)state;
    ASSERT_CHECK(words, "stride", "1");
    ASSERT_CHECK(words, "score", "all");
    ASSERT_CHECK(words, "score", "last:1");
    ASSERT_CHECK(words, "first_window", "2");
    ASSERT_CHECK(words, "tail", "drop");
    ASSERT_CHECK(words, "tail", "left-extend");
    ASSERT_CHECK(words, "start", "replace");
    ASSERT_CHECK(words, "average", "window");
    ASSERT_CHECK(words, "average", "hf-2024");
    ASSERT_CHECK("", "window", "8", "average", "window");
    ASSERT_CHECK("", "window", "8", "average", "hf-2024");
    ASSERT_CHECK("", "limit", "5", "first", "skip", "unknown", "zero", "average", "unit");
}

static void plx_protocol_check__windows(void **state)
{
    (void)state;
    ASSERT_CHECK("a window of 1 token", "window", "1");
    ASSERT_CHECK("", "window", "2");
    ASSERT_CHECK("", "window", "10", "stride", "10");
    ASSERT_CHECK("", "window", "10", "stride", "1");
    ASSERT_CHECK("the stride (11) is larger than the window (10)", "window", "10", "stride", "11");
    ASSERT_CHECK("", "window", "10", "score", "all");
    ASSERT_CHECK("", "window", "10", "stride", "10", "score", "all");
    ASSERT_CHECK("", "window", "10", "stride", "9", "score", "all");
    ASSERT_CHECK("counts targets twice", "window", "10", "stride", "8", "score", "all");
    ASSERT_CHECK("", "window", "10", "score", "last:10");
    ASSERT_CHECK("counts targets twice", "window", "10", "score", "last:11");
    ASSERT_CHECK("", "window", "10", "stride", "5", "score", "last:5");
    ASSERT_CHECK("score last:6 with a stride of 5 counts targets twice", "window", "10", "stride", "5",
                 "score", "last:6");
    ASSERT_CHECK("", "window", "10", "stride", "5", "first_window", "10");
    ASSERT_CHECK("the first window's targets do not fit", "window", "10", "stride", "5", "first_window",
                 "11");
    ASSERT_CHECK("", "window", "10", "start", "replace", "tail", "left-extend");
}

/* Numbers that follow from others, and the figures of the peers that they are for: llama.cpp's window of 1024
   scores the outputs 512 … 1022, lm-eval with max_length 1024 has 1025 tokens in sight and moves by 1024,
   fairseq scores 512 - 256 targets of 256 … */
static void plx_protocol_resolve__follows(void **state)
{
    static const struct {
        const char *preset, *window, *stride;
        uint64_t expected_stride, last, first_window;
    } cases[] = {
        {"llama.cpp", "512", NULL, 512, 255, 0},
        {"llama.cpp", "1024", NULL, 1024, 511, 0},
        {"llama.cpp", "7", NULL, 7, 3, 0}, /* 7 - 3 - 1: outputs 3, 4, 5 */
        {"llama.cpp-stride", "768", "256", 256, 256, 0},
        {"gptq", "4096", NULL, 4096, 0, 0},
        {"lm-eval", "1025", NULL, 1024, 0, 0},
        {"llm.c", "65", NULL, 64, 0, 0},
        {"fairseq", "513", "256", 256, 0, 256},
        {"hf-stride", "1024", NULL, 512, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plx_protocol p = preset(cases[i].preset);
        struct plx_error error;
        set(&p, "window", cases[i].window);
        if (cases[i].stride)
            set(&p, "stride", cases[i].stride);
        assert_int_equal(plx_protocol_check(&p, &error), PLX_OK);
        plx_protocol_resolve(&p);
        assert_int_equal(p.stride, cases[i].expected_stride);
        assert_int_equal(p.score_last, cases[i].last);
        assert_int_equal(p.first_window, cases[i].first_window);
    }
    struct plx_protocol p = preset("exact");
    plx_protocol_resolve(&p);
    assert_int_equal(p.stride, 0);
}

static void plx_protocol_check__what_follows(void **state)
{
    (void)state;
    ASSERT_CHECK("need a window", "stride", "window-1");
    ASSERT_CHECK("need a window", "first_window", "stride");
    ASSERT_CHECK("half a window of 2 tokens has no target", "window", "2", "score", "last:half");
    ASSERT_CHECK("", "window", "3", "score", "last:half");
    ASSERT_CHECK("score last:9 with a stride of 5", "window", "20", "stride", "5", "score", "last:half");
    ASSERT_CHECK("", "window", "20", "stride", "5", "score", "last:stride", "tail", "drop-last");
    ASSERT_CHECK("", "window", "20", "stride", "window-1", "score", "all", "first_window", "stride");
    ASSERT_CHECK("need a window", "tail", "drop-last");
}

static void plx_protocol_check__join(void **state)
{
    static const char *const words = "join stands between the lines of a stream without scored ends";
    (void)state;
    ASSERT_CHECK("", "join", "<nl>");
    ASSERT_CHECK("", "join", "<nl>", "end", "none");
    ASSERT_CHECK(words, "join", "<nl>", "end", "scored");
    ASSERT_CHECK(words, "join", "<nl>", "unit", "line");
    ASSERT_CHECK(words, "join", "<nl>", "unit", "document");
}

static void plx_protocol_check__blank(void **state)
{
    static const char *const words =
        "blank skip leaves out the end symbols of blank lines, but end none adds none";
    (void)state;
    ASSERT_CHECK("", "blank", "skip");
    ASSERT_CHECK("", "blank", "skip", "end", "scored");
    ASSERT_CHECK("", "blank", "score", "end", "none");
    ASSERT_CHECK(words, "blank", "skip", "end", "none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_protocol_preset__rows),
        cmocka_unit_test(plx_protocol_preset__all_fit_themselves),
        cmocka_unit_test(plx_protocol_find__unknown),
        cmocka_unit_test(plx_protocol_default__by_model_and_tokens),
        cmocka_unit_test(plx_protocol_field__all_in_order),
        cmocka_unit_test(plx_protocol_set__is_read_back),
        cmocka_unit_test(plx_protocol_set__values),
        cmocka_unit_test(plx_protocol_set__bare_symbols),
        cmocka_unit_test(plx_protocol_set__dashes_in_names),
        cmocka_unit_test(plx_protocol_set__unknown_fields),
        cmocka_unit_test(plx_protocol_set__unusable_values),
        cmocka_unit_test(plx_protocol_set__failure_changes_nothing),
        cmocka_unit_test(plx_protocol_set__name),
        cmocka_unit_test(plx_protocol_rename__by_the_row),
        cmocka_unit_test(plx_protocol_set__every_field_makes_custom),
        cmocka_unit_test(plx_protocol_check__without_a_window),
        cmocka_unit_test(plx_protocol_check__windows),
        cmocka_unit_test(plx_protocol_resolve__follows),
        cmocka_unit_test(plx_protocol_check__what_follows),
        cmocka_unit_test(plx_protocol_check__join),
        cmocka_unit_test(plx_protocol_check__blank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
