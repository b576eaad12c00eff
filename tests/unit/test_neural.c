/* Neural bigram models: what the safetensors backend opens, refuses and scores. Expected scores: NumPy 1.24
   in float64 (logits = out @ embed[previous] + bias, log-sum-exp with the maximum subtracted), or worked by
   hand. */
#include "model/model.h"

#include "support/random.h"
#include "support/safetensors_file.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

extern const struct plx_model_format plx_model_format_safetensors;

/* Opening models made in memory. */

static enum plx_status open_memory(const char *header, const void *data, size_t size, const char *vocabulary,
                                   struct plx_model **model, struct plx_error *error)
{
    const struct safetensors_file file = safetensors_file(header, data, size);
    const struct plx_source_options source_options = {.fingerprint = true};
    const struct plx_model_options options = {.vocabulary = vocabulary};
    struct plx_source *source;
    assert_int_equal(
        plx_source_open_memory(file.bytes, file.size, "test.safetensors", &source_options, &source, error),
        PLX_OK);
    const enum plx_status status = plx_model_open_source(source, &options, model, error);
    plx_source_close(source);
    free(file.bytes);
    return status;
}

static struct plx_model *open_fine(const char *header, const void *data, size_t size, const char *vocabulary)
{
    struct plx_model *model;
    struct plx_error error;
    if (open_memory(header, data, size, vocabulary, &model, &error))
        fail_msg("%s: %s", header, error.message);
    return model;
}

static void assert_refused(const char *header, size_t data_size, enum plx_status status, const char *words)
{
    static const uint8_t zeros[1024];
    struct plx_model *model;
    struct plx_error error;
    const enum plx_status found = open_memory(header, zeros, data_size, NULL, &model, &error);
    if (found != status || !strstr(error.message, words))
        fail_msg("%s: status %s, \"%s\"", header, plx_status_name(found), found ? error.message : "");
    assert_null(model);
    assert_string_equal(error.input, "test.safetensors");
}

static enum plx_status score(struct plx_session *session, const uint32_t *ids, size_t count, double *nats,
                             struct plx_error *error)
{
    const struct plx_window window = {ids, 1, count, 0};
    const struct plx_scores scores = {nats, NULL, NULL};
    return plx_session_score(session, &window, 1, &scores, error);
}

/* The first token is not scored: nats [count − 1]. */
static void score_fine(const struct plx_model *model, const uint32_t *ids, size_t count, double *nats)
{
    struct plx_error error;
    struct plx_session *session = plx_session_new(model, &error);
    assert_non_null(session);
    assert_int_equal(score(session, ids, count, nats, &error), PLX_OK);
    plx_session_free(session);
}

static void assert_close(double found, double expected)
{
    if (!(fabs(found - expected) <= 1e-14 * (1 + fabs(expected))))
        fail_msg("found %.17g, expected %.17g", found, expected);
}

/* A model of 301 types (two blocks of rows and an odd rest) whose weights every type of element can hold:
   embed [301, 5] of ((7i + 13k) mod 32 − 16)/16, out [301, 5] of ((11i + 5k + 3) mod 64 − 32)/16,
   bias [301] of (3i mod 16 − 8)/8, and logits [301, 301] of ((17i + 29k) mod 256 − 128)/8. */

#define TYPES 301
#define DEPTH 5

static double embed_weight(unsigned i, unsigned k)
{
    return ((double)((i * 7 + k * 13) % 32) - 16) / 16;
}

static double out_weight(unsigned i, unsigned k)
{
    return ((double)((i * 11 + k * 5 + 3) % 64) - 32) / 16;
}

static double bias_weight(unsigned i, unsigned k)
{
    (void)k;
    return ((double)(i * 3 % 16) - 8) / 8;
}

static double table_weight(unsigned i, unsigned k)
{
    return ((double)((i * 17 + k * 29) % 256) - 128) / 8;
}

/* The upper 16 bits of binary32 are bfloat16; binary16 has another exponent. Exact for the weights above. */
static uint16_t half_of(double value)
{
    int exponent;
    const double mantissa = frexp(fabs(value), &exponent); /* [0.5, 1) */
    const unsigned sign = value < 0 ? 0x8000U : 0;
    if (value == 0)
        return 0;
    return (uint16_t)(sign | (unsigned)(exponent - 1 + 15) << 10 | ((unsigned)(mantissa * 2048) & 0x3ffU));
}

static size_t put_element(uint8_t *bytes, const char *dtype, double value)
{
    const float single = (float)value;
    uint32_t bits;
    memcpy(&bits, &single, sizeof bits);
    const uint16_t brain = (uint16_t)(bits >> 16), half = half_of(value);
    if (strcmp(dtype, "F64") == 0) {
        memcpy(bytes, &value, 8);
        return 8;
    }
    if (strcmp(dtype, "F32") == 0) {
        memcpy(bytes, &single, 4);
        return 4;
    }
    memcpy(bytes, strcmp(dtype, "F16") == 0 ? &half : &brain, 2);
    return 2;
}

static size_t put_tensor(uint8_t *bytes, const char *dtype, unsigned rows, unsigned columns,
                         double (*weight)(unsigned, unsigned))
{
    size_t size = 0;
    for (unsigned i = 0; i < rows; i++) {
        for (unsigned k = 0; k < columns; k++)
            size += put_element(bytes + size, dtype, weight(i, k));
    }
    return size;
}

/* "name":{…}, with a comma before all but the first. */
static size_t describe(char *header, size_t used, const char *name, const char *dtype, const char *shape,
                       size_t begin, size_t end)
{
    return used + (size_t)sprintf(header + used,
                                  "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%zu,%zu]}",
                                  used > 1 ? "," : "", name, dtype, shape, begin, end);
}

static struct plx_model *open_factored(const char *dtype, bool out, bool bias)
{
    static uint8_t data[8 * (2 * TYPES * DEPTH + TYPES)];
    char header[1024] = "{";
    size_t end = put_tensor(data, dtype, TYPES, DEPTH, embed_weight);
    size_t used = describe(header, 1, "embed.weight", dtype, "301, 5", 0, end);
    if (out) {
        const size_t begin = end;
        end += put_tensor(data + begin, dtype, TYPES, DEPTH, out_weight);
        used = describe(header, used, "out.weight", dtype, "301, 5", begin, end);
    }
    if (bias) {
        const size_t begin = end;
        end += put_tensor(data + begin, dtype, TYPES, 1, bias_weight);
        used = describe(header, used, "out.bias", dtype, "301", begin, end);
    }
    strcpy(header + used, "}");
    return open_fine(header, data, end, NULL);
}

static struct plx_model *open_table(const char *dtype)
{
    static uint8_t data[8 * TYPES * TYPES];
    char header[1024] = "{";
    const size_t end = put_tensor(data, dtype, TYPES, TYPES, table_weight);
    strcpy(header + describe(header, 1, "logits", dtype, "301, 301", 0, end), "}");
    return open_fine(header, data, end, NULL);
}

static const uint32_t SEQUENCE[] = {0, 300, 5, 5, 128, 127, 256, 299, 1, 300, 0};
#define SCORES (sizeof SEQUENCE / sizeof *SEQUENCE - 1)

static const double FACTORED[SCORES] = {
    7.180426780444869, 6.972181981083963, 8.043156455540487,  6.633000205540487, 8.235114280444868,
    7.330759422751779, 6.953864280444869, 7.5373322118532595, 6.964480444000558, 6.448744481083963};
static const double NO_BIAS[SCORES] = {
    6.60541192083726,   7.839029832429821, 8.814829367050303, 5.529673117050303,  8.785099420837259,
    6.3350044180298815, 6.00384942083726,  6.756959800885479, 6.3601417047470905, 5.440592332429821};
static const double TIED[SCORES] = {
    7.436117614693158, 6.247197430876179, 3.7238253889931334, 5.610544138993133, 5.459555114693158,
    7.114115398653968, 7.803305114693158, 6.739442298554141,  7.503417452290615, 8.005009930876179};
static const double TABLE[SCORES] = {
    2.6738802750046062, 18.53519706460603, 5.391097956472638,  7.516097956472638,  5.831328628746668,
    20.22871658476227,  6.298880275004606, 3.1774581041714036, 32.571347739595595, 4.660197064606031};

/* Scores the sequence and closes the model. */
static void check_sequence(struct plx_model *model, const double expected[SCORES])
{
    double nats[SCORES];
    score_fine(model, SEQUENCE, SCORES + 1, nats);
    for (size_t i = 0; i < SCORES; i++)
        assert_close(nats[i], expected[i]);
    plx_model_close(model);
}

static void plx_bigram_score__factored(void **state)
{
    static const char *const DTYPES[] = {"F64", "F32", "F16", "BF16"};
    (void)state;
    for (size_t i = 0; i < 4; i++)
        check_sequence(open_factored(DTYPES[i], true, true), FACTORED);
}

static void plx_bigram_score__without_bias(void **state)
{
    (void)state;
    check_sequence(open_factored("F16", true, false), NO_BIAS);
}

static void plx_bigram_score__tied_weights(void **state)
{
    (void)state;
    check_sequence(open_factored("F32", false, true), TIED);
}

static void plx_bigram_score__table(void **state)
{
    (void)state;
    check_sequence(open_table("F64"), TABLE);
    check_sequence(open_table("F16"), TABLE);
}

/* exp 0 / (2 exp 0 + exp ln 2) = 1/4 and 1/2: ln 4 and ln 2. */
static void plx_bigram_score__by_hand(void **state)
{
    const double logits[9] = {0, 0, M_LN2, 5, 5, 5, -1, -1, -1};
    const uint32_t ids[] = {0, 0, 2, 1, 1, 0, 2};
    const double expected[] = {2 * M_LN2, M_LN2, log(3), log(3), log(3), M_LN2};
    double nats[6];
    (void)state;
    struct plx_model *model = open_fine(
        "{\"logits\":{\"dtype\":\"F64\",\"shape\":[3,3],\"data_offsets\":[0,72]}}", logits, 72, NULL);
    score_fine(model, ids, 7, nats);
    for (size_t i = 0; i < 6; i++)
        assert_close(nats[i], expected[i]);
    plx_model_close(model);
}

/* exp of 10,000 is no double. Next to it a logit of 0 has no mass at all, but its loss is finite. */
static void plx_bigram_score__great_logits(void **state)
{
    const double logits[4] = {1e4, 0, -1e4, -1e4};
    const uint32_t ids[] = {0, 0, 1, 1, 0};
    double nats[4];
    (void)state;
    struct plx_model *model = open_fine(
        "{\"logits\":{\"dtype\":\"F64\",\"shape\":[2,2],\"data_offsets\":[0,32]}}", logits, 32, NULL);
    score_fine(model, ids, 5, nats);
    assert_true(nats[0] == 0 && !signbit(nats[0]));
    assert_true(nats[1] == 1e4);
    for (size_t i = 2; i < 4; i++)
        assert_true(fabs(nats[i] - M_LN2) < 1e-12); /* near 10,000 doubles are 1.8e-12 apart */
    plx_model_close(model);
}

/* A model that knows nothing: ln V, to the last bit. */
static void plx_bigram_score__uniform(void **state)
{
    static const uint8_t zeros[2 * 1000 * 3];
    const uint32_t ids[] = {999, 0, 500};
    double nats[2];
    (void)state;
    struct plx_model *model = open_fine("{\"embed.weight\":{\"dtype\":\"F16\",\"shape\":[1000,3],"
                                        "\"data_offsets\":[0,6000]}}",
                                        zeros, sizeof zeros, NULL);
    score_fine(model, ids, 3, nats);
    assert_true(nats[0] == log(1000) && nats[1] == log(1000));
    plx_model_close(model);
}

/* All pairs of some contexts, one by one, all at once, and backwards: the same bits. */
static void plx_bigram_score__does_not_depend_on_the_batch(void **state)
{
    static uint32_t ids[2 * TYPES];
    static double together[2 * TYPES], alone[2 * TYPES], backwards[2 * TYPES];
    static struct plx_window windows[2 * TYPES];
    struct plx_error error;
    (void)state;
    for (int form = 0; form < 2; form++) {
        for (size_t i = 0; i < 2 * TYPES; i++)
            ids[i] = (uint32_t)(i * 97 % TYPES);
        for (size_t i = 0; i < 2 * TYPES - 1; i++)
            windows[2 * TYPES - 2 - i] = (struct plx_window){ids + i, 1, 2, 0};

        struct plx_model *model = form ? open_table("BF16") : open_factored("BF16", true, true);
        score_fine(model, ids, 2 * TYPES, together);
        plx_model_close(model);

        model = form ? open_table("BF16") : open_factored("BF16", true, true);
        struct plx_session *session = plx_session_new(model, &error);
        for (size_t i = 0; i < 2 * TYPES - 1; i++)
            assert_int_equal(score(session, ids + i, 2, alone + i, &error), PLX_OK);
        assert_memory_equal(alone, together, (2 * TYPES - 1) * sizeof *alone);
        plx_session_free(session);
        plx_model_close(model);

        model = form ? open_table("BF16") : open_factored("BF16", true, true);
        session = plx_session_new(model, &error);
        assert_int_equal(plx_session_score(session, windows, 2 * TYPES - 1,
                                           &(struct plx_scores){backwards, NULL, NULL}, &error),
                         PLX_OK);
        for (size_t i = 0; i < 2 * TYPES - 1; i++)
            assert_memory_equal(backwards + (2 * TYPES - 2 - i), together + i, sizeof *together);
        plx_session_free(session);
        plx_model_close(model);
    }
}

struct job {
    const struct plx_model *model;
    double nats[SCORES];
};

static void *run_job(void *user)
{
    struct job *job = user;
    struct plx_error error;
    struct plx_session *session = plx_session_new(job->model, &error);
    if (session && score(session, SEQUENCE, SCORES + 1, job->nats, &error))
        memset(job->nats, 0, sizeof job->nats);
    plx_session_free(session);
    return NULL;
}

/* Sessions share what has been computed; ThreadSanitizer looks on. */
static void plx_bigram_score__two_threads(void **state)
{
    struct plx_model *model = open_factored("F16", true, true);
    struct job jobs[2] = {{.model = model}, {.model = model}};
    pthread_t thread;
    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, run_job, &jobs[0]), 0);
    run_job(&jobs[1]);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_memory_equal(jobs[0].nats, jobs[1].nats, sizeof jobs[0].nats);
    for (size_t i = 0; i < SCORES; i++)
        assert_close(jobs[0].nats[i], FACTORED[i]);
    plx_model_close(model);
}

static void plx_bigram_score__no_token(void **state)
{
    const uint32_t as_target[] = {5, PLX_NO_TOKEN}, as_context[] = {5, PLX_NO_TOKEN, 5};
    double nats[2];
    struct plx_error error;
    struct plx_model *model = open_factored("F16", true, true);
    struct plx_session *session = plx_session_new(model, &error);
    (void)state;
    assert_int_equal(score(session, as_target, 2, nats, &error), PLX_OK);
    assert_true(nats[0] == (double)INFINITY);
    assert_int_equal(score(session, as_context, 3, nats, &error), PLX_MISMATCH);
    assert_int_equal(score(session, SEQUENCE, 2, nats, &error), PLX_OK); /* the session is still good */
    assert_close(nats[0], FACTORED[0]);
    plx_session_free(session);
    plx_model_close(model);
}

/* 1e200 · 1e200 is no double: rather an error than a NaN. Token 0 has an embedding of 0 and is fine. */
static void plx_bigram_score__logits_out_of_range(void **state)
{
    const double embed[2] = {0, 1e200};
    const uint32_t good[] = {0, 1}, bad[] = {1, 0};
    double nats;
    struct plx_error error;
    (void)state;
    struct plx_model *model =
        open_fine("{\"embed.weight\":{\"dtype\":\"F64\",\"shape\":[2,1],\"data_offsets\":[0,16]}}", embed,
                  sizeof embed, NULL);
    struct plx_session *session = plx_session_new(model, &error);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(score(session, bad, 2, &nats, &error), PLX_NOT_FINITE);
        assert_non_null(strstr(error.message, "after row 1 of "));
        assert_int_equal(score(session, good, 2, &nats, &error), PLX_OK);
        assert_close(nats, M_LN2);
    }
    plx_session_free(session);
    plx_model_close(model);
}

/* What a model says of itself. */

static void plx_model_format_safetensors__info_of_a_factored_model(void **state)
{
    struct plx_model *model = open_factored("F16", true, true);
    const struct plx_model_info *info = plx_model_info(model);
    size_t warnings;
    (void)state;
    assert_string_equal(info->format, "safetensors");
    assert_string_equal(info->architecture, "factored");
    assert_int_equal(info->kind, PLX_KIND_NEURAL);
    assert_int_equal(info->order, 2);
    assert_int_equal(info->context_length, 1);
    assert_int_equal(info->vocabulary, TYPES);
    assert_int_equal(info->parameters, 2 * TYPES * DEPTH + TYPES);
    assert_int_equal(info->capabilities, PLX_FULL_DISTRIBUTION);
    assert_int_equal(info->start_repeat, 1);
    assert_int_equal(info->start, PLX_NO_TOKEN);
    assert_int_equal(info->end, PLX_NO_TOKEN);
    assert_int_equal(info->unknown, PLX_NO_TOKEN);
    assert_null(info->ngrams);
    assert_int_equal(strlen(info->sha256), 64);
    assert_string_equal(info->vocabulary_sha256, "");
    plx_model_warnings(model, &warnings);
    assert_int_equal(warnings, 0);
    plx_model_close(model);
}

static void plx_model_format_safetensors__info_of_a_table(void **state)
{
    struct plx_model *model = open_table("F32");
    (void)state;
    assert_string_equal(plx_model_info(model)->architecture, "table");
    assert_int_equal(plx_model_info(model)->parameters, TYPES * TYPES);
    plx_model_close(model);
}

static void plx_model_format_safetensors__probe(void **state)
{
    static const uint8_t head[] = "\2\0\0\0\0\0\0\0{}", other[] = "\\data\\";
    (void)state;
    assert_int_equal(plx_model_format_safetensors.probe(head, 10, "x"), PLX_PROBE_CONTENT);
    assert_int_equal(plx_model_format_safetensors.probe(other, 6, "x.safetensors"), PLX_PROBE_NAME);
    assert_int_equal(plx_model_format_safetensors.probe(other, 6, "x.arpa"), PLX_PROBE_NO);
    assert_int_equal(plx_model_format_safetensors.probe(other, 0, ""), PLX_PROBE_NO);
}

#define TENSOR(name, shape, begin, end) \
    "\"" name "\":{\"dtype\":\"F16\",\"shape\":[" shape "],\"data_offsets\":[" begin "," end "]}"
#define NAMED(architecture) "\"__metadata__\":{\"perplex.architecture\":\"" architecture "\"},"

static void plx_model_format_safetensors__architectures(void **state)
{
    static const struct {
        const char *header, *architecture;
    } cases[] = {
        {"{" TENSOR("logits", "2,2", "0", "8") "}", "table"},
        {"{" NAMED("bigram") TENSOR("logits", "2,2", "0", "8") "}", "table"},
        {"{" NAMED("table") TENSOR("logits", "2,2", "0", "8") "}", "table"},
        {"{" TENSOR("embed.weight", "2,2", "0", "8") "}", "factored"},
        {"{" NAMED("bigram") TENSOR("embed.weight", "1,4", "0", "8") "}", "factored"},
        {"{" NAMED("bigram")
             TENSOR("embed.weight", "2,1", "0", "4") "," TENSOR("out.bias", "2", "4", "8") "}",
         "factored"},
    };
    static const uint8_t zeros[8];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plx_model *model = open_fine(cases[i].header, zeros, sizeof zeros, NULL);
        assert_string_equal(plx_model_info(model)->architecture, cases[i].architecture);
        plx_model_close(model);
    }
}

static void plx_model_format_safetensors__other_architectures(void **state)
{
    (void)state;
    assert_refused("{" NAMED("gpt2") TENSOR("embed.weight", "2,2", "0", "8") "}", 8, PLX_MALFORMED,
                   "perplex.architecture is \"gpt2\"");
    assert_refused("{" TENSOR("wte", "3,2", "0", "12") "," TENSOR("h.0.w", "1", "12", "14") "}", 14,
                   PLX_UNSUPPORTED, "the tensors are wte F16 [3, 2], h.0.w F16 [1]");
    assert_refused("{}", 0, PLX_UNSUPPORTED, "the tensors are none");
    assert_refused("{" TENSOR("embed.weight", "2,2", "0", "8") "," TENSOR("norm", "2", "8", "12") "}", 12,
                   PLX_UNSUPPORTED, "norm F16 [2]");
}

static void plx_model_format_safetensors__missing_and_ambiguous_tensors(void **state)
{
    (void)state;
    assert_refused(
        "{" NAMED("bigram") TENSOR("x", "2,2", "0", "8") "}", 8, PLX_MALFORMED,
        "a bigram lacks the role logits (a table) or embed.weight (factored); the tensors are x F16 [2, 2]");
    assert_refused("{" NAMED("table") TENSOR("embed.weight", "2,2", "0", "8") "}", 8, PLX_MALFORMED,
                   "a table lacks the role logits; the tensors are embed.weight");
    assert_refused("{" TENSOR("embed.weight", "2,2", "0", "8") "," TENSOR("logits", "2,2", "8", "16") "}", 16,
                   PLX_MALFORMED, "both logits");
    assert_refused("{" NAMED("bigram")
                       TENSOR("embed.weight", "2,2", "0", "8") "," TENSOR("logits", "2,2", "8", "16") "}",
                   16, PLX_MALFORMED, "both logits");
}

/* However many tensors there are, the message has an end. */
static void plx_model_format_safetensors__long_lists(void **state)
{
    char header[4096] = "{";
    size_t used = 1;
    (void)state;
    for (unsigned i = 0; i < 40; i++) {
        char name[48];
        snprintf(name, sizeof name, "layer.%u.with.a.long.name", i);
        used = describe(header, used, name, "F16", "1", 2 * i, 2 * i + 2);
    }
    strcpy(header + used, "}");
    assert_refused(header, 80, PLX_UNSUPPORTED, " more");
}

static void plx_model_format_safetensors__shapes(void **state)
{
    (void)state;
    assert_refused("{" TENSOR("logits", "2,3", "0", "12") "}", 12, PLX_MALFORMED,
                   "logits F16 [2, 3] should be [2, 2]");
    assert_refused("{" TENSOR("logits", "4", "0", "8") "}", 8, PLX_MALFORMED, "logits F16 [4] should be");
    assert_refused("{" TENSOR("logits", "0,0", "0", "0") "}", 0, PLX_MALFORMED,
                   "logits F16 [0, 0] should be");
    assert_refused("{" TENSOR("embed.weight", "2,0", "0", "0") "}", 0, PLX_MALFORMED,
                   "embed.weight F16 [2, 0]");
    assert_refused("{" TENSOR("embed.weight", "2,1,2", "0", "8") "}", 8, PLX_MALFORMED,
                   "embed.weight F16 [2, 1, 2] should be");
    assert_refused("{" TENSOR("embed.weight", "2,2", "0", "8") "," TENSOR("out.weight", "2,3", "8", "20") "}",
                   20, PLX_MALFORMED, "out.weight F16 [2, 3] should be [2, 2]");
    assert_refused("{" TENSOR("embed.weight", "2,2", "0", "8") "," TENSOR("out.bias", "3", "8", "14") "}", 14,
                   PLX_MALFORMED, "out.bias F16 [3] should be [2]");
    assert_refused("{" TENSOR("embed.weight", "2,2", "0", "8") "," TENSOR("out.bias", "2,1", "8", "12") "}",
                   12, PLX_MALFORMED, "out.bias F16 [2, 1] should be [2]");
}

static void plx_model_format_safetensors__weights_that_are_not_finite(void **state)
{
    const uint16_t infinity[] = {0, 0, 0, 0, 0, 0, 0, 0x7c00};
    struct plx_model *model;
    struct plx_error error;
    (void)state;
    assert_int_equal(open_memory("{" TENSOR("embed.weight", "2,2", "0", "8") "," TENSOR("out.weight", "2,2",
                                                                                        "8", "16") "}",
                                 infinity, sizeof infinity, NULL, &model, &error),
                     PLX_MALFORMED);
    assert_non_null(strstr(error.message, "element [1, 1] of tensor \"out.weight\""));
}

static void plx_model_format_safetensors__unused_tensor_of_a_named_architecture(void **state)
{
    static const uint8_t zeros[12];
    size_t count;
    struct plx_model *model = open_fine(
        "{" NAMED("bigram") TENSOR("embed.weight", "2,2", "0", "8") "," TENSOR("norm", "2", "8", "12") "}",
        zeros, sizeof zeros, NULL);
    const struct plx_warning *warnings = plx_model_warnings(model, &count);
    (void)state;
    assert_int_equal(count, 1);
    assert_string_equal(warnings[0].code, "unused-tensor");
    assert_non_null(strstr(warnings[0].message, "\"norm\""));
    assert_int_equal(plx_model_info(model)->parameters, 4);
    plx_model_close(model);
}

/* Each token all but certain after the one before: rounding leaves nothing below 0. */
static void check_near_certainty(size_t types, size_t depth)
{
    char header[256];
    struct random random = {3};
    const size_t count = types * depth, bytes = count * sizeof(float);
    float *weights = calloc(2 * count, sizeof *weights);
    uint32_t *ids = calloc(types, sizeof *ids);
    double *nats = calloc(types, sizeof *nats);
    assert_true(weights && ids && nats);
    for (size_t i = 0; i < count; i++) {
        const double sign = random_chance(&random, 2) ? 1 : -1; /* and numbers of full mantissas */
        weights[i] = (float)(sign * (0.3 + 0.6 * (double)random_below(&random, 1 << 24) / (1 << 24)));
        weights[count + (i + depth) % count] =
            (float)(sign * (0.5 + 1.1 * (double)random_below(&random, 1 << 24) / (1 << 24)));
    }
    for (size_t i = 0; i < types; i++)
        ids[i] = (uint32_t)i;
    snprintf(header, sizeof header,
             "{\"embed.weight\":{\"dtype\":\"F32\",\"shape\":[%zu,%zu],\"data_offsets\":[0,%zu]},"
             "\"out.weight\":{\"dtype\":\"F32\",\"shape\":[%zu,%zu],\"data_offsets\":[%zu,%zu]}}",
             types, depth, bytes, types, depth, bytes, 2 * bytes);
    struct plx_model *model = open_fine(header, weights, 2 * bytes, NULL);
    score_fine(model, ids, types, nats);
    for (size_t i = 0; i + 1 < types; i++) {
        if (!(nats[i] >= 0 && !signbit(nats[i]) && nats[i] < 1e-6))
            fail_msg("%zu of %zu types: %g", i, types, nats[i]);
    }
    plx_model_close(model);
    free(weights);
    free(ids);
    free(nats);
}

static void plx_neural_score__near_certainty(void **state)
{
    (void)state;
    check_near_certainty(1100, 128); /* in float */
    check_near_certainty(300, 96);   /* in double */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_bigram_score__factored),
        cmocka_unit_test(plx_bigram_score__without_bias),
        cmocka_unit_test(plx_bigram_score__tied_weights),
        cmocka_unit_test(plx_bigram_score__table),
        cmocka_unit_test(plx_bigram_score__by_hand),
        cmocka_unit_test(plx_bigram_score__great_logits),
        cmocka_unit_test(plx_bigram_score__uniform),
        cmocka_unit_test(plx_bigram_score__does_not_depend_on_the_batch),
        cmocka_unit_test(plx_bigram_score__two_threads),
        cmocka_unit_test(plx_bigram_score__no_token),
        cmocka_unit_test(plx_bigram_score__logits_out_of_range),
        cmocka_unit_test(plx_model_format_safetensors__info_of_a_factored_model),
        cmocka_unit_test(plx_model_format_safetensors__info_of_a_table),
        cmocka_unit_test(plx_model_format_safetensors__probe),
        cmocka_unit_test(plx_model_format_safetensors__architectures),
        cmocka_unit_test(plx_model_format_safetensors__other_architectures),
        cmocka_unit_test(plx_model_format_safetensors__missing_and_ambiguous_tensors),
        cmocka_unit_test(plx_model_format_safetensors__long_lists),
        cmocka_unit_test(plx_model_format_safetensors__shapes),
        cmocka_unit_test(plx_model_format_safetensors__weights_that_are_not_finite),
        cmocka_unit_test(plx_model_format_safetensors__unused_tensor_of_a_named_architecture),
        cmocka_unit_test(plx_neural_score__near_certainty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
