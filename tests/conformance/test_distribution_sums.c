/* Σp = 1 in every context of WikiText-2's test split, and the true token has in its row what it scores. */
#include "support/distribution.h"
#include "support/encoded_text.h"
#include "support/fixtures.h"
#include "support/sanitized.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Instrumented code sees every so many lines. */
#define EVERY (SANITIZED ? 50 : 1)

struct request {
    const struct plx_model_info *info;
    bool start_predicted;
    const uint32_t **targets; /* [count] */
    double *nats;             /* [count], by single queries */
    uint8_t *given;           /* [count] */
    size_t count, rows;
    double worst;
};

static enum plx_status take(void *user, const double *nats, const size_t *targets, size_t count,
                            struct plx_error *error)
{
    struct request *it = user;
    double sum = 0, lost = 0; /* Neumaier's sum */
    (void)error;
    for (size_t id = 0; id < it->info->vocabulary; id++) {
        if (id == it->info->start && !it->start_predicted)
            continue;
        const double p = exp(-nats[id]), next = sum + p;
        lost += sum >= p ? (sum - next) + p : (p - next) + sum;
        sum = next;
    }
    it->worst = fmax(it->worst, fabs(sum + lost - 1));
    it->rows++;
    for (size_t i = 0; i < count; i++) {
        const size_t at = targets[i];
        assert_true(at < it->count && !it->given[at]);
        it->given[at] = 1;
        if (memcmp(nats + *it->targets[at], it->nats + at, sizeof *nats) != 0)
            fail_msg("target %zu has %.17g, alone %.17g", at, nats[*it->targets[at]], it->nats[at]);
    }
    return PLX_OK;
}

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (!memory)
        abort();
    return memory;
}

/* Lines are sentences; the start symbol is context. */
static void check(const struct plx_model *model, const struct encoded_text *text, const char *name,
                  double tolerance)
{
    struct distribution single = distribution_new(model, 0);
    struct request it = {.info = plx_model_info(model), .start_predicted = single.start_predicted};
    struct plx_window *windows = allocate(text->line_count, sizeof *windows);
    struct plx_error error = {0};
    size_t lines = 0;
    it.targets = allocate(text->count, sizeof *it.targets);
    it.nats = allocate(text->count, sizeof *it.nats);
    it.given = allocate(text->count, 1);
    for (size_t line = 0; line < text->line_count; line += EVERY) {
        const uint32_t *ids = text->ids + text->lines[line];
        const size_t end = text->lines[line + 1] - text->lines[line];
        windows[lines++] = (struct plx_window){ids, 1, end, 0};
        for (size_t i = 1; i < end; i++)
            it.targets[it.count++] = ids + i;
    }
    const struct plx_scores scores = {.nats = it.nats};
    assert_int_equal(plx_session_score(single.session, windows, lines, &scores, &error), PLX_OK);
    if (plx_session_distributions(single.session, windows, lines, take, &it, &error))
        fail_msg("%s: %s", name, error.message);
    for (size_t i = 0; i < it.count; i++)
        assert_int_equal(it.given[i], 1);
    print_message("%s: %zu rows for %zu targets, sums off by up to %.1e\n", name, it.rows, it.count,
                  it.worst);
    if (!(it.worst <= tolerance))
        fail_msg("%s: a sum is off by %.3e", name, it.worst);
    distribution_free(&single);
    free(windows);
    free(it.targets);
    free(it.nats);
    free(it.given);
}

static void check_file(const char *name, double tolerance)
{
    char *path = real_path(name), *text_path = real_path("wikitext-2/test.txt");
    struct plx_model *model = fixture_open(path);
    const struct file_bytes bytes = file_read(text_path);
    struct encoded_text text = encode_text(model, bytes.bytes, bytes.size);
    assert_int_equal(text.count - text.line_count, 245569);
    check(model, &text, name, tolerance);
    encoded_text_free(&text);
    free(bytes.bytes);
    plx_model_close(model);
    free(path);
    free(text_path);
}

static void plx_session_distributions__sums_of_small_o4(void **state)
{
    (void)state;
    if (!real_data_given())
        skip();
    check_file("models/ngram/small.o4.arpa.gz", 1e-6);
}

/* Its distributions lack the p of a word that was left out. */
static void plx_session_distributions__sums_of_wt2_o3(void **state)
{
    (void)state;
    if (!real_data_given())
        skip();
    check_file("models/ngram/wt2.o3.arpa.gz", 5e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_session_distributions__sums_of_small_o4),
        cmocka_unit_test(plx_session_distributions__sums_of_wt2_o3),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
