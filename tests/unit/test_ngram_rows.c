/* Full distributions of n-gram models that no toolkit would make: any n-grams, whether their suffixes and
   contexts are stored or not. A row is what single queries give, to the bit; those are judged by other
   tests. */
#include "base/error.h"
#include "base/memory.h"
#include "model/ngram_hash.h"
#include "support/fixtures.h"
#include "support/folder.h"
#include "support/random.h"

#include <perplex/convert.h>

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ORDER_MOST 5
#define TYPES_MOST 8
#define IDS        600
#define WINDOWS    40
#define END_MOST   30 /* of a window */

/* The linker puts these in the place of plx_new_array and plx_resize_array. */
void *__real_plx_new_array(size_t count, size_t size, struct plx_error *error);
void *__wrap_plx_new_array(size_t count, size_t size, struct plx_error *error);
enum plx_status __real_plx_resize_array(void *array, size_t count, size_t size, struct plx_error *error);
enum plx_status __wrap_plx_resize_array(void *array, size_t count, size_t size, struct plx_error *error);

/* How many allocations go well before one fails. */
static size_t allocations = SIZE_MAX;

static bool fails(void)
{
    return allocations != SIZE_MAX && allocations-- == 0;
}

void *__wrap_plx_new_array(size_t count, size_t size, struct plx_error *error)
{
    return __real_plx_new_array(fails() ? SIZE_MAX : count, size, error);
}

enum plx_status __wrap_plx_resize_array(void *array, size_t count, size_t size, struct plx_error *error)
{
    return __real_plx_resize_array(array, fails() ? SIZE_MAX : count, size, error);
}

static void put_ngrams(FILE *file, unsigned length, unsigned types, const bool *chosen, size_t count,
                       bool highest, struct random *random)
{
    fprintf(file, "\n\\%u-grams:\n", length);
    for (size_t code = 0; code < count; code++) {
        if (!chosen[code])
            continue;
        fprintf(file, "-%zu.%03zu", random_below(random, 4), random_below(random, 1000));
        for (size_t place = count / types, k = 0; k < length; place /= types, k++)
            fprintf(file, "%c%c", k ? ' ' : '\t', (char)('a' + code / place % types));
        if (!highest && !random_chance(random, 4))
            fprintf(file, "\t%s0.%03zu", random_chance(random, 3) ? "" : "-", random_below(random, 1000));
        fputc('\n', file);
    }
}

/* An ARPA file of all words and any longer n-grams, with any numbers. Released with free(). */
static char *make_arpa(unsigned order, unsigned types, struct random *random)
{
    char *text;
    size_t size, counts[ORDER_MOST] = {0}, codes = 1;
    bool *chosen[ORDER_MOST];
    FILE *file = open_memstream(&text, &size);
    if (!file)
        abort();
    fprintf(file, "\\data\\\n");
    for (unsigned k = 0; k < order; k++) {
        const size_t one_in = 1 + random_below(random, k < 2 ? 3 : 6);
        codes *= types;
        chosen[k] = calloc(codes, sizeof **chosen);
        for (size_t i = 0; i < codes; i++)
            counts[k] += chosen[k][i] = k == 0 || random_chance(random, one_in);
        fprintf(file, "ngram %u=%zu\n", k + 1, counts[k]);
    }
    codes = 1;
    for (unsigned k = 0; k < order; k++) {
        codes *= types;
        put_ngrams(file, k + 1, types, chosen[k], codes, k + 1 == order, random);
        free(chosen[k]);
    }
    fprintf(file, "\n\\end\\\n");
    fclose(file);
    return text;
}

static struct plx_model *open_arpa(const char *text)
{
    struct plx_error error = {0};
    struct plx_model *model;
    if (model_open_bytes(text, strlen(text), "made.arpa", NULL, &model, &error))
        fail_msg("%s\n%s", error.message, text);
    return model;
}

/* Pieces of one sequence of ids, that overlap. */
struct request {
    const struct plx_model *model;
    struct plx_session *single;
    uint32_t ids[IDS];
    size_t window_count, count;
    struct plx_window *windows; /* [window_count] */
    struct target {
        const uint32_t *begin, *end; /* of the context */
        unsigned given;
    } * targets; /* [count] */
    size_t rows, fail_at;
};

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (!memory)
        abort();
    return memory;
}

static struct plx_session *session_of(const struct plx_model *model)
{
    struct plx_error error = {0};
    struct plx_session *session = plx_session_new(model, &error);
    assert_non_null(session);
    return session;
}

static struct request *request_new(const struct plx_model *model, size_t windows, struct random *random)
{
    struct request *it = allocate(1, sizeof *it);
    const size_t types = (size_t)plx_model_info(model)->vocabulary;
    it->model = model;
    it->single = session_of(model);
    it->fail_at = SIZE_MAX;
    it->window_count = windows;
    it->windows = allocate(windows, sizeof *it->windows);
    it->targets = allocate(windows * END_MOST, sizeof *it->targets);
    for (size_t i = 0; i < IDS; i++)
        it->ids[i] = random_chance(random, 9) ? PLX_NO_TOKEN : (uint32_t)random_below(random, types);
    for (size_t w = 0; w < windows; w++) {
        const uint32_t *ids = it->ids + random_below(random, IDS - END_MOST);
        const size_t first = random_below(random, 12);
        const size_t end = first + random_below(random, END_MOST - first);
        it->windows[w] = (struct plx_window){ids, first, end, 0};
        for (size_t t = first; t < end; t++)
            it->targets[it->count++] = (struct target){ids, ids + t, 0};
    }
    return it;
}

static void request_free(struct request *it)
{
    plx_session_free(it->single);
    free(it->windows);
    free(it->targets);
    free(it);
}

/* The row of the target, word by word. */
static void assert_row(const struct request *it, const struct target *target, const double *nats)
{
    uint32_t ids[END_MOST];
    const size_t length = (size_t)(target->end - target->begin);
    const struct plx_window window = {ids, length, length + 1, 0};
    for (size_t i = 0; i < length; i++)
        ids[i] = target->begin[i];
    for (size_t id = 0; id < plx_model_info(it->model)->vocabulary; id++) {
        double alone;
        const struct plx_scores scores = {.nats = &alone};
        struct plx_error error = {0};
        ids[length] = (uint32_t)id;
        assert_int_equal(plx_session_score(it->single, &window, 1, &scores, &error), PLX_OK);
        if (memcmp(nats + id, &alone, sizeof alone) != 0)
            fail_msg("id %zu has %.17g, alone %.17g", id, nats[id], alone);
    }
}

static enum plx_status take(void *user, const double *nats, const size_t *targets, size_t count,
                            struct plx_error *error)
{
    struct request *it = user;
    assert_true(count > 0 && it->rows <= it->fail_at); /* one that has failed is not called any more */
    if (it->rows++ == it->fail_at)
        return plx_error_set(error, PLX_IO, "the disk is full");
    for (size_t i = 0; i < count; i++) {
        assert_true(targets[i] < it->count);
        it->targets[targets[i]].given++;
        assert_row(it, it->targets + targets[i], nats);
    }
    return PLX_OK;
}

static enum plx_status ask(struct request *it, struct plx_session *session, struct plx_error *error)
{
    it->rows = 0;
    for (size_t i = 0; i < it->count; i++)
        it->targets[i].given = 0;
    return plx_session_distributions(session, it->windows, it->window_count, take, it, error);
}

static void ask_well(struct request *it, struct plx_session *session)
{
    struct plx_error error = {0};
    if (ask(it, session, &error))
        fail_msg("%s", error.message);
    for (size_t i = 0; i < it->count; i++)
        assert_int_equal(it->targets[i].given, 1);
}

static void check_model(const struct plx_model *model, size_t windows, uint64_t seed)
{
    struct random random = {seed};
    struct request *it = request_new(model, windows, &random);
    struct plx_session *session = session_of(model);
    ask_well(it, session);
    plx_session_free(session);
    request_free(it);
}

static void check_converted(const char *text, uint64_t seed)
{
    struct plx_error error = {0};
    struct plx_model *model;
    const char *arpa = folder_path("made.arpa"), *plx = folder_path("made.plx");
    file_write(arpa, text, strlen(text));
    assert_int_equal(plx_convert_model(arpa, plx, NULL, &error), PLX_OK);
    assert_int_equal(plx_model_open(plx, NULL, &model, &error), PLX_OK);
    check_model(model, WINDOWS, seed);
    plx_model_close(model);
}

static bool is_incomplete(const struct plx_model *model)
{
    const struct plx_ngram_hash *hash = (const struct plx_ngram_hash *)(const void *)model;
    return model->info.order > 2 && hash->incomplete[2];
}

/* In memory and as converted: the three layouts of tables. */
static void plx_ngram_rows_give__of_any_ngrams(void **state)
{
    enum { MODELS = 60 };
    size_t incomplete = 0;
    struct random random = {1};
    (void)state;
    for (uint64_t n = 0; n < MODELS; n++) {
        const unsigned order = 1 + (unsigned)random_below(&random, ORDER_MOST);
        const unsigned types = 1 + (unsigned)random_below(&random, order > 3 ? TYPES_MOST / 2 : TYPES_MOST);
        char *text = make_arpa(order, types, &random);
        struct plx_model *model = open_arpa(text);
        incomplete += is_incomplete(model);
        check_model(model, WINDOWS, n);
        check_converted(text, n);
        plx_model_close(model);
        free(text);
    }
    assert_true(incomplete > 5 && incomplete < MODELS - 5); /* both kinds of search */
}

/* A model of the order and its text, which is released. */
static struct plx_model *made_model(unsigned order, unsigned types, uint64_t seed)
{
    struct random random = {seed};
    char *text = make_arpa(order, types, &random);
    struct plx_model *model = open_arpa(text);
    free(text);
    return model;
}

/* More than are gathered at once. Each of the 4 + 4 · 4 contexts, and the empty one, has one row at most for
   all that are: it is what they share that is computed. */
static void plx_ngram_rows_give__of_many_targets(void **state)
{
    struct plx_model *model = made_model(3, 4, 2);
    struct random random = {3};
    struct request *it = request_new(model, 14000, &random);
    struct plx_session *session = session_of(model);
    (void)state;
    assert_true(it->count > 130000 && it->count < 3 * 65536);
    ask_well(it, session);
    assert_true(it->rows <= 3 * 21);
    ask_well(it, session);
    plx_session_free(session);
    request_free(it);
    plx_model_close(model);
}

/* A context that is not stored has the row of its suffix: b after a, where nothing begins with "a b". */
static void plx_ngram_rows_give__shares_what_is_the_same(void **state)
{
    static const char text[] = "\\data\\\nngram 1=3\nngram 2=3\nngram 3=1\n\n\\1-grams:\n-0.5\ta\t-0.1\n"
                               "-0.6\tb\t-0.2\n-0.7\tc\t-0.3\n\n\\2-grams:\n-0.2\ta a\t-0.4\n-0.3\tb a\n"
                               "-0.4\tb c\n\n\\3-grams:\n-0.1\ta a a\n\n\\end\\\n";
    const uint32_t ids[] = {0, 1, 2, 1, 1, 1, 0, 0, 0};
    struct plx_model *model = open_arpa(text);
    struct plx_session *session = session_of(model);
    struct request it = {.model = model, .single = session_of(model), .fail_at = SIZE_MAX};
    struct target targets[9] = {{0}};
    const struct plx_window window = {ids, 0, 9, 0};
    struct plx_error error;
    (void)state;
    for (size_t i = 0; i < 9; i++)
        targets[i] = (struct target){ids, ids + i, 0};
    it.targets = targets;
    it.count = 9;
    assert_int_equal(plx_session_distributions(session, &window, 1, take, &it, &error), PLX_OK);
    /* After nothing; a (also b a, whose backoff is 1 and after which nothing is stored); b (also a b, c b and
       b b); c (also b c); a a. */
    assert_int_equal(it.rows, 5);
    plx_session_free(it.single);
    plx_session_free(session);
    plx_model_close(model);
}

/* The error is the sink's, and the session goes on. */
static void plx_ngram_rows_give__sink_that_fails(void **state)
{
    struct plx_model *model = made_model(4, 4, 4);
    struct random random = {5};
    struct request *it = request_new(model, WINDOWS, &random);
    struct plx_session *session = session_of(model);
    (void)state;
    ask_well(it, session);
    const size_t rows = it->rows;
    assert_true(rows > 30);
    for (size_t fail_at = 0; fail_at < rows; fail_at += 1 + fail_at / 2) {
        struct plx_error error = {0};
        it->fail_at = fail_at;
        assert_int_equal(ask(it, session, &error), PLX_IO);
        assert_string_equal(error.message, "the disk is full");
        assert_int_equal(it->rows, fail_at + 1);
        it->fail_at = SIZE_MAX;
        ask_well(it, session);
    }
    plx_session_free(session);
    request_free(it);
    plx_model_close(model);
}

/* Every allocation fails once: on the first request of a model, and where another session has been before. */
static void plx_ngram_rows_give__without_memory(void **state)
{
    size_t n = 0;
    bool failed = true;
    (void)state;
    for (; failed; n++) {
        struct plx_model *model = made_model(4, 4, 6);
        struct random random = {7};
        struct request *it = request_new(model, WINDOWS, &random);
        struct plx_session *session = session_of(model);
        struct plx_error error = {0};
        allocations = n;
        const enum plx_status status = ask(it, session, &error);
        failed = allocations == SIZE_MAX;
        allocations = SIZE_MAX;
        assert_int_equal(status, failed ? PLX_MEMORY : PLX_OK);
        assert_true(!failed || error.status == PLX_MEMORY);
        ask_well(it, session);
        plx_session_free(session);
        request_free(it);
        plx_model_close(model);
    }
    assert_true(n > 15);
}

struct job {
    struct request *request;
    enum plx_status status;
};

static void *run_job(void *user)
{
    struct job *job = user;
    struct plx_error error = {0};
    struct plx_session *session = plx_session_new(job->request->model, &error);
    job->status = session ? ask(job->request, session, &error) : PLX_MEMORY;
    plx_session_free(session);
    return NULL;
}

/* Sessions share what follows a word, and both want it at once; ThreadSanitizer looks on. */
static void plx_ngram_rows_give__two_threads(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 20; n++) {
        struct plx_model *model = made_model(3, TYPES_MOST, n);
        struct random random = {n};
        struct job jobs[2] = {{.request = request_new(model, WINDOWS, &random)},
                              {.request = request_new(model, WINDOWS, &random)}};
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, run_job, &jobs[0]), 0);
        run_job(&jobs[1]);
        assert_int_equal(pthread_join(thread, NULL), 0);
        for (size_t i = 0; i < 2; i++) {
            assert_int_equal(jobs[i].status, PLX_OK);
            for (size_t t = 0; t < jobs[i].request->count; t++)
                assert_int_equal(jobs[i].request->targets[t].given, 1);
            request_free(jobs[i].request);
        }
        plx_model_close(model);
    }
}

static enum plx_status ignore(void *user, const double *nats, const size_t *targets, size_t count,
                              struct plx_error *error)
{
    (void)user;
    (void)nats;
    (void)targets;
    (void)count;
    (void)error;
    return PLX_OK;
}

/* As in scoring, what is no number is refused where it is used: the unigram of a word that follows "a" in a
   2-gram is not, after "a". */
static void plx_ngram_rows_give__damaged(void **state)
{
    static const char text[] =
        "\\data\\\nngram 1=2\nngram 2=1\n\n\\1-grams:\n-0.5\ta\t-0.1\n-0.6\tb\t-0.2\n\n"
        "\\2-grams:\n-0.3\ta b\n\n\\end\\\n";
    const uint32_t after_a[] = {0, 0}, after_b[] = {1, 0};
    const struct plx_window fine = {after_a, 1, 2, 0};
    const struct plx_window wrong[] = {{after_a, 0, 1, 0}, {after_b, 1, 2, 0}};
    struct plx_model *model = open_arpa(text);
    struct plx_ngram_hash *hash = (struct plx_ngram_hash *)(void *)model;
    struct plx_session *session = session_of(model);
    (void)state;
    hash->unigram_memory[1].probability = NAN;
    for (size_t i = 0; i < 2; i++) {
        struct plx_error error = {0};
        assert_int_equal(plx_session_distributions(session, wrong + i, 1, ignore, NULL, &error),
                         PLX_MALFORMED);
        assert_non_null(strstr(error.message, "not a number"));
        assert_string_equal(error.input, "made.arpa");
        assert_int_equal(plx_session_distributions(session, &fine, 1, ignore, NULL, &error), PLX_OK);
    }
    plx_session_free(session);
    plx_model_close(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plx_ngram_rows_give__of_any_ngrams, folder_make, folder_remove),
        cmocka_unit_test(plx_ngram_rows_give__of_many_targets),
        cmocka_unit_test(plx_ngram_rows_give__shares_what_is_the_same),
        cmocka_unit_test(plx_ngram_rows_give__sink_that_fails),
        cmocka_unit_test(plx_ngram_rows_give__without_memory),
        cmocka_unit_test(plx_ngram_rows_give__two_threads),
        cmocka_unit_test(plx_ngram_rows_give__damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
