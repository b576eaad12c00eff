/* ARPA files: what is read, what is read with a warning, what is refused and where. The cases are those in
   which files of KenLM, SRILM, IRSTLM and MITLM differ. */
#include "model/ngram.h"

#include "base/buffer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "support/sanitized.h"

extern const struct plx_model_format plx_model_format_arpa;

/* Opening texts. */

static enum plx_status open_bytes(const void *text, size_t size, const struct plx_model_options *options,
                                  struct plx_model **model, struct plx_error *error)
{
    const struct plx_source_options source_options = {.fingerprint = true};
    struct plx_source *source;
    assert_int_equal(plx_source_open_memory(text, size, "test.arpa", &source_options, &source, error),
                     PLX_OK);
    const enum plx_status status = plx_model_open_source(source, options, model, error);
    plx_source_close(source);
    return status;
}

static struct plx_model *open_with(const char *text, const struct plx_model_options *options)
{
    struct plx_model *model;
    struct plx_error error;
    if (open_bytes(text, strlen(text), options, &model, &error))
        fail_msg("line %llu: %s\n%s", (unsigned long long)error.line, error.message, text);
    return model;
}

static struct plx_model *open_fine(const char *text)
{
    return open_with(text, NULL);
}

static void assert_refused_with(const char *text, const struct plx_model_options *options,
                                enum plx_status status, uint64_t line, uint64_t column, const char *words)
{
    struct plx_model *model;
    struct plx_error error;
    const enum plx_status found = open_bytes(text, strlen(text), options, &model, &error);
    if (found != status || error.status != status || !strstr(error.message, words))
        fail_msg("status %s, \"%s\"\n%s", plx_status_name(found), found ? error.message : "", text);
    assert_null(model);
    assert_string_equal(error.input, "test.arpa");
    if (error.line != line || error.column != column)
        fail_msg("line %lld, column %lld: %s\n%s", (long long)error.line, (long long)error.column,
                 error.message, text);
}

static void assert_refused(const char *text, uint64_t line, const char *words)
{
    assert_refused_with(text, NULL, PLX_MALFORMED, line, PLX_NOWHERE, words);
}

/* Scores. */

static void assert_score(const struct plx_model *model, const char *const *words, size_t count, double log10,
                         unsigned order)
{
    struct plx_error error;
    uint32_t ids[8];
    uint8_t found_order;
    double nats;
    for (size_t i = 0; i < count; i++) {
        const struct plx_word word = {words[i], strlen(words[i])};
        plx_model_lookup(model, &word, 1, ids + i);
    }
    struct plx_session *session = plx_session_new(model, &error);
    assert_non_null(session);
    const struct plx_window window = {ids, count - 1, count, 0};
    const struct plx_scores scores = {&nats, &found_order, NULL};
    assert_int_equal(plx_session_score(session, &window, 1, &scores, &error), PLX_OK);
    plx_session_free(session);
    /* The numbers of files are rounded to float32, which costs up to 3e-8 relative each. */
    const double expected = -log10 * 2.302585092994045684;
    if (!(nats == expected || fabs(nats - expected) <= 1e-6 * (1 + fabs(expected))) || found_order != order)
        fail_msg("%s: found %.9g of order %u, expected %.9g", words[count - 1], -nats / 2.302585092994045684,
                 (unsigned)found_order, log10);
}

/* The last word after the others. */
#define ASSERT_SCORE(model, log10, order, ...)              \
    assert_score(model, (const char *const[]){__VA_ARGS__}, \
                 sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *), log10, order)

static const struct plx_warning *find_warning(const struct plx_model *model, const char *code)
{
    size_t count;
    const struct plx_warning *warnings = plx_model_warnings(model, &count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(warnings[i].code, code) == 0)
            return warnings + i;
    }
    return NULL;
}

static void assert_warning(const struct plx_model *model, const char *code, uint64_t count, uint64_t line)
{
    const struct plx_warning *warning = find_warning(model, code);
    if (!warning) {
        fail_msg("no warning %s", code);
        return;
    }
    assert_int_equal(warning->count, count);
    assert_int_equal(warning->line, line);
    assert_true(strlen(warning->message) > 10);
}

/* The only thing that is said of the model. */
static void assert_note(const struct plx_model *model, const char *code, uint64_t count, uint64_t line)
{
    size_t found;
    const struct plx_warning *warnings = plx_model_warnings(model, &found);
    assert_warning(model, code, count, line);
    if (found != 1)
        fail_msg("%s and %s", warnings[0].code, warnings[1].code);
    assert_true(warnings[0].note);
}

static void assert_no_warning(const struct plx_model *model)
{
    size_t count;
    const struct plx_warning *warnings = plx_model_warnings(model, &count);
    if (count > 0)
        fail_msg("%s: %s", warnings[0].code, warnings[0].message);
}

/* The model that most cases vary. By hand, with a_s = b("<s>") and so on:
   p(the | <s>) = -0.4; p(cat | <s> the) = -0.2; p(sat | the cat) = -0.25 after <s> the cat too;
   p(sat | <s> the) = b(<s> the) + b(the) + p(sat) = -0.2 - 0.3 - 1;  p(<unk> | the) = -0.3 - 1.9. */
#define HEADER "\\data\\\nngram 1=6\nngram 2=4\nngram 3=2\n\n"
#define UNIGRAMS                                                                                       \
    "\\1-grams:\n-1.9\t<unk>\t-0.02\n0\t<s>\t-0.5\n-0.9\t</s>\t0\n-0.7\tthe\t-0.3\n-0.8\tcat\t-0.25\n" \
    "-1\tsat\t-0.15\n\n"
#define BIGRAMS \
    "\\2-grams:\n-0.4\t<s> the\t-0.2\n-0.5\tthe cat\t-0.1\n-0.3\tcat sat\t-0.05\n-0.6\tsat </s>\t0\n\n"
#define TRIGRAMS "\\3-grams:\n-0.2\t<s> the cat\n-0.25\tthe cat sat\n\n"
#define END      "\\end\\\n"
#define MODEL    HEADER UNIGRAMS BIGRAMS TRIGRAMS END

static void assert_usual_scores(const struct plx_model *model)
{
    ASSERT_SCORE(model, -0.7, 1, "the");
    ASSERT_SCORE(model, -0.4, 2, "<s>", "the");
    ASSERT_SCORE(model, -0.2, 3, "<s>", "the", "cat");
    ASSERT_SCORE(model, -0.25, 3, "<s>", "the", "cat", "sat");
    ASSERT_SCORE(model, -1.5, 1, "<s>", "the", "sat");
    ASSERT_SCORE(model, -2.2, 1, "the", "<unk>");
    ASSERT_SCORE(model, -0.65, 2, "the", "cat", "sat", "</s>"); /* b(cat sat) + p(</s> | sat) */
}

static void arpa_open__usual(void **state)
{
    (void)state;
    struct plx_model *model = open_fine(MODEL);
    const struct plx_model_info *info = plx_model_info(model);
    assert_no_warning(model);
    assert_usual_scores(model);
    assert_string_equal(info->format, "arpa");
    assert_string_equal(info->architecture, "n-gram");
    assert_int_equal(info->kind, PLX_KIND_NGRAM);
    assert_int_equal(info->order, 3);
    assert_int_equal(info->context_length, 2);
    assert_int_equal(info->vocabulary, 6);
    assert_int_equal(info->ngrams[0], 6);
    assert_int_equal(info->ngrams[1], 4);
    assert_int_equal(info->ngrams[2], 2);
    assert_int_equal(info->parameters, 6 * 2 + 4 * 2 + 2); /* the highest order has no backoffs */
    assert_int_equal(info->unknown, 0);
    assert_int_equal(info->start, 1);
    assert_int_equal(info->end, 2);
    assert_int_equal(info->start_repeat, 1);
    assert_int_equal(info->capabilities, PLX_STRING_TOKENS | PLX_EMPTY_CONTEXT | PLX_UNKNOWN_CONTEXT |
                                             PLX_RESTART_AT_END | PLX_MATCHED_ORDER | PLX_LOG10_FLOAT |
                                             PLX_FULL_DISTRIBUTION);
    assert_string_equal(plx_model_name(model), "test.arpa");
    /* sha256sum of the text. */
    assert_string_equal(info->sha256, "e51dc6057c5fad57cdbfbaf7b215027d103557d4fa84565172fcf1feb372da25");
    assert_memory_equal(plx_model_token(model, 3).text, "the", 3);
    plx_model_close(model);
}

/* Headers. */

static void arpa_open__forms_of_the_header(void **state)
{
    static const struct {
        const char *text, *code; /* of the one note */
        uint64_t count, line;
    } headers[] = {
        /* No blank line behind it; many; blanks at the ends of lines; IRSTLM's; and others. */
        {"\\data\\\nngram 1=6\nngram 2=4\nngram 3=2\n", "missing-blank-line", 1, 5},
        {"\n\n\\data\\\n\nngram 1=6\n\nngram 2=4\nngram 3=2\n\n\n\n", "extra-blank-line", 4, 4},
        {"\\data\\ \t\r\nngram 1=6\r\nngram 2=4 \r\nngram 3=2\r\n\r\n", "crlf", 5, 1},
        {"\\data\\\nngram  1=     6\nngram  2=\t4\nngram 3=2\n\n", "header-blanks", 2, 2},
        {"\\data\\\nngram 1=6\nngram\t2=4\nngram 3=002\n\n", "header-blanks", 1, 3},
        {"\\data\\\nngram 1 = 6\nngram 2=4\nngram 3=2\n\n", "header-blanks", 1, 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        char text[2048];
        snprintf(text, sizeof text, "%s%s", headers[i].text, UNIGRAMS BIGRAMS TRIGRAMS END);
        struct plx_model *model = open_fine(text);
        assert_note(model, headers[i].code, headers[i].count, headers[i].line);
        assert_usual_scores(model);
        plx_model_close(model);
    }
}

static void arpa_open__malformed_headers(void **state)
{
    (void)state;
    assert_refused("\\data\\\nngram 1=x\n", 2, "\"ngram 1=count\" or the section \\1-grams: expected");
    assert_refused("\\data\\\nngram 1=\n", 2, "\"ngram 1=count\"");
    assert_refused("\\data\\\nngram 1=-6\n", 2, "\"ngram 1=count\"");
    assert_refused("\\data\\\nngram 1=6.0\n", 2, "\"ngram 1=count\"");
    assert_refused("\\data\\\nngram 1=18446744073709551616\n", 2, "\"ngram 1=count\"");
    assert_refused("\\data\\\nngram 1 6\n", 2, "\"ngram 1=count\"");
    assert_refused("\\data\\\nngrams: 1=6\n", 2, "\"ngram 1=count\"");
    assert_refused("\\data\\\nngram 2=6\n", 2, "\"ngram 1=count\"");
    assert_refused("\\data\\\nngram 0=6\n", 2, "\"ngram 1=count\"");
    assert_refused("\\data\\\n\nngram 1=6\nngram 3=6\n", 4, "\"ngram 2=count\"");
    assert_refused("\\data\\\nngram 1=6\nngram 1=6\n", 3, "\"ngram 2=count\"");
    assert_refused("\\data\\\n-1\ta\n", 2, "\"ngram 1=count\"");
    assert_refused("\\data\\\nngram 1=0\n\n\\1-grams:\n\\end\\\n", 4, "promises no 1-grams");
    assert_refused("\\data\\\n\\1-grams:\n-1\ta\n\\end\\\n", 2, "promises no 1-grams");
    assert_refused("\\data\\\n", 1, "the file ends before its first section");
    assert_refused("\\data\\\nngram 1=6\n\n", 3, "the file ends before its first section");
}

static void arpa_open__no_data(void **state)
{
    struct plx_model *model;
    struct plx_error error;
    const struct plx_model_options options = {.format = "arpa"};
    (void)state;
    assert_refused_with("ngram 1=6\n\\1-grams:\n", &options, PLX_MALFORMED, 2, PLX_NOWHERE,
                        "no line \\data\\ in the whole file");
    assert_refused_with("\\data\n", &options, PLX_MALFORMED, 1, PLX_NOWHERE, "no line \\data\\");
    assert_refused_with(" \\data\\\n", &options, PLX_MALFORMED, 1, PLX_NOWHERE, "no line \\data\\");
    assert_int_equal(open_bytes("", 0, &options, &model, &error), PLX_MALFORMED);
    assert_null(model);
}

static void arpa_open__text_around(void **state)
{
    (void)state;
    struct plx_model *model = open_fine("a title\n\n# and more\n" MODEL "\n\nand what follows\nis ignored");
    assert_usual_scores(model);
    assert_warning(model, "text-before-data", 2, 1);
    assert_warning(model, "text-after-end", 2, 30);
    plx_model_close(model);
    model = open_fine("\n\n\n" MODEL "\n \n\t\n"); /* blank lines are no text */
    assert_no_warning(model);
    plx_model_close(model);
}

static void arpa_open__byte_order_mark(void **state)
{
    (void)state;
    struct plx_model *model = open_fine("\xEF\xBB\xBF" MODEL);
    assert_usual_scores(model);
    assert_warning(model, "byte-order-mark", 1, 1);
    assert_null(find_warning(model, "text-before-data"));
    plx_model_close(model);
    model = open_fine("\n\xEF\xBB\xBF\n" MODEL); /* in the second line it is text like any other */
    assert_warning(model, "text-before-data", 1, 2);
    assert_null(find_warning(model, "byte-order-mark"));
    plx_model_close(model);
}

static void arpa_open__vocabulary_beside_it(void **state)
{
    const struct plx_model_options options = {.vocabulary = "words.txt"};
    struct plx_model *model;
    struct plx_error error;
    (void)state;
    assert_int_equal(open_bytes(MODEL, strlen(MODEL), &options, &model, &error), PLX_USAGE);
    assert_non_null(strstr(error.message, "words.txt"));
    assert_null(model);
}

/* Their probabilities are not those of an ARPA file, although text before \data\ is tolerated. */
static void arpa_open__irstlm_intermediate(void **state)
{
    const struct plx_model_options arpa = {.format = "arpa"};
    struct plx_model *model;
    struct plx_error error;
    (void)state;
    assert_refused_with("iARPA\n" MODEL, NULL, PLX_UNSUPPORTED, 1, PLX_NOWHERE,
                        "IRSTLM's iARPA format, whose probabilities are not interpolated yet");
    assert_refused_with("\nqARPA 2 256 256\n" MODEL, NULL, PLX_UNSUPPORTED, 2, PLX_NOWHERE,
                        "IRSTLM's qARPA format, whose probabilities are quantised");
    assert_refused_with("iARPA\r\n" MODEL, &arpa, PLX_UNSUPPORTED, 1, PLX_NOWHERE, "iARPA");
    assert_int_equal(open_bytes("iARPA\n", 6, NULL, &model, &error), PLX_UNSUPPORTED);
    assert_non_null(strstr(error.hint, "compile-lm"));
    model = open_fine("a text that speaks of\niARPA\n" MODEL); /* only a first line says so */
    assert_warning(model, "text-before-data", 2, 1);
    plx_model_close(model);
}

/* Sections. */

static void arpa_open__malformed_sections(void **state)
{
    (void)state;
    assert_refused(HEADER BIGRAMS UNIGRAMS TRIGRAMS END, 6, "the section \\1-grams: expected");
    assert_refused(HEADER UNIGRAMS TRIGRAMS END, 14, "the section \\2-grams: expected");
    assert_refused(HEADER UNIGRAMS BIGRAMS END, 20, "the section \\3-grams: expected");
    assert_refused(HEADER "\\1-grams\n", 6, "the section \\1-grams: expected");
    assert_refused(HEADER "\\1-gram:\n", 6, "the section \\1-grams: expected");
    assert_refused(HEADER UNIGRAMS BIGRAMS TRIGRAMS "\\4-grams:\n", 24, "\\end\\ expected");
    assert_refused(HEADER UNIGRAMS BIGRAMS TRIGRAMS "\\end\n", 24, "\\end\\ expected");
}

static void arpa_open__torn(void **state)
{
    static const char text[] = MODEL;
    const size_t whole = sizeof text - 2; /* without the last newline it is whole too */
    (void)state;
    for (size_t size = 0; size < whole; size++) {
        const struct plx_model_options options = {.format = "arpa"};
        struct plx_model *model;
        struct plx_error error;
        const enum plx_status status = open_bytes(text, size, &options, &model, &error);
        if (status != PLX_MALFORMED || model)
            fail_msg("%zu bytes: %s", size, plx_status_name(status));
    }
    assert_refused(HEADER UNIGRAMS BIGRAMS TRIGRAMS, 23, "the file ends before \\end\\");
    assert_refused(HEADER UNIGRAMS "\\2-grams:\n-0.4\t<s> the\t-0.2\n", 15, "the file ends before \\end\\");
    char torn[sizeof text];
    memcpy(torn, text, whole);
    torn[whole] = '\0';
    plx_model_close(open_fine(torn));
}

static void arpa_open__malformed_lines(void **state)
{
    (void)state;
    const struct plx_model_options none = {0};
    assert_refused_with(HEADER "\\1-grams:\n-1.9\t<unk>\nnonsense\n", &none, PLX_MALFORMED, 8, 1,
                        "the probability \"nonsense\" is not a number");
    assert_refused_with(HEADER "\\1-grams:\n-1.9\t<unk>\t-0.5x\n", &none, PLX_MALFORMED, 7, 12,
                        "the backoff \"-0.5x\"");
    assert_refused_with(HEADER "\\1-grams:\n-1.9\t\t-0.5\n", &none, PLX_MALFORMED, 7, 6, "an empty word");
    assert_refused_with(HEADER "\\1-grams:\n-1.9\ta b\t-0.5\n", &none, PLX_MALFORMED, 7, 1,
                        "1 word expected in a 1-gram, found 2");
    assert_refused_with(HEADER "\\1-grams:\nnan\ta\t-0.5\n", &none, PLX_MALFORMED, 7, 1, "not a number");
}

static void arpa_open__words_that_are_no_unigrams(void **state)
{
    (void)state;
    assert_refused(HEADER UNIGRAMS "\\2-grams:\n-0.4\tthe dog\t-0.2\n", 15,
                   "the word \"dog\" is not among the 1-grams");
    assert_refused(HEADER UNIGRAMS "\\2-grams:\n-0.4\tdog the\t-0.2\n", 15,
                   "the word \"dog\" is not among the 1-grams");
}

static void arpa_open__the_same_ngram_twice(void **state)
{
    (void)state;
    assert_refused("\\data\\\nngram 1=2\n\\1-grams:\n-1\ta\n-1\ta\n\\end\\\n", 5,
                   "the 1-gram \"a\" is here twice");
    assert_refused(HEADER UNIGRAMS "\\2-grams:\n-0.5\tthe cat\n-1\tcat the\n-0.5\tthe cat\n", 17,
                   "the 2-gram \"the cat\" is here twice");
    assert_refused(HEADER UNIGRAMS BIGRAMS "\\3-grams:\n-1\tthe the the\n-1\tthe the the\n", 22,
                   "the 3-gram \"the the the\" is here twice");
}

static void arpa_open__counts_that_differ(void **state)
{
    const struct plx_model_options believe = {.allow_count_mismatch = true};
    static const char less[] = "\\data\\\nngram 1=7\nngram 2=3\nngram 3=2\n\n" UNIGRAMS BIGRAMS TRIGRAMS END;
    struct plx_model *model;
    struct plx_error error;
    (void)state;
    assert_refused(less, 14, "the header promises 7 1-grams, the section has 6");
    assert_refused("\\data\\\nngram 1=6\nngram 2=3\nngram 3=2\n\n" UNIGRAMS BIGRAMS TRIGRAMS END, 20,
                   "the header promises 3 2-grams, the section has 4");
    assert_int_equal(open_bytes(less, strlen(less), NULL, &model, &error), PLX_MALFORMED);
    assert_non_null(strstr(error.hint, "--allow-count-mismatch"));
    model = open_with(less, &believe);
    assert_warning(model, "count-mismatch", 2, 14);
    assert_usual_scores(model);
    assert_int_equal(plx_model_info(model)->ngrams[0], 6);
    assert_int_equal(plx_model_info(model)->ngrams[1], 4);
    plx_model_close(model);
}

/* A section that promises much must not cost much: no more than some room made ahead. */
static void arpa_open__huge_promises(void **state)
{
    const struct plx_model_options believe = {.allow_count_mismatch = true};
    struct rusage before, after;
    (void)state;
    getrusage(RUSAGE_SELF, &before);
    assert_refused("\\data\\\nngram 1=18446744073709551615\nngram 2=18446744073709551615\n\\1-grams:\n-1\ta\n"
                   "\\2-grams:\n-1\ta a\n\\end\\\n",
                   6, "the header promises 18446744073709551615 1-grams, the section has 1");
    struct plx_model *model = open_with(
        "\\data\\\nngram 1=18446744073709551615\nngram 2=9223372036854775808\nngram 3=1000000000000\n"
        "\\1-grams:\n-1\ta\n-2\tb\n\\2-grams:\n-0.5\ta b\n\\3-grams:\n-0.25\ta a b\n\\end\\\n",
        &believe);
    getrusage(RUSAGE_SELF, &after);
    assert_warning(model, "count-mismatch", 3, 8);
    ASSERT_SCORE(model, -0.25, 3, "a", "a", "b");
    plx_model_close(model);
    const long grown_kib = after.ru_maxrss - before.ru_maxrss;
    if (!SANITIZED_THREADS && grown_kib > 100L * 1024) /* ThreadSanitizer touches what is zeroed */
        fail_msg("%ld KiB", grown_kib);
}

/* More n-grams than any room that was made ahead. */
static void arpa_open__more_than_promised(void **state)
{
    const struct plx_model_options believe = {.allow_count_mismatch = true};
    const unsigned words = 3000;
    struct plx_buffer text;
    struct plx_error error;
    (void)state;
    plx_buffer_init(&text, (size_t)16 << 20);
    plx_buffer_append_text(&text, "\\data\\\nngram 1=1\nngram 2=0\n\\1-grams:\n", &error);
    for (unsigned i = 0; i < words; i++)
        plx_buffer_printf(&text, &error, "-%u\tw%u\t-0.5\n", i % 90, i);
    plx_buffer_append_text(&text, "\\2-grams:\n", &error);
    for (unsigned i = 0; i < words; i++)
        plx_buffer_printf(&text, &error, "-%u.5\tw%u w%u\n", i % 90, i, i * 7 % words);
    assert_int_equal(plx_buffer_append(&text, "\\end\\", 6, &error), PLX_OK);
    struct plx_model *model = open_with((const char *)text.data, &believe);
    plx_buffer_release(&text);
    assert_int_equal(plx_model_info(model)->vocabulary, words);
    for (unsigned i = 0; i < words; i++) {
        char first[16], second[16];
        snprintf(first, sizeof first, "w%u", i);
        snprintf(second, sizeof second, "w%u", i * 7 % words);
        ASSERT_SCORE(model, -(double)(i % 90), 1, first);
        ASSERT_SCORE(model, -(double)(i % 90) - 0.5, 2, first, second);
    }
    plx_model_close(model);
}

static void arpa_open__orders_without_ngrams(void **state)
{
    (void)state;
    /* A declared but empty highest order: contexts of the order below keep their backoffs. */
    struct plx_model *model =
        open_fine("\\data\\\nngram 1=6\nngram 2=4\nngram 3=0\n\n" UNIGRAMS BIGRAMS "\\3-grams:\n\n" END);
    assert_note(model, "empty-order", 1, 4);
    assert_int_equal(plx_model_info(model)->order, 3);
    ASSERT_SCORE(model, -0.2 - 0.5, 2, "<s>", "the", "cat");
    plx_model_close(model);
    /* Its section may be missing. */
    model = open_fine("\\data\\\nngram 1=6\nngram 2=4\nngram 3=0\n\n" UNIGRAMS BIGRAMS END);
    ASSERT_SCORE(model, -0.2 - 0.5, 2, "<s>", "the", "cat");
    plx_model_close(model);
    /* An empty order in the middle. */
    model = open_fine("\\data\\\nngram 1=6\nngram 2=0\nngram 3=2\n\n" UNIGRAMS "\\2-grams:\n" TRIGRAMS END);
    ASSERT_SCORE(model, -0.2, 3, "<s>", "the", "cat");
    ASSERT_SCORE(model, -0.3 - 0.8, 1, "the", "cat");
    assert_warning(model, "missing-context", 2, 16);
    plx_model_close(model);
}

static void arpa_open__order_1(void **state)
{
    (void)state;
    struct plx_model *model =
        open_fine("\\data\\\nngram 1=3\n\n\\1-grams:\n-0.5\t<s>\n-0.25\t</s>\n-1\ta\n\n\\end\\\n");
    assert_no_warning(model);
    assert_int_equal(plx_model_info(model)->order, 1);
    assert_int_equal(plx_model_info(model)->context_length, 0);
    assert_int_equal(plx_model_info(model)->parameters, 3);
    ASSERT_SCORE(model, -1, 1, "<s>", "a");
    ASSERT_SCORE(model, -0.25, 1, "a", "a", "</s>");
    plx_model_close(model);
}

/* `orders` of one n-gram each, of the word a alone: p = -order/1000. */
static void write_orders(struct plx_buffer *text, unsigned orders)
{
    struct plx_error error;
    plx_buffer_init(text, (size_t)1 << 20);
    plx_buffer_append_text(text, "\\data\\\n", &error);
    for (unsigned k = 1; k <= orders; k++)
        plx_buffer_printf(text, &error, "ngram %u=1\n", k);
    for (unsigned k = 1; k <= orders; k++) {
        plx_buffer_printf(text, &error, "\\%u-grams:\n-%.3f\t", k, k / 1000.0);
        for (unsigned i = 0; i < k; i++)
            plx_buffer_append_text(text, i ? " a" : "a", &error);
        plx_buffer_append_text(text, "\n", &error);
    }
    assert_int_equal(plx_buffer_append(text, "\\end\\\n", 7, &error), PLX_OK);
}

static void arpa_open__order_255(void **state)
{
    struct plx_buffer text;
    struct plx_error error;
    uint32_t ids[300] = {0};
    uint8_t orders[300];
    double nats[300];
    (void)state;
    write_orders(&text, 255);
    struct plx_model *model = open_fine((const char *)text.data);
    plx_buffer_release(&text);
    struct plx_session *session = plx_session_new(model, &error);
    assert_non_null(session);
    const struct plx_window window = {ids, 0, 300, 0};
    const struct plx_scores scores = {nats, orders, NULL};
    assert_int_equal(plx_session_score(session, &window, 1, &scores, &error), PLX_OK);
    for (unsigned i = 0; i < 300; i++) {
        const unsigned order = i < 255 ? i + 1 : 255;
        assert_int_equal(orders[i], order);
        assert_true(fabs(nats[i] - order / 1000.0 * 2.302585092994045684) < 1e-6);
    }
    plx_session_free(session);
    plx_model_close(model);
    write_orders(&text, 256);
    assert_refused((const char *)text.data, 257, "ngram 256=count");
    plx_buffer_release(&text);
}

static void arpa_open__long_lines(void **state)
{
    const size_t most = (size_t)16 << 20;
    static const char head[] = "\\data\\\nngram 1=1\n\\1-grams:\n-1\t", tail[] = "\n\\end\\\n";
    const size_t word = most - 3; /* with "-1\t" a line of the greatest length */
    (void)state;
    char *text = malloc(sizeof head + word + sizeof tail + 1);
    assert_non_null(text);
    memcpy(text, head, sizeof head - 1);
    memset(text + sizeof head - 1, 'x', word + 1);
    memcpy(text + sizeof head - 1 + word, tail, sizeof tail);
    struct plx_model *model = open_fine(text);
    assert_int_equal(plx_model_token(model, 0).length, word);
    plx_model_close(model);
    memset(text + sizeof head - 1 + word, 'x', 1);
    memcpy(text + sizeof head + word, tail, sizeof tail);
    assert_refused(text, 4, "the line is longer than 16777216 bytes");
    free(text);
}

/* Numbers. */

static void arpa_open__positive_probabilities(void **state)
{
    const struct plx_model_options clamp = {.allow_positive = true};
    static const char text[] = "\\data\\\nngram 1=3\n\n\\1-grams:\n-1\ta\n0.25\tb\n1e-7\tc\n\n\\end\\\n";
    struct plx_model *model;
    struct plx_error error;
    (void)state;
    assert_refused(text, 6, "the log-probability is positive (0.25)");
    assert_int_equal(open_bytes(text, strlen(text), NULL, &model, &error), PLX_MALFORMED);
    assert_non_null(strstr(error.hint, "--allow-positive"));
    model = open_with(text, &clamp);
    assert_warning(model, "positive-probability", 2, 6);
    ASSERT_SCORE(model, 0, 1, "b");
    ASSERT_SCORE(model, 0, 1, "c");
    ASSERT_SCORE(model, -1, 1, "a");
    plx_model_close(model);
}

static void arpa_open__backoffs_of_the_highest_order(void **state)
{
    (void)state;
    struct plx_model *model =
        open_fine(HEADER UNIGRAMS BIGRAMS "\\3-grams:\n-0.2\t<s> the cat\t0\n-0.25\tthe cat sat\t-7\n" END);
    assert_warning(model, "highest-order-backoff", 1, 22);
    assert_usual_scores(model);
    plx_model_close(model);
    model =
        open_fine(HEADER UNIGRAMS BIGRAMS "\\3-grams:\n-0.2\t<s> the cat\t-0\n-0.25\tthe cat sat\t0.0\n" END);
    assert_note(model, "missing-blank-line", 1, 23); /* no weight at all is none to ignore */
    plx_model_close(model);
}

static void arpa_open__zero_probabilities(void **state)
{
    (void)state;
    struct plx_model *model = open_fine(
        "\\data\\\nngram 1=3\nngram "
        "2=1\n\\1-grams:\n-inf\ta\t-0.5\n-99\t<s>\t-1\n-2\tb\t-inf\n\\2-grams:\n-1\ta b\n\\end\\\n");
    assert_note(model, "missing-blank-line", 3, 4);
    ASSERT_SCORE(model, -(double)INFINITY, 1, "a");
    ASSERT_SCORE(model, -1, 2, "a", "b");
    ASSERT_SCORE(model, -99, 1, "<s>"); /* a number like others */
    ASSERT_SCORE(model, -3, 1, "<s>", "b");
    ASSERT_SCORE(model, -(double)INFINITY, 1, "b", "b"); /* a context after which nothing follows */
    ASSERT_SCORE(model, -(double)INFINITY, 1, "b", "a");
    plx_model_close(model);
}

/* N-grams without their parts. */

static void arpa_open__missing_suffix(void **state)
{
    (void)state;
    /* "b c" is not there: c after a b is found all the same, after b alone it is not. */
    struct plx_model *model = open_fine(
        "\\data\\\nngram 1=3\nngram 2=1\nngram 3=1\n\\1-grams:\n-1\ta\t-0.1\n-2\tb\t-0.2\n-3\tc\t-0.3\n"
        "\\2-grams:\n-0.5\ta b\t-0.05\n\\3-grams:\n-0.25\ta b c\n\\end\\\n");
    assert_warning(model, "missing-suffix", 1, 12);
    ASSERT_SCORE(model, -0.25, 3, "a", "b", "c");
    ASSERT_SCORE(model, -0.2 - 3, 1, "b", "c");
    ASSERT_SCORE(model, -0.2 - 3, 1, "c", "b", "c");
    ASSERT_SCORE(model, -0.05 - 0.2 - 2, 1, "a", "b", "b");
    assert_int_equal(plx_model_info(model)->ngrams[1], 1);
    plx_model_close(model);
    /* Two that lack the same one, which has a place in the table after the first. */
    model = open_fine(
        "\\data\\\nngram 1=3\nngram 2=2\nngram 3=2\n\n\\1-grams:\n-1\ta\t-0.1\n-2\tb\t-0.2\n-3\tc\t-0.3\n\n"
        "\\2-grams:\n-0.5\ta b\t-0.05\n-0.5\tc b\n\n\\3-grams:\n-0.25\ta b c\n-0.25\tc b c\n\n\\end\\\n");
    assert_note(model, "missing-suffix", 2, 16);
    plx_model_close(model);
    /* All shorter suffixes missing. */
    model = open_fine(
        "\\data\\\nngram 1=2\nngram 2=0\nngram 3=0\nngram 4=1\n\\1-grams:\n-1\ta\t-0.1\n-2\tb\t-0.2\n"
        "\\4-grams:\n-0.25\ta b a b\n\\end\\\n");
    ASSERT_SCORE(model, -0.25, 4, "a", "b", "a", "b");
    ASSERT_SCORE(model, -0.1 - 2, 1, "b", "a", "b");
    ASSERT_SCORE(model, -0.1 - 2, 1, "b", "b", "a", "b");
    plx_model_close(model);
}

static void arpa_open__missing_context(void **state)
{
    (void)state;
    /* "a b" is not there: it counts as a context of weight 1. */
    struct plx_model *model = open_fine(
        "\\data\\\nngram 1=3\nngram 2=1\nngram 3=2\n\\1-grams:\n-1\ta\t-0.1\n-2\tb\t-0.2\n-3\tc\t-0.3\n"
        "\\2-grams:\n-0.5\tb c\t-0.05\n\\3-grams:\n-0.25\tb c a\n-0.125\ta b c\n\\end\\\n");
    assert_warning(model, "missing-context", 1, 13);
    ASSERT_SCORE(model, -0.125, 3, "a", "b", "c");
    ASSERT_SCORE(model, -0.25, 3, "b", "c", "a");
    ASSERT_SCORE(model, -0.2 - 1, 1, "a", "b", "a");
    plx_model_close(model);
    /* An n-gram that is only there as the suffix of another is no context either: "b c" of "b c a". */
    model = open_fine(
        "\\data\\\nngram 1=3\nngram 2=1\nngram 3=2\n\\1-grams:\n-1\ta\t-0.1\n-2\tb\t-0.2\n-3\tc\t-0.3\n"
        "\\2-grams:\n-0.5\ta b\t-0.05\n\\3-grams:\n-0.25\ta b c\n-0.125\tb c a\n\\end\\\n");
    assert_warning(model, "missing-context", 1, 13);
    ASSERT_SCORE(model, -0.125, 3, "b", "c", "a");
    plx_model_close(model);
}

/* Symbols. */

static uint32_t id_of(const struct plx_model *model, const char *text)
{
    const struct plx_word word = {text, strlen(text)};
    uint32_t id;
    plx_model_lookup(model, &word, 1, &id);
    return id;
}

static struct plx_model *open_unigrams(const char *const *words, unsigned count)
{
    char text[512];
    int length = snprintf(text, sizeof text, "\\data\\\nngram 1=%u\n\\1-grams:\n", count);
    for (unsigned i = 0; i < count; i++)
        length += snprintf(text + length, sizeof text - (size_t)length, "-1\t%s\n", words[i]);
    snprintf(text + length, sizeof text - (size_t)length, "\\end\\\n");
    return open_fine(text);
}

#define OPEN_UNIGRAMS(...)                            \
    open_unigrams((const char *const[]){__VA_ARGS__}, \
                  sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void arpa_open__symbols(void **state)
{
    (void)state;
    struct plx_model *model = OPEN_UNIGRAMS("a", "<UNK>", "<unk>", "<eos>", "</s>", "<s>");
    assert_int_equal(plx_model_info(model)->unknown, id_of(model, "<unk>"));
    assert_int_equal(plx_model_info(model)->end, id_of(model, "</s>"));
    assert_int_equal(plx_model_info(model)->start, id_of(model, "<s>"));
    plx_model_close(model);

    model = OPEN_UNIGRAMS("a", "<UNK>", "<|endoftext|>", "<eos>");
    assert_int_equal(plx_model_info(model)->unknown, 1);
    assert_int_equal(plx_model_info(model)->end, 3);
    assert_int_equal(plx_model_info(model)->start, PLX_NO_TOKEN);
    assert_int_equal(plx_model_info(model)->capabilities & PLX_RESTART_AT_END, 0);
    assert_int_equal(id_of(model, "<unk>"), PLX_NO_TOKEN);
    plx_model_close(model);

    model = OPEN_UNIGRAMS("a", "<S>", "<|endoftext|>", "</S>", "<Unk>", "<bos>");
    assert_int_equal(plx_model_info(model)->unknown, PLX_NO_TOKEN);
    assert_int_equal(plx_model_info(model)->end, 2);
    assert_int_equal(plx_model_info(model)->start, PLX_NO_TOKEN);
    plx_model_close(model);

    model = OPEN_UNIGRAMS("a", "b");
    assert_int_equal(plx_model_info(model)->end, PLX_NO_TOKEN);
    plx_model_close(model);
}

/* Recognition. */

static enum plx_probe probe(const char *text, const char *name)
{
    return plx_model_format_arpa.probe((const uint8_t *)text, strlen(text), name);
}

static void arpa_probe__content_and_name(void **state)
{
    (void)state;
    assert_int_equal(probe("\\data\\\nngram 1=2\n", "model"), PLX_PROBE_CONTENT);
    assert_int_equal(probe("\n\n some text \n\\data\\\n", "model"), PLX_PROBE_CONTENT);
    assert_int_equal(probe("iARPA\n", "model"), PLX_PROBE_CONTENT);
    assert_int_equal(probe("qARPA 3\n", "model"), PLX_PROBE_CONTENT);
    assert_int_equal(probe("\xEF\xBB\xBF\\data\\\n", "model"), PLX_PROBE_CONTENT);
    assert_int_equal(probe("\xEF\xBB\xBF", "model"), PLX_PROBE_NO);
    assert_int_equal(probe("no such line", "x.arpa"), PLX_PROBE_NAME);
    assert_int_equal(probe("no such line", "x.arpa.gz"), PLX_PROBE_NAME);
    assert_int_equal(probe("no such line", "x.lm"), PLX_PROBE_NAME);
    assert_int_equal(probe("a \\data\\\n", "model"), PLX_PROBE_NO); /* not where a line begins */
    assert_int_equal(probe("\\dat", "model"), PLX_PROBE_NO);
    assert_int_equal(probe("", "model"), PLX_PROBE_NO);
}

/* Interruption and progress. */

struct watcher {
    unsigned asked, stop_at;
    unsigned reports;
    uint64_t done, size;
};

static bool interrupted(void *user)
{
    struct watcher *watcher = user;
    return ++watcher->asked >= watcher->stop_at;
}

static void progress(void *user, uint64_t done, uint64_t size)
{
    struct watcher *watcher = user;
    watcher->reports++;
    assert_true(done >= watcher->done);
    watcher->done = done;
    watcher->size = size;
}

static void arpa_open__interrupted(void **state)
{
    const unsigned words = 50000;
    struct plx_buffer text;
    struct plx_error error;
    struct plx_model *model;
    (void)state;
    plx_buffer_init(&text, (size_t)4 << 20);
    plx_buffer_printf(&text, &error, "\\data\\\nngram 1=%u\n\\1-grams:\n", words);
    for (unsigned i = 0; i < words; i++)
        plx_buffer_printf(&text, &error, "-1\tw%u\n", i);
    assert_int_equal(plx_buffer_append_text(&text, "\\end\\\n", &error), PLX_OK);
    for (unsigned stop_at = 1; stop_at <= 4; stop_at++) {
        struct watcher watcher = {.stop_at = stop_at};
        const struct plx_model_options options = {
            .interrupted = interrupted, .progress = progress, .user = &watcher};
        assert_int_equal(open_bytes(text.data, text.size, &options, &model, &error), PLX_INTERRUPTED);
        assert_null(model);
        assert_int_equal(watcher.asked, stop_at);
    }
    struct watcher watcher = {.stop_at = UINT32_MAX};
    const struct plx_model_options options = {
        .interrupted = interrupted, .progress = progress, .user = &watcher};
    assert_int_equal(open_bytes(text.data, text.size, &options, &model, &error), PLX_OK);
    assert_true(watcher.reports > 3);
    assert_int_equal(watcher.size, text.size);
    assert_true(watcher.done > 0 && watcher.done <= text.size);
    plx_model_close(model);
    plx_buffer_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arpa_open__usual),
        cmocka_unit_test(arpa_open__forms_of_the_header),
        cmocka_unit_test(arpa_open__malformed_headers),
        cmocka_unit_test(arpa_open__no_data),
        cmocka_unit_test(arpa_open__text_around),
        cmocka_unit_test(arpa_open__byte_order_mark),
        cmocka_unit_test(arpa_open__vocabulary_beside_it),
        cmocka_unit_test(arpa_open__irstlm_intermediate),
        cmocka_unit_test(arpa_open__malformed_sections),
        cmocka_unit_test(arpa_open__torn),
        cmocka_unit_test(arpa_open__malformed_lines),
        cmocka_unit_test(arpa_open__words_that_are_no_unigrams),
        cmocka_unit_test(arpa_open__the_same_ngram_twice),
        cmocka_unit_test(arpa_open__counts_that_differ),
        cmocka_unit_test(arpa_open__huge_promises),
        cmocka_unit_test(arpa_open__more_than_promised),
        cmocka_unit_test(arpa_open__orders_without_ngrams),
        cmocka_unit_test(arpa_open__order_1),
        cmocka_unit_test(arpa_open__order_255),
        cmocka_unit_test(arpa_open__long_lines),
        cmocka_unit_test(arpa_open__positive_probabilities),
        cmocka_unit_test(arpa_open__backoffs_of_the_highest_order),
        cmocka_unit_test(arpa_open__zero_probabilities),
        cmocka_unit_test(arpa_open__missing_suffix),
        cmocka_unit_test(arpa_open__missing_context),
        cmocka_unit_test(arpa_open__symbols),
        cmocka_unit_test(arpa_probe__content_and_name),
        cmocka_unit_test(arpa_open__interrupted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
