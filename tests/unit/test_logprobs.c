/* Answers that another program has written down. Expected values: the fixtures, which were written by hand
   after the description of the format; logarithms to 50 digits by `bc -l`. */
#include "model/model.h"

#include "support/answers.h"
#include "support/fixtures.h"
#include "support/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define INF ((double)INFINITY)
#define NOT ((double)NAN) /* no answer */

#define STRINGS (PLX_EMPTY_CONTEXT | PLX_UNKNOWN_CONTEXT | PLX_STRING_TOKENS | PLX_BY_TOKEN)
#define IDS     (PLX_EMPTY_CONTEXT | PLX_UNKNOWN_CONTEXT | PLX_BY_TOKEN)
#define NUMBERS (PLX_EMPTY_CONTEXT | PLX_UNKNOWN_CONTEXT | PLX_STRING_TOKENS | PLX_ANY_TOKENS | PLX_BY_TARGET)

static bool same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

static enum plx_status score(const struct plx_model *model, const struct plx_window *windows, size_t count,
                             double *nats, struct plx_error *error)
{
    const struct plx_scores scores = {.nats = nats};
    struct plx_session *session = plx_session_new(model, error);
    assert_non_null(session);
    const enum plx_status status = plx_session_score(session, windows, count, &scores, error);
    plx_session_free(session);
    return status;
}

/* The answers in one window, and in windows of one target each, from the last to the first. */
static void assert_nats(const struct plx_model *model, const uint32_t *ids, const double *nats, size_t count)
{
    struct plx_error error;
    double found[16];
    struct plx_window windows[16] = {{ids, 0, count, 0}};
    assert_true(count <= 16);
    assert_int_equal(plx_model_info(model)->positions, count);
    if (score(model, windows, 1, found, &error))
        fail_msg("%s", error.message);
    for (size_t i = 0; i < count; i++) {
        if (!same_bits(found[i], nats[i]))
            fail_msg("position %zu: %.17g instead of %.17g", i, found[i], nats[i]);
    }
    for (size_t i = 0; i < count; i++) {
        const size_t position = count - 1 - i;
        windows[i] = (struct plx_window){ids, position, position + 1, position};
    }
    assert_int_equal(score(model, windows, count, found, &error), PLX_OK);
    for (size_t i = 0; i < count; i++)
        assert_true(same_bits(found[i], nats[count - 1 - i]));
}

/* A fixture, and what it says. */
struct expected {
    const char *name;
    unsigned capabilities;
    uint64_t vocabulary, answers;
    size_t count;
    double nats[9];
    uint32_t ids[9];
    const char *words[6]; /* by id */
};

static const struct expected FIXTURES[] = {
    {"words.jsonl",
     STRINGS,
     6,
     8,
     9,
     {NOT, 2.5, 0.125, 0, 1.75, INF, INF, 3, 0.1},
     {0, 1, 2, 3, 0, 4, 5, 1, 3},
     {"the", "sea", "rises", "<eos>", "na\xC3\xAFve", "\xF0\x9F\x8C\x8A"}},
    {"openai.jsonl", STRINGS, 3, 2, 4, {NOT, 5.5, NOT, 0.75}, {0, 1, 0, 2}, {"Hello", " world", "."}},
    {"ids.jsonl", IDS, 41, 4, 5, {0.25, 1, 0.001, NOT, INF}, {11, 7, 0, 11, 40}, {NULL}},
    {"vllm.jsonl", IDS, 29872, 3, 5, {NOT, 8.25, 0.5, NOT, INF}, {1, 15043, 3186, 5, 29871}, {NULL}},
    {"lines.txt", NUMBERS, 0, 5, 6, {NOT, 2.5, 0.125, 0, 1.75, INF}, {0}, {NULL}},
    {"units.txt", NUMBERS, 0, 6, 8, {NOT, 2.5, 0.125, 0, 1.75, 0.002, NOT, 4}, {0}, {NULL}},
    {"nats.f8.npy", NUMBERS, 0, 6, 6, {0, 0.5, 1.25, 2.302585092994046, INF, 10.75}, {0}, {NULL}},
    {"nats.f4-big-endian.npy",
     NUMBERS,
     0,
     6,
     6,
     {0, 0.5, 1.25, 2.302585124969482421875, INF, 10.75},
     {0},
     {NULL}},
};

#define FIXTURE_COUNT (sizeof FIXTURES / sizeof *FIXTURES)

static struct file_bytes read_fixture(const char *name)
{
    char inside[64];
    snprintf(inside, sizeof inside, "models/logprobs/%s", name);
    char *path = fixture_path(inside);
    const struct file_bytes file = file_read(path);
    free(path);
    return file;
}

static void check_vocabulary(const struct plx_model *model, const struct expected *expected)
{
    for (uint32_t id = 0; id < expected->vocabulary; id++) {
        const struct plx_word word = plx_model_token(model, id);
        const struct plx_word wanted = {expected->words[id], strlen(expected->words[id])};
        uint32_t found;
        assert_int_equal(word.length, wanted.length);
        assert_memory_equal(word.text, wanted.text, wanted.length);
        plx_model_lookup(model, &wanted, 1, &found);
        assert_int_equal(found, id);
    }
}

static void plx_model_open__fixtures(void **state)
{
    (void)state;
    for (size_t i = 0; i < FIXTURE_COUNT; i++) {
        const struct expected *expected = FIXTURES + i;
        char name[64];
        snprintf(name, sizeof name, "models/logprobs/%s", expected->name);
        char *path = fixture_path(name);
        struct plx_model *model = fixture_open(path);
        const struct plx_model_info *info = plx_model_info(model);
        print_message("%s\n", expected->name);
        assert_string_equal(info->format, "logprobs");
        assert_string_equal(info->architecture, "logprobs");
        assert_int_equal(info->kind, PLX_KIND_LOGPROBS);
        assert_int_equal(info->capabilities, expected->capabilities);
        assert_int_equal(info->vocabulary, expected->vocabulary);
        assert_int_equal(info->parameters, expected->answers);
        assert_int_equal(info->context_length, 0);
        assert_int_equal(info->order, 0);
        assert_int_equal(info->start, PLX_NO_TOKEN);
        assert_int_equal(info->unknown, PLX_NO_TOKEN);
        assert_int_equal(info->end, i == 0 ? 3 : PLX_NO_TOKEN);
        assert_int_equal(strlen(info->sha256), 64);
        if (info->capabilities & PLX_STRING_TOKENS && info->vocabulary)
            check_vocabulary(model, expected);
        else
            assert_null(plx_model_token(model, 0).text);
        assert_nats(model, expected->ids, expected->nats, expected->count);
        plx_model_close(model);
        free(path);
    }
}

static void plx_model_open__roles(void **state)
{
    (void)state;
    struct plx_model *model =
        answers_of("{\"tokens\":[\"</s>\",\"<unk>\",\"a\",\"<s>\"],\"token_logprobs\":[0,0,0,0]}", NULL);
    assert_int_equal(plx_model_info(model)->end, 0);
    assert_int_equal(plx_model_info(model)->unknown, 1);
    assert_int_equal(plx_model_info(model)->start, 3);
    plx_model_close(model);
}

/* A number goes from text to nats with no arithmetic but its sign. */
static void plx_model_open__exact(void **state)
{
    (void)state;
    static const double nats[] = {0.1, 1e-300, 5e-324, 5.6960930481640366, 0, 0, 1e300, 12345678901234567.0};
    static const uint32_t ids[8] = {0};
    struct plx_model *model =
        answers_of("-0.1 -1e-300 -5e-324 -5.6960930481640366 -0 0 -1e300 -12345678901234567", NULL);
    assert_nats(model, ids, nats, 8);
    plx_model_close(model);
    model = answers_of("{\"tokens\":[0,0,0,0,0,0,0,0],\"token_logprobs\":[-0.1,-1e-300,-5e-324,"
                       "-5.6960930481640366,-0,0,-1E+300,-12345678901234567]}",
                       NULL);
    assert_nats(model, ids, nats, 8);
    plx_model_close(model);
}

static void plx_model_open__base(void **state)
{
    (void)state;
    static const struct {
        double base, nats[4]; /* of −1, −0.5, 0, −infinity */
    } cases[] = {
        {0, {1, 0.5, 0, INF}},
        {2.7182818284590452354, {1, 0.5, 0, INF}},
        {2, {0.69314718055994530941723212145817656808, 0.34657359027997265470861606072908828404, 0, INF}},
        {10, {2.30258509299404568401799145468436420760, 1.15129254649702284200899572734218210380, 0, INF}},
        {4, {1.38629436111989061883446424291635313615, 0.69314718055994530941723212145817656808, 0, INF}},
    };
    static const uint32_t ids[4] = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct plx_model_options options = {.logprob_base = cases[i].base};
        struct plx_model *model = answers_of("-1\n-0.5\n0\n-inf\n", &options);
        assert_nats(model, ids, cases[i].nats, 4);
        plx_model_close(model);
        model = answers_of("{\"tokens\":[0,0,0,0],\"token_logprobs\":[-1,-0.5,0,-9999]}", &options);
        assert_nats(model, ids, cases[i].nats, 4);
        plx_model_close(model);
    }
}

static void plx_model_open__options(void **state)
{
    (void)state;
    static const double bases[] = {1, 0.5, -2, INF, NOT};
    const struct plx_model_options vocabulary = {.vocabulary = "vocab.txt"}, ten = {.logprob_base = 10};
    struct plx_model *model;
    struct plx_error error;
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
        const struct plx_model_options options = {.logprob_base = bases[i]};
        assert_int_equal(answers_open("-1\n", 3, &options, &model, &error), PLX_USAGE);
        assert_null(model);
        assert_non_null(strstr(error.message, "greater than 1"));
    }
    assert_int_equal(answers_open("-1\n", 3, &vocabulary, &model, &error), PLX_USAGE);
    assert_non_null(strstr(error.message, "vocab.txt"));
    const struct file_bytes file = read_fixture("nats.f8.npy");
    assert_int_equal(answers_open(file.bytes, file.size, &ten, &model, &error), PLX_USAGE);
    assert_non_null(strstr(error.message, "no base"));
    free(file.bytes);
}

/* prompt_token_ids may stand in the record while prompt_logprobs stand in its choice, and behind them. */
static void plx_model_open__places_of_a_prompt(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"choices\":[{\"prompt_logprobs\":[null,{\"1\":{\"logprob\":-1},\"2\":{\"logprob\":-2}}]}],"
        "\"prompt_token_ids\":[7,2]}",
        "{\"choices\":[{\"prompt_logprobs\":[null,{\"1\":{\"logprob\":-1},\"2\":{\"logprob\":-2}}],\"prompt_"
        "token_ids\":[7,2]}]}",
        "{\"prompt_logprobs\":[null,{\"2\":{\"x\":[{}],\"logprob\":-2}}],\"prompt_token_ids\":[7,2],\"token_"
        "logprobs\":[-9]}",
        "{\"prompt_logprobs\":[{\"7\":{\"logprob\":null}},{\"2\":{\"logprob\":-2}}],\"prompt_token_ids\":"
        "null}",
    };
    static const double nats[] = {NOT, 2};
    static const uint32_t ids[] = {7, 2};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct plx_model *model = answers_of(texts[i], NULL);
        assert_nats(model, ids, nats, 2);
        assert_int_equal(plx_model_info(model)->vocabulary, 8);
        plx_model_close(model);
    }
}

/* The text repeated up to `size` bytes, behind `begin` and before `end`. */
static char *repeat(const char *begin, const char *text, size_t size, const char *end)
{
    const size_t length = strlen(text);
    char *all = malloc(strlen(begin) + size + length + strlen(end) + 1);
    assert_non_null(all);
    strcpy(all, begin);
    for (char *at = all + strlen(begin); (size_t)(at - all) < size; at += length)
        strcpy(at, text);
    strcat(all, end);
    return all;
}

static void assert_warning(const char *text, const char *code, uint64_t count, uint64_t line)
{
    struct plx_model *model = answers_of(text, NULL);
    size_t warnings;
    const struct plx_warning *warning = plx_model_warnings(model, &warnings);
    assert_int_equal(warnings, code ? 1 : 0);
    if (code) {
        assert_string_equal(warning->code, code);
        assert_int_equal(warning->count, count);
        assert_int_equal(warning->line, line);
    }
    plx_model_close(model);
}

static void plx_model_warnings__what_is_read_otherwise(void **state)
{
    (void)state;
    assert_warning("-1\n", NULL, 0, 0);
    assert_warning("-9999\n", NULL, 0, 0);
    assert_warning("\xEF\xBB\xBF-1\n", "byte-order-mark", 1, 1);
    assert_warning("\n{\"tokens\":[1,2,3],\"token_logprobs\":[-9999,-9998.9,-9999.0]}\n", "zero-probability",
                   2, 2);
    assert_warning("{\"tokens\":[1],\"token_logprobs\":[-1]}\n", NULL, 0, 0);
}

static void plx_model_lookup__by_target(void **state)
{
    (void)state;
    const struct plx_word words[] = {{"the", 3}, {"", 0}};
    uint32_t ids[] = {5, 5};
    struct plx_model *model = answers_of("-1\n", NULL);
    plx_model_lookup(model, words, 2, ids);
    assert_true(ids[0] == 0 && ids[1] == 0);
    plx_model_close(model);
}

/* Any id stands for any token; one that is unknown has no probability. */
static void plx_session_score__by_target(void **state)
{
    (void)state;
    const uint32_t ids[] = {PLX_NO_TOKEN, 7, 4000000000u, PLX_NO_TOKEN};
    const struct plx_window windows[] = {{ids, 1, 3, 1}, {ids, 2, 2, 99}, {ids, 3, 4, 0}};
    double nats[3];
    struct plx_error error;
    struct plx_model *model = answers_of("-1 -2 -3\n", NULL);
    assert_int_equal(score(model, windows, 3, nats, &error), PLX_OK);
    assert_true(nats[0] == 2 && nats[1] == 3 && isinf(nats[2]));
    plx_model_close(model);
}

static void check_beyond(const char *text, size_t first, uint64_t position, const char *words)
{
    const uint32_t ids[] = {1, 1, 1};
    const struct plx_window window = {ids, first, 3, position};
    double nats[3];
    struct plx_error error;
    struct plx_model *model = answers_of(text, NULL);
    assert_int_equal(score(model, &window, 1, nats, &error), PLX_MISMATCH);
    assert_string_equal(error.input, "test");
    assert_non_null(strstr(error.message, words));
    assert_non_null(strstr(error.hint, "another "));
    plx_model_close(model);
}

static void plx_session_score__beyond_the_end(void **state)
{
    (void)state;
    check_beyond("-1 -2\n", 0, 0, "end after 2 targets, the corpus goes on");
    check_beyond("-1 -2\n", 2, 2, "end after 2 targets, the corpus goes on");
    check_beyond("-1 -2\n", 1, 1, "end after 2 targets, the corpus goes on");
    check_beyond("-1\n", 0, UINT64_MAX, "end after 1 target, the corpus goes on");
    check_beyond("{\"tokens\":[1,1],\"token_logprobs\":[-1,-1]}", 0, UINT64_MAX - 1,
                 "end after 2 tokens, the corpus goes on");
}

static void check_mismatch(const char *text, uint32_t id, uint64_t position, uint64_t line,
                           const char *message)
{
    const struct plx_window window = {&id, 0, 1, position};
    double nats;
    struct plx_error error;
    struct plx_model *model = answers_of(text, NULL);
    assert_int_equal(score(model, &window, 1, &nats, &error), PLX_MISMATCH);
    assert_string_equal(error.input, "test");
    assert_string_equal(error.message, message);
    assert_string_equal(error.hint, "another tokenization, or another corpus?");
    assert_int_equal(error.line, line);
    plx_model_close(model);
}

static void plx_session_score__another_token(void **state)
{
    (void)state;
    static const char words[] = "{\"tokens\":[\"the\",\"sea\"],\"token_logprobs\":[null,-1]}\n\n"
                                "{\"tokens\":[],\"token_logprobs\":[]}\n"
                                "{\"tokens\":[\"rises\",\"the\"],\"token_logprobs\":[-1,-1]}\n";
    static const char ids[] = "{\"tokens\":[5,6],\"token_logprobs\":[null,-1]}";
    check_mismatch(words, 1, 0, 1,
                   "token 1 of this record is \"the\", but the corpus has \"sea\" there, as its token 1");
    check_mismatch(words, 0, 1, 1,
                   "token 2 of this record is \"sea\", but the corpus has \"the\" there, as its token 2");
    check_mismatch(words, 0, 2, 4,
                   "token 1 of this record is \"rises\", but the corpus has \"the\" there, as its token 3");
    check_mismatch(
        words, PLX_NO_TOKEN, 3, 4,
        "token 2 of this record is \"the\", but the corpus has a token that these logprobs never mention "
        "there, as its token 4");
    check_mismatch(ids, 6, 0, 1, "token 1 of this record is 5, but the corpus has 6 there, as its token 1");
    check_mismatch(
        ids, PLX_NO_TOKEN, 1, 1,
        "token 2 of this record is 6, but the corpus has a token that these logprobs never mention there, "
        "as its token 2");
}

/* Context is not looked at, but for ids that cannot be. */
static void plx_session_score__context(void **state)
{
    (void)state;
    const uint32_t ids[] = {PLX_NO_TOKEN, 2, 6, 7};
    const struct plx_window windows[] = {{ids, 2, 3, 1}, {ids, 3, 4, 1}};
    double nats[2];
    struct plx_error error;
    struct plx_model *model = answers_of("{\"tokens\":[5,6],\"token_logprobs\":[null,-1]}", NULL);
    assert_int_equal(score(model, windows, 1, nats, &error), PLX_OK);
    assert_true(nats[0] == 1);
    assert_int_equal(score(model, windows, 2, nats, &error), PLX_MISMATCH);
    plx_model_close(model);
}

/* The line of each position, with records of 0 to 4 tokens and blank lines. */
static void plx_session_score__line_of_the_record(void **state)
{
    (void)state;
    enum { RECORDS = 300 };
    static const char *const records[] = {"\n{\"tokens\":[],\"token_logprobs\":[]}\n",
                                          "{\"tokens\":[7],\"token_logprobs\":[-1]}\n",
                                          "{\"tokens\":[7,7],\"token_logprobs\":[-1,-1]}\n",
                                          "{\"tokens\":[7,7,7],\"token_logprobs\":[-1,-1,-1]}\n",
                                          "{\"tokens\":[7,7,7,7],\"token_logprobs\":[-1,-1,-1,-1]}\n"};
    uint64_t line = 0, lines[4 * RECORDS];
    unsigned numbers[4 * RECORDS];
    size_t count = 0;
    struct random random = {3};
    char *text = calloc(RECORDS, 64);
    assert_non_null(text);
    for (size_t i = 0, length = 0; i < RECORDS; i++) {
        const size_t tokens = random_below(&random, 5);
        strcpy(text + length, records[tokens]);
        length += strlen(records[tokens]);
        line += tokens ? 1 : 2;
        for (unsigned t = 0; t < tokens; t++) {
            numbers[count] = t + 1;
            lines[count++] = line;
        }
    }
    struct plx_model *model = answers_of(text, NULL);
    assert_int_equal(plx_model_info(model)->positions, count);
    for (size_t i = 0; i < count; i++) {
        const struct plx_window window = {(const uint32_t[1]){0}, 0, 1, i};
        char words[64];
        double nats;
        struct plx_error error;
        assert_int_equal(score(model, &window, 1, &nats, &error), PLX_MISMATCH);
        snprintf(words, sizeof words, "token %u of this record is 7", numbers[i]);
        assert_int_equal(error.line, lines[i]);
        assert_non_null(strstr(error.message, words));
    }
    plx_model_close(model);
    free(text);
}

/* Opens or gives one clear error. Returns how many positions it has, 0 if it is none. */
static uint64_t try_bytes(const char *name, const uint8_t *bytes, size_t size)
{
    struct plx_model *model;
    struct plx_error error = {0};
    const enum plx_status status = answers_open(bytes, size, NULL, &model, &error);
    if (status == PLX_OK) {
        const uint64_t positions = plx_model_info(model)->positions;
        assert_true(positions > 0);
        plx_model_close(model);
        return positions;
    }
    assert_null(model);
    if ((status != PLX_MALFORMED && status != PLX_UNSUPPORTED) || error.status != status ||
        error.message[0] == '\0' || strcmp(error.input, "test") != 0)
        fail_msg("%s, %zu bytes: status %s, input %s: \"%s\"", name, size, plx_status_name(status),
                 error.input, error.message);
    return 0;
}

/* Whether so much of the fixture ends with a whole record, its newline or not; with a whole array. */
static bool is_whole(const char *name, const struct file_bytes *file, size_t size)
{
    if (strstr(name, ".npy"))
        return size == file->size;
    return size > 0 && (file->bytes[size - 1] == '\n' || size == file->size || file->bytes[size] == '\n');
}

static void plx_model_open__every_truncation(void **state)
{
    (void)state;
    for (size_t i = 0; i < FIXTURE_COUNT; i++) {
        const char *name = FIXTURES[i].name;
        const struct file_bytes file = read_fixture(name);
        for (size_t size = 0; size <= file.size; size++) {
            const uint64_t positions = try_bytes(name, file.bytes, size);
            if (size == file.size)
                assert_int_equal(positions, FIXTURES[i].count);
            if (!strstr(name, ".txt") && (positions > 0) != is_whole(name, &file, size))
                fail_msg("%s, %zu bytes of %zu: %s", name, size, file.size,
                         positions ? "accepted" : "refused");
        }
        free(file.bytes);
    }
}

static void plx_model_open__a_byte_changed(void **state)
{
    (void)state;
    for (size_t i = 0; i < FIXTURE_COUNT; i++) {
        const struct file_bytes file = read_fixture(FIXTURES[i].name);
        struct random random = {i};
        for (size_t k = 0; k < 2000; k++) {
            const size_t at = random_below(&random, file.size);
            const uint8_t byte = file.bytes[at];
            file.bytes[at] = (uint8_t)random_next(&random);
            try_bytes(FIXTURES[i].name, file.bytes, file.size);
            file.bytes[at] = byte;
        }
        free(file.bytes);
    }
}

struct calls {
    unsigned left; /* questions that are answered with no */
    unsigned progress;
    uint64_t done, size;
};

static bool stop(void *user)
{
    struct calls *calls = user;
    return calls->left-- == 0;
}

static void count_progress(void *user, uint64_t done, uint64_t size)
{
    struct calls *calls = user;
    assert_true(done >= calls->done && done <= size);
    calls->done = done;
    calls->size = size;
    calls->progress++;
}

static void plx_model_open__interrupted(void **state)
{
    (void)state;
    char *text = repeat("", "-1.25 -17.5\n", 3 << 20, "");
    for (unsigned left = 0; left < 3; left++) {
        struct calls calls = {.left = left};
        const struct plx_model_options options = {
            .interrupted = stop, .progress = count_progress, .user = &calls};
        struct plx_model *model;
        struct plx_error error;
        assert_int_equal(answers_open(text, strlen(text), &options, &model, &error), PLX_INTERRUPTED);
        assert_null(model);
        assert_int_equal(calls.progress, left);
    }
    struct calls calls = {.left = 1000};
    const struct plx_model_options options = {
        .interrupted = stop, .progress = count_progress, .user = &calls};
    plx_model_close(answers_of(text, &options));
    assert_in_range(calls.progress, 3, 5);
    assert_int_equal(calls.size, strlen(text));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_model_open__fixtures),
        cmocka_unit_test(plx_model_open__roles),
        cmocka_unit_test(plx_model_open__exact),
        cmocka_unit_test(plx_model_open__base),
        cmocka_unit_test(plx_model_open__options),
        cmocka_unit_test(plx_model_open__places_of_a_prompt),
        cmocka_unit_test(plx_model_warnings__what_is_read_otherwise),
        cmocka_unit_test(plx_model_lookup__by_target),
        cmocka_unit_test(plx_session_score__by_target),
        cmocka_unit_test(plx_session_score__beyond_the_end),
        cmocka_unit_test(plx_session_score__another_token),
        cmocka_unit_test(plx_session_score__context),
        cmocka_unit_test(plx_session_score__line_of_the_record),
        cmocka_unit_test(plx_model_open__every_truncation),
        cmocka_unit_test(plx_model_open__a_byte_changed),
        cmocka_unit_test(plx_model_open__interrupted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
