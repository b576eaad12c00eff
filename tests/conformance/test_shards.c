/* The shards of a corpus: whatever their number, their threads and their batches, their exact sums add up to
   those of the whole, under all presets; every token is one shard's; and what does not depend on scores is in
   each that of the whole. */
#include "eval/result.h"

#include "support/fixtures.h"
#include "support/inputs.h"
#include "support/result_text.h"
#include "support/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Some ten parts of 1024 targets. */
#define TEXT_BYTES ((size_t)64 << 10)

struct subject {
    struct plx_model *model;
    char *text;
};

/* A text of lines, over and over, so that the whole is no multiple of anything. */
static struct subject subject_open(const char *model, size_t bytes)
{
    char *path = fixture_path(model), *text_path = fixture_text(path);
    const struct file_bytes once = file_read(text_path);
    struct subject subject = {fixture_open(path), calloc(1, bytes + once.size + 1)};
    assert_non_null(subject.text);
    for (size_t size = 0; size < bytes; size += once.size)
        memcpy(subject.text + size, once.bytes, once.size);
    free(once.bytes);
    free(text_path);
    free(path);
    return subject;
}

static void subject_close(struct subject *subject)
{
    plx_model_close(subject->model);
    free(subject->text);
}

static struct plx_result *evaluate(const struct subject *subject, const struct plx_evaluate_options *options,
                                   struct plx_error *error)
{
    const bool letters = plx_protocol_wants_letters(options->protocol);
    return evaluate_bytes(subject->model, subject->text, strlen(subject->text),
                          letters ? PLX_TOKENS_CHARACTER : PLX_TOKENS_WORD, options, error);
}

static struct plx_result *evaluate_well(const struct subject *subject,
                                        const struct plx_evaluate_options *options, const char *of)
{
    struct plx_error error;
    struct plx_result *result = evaluate(subject, options, &error);
    if (!result) {
        fail_msg("%s: shard %llu: %s", of, (unsigned long long)options->shard.index, error.message);
        abort();
    }
    return result;
}

static void assert_exact(const struct plx_exact *whole, const struct plx_exact *merged, const char *what,
                         const char *of)
{
    if (whole->sum != merged->sum || whole->squares != merged->squares || whole->count != merged->count ||
        whole->infinite != merged->infinite)
        fail_msg("%s: %s: %llu values instead of %llu, or another sum", of, what,
                 (unsigned long long)merged->count, (unsigned long long)whole->count);
}

static void assert_sequences(const struct plx_sequence *whole, const struct plx_sequence *merged,
                             const char *of)
{
    assert_exact(&whole->kenlm_total, &merged->kenlm_total, "KenLM's total", of);
    assert_exact(&whole->kenlm_unknown, &merged->kenlm_unknown, "KenLM's unknown", of);
    assert_exact(&whole->group_means, &merged->group_means, "means of groups", of);
    if (whole->irstlm_backed_off != merged->irstlm_backed_off ||
        whole->group_weight != merged->group_weight || whole->groups != merged->groups)
        fail_msg("%s: counts of the sequence", of);
}

static void assert_tallies(const struct plx_tally *whole, const struct plx_tally *merged, const char *of)
{
    for (unsigned k = 0; k < whole->order_count; k++)
        assert_exact(whole->orders + k, merged->orders + k, "an order", of);
    assert_exact(&whole->unknown, &merged->unknown, "unknown", of);
    assert_exact(&whole->unknown_zeros, &merged->unknown_zeros, "unknown zeros", of);
    assert_exact(&whole->blank_ends, &merged->blank_ends, "blank ends", of);
    assert_exact(&whole->zeros, &merged->zeros, "zeros", of);
    if (whole->bytes != merged->bytes || whole->characters != merged->characters ||
        whole->words != merged->words || whole->literal != merged->literal ||
        whole->unknown_tokens != merged->unknown_tokens ||
        whole->skipped_unknown != merged->skipped_unknown || whole->unanswered != merged->unanswered ||
        whole->ends != merged->ends)
        fail_msg("%s: counts of the tally", of);
}

/* Those of position stand for all that are made target by target. */
static void assert_rest(const struct plx_result *whole, const struct plx_result *merged, const char *of)
{
    if (whole->blocks.count != merged->blocks.count || whole->blocks.doublings != merged->blocks.doublings)
        fail_msg("%s: other blocks", of);
    for (size_t i = 0; i < whole->blocks.count; i++)
        assert_exact(whole->blocks.sums + i, merged->blocks.sums + i, "a block", of);
    for (size_t i = 0; i < PLX_POSITION_BINS; i++)
        assert_exact(whole->breakdown_sums.positions + i, merged->breakdown_sums.positions + i, "a position",
                     of);
    assert_exact(&whole->extra.distribution.entropy, &merged->extra.distribution.entropy, "entropies", of);
    assert_exact(&whole->extra.losses[0].loss, &merged->extra.losses[0].loss, "the modified loss", of);
}

static void merge(struct plx_result *into, const struct plx_result *from)
{
    struct plx_sequence *sequence = &into->sequence;
    plx_tally_merge(&into->tally, &from->tally);
    plx_exact_merge(&sequence->kenlm_total, &from->sequence.kenlm_total);
    plx_exact_merge(&sequence->kenlm_unknown, &from->sequence.kenlm_unknown);
    plx_exact_merge(&sequence->group_means, &from->sequence.group_means);
    sequence->irstlm_backed_off += from->sequence.irstlm_backed_off;
    sequence->group_weight += from->sequence.group_weight;
    sequence->groups += from->sequence.groups;
    assert_int_equal(into->blocks.count, from->blocks.count);
    for (size_t i = 0; i < into->blocks.count; i++)
        plx_exact_merge(into->blocks.sums + i, from->blocks.sums + i);
    plx_breakdown_merge(&into->breakdown_sums, &from->breakdown_sums);
    plx_extra_merge(&into->extra, &from->extra);
}

/* What is known before anything is scored, and that every token is accounted for. */
static void assert_known(const struct plx_result *whole, const struct plx_result *shard, const char *of)
{
    const uint64_t own = plx_tally_targets(&shard->tally), all = plx_tally_targets(&whole->tally);
    assert_string_equal(whole->corpus_sha256, shard->corpus_sha256);
    if (memcmp(&whole->skipped, &shard->skipped, sizeof whole->skipped) != 0 ||
        memcmp(&whole->text, &shard->text, sizeof whole->text) != 0 || whole->tokens != shard->tokens ||
        whole->documents != shard->documents)
        fail_msg("%s: a count of the whole corpus", of);
    if (own + shard->elsewhere != all)
        fail_msg("%s: %llu targets and %llu elsewhere of %llu", of, (unsigned long long)own,
                 (unsigned long long)shard->elsewhere, (unsigned long long)all);
}

/* The whole in one way, the shards each in another. */
static void check_shards(const struct subject *subject, struct plx_evaluate_options options, uint64_t count,
                         const char *of)
{
    static const struct {
        unsigned threads;
        size_t batch;
    } manners[] = {{1, 300}, {3, 5000}, {2, 64}, {1, 0}};
    struct plx_result *whole = evaluate_well(subject, &options, of), *merged = NULL;
    size_t busy = 0;
    for (uint64_t i = 1; i <= count; i++) {
        options.shard = (struct plx_shard){i, count};
        options.threads = manners[i % 4].threads;
        options.batch = manners[i % 4].batch;
        struct plx_result *shard = evaluate_well(subject, &options, of);
        busy += plx_tally_targets(&shard->tally) > 0;
        assert_known(whole, shard, of);
        if (merged) {
            merge(merged, shard);
            plx_result_free(shard);
        } else {
            merged = shard;
        }
    }
    if (!merged)
        return;
    assert_true(busy > 1);
    assert_tallies(&whole->tally, &merged->tally, of);
    assert_sequences(&whole->sequence, &merged->sequence, of);
    assert_rest(whole, merged, of);
    plx_result_free(whole);
    plx_result_free(merged);
}

static void check_presets(const char *model)
{
    struct subject subject = subject_open(model, TEXT_BYTES);
    const struct plx_protocol *preset;
    const struct plx_breakdown_options breakdown = {.parts = PLX_BREAKDOWN_POSITION};
    for (size_t i = 0; (preset = plx_protocol_preset(i)) != NULL; i++) {
        const struct plx_evaluate_options options = {
            .protocol = preset, .threads = 1, .breakdown = &breakdown};
        check_shards(&subject, options, 2 + i % 3, preset->name);
    }
    subject_close(&subject);
}

static void plx_evaluate__shards_of_all_presets_add_up(void **state)
{
    (void)state;
    check_presets("models/almanac.o3.arpa");
    check_presets("models/almanac.bigram/model.safetensors");
}

/* Means of means, limits, unknown tokens that are left out: whatever crosses from one part to the next. */
static void plx_evaluate__shards_of_other_protocols_add_up(void **state)
{
    static const char *const protocols[] = {
        "exact window=7 stride=3 average=window",
        "exact window=11 stride=5 average=hf-2024 first=skip unknown=unk",
        "exact unit=line end=scored average=unit",
        "exact unit=line average=unit unknown=skip",
        "exact unit=line window=6 stride=2 average=unit",
        "sentence control_words=unk",
        "exact unknown=floor:-7.5 limit=3333",
        "srilm unknown=skip",
    };
    static const char *const models[] = {"models/almanac.o3.arpa", "models/almanac.bigram/model.safetensors"};
    (void)state;
    for (size_t m = 0; m < sizeof models / sizeof *models; m++) {
        struct subject subject = subject_open(models[m], TEXT_BYTES);
        for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++) {
            const struct plx_protocol protocol = inputs_protocol(protocols[i]);
            check_shards(&subject, (struct plx_evaluate_options){.protocol = &protocol, .threads = 1}, 3,
                         protocols[i]);
        }
        subject_close(&subject);
    }
}

static void plx_evaluate__shards_of_distributions_and_losses_add_up(void **state)
{
    struct subject subject = subject_open("models/almanac.bigram/model.safetensors", TEXT_BYTES);
    const struct plx_loss_variant losses = {.label_smoothing = 0.1};
    const struct plx_evaluate_options options = {
        .protocol = plx_protocol_find("exact"), .threads = 1, .distributions = true, .losses = &losses};
    (void)state;
    check_shards(&subject, options, 2, "distributions");
    subject_close(&subject);
}

/* What every token costs, by unit and position. */
struct rows {
    uint64_t unit[1 << 15], position[1 << 15];
    uint64_t hash[1 << 15]; /* of its spelling */
    double nats[1 << 15];
    size_t count;
};

static enum plx_status add_rows(void *user, const struct plx_token_score *tokens, size_t count,
                                struct plx_error *error)
{
    struct rows *rows = user;
    (void)error;
    for (size_t i = 0; i < count; i++) {
        const size_t at = rows->count++;
        assert_true(at < 1 << 15);
        rows->unit[at] = tokens[i].unit;
        rows->position[at] = tokens[i].position;
        rows->nats[at] = tokens[i].nats;
        rows->hash[at] = 5381;
        for (size_t k = 0; k < tokens[i].token.length; k++)
            rows->hash[at] = rows->hash[at] * 33 + (unsigned char)tokens[i].token.text[k];
    }
    return PLX_OK;
}

/* Tokens of the shards, merged by their place, are those of the whole, none of them twice. */
static void plx_evaluate__every_token_is_of_one_shard(void **state)
{
    struct subject subject = subject_open("models/almanac.o3.arpa", TEXT_BYTES);
    struct rows *whole = calloc(1, sizeof *whole), *shards = calloc(3, sizeof *shards);
    struct plx_evaluate_options options = {
        .protocol = plx_protocol_find("sentence"), .threads = 1, .tokens = add_rows, .tokens_user = whole};
    struct plx_error error;
    size_t next[3] = {0};
    (void)state;
    plx_result_free(evaluate(&subject, &options, &error));
    for (size_t i = 0; i < 3; i++) {
        options.tokens_user = shards + i;
        options.shard = (struct plx_shard){i + 1, 3};
        plx_result_free(evaluate(&subject, &options, &error));
    }
    assert_true(whole->count > 5000);
    for (size_t k = 0; k < whole->count; k++) {
        size_t found = 0;
        for (size_t i = 0; i < 3; i++) {
            const size_t at = next[i];
            if (at == shards[i].count || shards[i].unit[at] != whole->unit[k] ||
                shards[i].position[at] != whole->position[k])
                continue;
            assert_true(shards[i].nats[at] == whole->nats[k] && shards[i].hash[at] == whole->hash[k]);
            next[i]++;
            found++;
        }
        assert_int_equal(found, 1);
    }
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(next[i], shards[i].count);
    free(whole);
    free(shards);
    subject_close(&subject);
}

/* Fewer parts than shards: those without any are results all the same. */
static void plx_evaluate__a_shard_may_be_empty(void **state)
{
    struct subject subject = subject_open("models/almanac.o3.arpa", 1);
    struct plx_evaluate_options options = {.protocol = plx_protocol_find("sentence"), .threads = 1};
    char problem[512], *path = source_path("configs/schema/result-1.schema.json");
    const struct file_bytes file = file_read(path);
    cJSON *schema = cJSON_ParseWithLength((const char *)file.bytes, file.size);
    (void)state;
    assert_non_null(schema);
    subject.text[200] = '\0';
    struct plx_result *whole = evaluate_well(&subject, &options, "all of it");
    for (uint64_t i = 1; i <= 3; i++) {
        options.shard = (struct plx_shard){i, 3};
        struct plx_result *shard = evaluate_well(&subject, &options, "a small corpus");
        assert_known(whole, shard, "a small corpus");
        assert_int_equal(plx_tally_targets(&shard->tally), i == 1 ? plx_tally_targets(&whole->tally) : 0);
        cJSON *json = result_tree(shard);
        assert_true(cJSON_IsFalse(result_member(json, "complete")));
        assert_int_equal(result_count(json, "shard.index"), i);
        assert_int_equal(result_count(json, "shard.count"), 3);
        if (!schema_check(schema, json, problem, sizeof problem))
            fail_msg("%s", problem);
        cJSON_Delete(json);
    }
    cJSON_Delete(schema);
    free(file.bytes);
    free(path);
    plx_result_free(whole);
    subject_close(&subject);
}

/* No sum tells what these would be for the whole. */
static void plx_evaluate__refuses_what_cannot_be_put_together(void **state)
{
    struct subject subject = subject_open("models/almanac.o3.arpa", 1);
    const struct plx_breakdown_options worst = {.worst = 3}, documents = {.parts = PLX_BREAKDOWN_DOCUMENT};
    const struct plx_protocol first = inputs_protocol("exact window=8 stride=4 average=hf-2024 unknown=skip");
    const struct plx_protocol *exact = plx_protocol_find("exact");
    const struct {
        struct plx_evaluate_options options;
        enum plx_status status;
        const char *message;
    } cases[] = {
        {{.protocol = exact, .shard = {0, 2}}, PLX_USAGE, "there is no shard 0 of 2"},
        {{.protocol = exact, .shard = {1, 1000001}}, PLX_USAGE, "1000000 at most"},
        {{.protocol = exact, .shard = {3, 2}}, PLX_USAGE, "there is no shard 3 of 2"},
        {{.protocol = exact, .shard = {1, 2}, .explain = true}, PLX_UNSUPPORTED, "an explanation cannot"},
        {{.protocol = exact, .shard = {1, 2}, .breakdown = &worst}, PLX_UNSUPPORTED, "worst tokens cannot"},
        {{.protocol = exact, .shard = {1, 2}, .breakdown = &documents}, PLX_UNSUPPORTED, "by document"},
        {{.protocol = &first, .shard = {1, 2}}, PLX_UNSUPPORTED, "first window with a scored token"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plx_error error;
        assert_null(evaluate(&subject, &cases[i].options, &error));
        assert_int_equal(error.status, cases[i].status);
        assert_non_null(strstr(error.message, cases[i].message));
    }
    subject_close(&subject);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_evaluate__shards_of_all_presets_add_up),
        cmocka_unit_test(plx_evaluate__shards_of_other_protocols_add_up),
        cmocka_unit_test(plx_evaluate__shards_of_distributions_and_losses_add_up),
        cmocka_unit_test(plx_evaluate__every_token_is_of_one_shard),
        cmocka_unit_test(plx_evaluate__a_shard_may_be_empty),
        cmocka_unit_test(plx_evaluate__refuses_what_cannot_be_put_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
