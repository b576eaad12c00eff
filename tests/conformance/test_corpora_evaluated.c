/* Evaluations of every corpus of every format, over all fixtures: by a uniform model, of which the numbers
   are known; and by every model that takes them, where threads and batches must not matter. And damaged ones:
   every truncation, and single bytes changed, are read to their end or refused in one clear sentence. */
#include "support/corpora.h"
#include "support/fixtures.h"
#include "support/random.h"
#include "support/result_text.h"
#include "support/sanitized.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

/* So long that several pieces are under way at once. */
#define GROWN_BYTES ((size_t)200 << 10)

#define MUTATIONS ((size_t)(SANITIZED_THREADS ? 200 : 2000))

/* What damaged fixtures of some hundred bytes may cost at most, beyond what whole ones do. */
#define MEMORY_MOST ((long)64 << 10) /* in KiB */

#define TYPES "65536"

static const double LN_65536 = 11.0903548889591249506752; /* 16 ln 2 */

/* Long corpora share presets and models among them: each has a third. */
#define SHARE 3

/* A corpus in memory, to be opened at will. */
struct subject {
    const char *path;
    size_t index; /* among the corpora */
    const uint8_t *bytes;
    size_t size;
    enum plx_token_kind kind;
};

static enum plx_status try_subject(const struct subject *subject, struct plx_corpus **corpus,
                                   struct plx_error *error)
{
    const struct plx_corpus_options options = {.tokens = subject->kind};
    *error = (struct plx_error){0};
    return corpus_open_memory(subject->bytes, subject->size, subject->path, &options, corpus, error);
}

static struct plx_corpus *open_subject(const struct subject *subject)
{
    struct plx_corpus *corpus;
    struct plx_error error;
    if (try_subject(subject, &corpus, &error))
        fail_msg("%s: %s", subject->path, error.message);
    return corpus;
}

static bool is_text(const struct subject *subject)
{
    struct plx_corpus *corpus = open_subject(subject);
    struct plx_corpus_info info;
    plx_corpus_info(corpus, &info);
    plx_corpus_close(corpus);
    return info.content == PLX_CONTENT_TEXT;
}

/* Whether it can be read to its end; content over and over may not be. */
static bool is_whole(const struct subject *subject)
{
    struct plx_corpus *corpus;
    struct corpus_reading reading;
    struct plx_error error;
    if (try_subject(subject, &corpus, &error))
        return false;
    const bool whole = corpus_read(corpus, &reading, &error) == PLX_OK;
    corpus_reading_free(&reading);
    return whole;
}

/* As it is, and of a text by every kind of token. */
static void each_kind(const struct subject *subject, void (*check)(const struct subject *subject))
{
    static const enum plx_token_kind kinds[] = {PLX_TOKENS_CHARACTER, PLX_TOKENS_BYTE};
    check(subject);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && is_text(subject); i++) {
        struct subject other = *subject;
        other.kind = kinds[i];
        check(&other);
    }
}

static void each_corpus(void (*check)(const struct subject *subject), bool grown)
{
    struct fixtures fixtures = fixtures_corpora();
    assert_true(fixtures.count > 0);
    for (size_t i = 0; i < fixtures.count; i++) {
        const struct file_bytes file = file_read(fixtures.paths[i]);
        uint8_t *bytes = malloc(GROWN_BYTES + file.size);
        struct subject subject = {fixtures.paths[i], i, bytes, 0, PLX_TOKENS_AUTO};
        if (!bytes)
            abort();
        do {
            memcpy(bytes + subject.size, file.bytes, file.size);
            subject.size += file.size;
        } while (grown && subject.size < GROWN_BYTES);
        if (is_whole(&subject))
            each_kind(&subject, check);
        else if (!grown)
            fail_msg("%s: cannot be read", fixtures.paths[i]);
        free(bytes);
        free(file.bytes);
    }
    fixtures_free(&fixtures);
}

/* The result's JSON without "runtime", or NULL and the error. */
static char *evaluate(const struct plx_model *model, const struct subject *subject,
                      const struct plx_evaluate_options *options, struct plx_error *error)
{
    struct plx_corpus *corpus = open_subject(subject);
    struct plx_result *result;
    char *text = NULL;
    *error = (struct plx_error){0};
    if (plx_evaluate(model, corpus, options, &result, error) == PLX_OK) {
        text = result_text(result);
        result_text_remove(text, "runtime");
        *strrchr(text, ',') = ' '; /* JSON again: it was the last member */
    }
    plx_result_free(result);
    plx_corpus_close(corpus);
    return text;
}

/* Whether the subject is tried under preset, or by model, `i`. */
static bool has_share(const struct subject *subject, size_t i)
{
    return subject->size < GROWN_BYTES || (subject->index + i) % SHARE == 0;
}

static const struct plx_evaluate_options *manner(const struct plx_protocol *protocol, unsigned threads,
                                                 size_t batch)
{
    static struct plx_evaluate_options options;
    options = (struct plx_evaluate_options){.protocol = protocol, .threads = threads, .batch = batch};
    return &options;
}

/* The same by other threads and batches: the same result, or the same refusal. False if it is one. */
static bool check_manners(const struct plx_model *model, const struct subject *subject,
                          const struct plx_protocol *protocol, char **result)
{
    static const size_t batches[] = {1, 7, 64, 4096};
    struct plx_error expected, error;
    *result = evaluate(model, subject, manner(protocol, 1, 4096), &expected);
    for (size_t i = subject->size < GROWN_BYTES ? 0 : 2; i < sizeof batches / sizeof *batches; i++) {
        char *found = evaluate(model, subject, manner(protocol, 3, batches[i]), &error);
        if (!found != !*result || (found && strcmp(found, *result) != 0) || error.status != expected.status ||
            strcmp(error.message, expected.message) != 0 || error.line != expected.line)
            fail_msg("%s by %s, %s, 3 threads, batches of %zu: \"%s\" became \"%s\"", subject->path,
                     plx_model_name(model), protocol->name, batches[i], *result ? *result : expected.message,
                     found ? found : error.message);
        plx_text_free(found);
    }
    if (!*result && expected.status != PLX_MISMATCH && expected.status != PLX_USAGE &&
        !(expected.status == PLX_MALFORMED && strstr(expected.message, "no token is left")))
        fail_msg("%s by %s, %s: %s", subject->path, plx_model_name(model), protocol->name, expected.message);
    return *result;
}

/* ln(word perplexity) / ln(byte perplexity) = bytes / words, wherever there are both. */
static void check_perplexities(const cJSON *result)
{
    const double words = log(result_number(result, "normalized.word_perplexity"));
    const double bytes = log(result_number(result, "normalized.byte_perplexity"));
    if (!isfinite(words) || !isfinite(bytes))
        return;
    const double expected = (double)result_count(result, "counts.scored_bytes") /
                            (double)result_count(result, "counts.scored_words");
    if (!(fabs(words / bytes / expected - 1) <= 1e-13 * (1 + 1 / bytes))) /* exp and log round */
        fail_msg("ln word perplexity / ln byte perplexity is %.17g instead of %.17g", words / bytes,
                 expected);
}

static void check_counts(const cJSON *result)
{
    const cJSON *reason;
    uint64_t decided = result_count(result, "counts.scored");
    cJSON_ArrayForEach(reason, result_member(result, "counts.skipped")) decided +=
        (uint64_t)reason->valuedouble;
    assert_int_equal(decided, result_count(result, "counts.tokens"));
    assert_true(result_count(result, "counts.scored_bytes") <= result_count(result, "counts.bytes"));
    check_perplexities(result);
}

/* Whether a text of any length and of such tokens can be evaluated so: not where what fills no window is
   dropped, nor by letters of what is cut into words. */
static bool suits_text(const struct plx_protocol *protocol, const struct subject *subject)
{
    return protocol->tail != PLX_TAIL_DROP && protocol->tail != PLX_TAIL_DROP_LAST &&
           (!plx_protocol_wants_letters(protocol) || subject->kind != PLX_TOKENS_AUTO);
}

/* Under every protocol that suits the corpus. */
static void check_uniform(const struct subject *subject)
{
    struct plx_model *model = fixture_open("uniform:" TYPES);
    const struct plx_protocol *protocol;
    size_t evaluated = 0, presets = 0, suited = 0;
    for (; (protocol = plx_protocol_preset(presets)) != NULL; presets++) {
        char *text;
        if (!has_share(subject, presets))
            continue;
        suited += suits_text(protocol, subject);
        if (!check_manners(model, subject, protocol, &text)) {
            assert_false(is_text(subject) && suits_text(protocol, subject));
            continue;
        }
        cJSON *result = cJSON_Parse(text);
        check_counts(result);
        if (protocol->average == PLX_AVERAGE_TOKEN &&
            result_number(result, "nats_per_token") != LN_65536) /* to the bit */
            fail_msg("%s, %s: %.17g nats a token", subject->path, protocol->name,
                     result_number(result, "nats_per_token"));
        cJSON_Delete(result);
        plx_text_free(text);
        evaluated++;
    }
    /* Tokens of no vocabulary have no ends of lines; and a text of characters has its own. */
    assert_true(suited > 0 && evaluated > 0);
    plx_model_close(model);
}

static void plx_evaluate__by_a_uniform_model_is_the_logarithm_of_its_types(void **state)
{
    (void)state;
    each_corpus(check_uniform, false);
    each_corpus(check_uniform, true);
}

/* How many models take corpora; the rest do not fit. */
static size_t fitting;

static void check_models(const struct subject *subject)
{
    struct fixtures models = fixtures_distributions();
    for (size_t i = 0; i < models.count; i++) {
        if (!has_share(subject, i))
            continue;
        struct plx_model *model = fixture_open(models.paths[i]);
        struct plx_corpus *corpus = open_subject(subject);
        struct plx_corpus_info info;
        char *text;
        plx_corpus_info(corpus, &info);
        plx_corpus_close(corpus);
        if (check_manners(model, subject, plx_protocol_default(plx_model_info(model), &info), &text)) {
            cJSON *result = cJSON_Parse(text);
            check_counts(result);
            cJSON_Delete(result);
            fitting++;
        }
        plx_text_free(text);
        plx_model_close(model);
    }
    fixtures_free(&models);
}

static void plx_evaluate__threads_and_batches_do_not_matter(void **state)
{
    (void)state;
    fitting = 0;
    each_corpus(check_models, false);
    if (!SANITIZED) /* what a sanitizer can find, it finds in test_determinism.c */
        each_corpus(check_models, true);
    assert_true(fitting > 50);
}

/* Damaged corpora. */

static bool is_packed(const struct subject *subject)
{
    return subject->size >= 2 && subject->bytes[0] == 0x1F && subject->bytes[1] == 0x8B;
}

/* One sentence that names the input and, where the content is wrong, the place. */
static void assert_clear_error(const struct subject *subject, const struct plx_error *error)
{
    char text[1200];
    plx_error_format(error, text, sizeof text);
    const bool placed = error->line != PLX_NOWHERE || error->offset != PLX_NOWHERE;
    const bool possible =
        error->line > 0 && error->column > 0 &&
        (error->offset <= subject->size || error->offset == PLX_NOWHERE || is_packed(subject));
    /* What concerns the whole has no place. */
    const bool whole = strstr(error->message, "corpus is empty") ||
                       strstr(error->message, "no token is left") || error->status == PLX_UNSUPPORTED;
    if ((error->status != PLX_MALFORMED && error->status != PLX_UNSUPPORTED &&
         error->status != PLX_MISMATCH) ||
        error->message[0] == '\0' || strchr(text, '\n') || !possible || !(placed || whole) ||
        strcmp(error->input, subject->path) != 0)
        fail_msg("%s, %zu bytes of it: status %s, line %lld, offset %lld: \"%s\"", subject->path,
                 subject->size, plx_status_name(error->status), (long long)error->line,
                 (long long)error->offset, text);
}

static const struct plx_model *uniform; /* one for all of the damaged */

/* Scores what is left of the corpus. */
static void score_damaged(const struct subject *subject)
{
    struct plx_corpus *corpus = open_subject(subject);
    struct plx_result *result;
    struct plx_error error = {0};
    struct plx_metrics metrics;
    if (plx_evaluate(uniform, corpus, manner(NULL, 1, 0), &result, &error)) {
        assert_clear_error(subject, &error);
    } else {
        plx_result_metrics(result, &metrics);
        assert_true(metrics.nats_per_token == LN_65536);
        assert_int_equal(metrics.scored + metrics.skipped, metrics.tokens);
    }
    plx_result_free(result);
    plx_corpus_close(corpus);
}

/* Reads it to the end or to a clear error, and scores it; what it delivered. To be released in any case. */
static bool read_damaged(const struct subject *subject, struct corpus_reading *reading)
{
    struct plx_corpus *corpus;
    struct plx_error error;
    *reading = (struct corpus_reading){.count = 0};
    if (try_subject(subject, &corpus, &error)) {
        assert_clear_error(subject, &error);
        return false;
    }
    const enum plx_status status = corpus_read(corpus, reading, &error);
    if (status)
        assert_clear_error(subject, &error);
    else if (!is_packed(subject)) /* nothing is passed over in silence */
        assert_int_equal(reading->info.bytes, subject->size);
    score_damaged(subject);
    return status == PLX_OK;
}

/* In a block of just this size. */
static uint8_t *copy_bytes(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy)
        abort();
    if (size > 0)
        memcpy(copy, bytes, size);
    return copy;
}

/* No format needs more of its beginning to be recognised. */
#define MAGIC_BYTES ((size_t)6)

/* What a cut corpus delivers is what the whole one begins with; but one byte of a gzip file is a text, and a
   part of a magic number may be anything. */
static void check_cuts(const struct subject *subject)
{
    struct corpus_reading whole, reading;
    struct plx_error error;
    size_t readable = 0;
    assert_int_equal(corpus_read(open_subject(subject), &whole, &error), PLX_OK);
    for (size_t size = is_packed(subject) ? 2 : 0; size <= subject->size; size++) {
        uint8_t *copy = copy_bytes(subject->bytes, size);
        const struct subject cut = {subject->path, subject->index, copy, size, subject->kind};
        readable += read_damaged(&cut, &reading);
        const bool recognised = reading.info.format == whole.info.format;
        assert_true(recognised || reading.count == 0 || size < MAGIC_BYTES);
        assert_true(!recognised || (reading.text.size <= whole.text.size && reading.count <= whole.count));
        if (recognised && reading.text.size > 0)
            assert_memory_equal(reading.text.data, whole.text.data, reading.text.size);
        if (recognised && reading.ids)
            assert_memory_equal(reading.ids, whole.ids, reading.count * sizeof *reading.ids);
        corpus_reading_free(&reading);
        free(copy);
    }
    assert_true(readable > 0);
    corpus_reading_free(&whole);
}

static long memory_used(void)
{
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

static void check_mutations(const struct subject *subject)
{
    struct random random = {subject->size};
    uint8_t *damaged = copy_bytes(subject->bytes, subject->size);
    const struct subject other = {subject->path, subject->index, damaged, subject->size, subject->kind};
    size_t readable = 0;
    for (size_t i = 0; i < MUTATIONS; i++) {
        const size_t at = random_below(&random, subject->size);
        damaged[at] = (uint8_t)random_next(&random);
        struct corpus_reading reading;
        readable += read_damaged(&other, &reading);
        corpus_reading_free(&reading);
        damaged[at] = subject->bytes[at];
    }
    print_message("%s: %zu of %zu mutations can be read\n", fixture_name(subject->path), readable, MUTATIONS);
    free(damaged);
}

static void check_damaged(void (*check)(const struct subject *subject))
{
    struct plx_model *model = fixture_open("uniform:" TYPES);
    uniform = model;
    each_corpus(check_uniform, false); /* takes what memory whole ones need */
    const long before = memory_used();
    each_corpus(check, false);
    if (!SANITIZED)
        assert_true(memory_used() - before < MEMORY_MOST);
    uniform = NULL;
    plx_model_close(model);
}

static void plx_corpus_next__truncated(void **state)
{
    (void)state;
    check_damaged(check_cuts);
}

static void plx_corpus_next__a_byte_changed(void **state)
{
    (void)state;
    check_damaged(check_mutations);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_corpus_next__truncated),
        cmocka_unit_test(plx_corpus_next__a_byte_changed),
        cmocka_unit_test(plx_evaluate__by_a_uniform_model_is_the_logarithm_of_its_types),
        cmocka_unit_test(plx_evaluate__threads_and_batches_do_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
