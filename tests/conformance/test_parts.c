/* Where the loss is, over all fixture models and presets: each breakdown adds up to the whole, exactly, in
   the sums and in the counts; the worst and best tokens are those of the tokens handed on; threads and
   batches do not matter. */
#include "eval/result.h"

#include "support/fixtures.h"
#include "support/inputs.h"
#include "support/result_text.h"
#include "support/sanitized.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Of the text that suits the model. */
#define TEXT_BYTES ((size_t)(SANITIZED ? 600 : 2 << 10))

#define EXTREMES ((size_t)7)

/* A scored token as it was handed on. */
struct heard {
    uint64_t unit, position, at;
    double nats;
};

/* What is collected beside a result. */
struct listener {
    struct heard *tokens;
    size_t count, capacity;
    struct plx_exact documents; /* their sums are doubles */
    uint64_t document_tokens, document_bytes, document_count;
};

static enum plx_status hear_tokens(void *user, const struct plx_token_score *tokens, size_t count,
                                   struct plx_error *error)
{
    struct listener *listener = user;
    (void)error;
    if (listener->count + count > listener->capacity) {
        listener->capacity = 2 * (listener->count + count);
        listener->tokens = realloc(listener->tokens, listener->capacity * sizeof *listener->tokens);
        if (!listener->tokens)
            abort();
    }
    for (size_t i = 0; i < count; i++, listener->count++)
        listener->tokens[listener->count] =
            (struct heard){tokens[i].unit, tokens[i].position, listener->count, tokens[i].nats};
    return PLX_OK;
}

static enum plx_status hear_document(void *user, const struct plx_document_score *document,
                                     struct plx_error *error)
{
    struct listener *listener = user;
    (void)error;
    assert_true(document->tokens > 0);
    plx_exact_add(&listener->documents, document->nats);
    listener->document_tokens += document->tokens;
    listener->document_bytes += document->bytes;
    listener->document_count++;
    return PLX_OK;
}

static void add_up(struct plx_exact *total, const struct plx_exact *parts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        plx_exact_merge(total, parts + i);
}

/* To the last bit. */
static void assert_whole(const struct plx_exact *parts, const struct plx_result *result, const char *what)
{
    const struct plx_exact total = plx_tally_total(&result->tally);
    if (parts->sum != total.sum || parts->squares != total.squares || parts->count != total.count ||
        parts->infinite != total.infinite)
        fail_msg("%s, %s: %llu tokens by %s, but %llu in all, or another sum", result->model_name,
                 result->plan.protocol.name, (unsigned long long)parts->count, what,
                 (unsigned long long)total.count);
}

static void assert_sums(const struct plx_result *result)
{
    const struct plx_breakdown_sums *sums = &result->breakdown_sums;
    const struct plx_documents *documents = &result->trail.documents;
    struct plx_exact positions = {0}, bands = {0}, after = {0}, by_document = {0};
    uint64_t document_count = 0;
    add_up(&positions, sums->positions, PLX_POSITION_BINS);
    assert_whole(&positions, result, "position");
    add_up(&bands, sums->bands, PLX_FREQUENCY_BANDS);
    plx_exact_merge(&bands, &sums->unknown);
    if (result->breakdown.parts & PLX_BREAKDOWN_FREQUENCY)
        assert_whole(&bands, result, "frequency");
    add_up(&after, sums->after, PLX_BEFORE_COUNT);
    assert_whole(&after, result, "what stands before");
    for (size_t i = 0; i < PLX_DOCUMENT_BINS; i++) {
        plx_exact_merge(&by_document, &documents->bins[i].nats);
        document_count += documents->bins[i].documents;
    }
    assert_whole(&by_document, result, "document");
    assert_int_equal(document_count, documents->means.count);
}

static int compare_costs(const void *left, const void *right)
{
    const struct heard *a = left, *b = right;
    if (a->nats != b->nats)
        return a->nats > b->nats ? -1 : 1;
    return (a->at > b->at) - (a->at < b->at);
}

static int compare_low_costs(const void *left, const void *right)
{
    const struct heard *a = left, *b = right;
    return a->nats == b->nats ? compare_costs(left, right) : -compare_costs(left, right);
}

static void assert_extremes(struct listener *listener, const struct plx_extremes *extremes,
                            int (*compare)(const void *, const void *), const char *model)
{
    const size_t count = listener->count < EXTREMES ? listener->count : EXTREMES;
    qsort(listener->tokens, listener->count, sizeof *listener->tokens, compare);
    assert_int_equal(extremes->count, count);
    for (size_t i = 0; i < count; i++) {
        const struct plx_extreme *found = extremes->list + extremes->heap[i];
        const struct heard *expected = listener->tokens + i;
        if (found->unit != expected->unit || found->position != expected->position ||
            found->nats != expected->nats)
            fail_msg("%s: number %zu is token %llu of unit %llu", model, i,
                     (unsigned long long)found->position, (unsigned long long)found->unit);
    }
}

/* What the documents' file would hold adds up too; their sums are rounded. */
static void assert_documents(const struct listener *listener, const struct plx_result *result)
{
    const struct plx_exact total = plx_tally_total(&result->tally);
    const double sum = plx_exact_sum(&total), found = plx_exact_sum(&listener->documents);
    assert_int_equal(listener->document_tokens, total.count);
    assert_int_equal(listener->document_bytes, result->tally.bytes);
    assert_int_equal(listener->document_count, result->trail.documents.means.count);
    assert_true(listener->documents.infinite > 0 || (found - sum < 1e-9 * sum && sum - found < 1e-9 * sum));
}

/* A model and a text; counts of its own tokens, where they can be had. */
struct subject {
    const char *path;
    struct plx_model *model;
    struct file_bytes text;
    size_t size;
};

struct manner {
    unsigned threads;
    size_t batch;
};

/* NULL where model and protocol do not go together. */
static struct plx_result *evaluate(const struct subject *subject, const struct plx_protocol *protocol,
                                   const struct plx_token_counts *counts, struct manner manner,
                                   struct listener *listener)
{
    const struct plx_breakdown_options breakdown = {
        .parts = PLX_BREAKDOWN_ALL,
        .counts = counts->counts ? counts : NULL,
        .worst = EXTREMES,
        .best = EXTREMES,
        .documents = listener ? hear_document : NULL,
        .documents_user = listener,
    };
    const struct plx_evaluate_options options = {
        .protocol = protocol,
        .threads = manner.threads,
        .batch = manner.batch,
        .tokens = listener ? hear_tokens : NULL,
        .tokens_user = listener,
        .breakdown = &breakdown,
    };
    struct plx_error error;
    return evaluate_bytes(subject->model, subject->text.bytes, subject->size, PLX_TOKENS_WORD, &options,
                          &error);
}

/* Whether the tokens could be counted. */
static void count(const struct subject *subject, const struct plx_protocol *protocol,
                  struct plx_token_counts *counts)
{
    const struct plx_evaluate_options options = {.protocol = protocol, .threads = 1};
    struct plx_corpus *corpus = corpus_open_bytes(subject->text.bytes, subject->size, PLX_TOKENS_WORD);
    struct plx_error error;
    if (plx_token_counts_make(subject->model, corpus, &options, counts, &error))
        plx_token_counts_release(counts);
    plx_corpus_close(corpus);
}

static bool check_protocol(const struct subject *subject, const struct plx_protocol *protocol)
{
    struct plx_token_counts counts;
    struct listener listener = {0};
    count(subject, protocol, &counts);
    struct plx_result *one = evaluate(subject, protocol, &counts, (struct manner){1, 4096}, &listener);
    struct plx_result *other = evaluate(subject, protocol, &counts, (struct manner){3, 5}, NULL);
    assert_int_equal(one != NULL, other != NULL);
    if (one && other) {
        assert_sums(one);
        assert_documents(&listener, one);
        assert_extremes(&listener, &one->trail.worst, compare_costs, subject->path);
        assert_extremes(&listener, &one->trail.best, compare_low_costs, subject->path);
        char *texts[] = {result_text(one), result_text(other)};
        for (size_t i = 0; i < 2; i++)
            result_text_remove(texts[i], "runtime");
        assert_string_equal(texts[0], texts[1]);
        for (size_t i = 0; i < 2; i++)
            plx_text_free(texts[i]);
    }
    const bool done = one != NULL;
    plx_result_free(one);
    plx_result_free(other);
    plx_token_counts_release(&counts);
    free(listener.tokens);
    return done;
}

/* Presets have windows of hundreds of tokens. */
static const char *const PROTOCOLS[] = {
    "exact window=7 stride=3",
    "exact window=16 score=all tail=drop",
    "exact window=9 stride=4 score=last:3 first_window=6 tail=left-extend",
    "exact window=64 stride=64 score=last:2 unit=stream", /* most tokens are masked */
    "exact window=11 stride=11 start=replace",
    "sentence unknown=zero",
    "sentence unknown=skip limit=77",
    "exact unit=document end=scored first=skip",
};

static size_t check_protocols(const struct subject *subject)
{
    const struct plx_protocol *preset;
    size_t done = 0;
    for (size_t k = 0; (preset = plx_protocol_preset(k)) != NULL; k++)
        done += check_protocol(subject, preset);
    for (size_t k = 0; k < sizeof PROTOCOLS / sizeof *PROTOCOLS; k++) {
        const struct plx_protocol protocol = inputs_protocol(PROTOCOLS[k]);
        done += check_protocol(subject, &protocol);
    }
    return done;
}

static void plx_evaluate__parts_add_up(void **state)
{
    struct fixtures fixtures = fixtures_distributions();
    size_t done = 0, subjects = 0;
    (void)state;
    assert_true(fixtures.count > 0);
    for (size_t i = 0; i < fixtures.count; i += SANITIZED ? 4 : 1) { /* sanitizers take their time */
        char *path = fixture_text(fixtures.paths[i]);
        struct subject subject = {fixtures.paths[i], fixture_open(fixtures.paths[i]), file_read(path), 0};
        subject.size = subject.text.size < TEXT_BYTES ? subject.text.size : TEXT_BYTES;
        done += check_protocols(&subject);
        subjects++;
        plx_model_close(subject.model);
        free(subject.text.bytes);
        free(path);
    }
    assert_true(done > 8 * subjects); /* most go together */
    fixtures_free(&fixtures);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(plx_evaluate__parts_add_up)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
