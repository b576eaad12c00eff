/* Reading ARPA files by blocks: what the sink gets, and that neither the number of threads nor where a block
   ends can be told from what is found. What the files mean is in test_arpa.c. */
#include "model/arpa_read.h"

#include "base/buffer.h"
#include "base/error.h"
#include "io/lines.h"
#include "model/ngram_key.h"
#include "support/gzip_member.h"
#include "support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ORDER_MAX 4

/* A sink that keeps what it gets, and looks the keys up in real tables, which reading asks. */
struct recorder {
    struct plx_ngram_sink sink;
    struct plx_ngram_record *records[ORDER_MAX + 1];
    size_t count[ORDER_MAX + 1];
    uint64_t expected[ORDER_MAX + 1];
    struct plx_ngram_table tables[ORDER_MAX + 1];
    unsigned order;
    bool begun;
    enum plx_status fail_add, fail_end; /* what is returned */
    uint64_t fail_line;
};

static enum plx_status begin(struct plx_ngram_sink *sink, unsigned order, uint64_t expected,
                             struct plx_error *error)
{
    struct recorder *recorder = (struct recorder *)(void *)sink;
    (void)error;
    assert_false(recorder->begun);
    assert_int_equal(order, recorder->order + 1);
    recorder->begun = true;
    recorder->order = order;
    recorder->expected[order] = expected;
    return PLX_OK;
}

static enum plx_status add(struct plx_ngram_sink *sink, const struct plx_ngram_record *records, size_t count,
                           struct plx_error *error)
{
    struct recorder *recorder = (struct recorder *)(void *)sink;
    const unsigned k = recorder->order;
    assert_true(recorder->begun);
    if (recorder->fail_add) {
        sink->duplicate_line = recorder->fail_line;
        return plx_error_set(error, recorder->fail_add, "the sink's own words");
    }
    recorder->records[k] =
        realloc(recorder->records[k], (recorder->count[k] + count + 1) * sizeof **recorder->records);
    assert_non_null(recorder->records[k]);
    for (size_t i = 0; i < count; i++) {
        bool duplicate;
        recorder->records[k][recorder->count[k]++] = records[i];
        assert_int_equal(plx_ngram_table_insert(recorder->tables + k, records[i].key, &records[i].ngram,
                                                &duplicate, error),
                         PLX_OK);
        if (duplicate) {
            sink->duplicate_line = records[i].line;
            return plx_error_set(error, PLX_MALFORMED, "twice");
        }
    }
    return PLX_OK;
}

static enum plx_status end(struct plx_ngram_sink *sink, struct plx_error *error)
{
    struct recorder *recorder = (struct recorder *)(void *)sink;
    assert_true(recorder->begun);
    recorder->begun = false;
    if (recorder->fail_end) {
        sink->duplicate_line = recorder->fail_line;
        return plx_error_set(error, recorder->fail_end, "the sink's own words");
    }
    return PLX_OK;
}

static const struct plx_ngram_table *table(struct plx_ngram_sink *sink, unsigned order)
{
    struct recorder *recorder = (struct recorder *)(void *)sink;
    assert_false(recorder->begun && order == recorder->order); /* only of orders that have ended */
    return recorder->tables + order;
}

struct outcome {
    struct recorder recorder;
    struct plx_ngram_hash *model;
    enum plx_status status;
    struct plx_error error;
};

static const struct plx_model_options plain;

static void read_source(struct plx_source *source, const struct plx_model_options *options,
                        struct outcome *outcome)
{
    outcome->recorder.sink = (struct plx_ngram_sink){.begin = begin, .add = add, .end = end, .table = table};
    outcome->recorder.order = 1;
    outcome->model = plx_ngram_hash_new(&outcome->error);
    assert_non_null(outcome->model);
    outcome->status =
        plx_arpa_read(source, options, outcome->model, &outcome->recorder.sink, &outcome->error);
    plx_source_close(source);
}

/* *outcome: what the recorder is to do; then what has come of it. */
static void read_bytes(const void *data, size_t size, const struct plx_model_options *options,
                       struct outcome *outcome)
{
    struct plx_source *source;
    assert_int_equal(plx_source_open_memory(data, size, "test.arpa", NULL, &source, &outcome->error), PLX_OK);
    read_source(source, options, outcome);
}

static void release(struct outcome *outcome)
{
    for (unsigned k = 0; k <= ORDER_MAX; k++) {
        free(outcome->recorder.records[k]);
        plx_ngram_table_release(outcome->recorder.tables + k);
    }
    plx_model_close(&outcome->model->ngram.base);
}

static void assert_error(const char *text, size_t size, unsigned threads, uint64_t line, const char *words)
{
    const struct plx_model_options options = {.threads = threads};
    struct outcome outcome = {0};
    read_bytes(text, size, &options, &outcome);
    if (outcome.status != PLX_MALFORMED || outcome.error.line != line ||
        !strstr(outcome.error.message, words) || strcmp(outcome.error.input, "test.arpa") != 0)
        fail_msg("line %lld: %s", (long long)outcome.error.line, outcome.error.message);
    release(&outcome);
}

/* Small files. */

#define SMALL                                                                                            \
    "\\data\\\nngram 1=3\nngram 2=2\nngram 3=1\n\n\\1-grams:\n-1\ta\t-0.5\n-2\tb\n-3\tc\n\n\\2-grams:\n" \
    "-0\ta b\t-0.25\n-4\tb c\n\n\\3-grams:\n-5.5\ta b c\n\n\\end\\\n"

static void arpa_read__what_the_sink_gets(void **state)
{
    struct outcome outcome = {0};
    (void)state;
    read_bytes(SMALL, sizeof SMALL - 1, &plain, &outcome);
    assert_int_equal(outcome.status, PLX_OK);
    const struct recorder *recorder = &outcome.recorder;
    assert_int_equal(recorder->order, 3);
    assert_false(recorder->begun);
    assert_int_equal(recorder->expected[2], 2);
    assert_int_equal(recorder->expected[3], 1);
    assert_int_equal(recorder->count[2], 2);
    assert_int_equal(recorder->count[3], 1);
    static const uint32_t ids[] = {0, 1, 2}; /* in the order of the file */
    const struct plx_ngram_record *record = recorder->records[2];
    assert_true(record[0].key == plx_ngram_key_of(ids, 2) && record[1].key == plx_ngram_key_of(ids + 1, 2));
    assert_true(record[0].ngram.backoff == -0.25f && record[1].ngram.backoff == 0.0f);
    assert_true(memcmp(&record[0].ngram.probability, &(float){0.0f}, sizeof(float)) == 0); /* not −0 */
    assert_int_equal(record[0].line, 12);
    assert_int_equal(record[1].line, 13);
    record = recorder->records[3];
    assert_true(record->key == plx_ngram_key_of(ids, 3) && record->ngram.probability == -5.5f);
    assert_int_equal(record->line, 16);
    /* The model has the rest, and no tables. */
    const struct plx_ngram_hash *model = outcome.model;
    assert_true(model->unigram_memory[0].probability == -1.0f && model->unigram_memory[0].backoff == -0.5f);
    assert_int_equal(plx_vocabulary_find_text(model->ngram.base.vocabulary, "c"), 2);
    assert_int_equal(model->ngram.counts[1], 2);
    assert_ptr_equal(model->unigrams, model->unigram_memory);
    assert_int_equal(model->tables[0].homes, 0);
    release(&outcome);
}

/* An order without a section is begun and ended all the same. */
static void arpa_read__orders_without_ngrams(void **state)
{
    static const char text[] = "\\data\\\nngram 1=1\nngram 2=0\nngram 3=0\nngram 4=0\n\n\\1-grams:\n-1\ta\n\n"
                               "\\3-grams:\n\n\\end\\\n";
    struct outcome outcome = {0};
    (void)state;
    read_bytes(text, sizeof text - 1, &plain, &outcome);
    assert_int_equal(outcome.status, PLX_OK);
    assert_int_equal(outcome.recorder.order, 4);
    assert_false(outcome.recorder.begun);
    release(&outcome);
}

/* A promise that the file is too small to keep is not passed on. */
static void arpa_read__expected_is_bounded(void **state)
{
    static const char text[] = "\\data\\\nngram 1=1\nngram 2=1000000000000000000\n\n\\1-grams:\n-1\ta\n\n"
                               "\\2-grams:\n-1\ta a\n\n\\end\\\n";
    struct outcome outcome = {0};
    (void)state;
    read_bytes(text, sizeof text - 1, &plain, &outcome);
    assert_int_equal(outcome.status, PLX_MALFORMED);
    assert_true(outcome.recorder.expected[2] < sizeof text);
    release(&outcome);
}

/* Failures of the sink. */

static void arpa_read__the_sink_fails(void **state)
{
    struct outcome outcome = {.recorder = {.fail_add = PLX_IO}};
    (void)state;
    read_bytes(SMALL, sizeof SMALL - 1, &plain, &outcome);
    assert_int_equal(outcome.status, PLX_IO);
    assert_string_equal(outcome.error.message, "the sink's own words");
    release(&outcome);
    outcome = (struct outcome){.recorder = {.fail_end = PLX_IO, .fail_line = 12}};
    read_bytes(SMALL, sizeof SMALL - 1, &plain, &outcome);
    assert_int_equal(outcome.status, PLX_IO);
    assert_string_equal(outcome.error.message, "the sink's own words");
    release(&outcome);
}

static void arpa_read__the_sink_finds_a_duplicate(void **state)
{
    struct outcome outcome = {.recorder = {.fail_add = PLX_MALFORMED, .fail_line = 13}};
    (void)state;
    read_bytes(SMALL, sizeof SMALL - 1, &plain, &outcome);
    assert_int_equal(outcome.status, PLX_MALFORMED);
    assert_string_equal(outcome.error.message, "the 2-gram \"b c\" is here twice");
    assert_int_equal(outcome.error.line, 13);
    release(&outcome);
    /* Late: its words have gone. */
    outcome = (struct outcome){.recorder = {.fail_end = PLX_MALFORMED, .fail_line = 12}};
    read_bytes(SMALL, sizeof SMALL - 1, &plain, &outcome);
    assert_int_equal(outcome.status, PLX_MALFORMED);
    assert_string_equal(outcome.error.message, "the 2-gram of this line is here twice");
    assert_string_equal(outcome.error.input, "test.arpa");
    assert_int_equal(outcome.error.line, 12);
    release(&outcome);
}

/* Files of many blocks. */

#define WORDS   20000u
#define BIGRAMS 90000u

/* Where things stand in the large file. */
#define UNIGRAM_LINE(i) (7 + (uint64_t)(i))
#define BIGRAM_LINE(i)  (UNIGRAM_LINE(WORDS) + 2 + (uint64_t)(i))

/* Every seventh line has spaces for tabs, every tenth a carriage return. */
static void append_ngram(struct plx_buffer *text, unsigned i, const char *words)
{
    struct plx_error error;
    const char *tab = i % 7 == 3 ? " " : "\t";
    plx_buffer_printf(text, &error, "-%u.%07u%s%s%s-0.%u%s\n", i % 9, i, tab, words, tab, i,
                      i % 10 == 9 ? "\r" : "");
}

static const char *word(unsigned i, char text[64])
{
    snprintf(text, 64, "%.*s%u", (int)(i * 7 % 13), "wordwordword", i);
    return text;
}

/* Bigram i: each word is followed by a few others. */
static unsigned second(unsigned i)
{
    return (i * 31 + i / WORDS) % WORDS;
}

static bool has_bigram(unsigned first, unsigned next)
{
    for (unsigned i = first; i < BIGRAMS; i += WORDS) {
        if (second(i) == next)
            return true;
    }
    return false;
}

/* Bigram i and a third word. Some have no suffix, some no context. */
static void trigram(unsigned i, unsigned ids[3])
{
    ids[0] = i % 100 == 7 ? (i + 1) % WORDS : i % WORDS;
    ids[1] = second(i);
    ids[2] = i % 3 ? second(ids[1]) : 5;
}

static uint64_t trigram_line(unsigned i)
{
    return BIGRAM_LINE(BIGRAMS) + 2 + i + 2 * ((uint64_t)(i + 499) / 1000);
}

static void make_large(struct plx_buffer *text)
{
    struct plx_error error;
    char a[64], b[64], c[64], both[200];
    plx_buffer_init(text, (size_t)64 << 20);
    plx_buffer_printf(text, &error, "\\data\\\nngram 1=%u\nngram 2=%u\nngram 3=%u\n\n\\1-grams:\n", WORDS,
                      BIGRAMS, BIGRAMS);
    for (unsigned i = 0; i < WORDS; i++)
        append_ngram(text, i, word(i, a));
    plx_buffer_append_text(text, "\n\\2-grams:\n", &error);
    for (unsigned i = 0; i < BIGRAMS; i++) {
        snprintf(both, sizeof both, "%s %s", word(i % WORDS, a), word(second(i), b));
        append_ngram(text, i, both);
    }
    plx_buffer_append_text(text, "\n\\3-grams:\n", &error);
    for (unsigned i = 0; i < BIGRAMS; i++) {
        unsigned ids[3];
        trigram(i, ids);
        snprintf(both, sizeof both, "%s %s %s", word(ids[0], a), word(ids[1], b), word(ids[2], c));
        plx_buffer_printf(text, &error, "-%u.5\t%s\n%s", i % 4, both, i % 1000 == 500 ? "\n\n" : "");
    }
    assert_int_equal(plx_buffer_append_text(text, "\n\\end\\\n", &error), PLX_OK);
}

/* Against the words that the file was made of. */
static void check_bigrams(const struct recorder *recorder)
{
    assert_int_equal(recorder->count[2], BIGRAMS);
    for (unsigned i = 0; i < BIGRAMS; i++) {
        const struct plx_ngram_record *record = recorder->records[2] + i;
        const uint32_t ids[] = {i % WORDS, second(i)};
        char number[32];
        snprintf(number, sizeof number, "-%u.%07u", i % 9, i);
        assert_true(record->key == plx_ngram_key_of(ids, 2));
        assert_int_equal(record->line, BIGRAM_LINE(i));
        assert_true(record->ngram.probability == strtof(number, NULL));
        snprintf(number, sizeof number, "-0.%u", i);
        assert_true(record->ngram.backoff == strtof(number, NULL));
    }
}

static void assert_same(const struct outcome *found, const struct outcome *expected)
{
    for (unsigned k = 2; k <= 3; k++) {
        assert_int_equal(found->recorder.count[k], expected->recorder.count[k]);
        assert_memory_equal(found->recorder.records[k], expected->recorder.records[k],
                            found->recorder.count[k] * sizeof *found->recorder.records[k]);
    }
    const struct plx_model *a = &found->model->ngram.base, *b = &expected->model->ngram.base;
    assert_int_equal(a->warning_count, b->warning_count);
    for (size_t i = 0; i < a->warning_count; i++) {
        assert_string_equal(a->warnings[i].code, b->warnings[i].code);
        assert_int_equal(a->warnings[i].count, b->warnings[i].count);
        assert_int_equal(a->warnings[i].line, b->warnings[i].line);
    }
    assert_int_equal(a->remark_count, b->remark_count);
    for (size_t i = 0; i < a->remark_count; i++) {
        assert_string_equal(a->remarks[i].code, b->remarks[i].code);
        assert_int_equal(a->remarks[i].count, b->remarks[i].count);
        assert_int_equal(a->remarks[i].line, b->remarks[i].line);
    }
    assert_int_equal(a->info.vocabulary, b->info.vocabulary);
    assert_memory_equal(found->model->unigram_memory, expected->model->unigram_memory,
                        a->info.vocabulary * sizeof *found->model->unigram_memory);
    assert_memory_equal(found->model->incomplete, expected->model->incomplete, 4 * sizeof(bool));
}

static void assert_noted(const struct outcome *outcome, const char *code, uint64_t count, uint64_t line)
{
    const struct plx_model *model = &outcome->model->ngram.base;
    for (size_t i = 0; i < model->warning_count; i++) {
        if (strcmp(model->warnings[i].code, code) == 0) {
            assert_int_equal(model->warnings[i].count, count);
            assert_int_equal(model->warnings[i].line, line);
            return;
        }
    }
    fail_msg("nothing is said of %s", code);
}

static void check_parts(const struct outcome *outcome)
{
    uint64_t contexts = 0, suffixes = 0, context_line = 0, suffix_line = 0;
    for (unsigned i = BIGRAMS; i-- > 0;) {
        unsigned ids[3];
        trigram(i, ids);
        assert_int_equal(outcome->recorder.records[3][i].line, trigram_line(i));
        if (!has_bigram(ids[0], ids[1])) {
            contexts++;
            context_line = trigram_line(i);
        }
        if (!has_bigram(ids[1], ids[2])) {
            suffixes++;
            suffix_line = trigram_line(i);
        }
    }
    assert_true(contexts > 500 && suffixes > 20000);
    assert_noted(outcome, "missing-context", contexts, context_line);
    assert_noted(outcome, "missing-suffix", suffixes, suffix_line);
    assert_true(outcome->model->incomplete[2] && !outcome->model->incomplete[1]);
}

static void arpa_read__any_number_of_threads(void **state)
{
    struct plx_buffer text;
    struct outcome first = {0};
    (void)state;
    make_large(&text);
    read_bytes(text.data, text.size, &plain, &first);
    if (first.status)
        fail_msg("line %llu: %s", (unsigned long long)first.error.line, first.error.message);
    check_bigrams(&first.recorder);
    assert_noted(&first, "crlf", (WORDS + BIGRAMS) / 10, UNIGRAM_LINE(9));
    assert_noted(&first, "spaces-for-tabs", (WORDS + 3) / 7 + (BIGRAMS + 3) / 7, UNIGRAM_LINE(3));
    assert_noted(&first, "extra-blank-line", 2 * (BIGRAMS / 1000), trigram_line(500) + 1);
    check_parts(&first);
    for (unsigned threads = 1; threads <= 5; threads += 2) {
        const struct plx_model_options options = {.threads = threads};
        struct outcome outcome = {0};
        read_bytes(text.data, text.size, &options, &outcome);
        assert_int_equal(outcome.status, PLX_OK);
        assert_same(&outcome, &first);
        release(&outcome);
    }
    release(&first);
    plx_buffer_release(&text);
}

/* The line's begin in the text. */
static char *line_at(const struct plx_buffer *text, uint64_t line)
{
    char *at = (char *)text->data;
    while (--line > 0)
        at = strchr(at, '\n') + 1;
    return at;
}

static size_t line_size(const struct plx_buffer *text, uint64_t line)
{
    const char *at = line_at(text, line);
    return (size_t)(strchr(at, '\n') - at);
}

/* Of several errors, in other blocks and in one, the first in the file is reported. */
static void arpa_read__the_first_error(void **state)
{
    struct plx_buffer text;
    (void)state;
    make_large(&text);
    for (unsigned threads = 1; threads <= 4; threads++) {
        *line_at(&text, BIGRAM_LINE(80000)) = 'x';
        assert_error((char *)text.data, text.size, threads, BIGRAM_LINE(80000), "is not a number");
        /* A positive number, a few lines before. */
        memcpy(line_at(&text, BIGRAM_LINE(79990)), "0", 1);
        assert_error((char *)text.data, text.size, threads, BIGRAM_LINE(79990), "is positive");
        /* A word that is not there: bigram 30003 begins with word 10003, which has 10 · 7 mod 13 letters. */
        char *unknown = strchr(line_at(&text, BIGRAM_LINE(30003)), ' ') - 1;
        const char before = *unknown;
        *unknown = '?';
        *line_at(&text, BIGRAM_LINE(30004)) = '?';
        assert_error((char *)text.data, text.size, threads, BIGRAM_LINE(30003), "is not among the 1-grams");
        *unknown = before;
        assert_error((char *)text.data, text.size, threads, BIGRAM_LINE(30004), "is not a number");
        *line_at(&text, UNIGRAM_LINE(15000)) = 'x';
        assert_error((char *)text.data, text.size, threads, UNIGRAM_LINE(15000), "is not a number");
        plx_buffer_release(&text);
        make_large(&text);
    }
    plx_buffer_release(&text);
}

/* Their first occurrence may lie far back. */
static void arpa_read__duplicates(void **state)
{
    struct plx_buffer text;
    char expected[200], a[64], b[64];
    (void)state;
    make_large(&text);
    for (unsigned threads = 3; threads > 0; threads--) { /* further and further to the front */
        unsigned i = 20 * threads; /* bigrams i and 80000 + i are made the same, where that one is longer */
        while (line_size(&text, BIGRAM_LINE(i)) > line_size(&text, BIGRAM_LINE(80000 + i)))
            i++;
        char *twice = line_at(&text, BIGRAM_LINE(80000 + i));
        memset(twice, ' ', line_size(&text, BIGRAM_LINE(80000 + i)));
        memcpy(twice, line_at(&text, BIGRAM_LINE(i)), line_size(&text, BIGRAM_LINE(i)));
        snprintf(expected, sizeof expected, "the 2-gram \"%s %s\" is here twice", word(i, a),
                 word(second(i), b));
        assert_error((char *)text.data, text.size, threads, BIGRAM_LINE(80000 + i), expected);
    }
    plx_buffer_release(&text);
}

/* What comes before the place where reading fails is read, and an error there comes first. */
static void arpa_read__damaged_gzip(void **state)
{
    struct plx_buffer text;
    (void)state;
    make_large(&text);
    const size_t room = text.size + text.size / 100 + 1000;
    uint8_t *packed = malloc(room);
    assert_non_null(packed);
    for (unsigned threads = 1; threads <= 3; threads++) {
        const struct plx_model_options options = {.threads = threads};
        struct outcome outcome = {0};
        size_t size = gzip_member(text.data, text.size, 0, NULL, packed, room); /* as it is */
        read_bytes(packed, size / 2, &options, &outcome);
        assert_int_equal(outcome.status, PLX_MALFORMED);
        assert_int_equal(outcome.error.line, PLX_NOWHERE);
        assert_int_equal(outcome.recorder.order, 2);
        release(&outcome);

        /* The member spends less than a hundredth on what is not text; its last line, or one shortly before.
         */
        const uint64_t last = plx_lines_count((char *)text.data, size / 2 - size / 200);

        char *at = line_at(&text, last), before = *at;
        *at = 'x';
        size = gzip_member(text.data, text.size, 0, NULL, packed, room);
        outcome = (struct outcome){0};
        read_bytes(packed, size / 2, &options, &outcome);
        assert_int_equal(outcome.status, PLX_MALFORMED);
        assert_int_equal(outcome.error.line, last);
        release(&outcome);
        *at = before;
    }
    free(packed);
    plx_buffer_release(&text);
}

/* Longer than a block, and than a source's buffer; and too long. */
static void arpa_read__long_lines(void **state)
{
    static const size_t sizes[] = {1000, 65536, 131072, 300000, 5000000, (16 << 20) - 5, (16 << 20) - 4};
    struct plx_error error;
    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        struct plx_buffer text;
        char *long_word = malloc(sizes[s]);
        assert_non_null(long_word);
        memset(long_word, 'w', sizes[s]);
        plx_buffer_init(&text, (size_t)64 << 20);
        plx_buffer_append_text(&text, "\\data\\\nngram 1=3\nngram 2=1\n\n\\1-grams:\n-1\ta\n-1.5\t", &error);
        plx_buffer_append(&text, long_word, sizes[s], &error);
        plx_buffer_append_text(&text, "\n-1\tb\n\n\\2-grams:\n-2\ta ", &error);
        plx_buffer_append(&text, long_word, sizes[s], &error);
        assert_int_equal(plx_buffer_append_text(&text, "\n\n\\end\\\n", &error), PLX_OK);
        free(long_word);
        for (unsigned threads = 1; threads <= 2; threads++) {
            const struct plx_model_options options = {.threads = threads};
            struct outcome outcome = {0};
            if (sizes[s] + 5 > 16 << 20) {
                assert_error((char *)text.data, text.size, threads, 7, "longer than 16777216 bytes");
                continue;
            }
            read_bytes(text.data, text.size, &options, &outcome);
            const uint32_t ids[] = {0, 1};
            assert_int_equal(outcome.status, PLX_OK);
            assert_int_equal(plx_vocabulary_word(outcome.model->ngram.base.vocabulary, 1).length, sizes[s]);
            assert_true(outcome.recorder.records[2]->key == plx_ngram_key_of(ids, 2));
            assert_int_equal(outcome.recorder.records[2]->line, 11);
            release(&outcome);
        }
        plx_buffer_release(&text);
    }
}

/* A backslash begins a section only where it begins a line. */
static void arpa_read__backslashes(void **state)
{
    static const char text[] =
        "\\data\\\nngram 1=3\nngram 2=1\n\n\\1-grams:\n-1\t\\end\\\n-1\tb\\\n-1\tc\\d\n\n"
        "\\2-grams:\n-2\tb\\ \\end\\\n\n\\end\\\n";
    const uint32_t ids[] = {1, 0};
    struct outcome outcome = {0};
    (void)state;
    read_bytes(text, sizeof text - 1, &plain, &outcome);
    assert_int_equal(outcome.status, PLX_OK);
    assert_int_equal(plx_vocabulary_find_text(outcome.model->ngram.base.vocabulary, "c\\d"), 2);
    assert_true(outcome.recorder.records[2]->key == plx_ngram_key_of(ids, 2));
    release(&outcome);
}

/* More of them than a block holds, before, between and behind n-grams. */
static void arpa_read__blank_lines(void **state)
{
    enum { BLANK = 400000 };
    struct plx_error error;
    struct plx_buffer text;
    char *blank = malloc(BLANK);
    (void)state;
    assert_non_null(blank);
    memset(blank, '\n', BLANK);
    for (unsigned threads = 1; threads <= 2; threads++) {
        for (unsigned where = 0; where < 3; where++) {
            const struct plx_model_options options = {.threads = threads};
            struct outcome outcome = {0};
            plx_buffer_init(&text, (size_t)64 << 20);
            plx_buffer_append_text(&text, "\\data\\\nngram 1=2\n\n\\1-grams:\n", &error);
            plx_buffer_append(&text, blank, where == 0 ? BLANK : 0, &error);
            plx_buffer_append_text(&text, "-1\ta\n", &error);
            plx_buffer_append(&text, blank, where == 1 ? BLANK : 0, &error);
            plx_buffer_append_text(&text, "-1\tb\n", &error);
            plx_buffer_append(&text, blank, where == 2 ? BLANK : 0, &error);
            assert_int_equal(plx_buffer_append_text(&text, "\n\\end\\\n", &error), PLX_OK);
            read_bytes(text.data, text.size, &options, &outcome);
            assert_int_equal(outcome.status, PLX_OK);
            assert_noted(&outcome, "extra-blank-line", BLANK, where < 2 ? 5 + where : 8);
            assert_int_equal(outcome.model->ngram.base.warning_count, 1);
            release(&outcome);
            plx_buffer_release(&text);
        }
    }
    free(blank);
}

/* The file may end anywhere, and is then not complete. */
static void arpa_read__cut_anywhere(void **state)
{
    (void)state;
    for (size_t size = 0; size < sizeof SMALL - 2; size++) {
        struct outcome outcome = {0};
        read_bytes(SMALL, size, &plain, &outcome);
        assert_int_equal(outcome.status, PLX_MALFORMED);
        release(&outcome);
    }
}

static bool interrupted(void *user)
{
    unsigned *left = user;
    return (*left)-- == 0;
}

static void arpa_read__interrupted(void **state)
{
    struct plx_buffer text;
    (void)state;
    make_large(&text);
    for (unsigned after = 0; after < 20; after += 3) {
        unsigned left = after;
        const struct plx_model_options options = {.threads = 3, .interrupted = interrupted, .user = &left};
        struct outcome outcome = {0};
        read_bytes(text.data, text.size, &options, &outcome);
        assert_int_equal(outcome.status, PLX_INTERRUPTED);
        release(&outcome);
    }
    plx_buffer_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arpa_read__what_the_sink_gets),
        cmocka_unit_test(arpa_read__orders_without_ngrams),
        cmocka_unit_test(arpa_read__expected_is_bounded),
        cmocka_unit_test(arpa_read__the_sink_fails),
        cmocka_unit_test(arpa_read__the_sink_finds_a_duplicate),
        cmocka_unit_test(arpa_read__any_number_of_threads),
        cmocka_unit_test(arpa_read__the_first_error),
        cmocka_unit_test(arpa_read__duplicates),
        cmocka_unit_test(arpa_read__damaged_gzip),
        cmocka_unit_test(arpa_read__long_lines),
        cmocka_unit_test(arpa_read__backslashes),
        cmocka_unit_test(arpa_read__blank_lines),
        cmocka_unit_test(arpa_read__cut_anywhere),
        cmocka_unit_test(arpa_read__interrupted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
