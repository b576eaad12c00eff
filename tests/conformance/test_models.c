/* What every model of every format must do, over all fixtures: a new format is covered on the day that it is
   registered. The expectations are the definitions: a probability depends on its context alone, and all
   probabilities after one context add up to one. */
#include "support/distribution.h"
#include "support/encoded_text.h"
#include "support/fixtures.h"
#include "support/gzip_member.h"
#include "support/random.h"

#include <math.h>
#include <openssl/sha.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WINDOWS  400
#define IDS_MOST 16

/* Windows with ids of their own, and the scores of each. */
struct sample {
    uint32_t ids[WINDOWS][IDS_MOST];
    struct plx_window windows[WINDOWS];
    size_t offsets[WINDOWS + 1]; /* of a window's first target among all */
};

struct scored {
    double nats[WINDOWS * IDS_MOST];
    uint8_t orders[WINDOWS * IDS_MOST];
    float log10_float[WINDOWS * IDS_MOST];
};

/* A model with a text that suits it. */
struct subject {
    const char *path;
    struct plx_model *model;
    const struct plx_model_info *info;
    struct file_bytes text;
    struct encoded_text encoded;
};

static struct subject subject_open(const char *path)
{
    char *text_path = fixture_text(path);
    struct subject subject = {.path = path, .model = fixture_open(path), .text = file_read(text_path)};
    subject.info = plx_model_info(subject.model);
    subject.encoded = encode_text(subject.model, subject.text.bytes, subject.text.size);
    free(text_path);
    return subject;
}

static void subject_close(struct subject *subject)
{
    encoded_text_free(&subject->encoded);
    free(subject->text.bytes);
    plx_model_close(subject->model);
}

/* Runs the check on every fixture with a distribution; what scores by position has a test of its own. */
static void each_model(void (*check)(const struct subject *subject))
{
    struct fixtures fixtures = fixtures_distributions();
    assert_true(fixtures.count > 0);
    for (size_t i = 0; i < fixtures.count; i++) {
        struct subject subject = subject_open(fixtures.paths[i]);
        check(&subject);
        subject_close(&subject);
    }
    fixtures_free(&fixtures);
}

static struct plx_session *session_of(const struct plx_model *model)
{
    struct plx_error error = {0};
    struct plx_session *session = plx_session_new(model, &error);
    if (!session)
        fail_msg("a session: %s", error.message);
    return session;
}

static size_t least_first(const struct plx_model_info *info)
{
    return info->capabilities & PLX_EMPTY_CONTEXT ? 0 : 1;
}

/* An id for a context or target: mostly any, now and then a symbol, or no token where the model takes it. */
static uint32_t random_id(const struct plx_model_info *info, struct random *random)
{
    const uint32_t symbols[] = {info->start, info->end, info->unknown, PLX_NO_TOKEN};
    if (random_chance(random, 6)) {
        const uint32_t id = symbols[random_below(random, 4)];
        if (id != PLX_NO_TOKEN || (info->capabilities & PLX_UNKNOWN_CONTEXT))
            return id;
    }
    return (uint32_t)random_below(random, (size_t)info->vocabulary);
}

/* Pieces of the text, so that long n-grams are met, with some ids exchanged. */
static void fill_sample(const struct subject *subject, struct sample *sample, uint64_t seed)
{
    struct random random = {seed};
    sample->offsets[0] = 0;
    for (size_t w = 0; w < WINDOWS; w++) {
        uint32_t *ids = sample->ids[w];
        const size_t end = 1 + random_below(&random, IDS_MOST);
        const size_t at = random_below(&random, subject->encoded.count);
        for (size_t i = 0; i < end; i++) {
            const bool beyond = at + i >= subject->encoded.count;
            ids[i] = beyond || random_chance(&random, 5) ? random_id(subject->info, &random)
                                                         : subject->encoded.ids[at + i];
        }
        const size_t least = least_first(subject->info);
        const size_t first = least + random_below(&random, end - least + 1);
        sample->windows[w] = (struct plx_window){ids, first, end, 0};
        sample->offsets[w + 1] = sample->offsets[w] + (end - first);
    }
}

static struct plx_scores scores_at(const struct plx_model_info *info, struct scored *scored, size_t offset)
{
    return (struct plx_scores){
        .nats = scored->nats + offset,
        .orders = info->capabilities & PLX_MATCHED_ORDER ? scored->orders + offset : NULL,
        .log10_float = info->capabilities & PLX_LOG10_FLOAT ? scored->log10_float + offset : NULL,
    };
}

static void score(const struct subject *subject, struct plx_session *session,
                  const struct plx_window *windows, size_t count, struct scored *scored, size_t offset)
{
    struct plx_error error = {0};
    const struct plx_scores scores = scores_at(subject->info, scored, offset);
    if (plx_session_score(session, windows, count, &scores, &error))
        fail_msg("%s: %s", subject->path, error.message);
}

static struct scored *scored_new(void)
{
    struct scored *scored = calloc(1, sizeof *scored);
    if (!scored)
        abort();
    return scored;
}

static void assert_same(const struct subject *subject, const struct scored *a, size_t at,
                        const struct scored *b, size_t bt, size_t count, const char *what)
{
    if (memcmp(a->nats + at, b->nats + bt, count * sizeof *a->nats) != 0 ||
        memcmp(a->orders + at, b->orders + bt, count) != 0 ||
        memcmp(a->log10_float + at, b->log10_float + bt, count * sizeof *a->log10_float) != 0)
        fail_msg("%s: %s: %.17g and %.17g", subject->path, what, a->nats[at], b->nats[bt]);
}

/* A sample, scored in one batch. */
struct scored_sample {
    struct sample sample;
    struct scored *scored;
};

static struct scored_sample *scored_sample_new(const struct subject *subject, uint64_t seed)
{
    struct scored_sample *it = calloc(1, sizeof *it);
    struct plx_session *session = session_of(subject->model);
    if (!it)
        abort();
    it->scored = scored_new();
    fill_sample(subject, &it->sample, seed);
    score(subject, session, it->sample.windows, WINDOWS, it->scored, 0);
    plx_session_free(session);
    return it;
}

static void scored_sample_free(struct scored_sample *it)
{
    free(it->scored);
    free(it);
}

static void registry__every_format_has_a_fixture(void **state)
{
    (void)state;
    struct fixtures fixtures = fixtures_models();
    const char *format;
    for (size_t i = 0; (format = plx_model_format_name(i)) != NULL; i++) {
        size_t found = 0;
        for (size_t k = 0; k < fixtures.count; k++) {
            struct plx_model *model = fixture_open(fixtures.paths[k]);
            found += strcmp(plx_model_info(model)->format, format) == 0;
            plx_model_close(model);
        }
        if (found == 0 && plx_model_format_named(i)) {
            /* That of a model behind a server is an answer. */
            char name[64];
            snprintf(name, sizeof name, "%s.json", format);
            struct fixtures answers = fixtures_matching("endpoints", name, "");
            found = answers.count;
            fixtures_free(&answers);
        }
        if (found == 0)
            fail_msg("no model in tests/data/models is of the format %s", format);
        assert_non_null(plx_model_format_description(i));
    }
    fixtures_free(&fixtures);
}

/* The bytes of a model: of its file and, in the order of their names, of those that an index or a description
   names. */
static struct file_bytes model_read(const char *path)
{
    struct file_bytes whole = file_read(path);
    struct fixtures parts = {NULL, 0};
    if (strstr(path, ".index.json"))
        parts = fixtures_matching("models/sharded", "model-", ".safetensors");
    else if (strstr(path, "models/described/"))
        parts = fixtures_matching("models/described", "weights.", ".safetensors");
    for (size_t i = 0; i < parts.count; i++) {
        const struct file_bytes part = file_read(parts.paths[i]);
        whole.bytes = realloc(whole.bytes, whole.size + part.size);
        if (!whole.bytes)
            abort();
        memcpy(whole.bytes + whole.size, part.bytes, part.size);
        whole.size += part.size;
        free(part.bytes);
    }
    fixtures_free(&parts);
    return whole;
}

/* SHA-256 by libcrypto, of the files as they lie there: no fixture is compressed. What a file carries is for
   the tests of its format. */
static void check_fingerprint(const struct subject *subject)
{
    if (strcmp(subject->info->fingerprint, "stored") == 0)
        return;
    const struct file_bytes file = model_read(subject->path);
    uint8_t digest[SHA256_DIGEST_LENGTH];
    char hex[2 * SHA256_DIGEST_LENGTH + 1];
    SHA256(file.bytes, file.size, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    assert_string_equal(subject->info->sha256, hex);
    free(file.bytes);
}

static void check_info(const struct subject *subject)
{
    const struct plx_model_info *info = subject->info;
    const uint32_t symbols[] = {info->start, info->end, info->unknown};
    assert_string_equal(plx_model_name(subject->model), subject->path);
    assert_true(info->vocabulary > 0 && info->vocabulary < PLX_NO_TOKEN);
    assert_true(info->parameters > 0 || !fixture_is_file(subject->path));
    assert_true(info->start_repeat >= 1 || info->start == PLX_NO_TOKEN);
    for (size_t i = 0; i < 3; i++)
        assert_true(symbols[i] < info->vocabulary || symbols[i] == PLX_NO_TOKEN);
    if (info->kind == PLX_KIND_NGRAM) {
        assert_true(info->order >= 1);
        assert_int_equal(info->context_length, info->order - 1);
        assert_int_equal(info->ngrams[0], info->vocabulary);
    } else {
        assert_null(info->ngrams);
    }
    if (fixture_is_file(subject->path))
        check_fingerprint(subject);
}

static void plx_model_info__agrees_with_itself_and_the_file(void **state)
{
    (void)state;
    each_model(check_info);
}

static void check_vocabulary(const struct subject *subject)
{
    const struct plx_word none = plx_model_token(subject->model, (uint32_t)subject->info->vocabulary);
    assert_true(subject->info->capabilities & PLX_STRING_TOKENS);
    assert_null(none.text);
    assert_int_equal(none.length, 0);
    assert_null(plx_model_token(subject->model, PLX_NO_TOKEN).text);
    if (subject->info->capabilities & PLX_ANY_TOKENS) {
        const struct plx_word words[] = {{"any", 3}, {"word", 4}};
        uint32_t found[2] = {1, 1};
        plx_model_lookup(subject->model, words, 2, found);
        assert_true(found[0] == 0 && found[1] == 0);
        return;
    }
    for (uint32_t id = 0; id < subject->info->vocabulary; id++) {
        uint32_t found[2];
        const struct plx_word word = plx_model_token(subject->model, id);
        const struct plx_word words[] = {word, {"no such word in any model", 25}};
        assert_true(word.text && word.length > 0);
        plx_model_lookup(subject->model, words, 2, found);
        assert_int_equal(found[0], id);
        assert_int_equal(found[1], PLX_NO_TOKEN);
    }
}

static void plx_model_lookup__finds_every_token_again(void **state)
{
    (void)state;
    each_model(check_vocabulary);
}

/* Window {ids, first, end} against {ids, t, t + 1} for each target t, and against the same with no more than
   the context that the model says it can use. */
static void check_prefixes(const struct subject *subject)
{
    struct scored_sample *it = scored_sample_new(subject, 1);
    struct plx_session *session = session_of(subject->model);
    struct scored *alone = scored_new();
    for (size_t w = 0; w < WINDOWS; w++) {
        const struct plx_window *window = it->sample.windows + w;
        for (size_t t = window->first; t < window->end; t++) {
            const size_t at = it->sample.offsets[w] + (t - window->first);
            const size_t context =
                t < subject->info->context_length ? t : (size_t)subject->info->context_length;
            const size_t shown = context > least_first(subject->info) ? context : least_first(subject->info);
            const struct plx_window prefix = {window->ids, t, t + 1, 0};
            const struct plx_window suffix = {window->ids + (t - shown), shown, shown + 1, 0};
            score(subject, session, &prefix, 1, alone, 0);
            assert_same(subject, it->scored, at, alone, 0, 1, "a window is not the chain of its prefixes");
            score(subject, session, &suffix, 1, alone, 0);
            assert_same(subject, it->scored, at, alone, 0, 1, "context beyond context_length matters");
        }
    }
    free(alone);
    plx_session_free(session);
    scored_sample_free(it);
}

static void plx_session_score__of_a_window_is_the_chain_of_its_prefixes(void **state)
{
    (void)state;
    each_model(check_prefixes);
}

/* Scores the windows in a random order, in batches of up to `most`, alternating between two sessions. */
static void check_shuffled(const struct subject *subject, const struct plx_model *model,
                           const struct scored_sample *it, size_t most, struct random *random)
{
    struct plx_session *sessions[2] = {session_of(model), session_of(model)};
    struct scored *scored = scored_new();
    size_t order[WINDOWS];
    for (size_t i = 0; i < WINDOWS; i++)
        order[i] = i;
    for (size_t i = WINDOWS; i > 1; i--) {
        const size_t k = random_below(random, i), kept = order[i - 1];
        order[i - 1] = order[k];
        order[k] = kept;
    }
    for (size_t done = 0, batch = 0; done < WINDOWS; batch++) {
        struct plx_window windows[WINDOWS];
        const size_t left = WINDOWS - done, wanted = 1 + random_below(random, most);
        const size_t count = wanted < left ? wanted : left;
        for (size_t i = 0; i < count; i++)
            windows[i] = it->sample.windows[order[done + i]];
        score(subject, sessions[batch % 2], windows, count, scored, 0);
        for (size_t i = 0, at = 0; i < count; i++) {
            const size_t w = order[done + i], targets = windows[i].end - windows[i].first;
            assert_same(subject, it->scored, it->sample.offsets[w], scored, at, targets,
                        "the batch, its order or the session matters");
            at += targets;
        }
        done += count;
    }
    free(scored);
    plx_session_free(sessions[0]);
    plx_session_free(sessions[1]);
}

/* A model may remember what it has computed, so that a fresh one is asked too. */
static void check_independence(const struct subject *subject)
{
    struct random random = {2};
    struct scored_sample *it = scored_sample_new(subject, 3);
    const size_t sizes[] = {1, 2, 9, WINDOWS};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct plx_model *fresh = fixture_open(subject->path);
        check_shuffled(subject, subject->model, it, sizes[i], &random);
        check_shuffled(subject, fresh, it, sizes[i], &random);
        plx_model_close(fresh);
    }
    scored_sample_free(it);
}

static void plx_session_score__does_not_depend_on_batch_order_or_session(void **state)
{
    (void)state;
    each_model(check_independence);
}

static void check_gzip(const struct subject *subject)
{
    if (!fixture_is_file(subject->path))
        return;
    const struct file_bytes file = file_read(subject->path);
    const size_t capacity = file.size + file.size / 1000 + 1024;
    uint8_t *packed = malloc(capacity);
    struct plx_model *model;
    struct plx_error error = {0};
    struct random random = {4};
    if (!packed)
        abort();
    const size_t size = gzip_member(file.bytes, file.size, 6, NULL, packed, capacity);
    if (model_open_bytes(packed, size, subject->path, NULL, &model, &error))
        fail_msg("%s, compressed: %s", subject->path, error.message);
    struct scored_sample *it = scored_sample_new(subject, 5);
    check_shuffled(subject, model, it, WINDOWS, &random);
    assert_string_equal(plx_model_info(model)->sha256, subject->info->sha256);
    scored_sample_free(it);
    plx_model_close(model);
    free(packed);
    free(file.bytes);
}

static void plx_model_open_source__compressed_is_the_same_model(void **state)
{
    (void)state;
    each_model(check_gzip);
}

/* How far from one a fixture's sums may be; 0: reported, not asserted. The softmax is computed in double. The
   almanac's logarithms are printed with seven digits, that is within 5e-8 of a log10 of some units, or about
   3e-7 of a probability. What is in messy/ has invented numbers. */
static double sum_tolerance(const struct subject *subject)
{
    if (strstr(subject->path, "/messy/"))
        return 0;
    return subject->info->kind == PLX_KIND_NGRAM ? 1e-6 : 1e-9;
}

static void check_sums(const struct subject *subject)
{
    const struct plx_model_info *info = subject->info;
    const size_t useful = (size_t)info->context_length + 1;
    const size_t least = least_first(info), most = useful < IDS_MOST ? useful : IDS_MOST;
    const size_t contexts = info->vocabulary > 1000 ? 80 : 300;
    struct distribution distribution = distribution_new(subject->model, most);
    struct random random = {6};
    double worst = 0;
    for (size_t n = 0; n < contexts; n++) {
        uint32_t context[IDS_MOST];
        const size_t length = least + random_below(&random, most - least + 1);
        const size_t at = random_below(&random, subject->encoded.count - length);
        for (size_t i = 0; i < length; i++)
            context[i] = n % 2 ? random_id(info, &random) : subject->encoded.ids[at + i];
        const double off = fabs(distribution_sum(&distribution, context, length) - 1);
        worst = off > worst || isnan(off) ? off : worst;
    }
    const double tolerance = sum_tolerance(subject);
    print_message("%s: the sums of %zu distributions are off by up to %.1e%s\n", fixture_name(subject->path),
                  contexts, worst, tolerance > 0 ? "" : " (not asserted)");
    if (tolerance > 0 && !(worst <= tolerance))
        fail_msg("%s: a distribution's sum is off by %.3e", subject->path, worst);
    distribution_free(&distribution);
}

static void plx_session_score__probabilities_sum_to_one(void **state)
{
    (void)state;
    each_model(check_sums);
}

static void assert_refused(const struct subject *subject, struct plx_session *session,
                           const struct plx_window *windows, size_t count, enum plx_status status)
{
    struct scored *scored = scored_new();
    struct plx_error error = {0};
    const struct plx_scores scores = scores_at(subject->info, scored, 0);
    const enum plx_status found = plx_session_score(session, windows, count, &scores, &error);
    if (found != status || error.message[0] == '\0')
        fail_msg("%s: status %s, \"%s\"", subject->path, plx_status_name(found), error.message);
    assert_int_equal(error.status, status);
    free(scored);
}

/* An id that is none, as a target, next to it and at the far end of a context; the session goes on. */
static void check_range(const struct subject *subject)
{
    const uint32_t types = (uint32_t)subject->info->vocabulary;
    const uint32_t wrong[] = {types, types + 1, PLX_NO_TOKEN - 1};
    struct plx_session *session = session_of(subject->model);
    struct scored *before = scored_new(), *after = scored_new();
    uint32_t good[4] = {0, types - 1, 0, types - 1};
    const struct plx_window right = {good, 1, 4, 0};
    score(subject, session, &right, 1, before, 0);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        for (size_t place = 0; place < 4; place++) {
            uint32_t ids[4];
            memcpy(ids, good, sizeof ids);
            ids[place] = wrong[i];
            const struct plx_window windows[] = {right, {ids, 3, 4, 0}};
            assert_refused(subject, session, windows, 2, PLX_MISMATCH);
        }
    }
    score(subject, session, &right, 1, after, 0);
    assert_same(subject, before, 0, after, 0, 3, "a refused batch leaves traces");
    free(before);
    free(after);
    plx_session_free(session);
}

static void plx_session_score__id_out_of_range(void **state)
{
    (void)state;
    each_model(check_range);
}

static void check_no_token(const struct subject *subject)
{
    const struct plx_model_info *info = subject->info;
    struct plx_session *session = session_of(subject->model);
    struct scored *scored = scored_new();
    const uint32_t ids[] = {0, PLX_NO_TOKEN, 0};
    const struct plx_window target = {ids, 1, 2, 0}, behind = {ids, 2, 3, 0};
    score(subject, session, &target, 1, scored, 0);
    assert_true(isinf(scored->nats[0]) && scored->nats[0] > 0);
    if (!(info->capabilities & PLX_UNKNOWN_CONTEXT)) {
        assert_refused(subject, session, &behind, 1, PLX_MISMATCH);
    } else {
        /* A word that was never met takes part in no n-gram: what follows it is as if it began afresh. */
        const struct plx_window afresh = {ids + 2, 0, 1, 0};
        score(subject, session, &behind, 1, scored, 0);
        score(subject, session, &afresh, 1, scored, 1);
        assert_same(subject, scored, 0, scored, 1, 1, "after a word that was never met");
    }
    if (info->capabilities & PLX_LOG10_FLOAT) {
        const struct plx_window bare = {ids + 1, 0, 1, 0};
        score(subject, session, &bare, 1, scored, 0);
        assert_true(scored->log10_float[0] == -100.0f); /* KenLM's lm/model.cc */
    }
    free(scored);
    plx_session_free(session);
}

static void plx_session_score__target_without_an_id_is_infinite(void **state)
{
    (void)state;
    each_model(check_no_token);
}

/* What the interface says of windows at the edges. */
static void check_edges(const struct subject *subject)
{
    const struct plx_model_info *info = subject->info;
    struct plx_session *session = session_of(subject->model);
    struct scored *scored = scored_new();
    const uint32_t ids[] = {0, 0};
    const struct plx_window empty[] = {{ids, 1, 1, 0}, {ids, 2, 2, 0}, {ids, 0, 0, 0}};
    const struct plx_window backwards = {ids, 2, 1, 0}, whole = {ids, 0, 2, 0};
    struct plx_scores details = {.nats = scored->nats};
    scored->nats[0] = 12345;
    score(subject, session, empty, 3, scored, 0);
    score(subject, session, NULL, 0, scored, 0);
    assert_true(scored->nats[0] == 12345);
    assert_refused(subject, session, &backwards, 1, PLX_USAGE);
    if (!(info->capabilities & PLX_EMPTY_CONTEXT))
        assert_refused(subject, session, &whole, 1, PLX_USAGE);
    else
        score(subject, session, &whole, 1, scored, 0);
    details.orders = scored->orders;
    assert_int_equal(plx_session_score(session, empty, 1, &details, NULL) == PLX_UNSUPPORTED,
                     !(info->capabilities & PLX_MATCHED_ORDER));
    details.orders = NULL;
    details.log10_float = scored->log10_float;
    assert_int_equal(plx_session_score(session, empty, 1, &details, NULL) == PLX_UNSUPPORTED,
                     !(info->capabilities & PLX_LOG10_FLOAT));
    free(scored);
    plx_session_free(session);
}

static void plx_session_score__edges_of_windows(void **state)
{
    (void)state;
    each_model(check_edges);
}

/* Unlike those above, about what was matched: never longer than the order or than what there is. */
static void check_orders(const struct subject *subject)
{
    if (!(subject->info->capabilities & PLX_MATCHED_ORDER))
        return;
    struct scored_sample *it = scored_sample_new(subject, 7);
    size_t highest = 0;
    for (size_t w = 0; w < WINDOWS; w++) {
        const struct plx_window *window = it->sample.windows + w;
        for (size_t t = window->first; t < window->end; t++) {
            const size_t order = it->scored->orders[it->sample.offsets[w] + (t - window->first)];
            assert_true(order >= 1 && order <= subject->info->order && order <= t + 1);
            highest = order > highest ? order : highest;
        }
    }
    /* The sample is worth something only if it meets the model's longest n-grams. */
    unsigned longest = subject->info->order;
    while (subject->info->ngrams[longest - 1] == 0)
        longest--;
    if (highest != longest)
        fail_msg("%s: the sample met n-grams of up to %zu words only", subject->path, highest);
    scored_sample_free(it);
}

static void plx_session_score__orders_are_possible(void **state)
{
    (void)state;
    each_model(check_orders);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registry__every_format_has_a_fixture),
        cmocka_unit_test(plx_model_info__agrees_with_itself_and_the_file),
        cmocka_unit_test(plx_model_lookup__finds_every_token_again),
        cmocka_unit_test(plx_session_score__of_a_window_is_the_chain_of_its_prefixes),
        cmocka_unit_test(plx_session_score__does_not_depend_on_batch_order_or_session),
        cmocka_unit_test(plx_model_open_source__compressed_is_the_same_model),
        cmocka_unit_test(plx_session_score__probabilities_sum_to_one),
        cmocka_unit_test(plx_session_score__id_out_of_range),
        cmocka_unit_test(plx_session_score__target_without_an_id_is_infinite),
        cmocka_unit_test(plx_session_score__edges_of_windows),
        cmocka_unit_test(plx_session_score__orders_are_possible),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
