/* Feed-forward n-gram models of every form against PyTorch: orders 2 to 5, no, one and two hidden layers,
   every activation, either context order, padded by a start symbol, by a row of its own and not at all, in
   every type of weights, in one file and in shards. tests/data/neural/expected.json has what PyTorch computes
   of them in float64; recipes/make_ffn.py made them and says how. */
#include "support/encoded_text.h"
#include "support/fixtures.h"
#include "support/random.h"
#include "support/result_text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FOLDER "neural/"

static struct {
    cJSON *expected;
    struct file_bytes text;
} all;

/* A model, what is expected of it, and the text as one stream of its ids. */
struct subject {
    const cJSON *row;
    const char *name;
    struct plx_model *model;
    const struct plx_model_info *info;
    uint32_t *ids; /* [count] */
    size_t count, first;
    double *nats;     /* [count − first] expected of ids[first …] */
    double tolerance; /* of a token */
};

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (!memory)
        abort();
    return memory;
}

static double *numbers(const cJSON *array, size_t count)
{
    double *values = allocate(count, sizeof *values), *next = values;
    const cJSON *element;
    assert_int_equal(cJSON_GetArraySize(array), count);
    cJSON_ArrayForEach(element, array) *next++ = element->valuedouble;
    return values;
}

static struct subject subject_open(const cJSON *row)
{
    char relative[256];
    const char *name = result_member(row, "file")->valuestring;
    assert_true((size_t)snprintf(relative, sizeof relative, FOLDER "%s", name) < sizeof relative);
    char *path = fixture_path(relative);
    struct subject subject = {.row = row, .name = name, .model = fixture_open(path)};
    subject.info = plx_model_info(subject.model);
    subject.first = (size_t)result_count(row, "first");
    subject.tolerance = cJSON_IsTrue(result_member(row, "double")) ? 1e-9 : 1e-6;
    struct encoded_text encoded = encode_text(subject.model, all.text.bytes, all.text.size);
    subject.ids = allocate(encoded.count, sizeof *subject.ids);
    for (size_t line = 0; line < encoded.line_count; line++) {
        for (size_t i = encoded.lines[line] + 1; i < encoded.lines[line + 1]; i++)
            subject.ids[subject.count++] = encoded.ids[i];
    }
    assert_int_equal(subject.count, result_count(all.expected, "tokens"));
    subject.nats = numbers(result_member(row, "nats"), subject.count - subject.first);
    encoded_text_free(&encoded);
    free(path);
    return subject;
}

static void subject_close(struct subject *subject)
{
    plx_model_close(subject->model);
    free(subject->ids);
    free(subject->nats);
}

static void each_model(void (*check)(const struct subject *subject))
{
    const cJSON *row, *models = result_member(all.expected, "models");
    assert_true(cJSON_GetArraySize(models) > 0);
    cJSON_ArrayForEach(row, models)
    {
        struct subject subject = subject_open(row);
        check(&subject);
        subject_close(&subject);
    }
}

static struct plx_session *session_of(const struct subject *subject)
{
    struct plx_error error = {0};
    struct plx_session *session = plx_session_new(subject->model, &error);
    if (!session)
        fail_msg("%s: %s", subject->name, error.message);
    return session;
}

static void assert_near(const struct subject *subject, size_t position, double found, double expected)
{
    if (!(fabs(found - expected) <= subject->tolerance))
        fail_msg("%s: position %zu: %.17g nats, expected %.17g: off by %.1e", subject->name, position, found,
                 expected, fabs(found - expected));
}

/* What the files are. */

/* Whoever adds a model says what it costs. That each that is expected is there, the other tests see. */
static void feed_forward__every_file_is_expected(void **state)
{
    (void)state;
    struct fixtures files = fixtures_below("neural");
    assert_true(files.count > 0);
    for (size_t i = 0; i < files.count; i++) {
        const char *name = fixture_name(files.paths[i]) + strlen(FOLDER);
        const cJSON *row;
        bool found = strcmp(name, "expected.json") == 0;
        cJSON_ArrayForEach(row, result_member(all.expected, "models")) found =
            found || strcmp(name, result_member(row, "file")->valuestring) == 0;
        if (!found)
            fail_msg("%s: expected.json does not have it", name);
    }
    fixtures_free(&files);
}

static void check_info(const struct subject *subject)
{
    const struct plx_model_info *info = subject->info;
    const uint64_t context = result_count(subject->row, "order") - 1;
    assert_int_equal(info->kind, PLX_KIND_NEURAL);
    assert_int_equal(info->order, context + 1);
    assert_int_equal(info->context_length, context);
    assert_int_equal(info->least_context, subject->first);
    assert_int_equal(info->vocabulary, result_count(subject->row, "vocabulary"));
    assert_int_equal(info->capabilities & PLX_EMPTY_CONTEXT, subject->first == 0 ? PLX_EMPTY_CONTEXT : 0);
}

static void feed_forward__is_what_the_file_says(void **state)
{
    (void)state;
    each_model(check_info);
}

/* Scores. */

static void check_stream(const struct subject *subject)
{
    const size_t count = subject->count - subject->first;
    struct plx_error error = {0};
    double *found = allocate(count, sizeof *found), worst = 0, total = 0;
    struct plx_session *session = session_of(subject);
    const struct plx_window window = {subject->ids, subject->first, subject->count, 0};
    const struct plx_scores scores = {.nats = found};
    if (plx_session_score(session, &window, 1, &scores, &error))
        fail_msg("%s: %s", subject->name, error.message);
    for (size_t i = 0; i < count; i++) {
        worst = fmax(worst, fabs(found[i] - subject->nats[i]));
        total += found[i];
        assert_near(subject, subject->first + i, found[i], subject->nats[i]);
    }
    const double off = fabs(total / (double)count - result_number(subject->row, "mean_nats"));
    print_message("%s: the worst token is off by %.1e, the mean by %.1e\n", subject->name, worst, off);
    assert_true(off <= 1e-7);
    plx_session_free(session);
    free(found);
}

static void feed_forward__token_by_token(void **state)
{
    (void)state;
    each_model(check_stream);
}

/* Every target in a window of its own, with as much context as the model can use and with a little more, in
   an order that has nothing of the text's. Where a window begins matters to a padded model; so those that
   begin with the text begin with it here. */
static void check_windows(const struct subject *subject)
{
    const size_t count = subject->count - subject->first, context = (size_t)subject->info->context_length;
    struct plx_window *windows = allocate(count, sizeof *windows);
    double *found = allocate(count, sizeof *found);
    struct random random = {5};
    struct plx_error error = {0};
    struct plx_session *session = session_of(subject);
    for (size_t i = 0; i < count; i++) {
        const size_t at = subject->first + (i * 17 + 7) % count; /* 17 is prime to the counts */
        const size_t least = at < context ? at : context;
        const size_t before = least + random_below(&random, at - least + 1);
        windows[i] = (struct plx_window){subject->ids + at - before, before, before + 1, 0};
    }
    const struct plx_scores scores = {.nats = found};
    if (plx_session_score(session, windows, count, &scores, &error))
        fail_msg("%s: %s", subject->name, error.message);
    for (size_t i = 0; i < count; i++) {
        const size_t at = (size_t)(windows[i].ids - subject->ids) + windows[i].first;
        assert_near(subject, at, found[i], subject->nats[at - subject->first]);
    }
    plx_session_free(session);
    free(windows);
    free(found);
}

static void feed_forward__windows_of_one_target(void **state)
{
    (void)state;
    each_model(check_windows);
}

struct received {
    const struct subject *subject;
    size_t count;
};

static enum plx_status receive(void *user, const struct plx_token_score *tokens, size_t count,
                               struct plx_error *error)
{
    struct received *received = user;
    const struct subject *subject = received->subject;
    (void)error;
    for (size_t i = 0; i < count; i++, received->count++) {
        const size_t at = subject->first + received->count;
        assert_true(at < subject->count);
        assert_int_equal(tokens[i].id, subject->ids[at]);
        assert_near(subject, at, tokens[i].nats, subject->nats[received->count]);
    }
    return PLX_OK;
}

static void check_evaluation(const struct subject *subject)
{
    static const unsigned THREADS[] = {1, 2};
    const char *protocol = result_member(all.expected, "protocol")->valuestring;
    for (size_t i = 0; i < sizeof THREADS / sizeof *THREADS; i++) {
        struct received received = {subject, 0};
        struct plx_error error = {0};
        const struct plx_evaluate_options options = {.protocol = plx_protocol_find(protocol),
                                                     .threads = THREADS[i],
                                                     .batch = 16,
                                                     .tokens = receive,
                                                     .tokens_user = &received};
        struct plx_result *result =
            evaluate_bytes(subject->model, all.text.bytes, all.text.size, PLX_TOKENS_WORD, &options, &error);
        if (!result) {
            fail_msg("%s: %s", subject->name, error.message);
            continue;
        }
        cJSON *tree = result_tree(result);
        assert_int_equal(received.count, subject->count - subject->first);
        assert_int_equal(result_count(tree, "counts.tokens"), subject->count);
        assert_int_equal(result_count(tree, "counts.scored"), received.count);
        assert_int_equal(result_count(tree, "counts.skipped.no_context"), subject->first);
        assert_true(fabs(result_number(tree, "nats_per_token") - result_number(subject->row, "mean_nats")) <=
                    1e-7);
        assert_true(fabs(result_total_nats(tree) - result_number(subject->row, "total_nats")) <=
                    1e-7 * (double)received.count);
        cJSON_Delete(tree);
    }
}

static void feed_forward__evaluated(void **state)
{
    (void)state;
    each_model(check_evaluation);
}

/* Full distributions. */

struct rows {
    const struct subject *subject;
    unsigned *seen; /* [count − first] how often each target has been given */
};

/* What is expected at the position; NULL if expected.json does not have it. */
static const cJSON *distribution_at(const struct subject *subject, size_t position)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, result_member(subject->row, "distributions"))
    {
        if (result_count(one, "position") == position)
            return result_member(one, "nats");
    }
    return NULL;
}

static enum plx_status check_row(void *user, const double *nats, const size_t *targets, size_t count,
                                 struct plx_error *error)
{
    struct rows *rows = user;
    const struct subject *subject = rows->subject;
    const size_t types = (size_t)subject->info->vocabulary;
    double sum = 0;
    (void)error;
    for (size_t id = 0; id < types; id++)
        sum += exp(-nats[id]);
    if (!(fabs(sum - 1) <= 1e-6))
        fail_msg("%s: a distribution's sum is off by %.1e", subject->name, fabs(sum - 1));
    for (size_t i = 0; i < count; i++) {
        assert_true(targets[i] < subject->count - subject->first);
        const size_t at = subject->first + targets[i];
        const cJSON *expected = distribution_at(subject, at);
        rows->seen[targets[i]]++;
        assert_near(subject, at, nats[subject->ids[at]], subject->nats[targets[i]]);
        if (!expected)
            continue;
        const size_t predicted = (size_t)cJSON_GetArraySize(expected);
        double *row = numbers(expected, predicted);
        assert_true(predicted == types || predicted + 1 == types);
        for (size_t id = 0; id < predicted; id++)
            assert_near(subject, at, nats[id], row[id]);
        if (predicted < types)
            assert_true(isinf(nats[predicted]) && nats[predicted] > 0);
        free(row);
    }
    return PLX_OK;
}

static void check_distributions(const struct subject *subject)
{
    const size_t count = subject->count - subject->first;
    struct rows rows = {subject, allocate(count, sizeof *rows.seen)};
    struct plx_error error = {0};
    struct plx_session *session = session_of(subject);
    const struct plx_window window = {subject->ids, subject->first, subject->count, 0};
    if (plx_session_distributions(session, &window, 1, check_row, &rows, &error))
        fail_msg("%s: %s", subject->name, error.message);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(rows.seen[i], 1);
    plx_session_free(session);
    free(rows.seen);
}

static void feed_forward__distributions(void **state)
{
    (void)state;
    each_model(check_distributions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(feed_forward__every_file_is_expected),
        cmocka_unit_test(feed_forward__is_what_the_file_says),
        cmocka_unit_test(feed_forward__token_by_token),
        cmocka_unit_test(feed_forward__windows_of_one_target),
        cmocka_unit_test(feed_forward__evaluated),
        cmocka_unit_test(feed_forward__distributions),
    };
    char *text = fixture_path(FOLDER "lines.text"), *expected = fixture_path(FOLDER "expected.json");
    const struct file_bytes json = file_read(expected);
    all.text = file_read(text);
    all.expected = cJSON_ParseWithLength((const char *)json.bytes, json.size);
    const int failed = all.expected ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
    cJSON_Delete(all.expected);
    free(all.text.bytes);
    free(json.bytes);
    free(text);
    free(expected);
    return failed;
}
