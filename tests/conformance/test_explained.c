/* One pass, and the numbers under other presets out of it: each is that of an evaluation of its own, to the
   bit, over models of every kind, corpora and protocols of the pass. And a preset that the pass is said not
   to allow has scores that the pass does not have. */
#include "support/corpora.h"
#include "support/fixtures.h"
#include "support/inputs.h"
#include "support/positions.h"
#include "support/random.h"
#include "support/result_text.h"
#include "support/sanitized.h"
#include "support/witness.h"

#include <perplex/mixture.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PRESETS_MOST 64

/* What is scored by what. */
struct subject {
    const char *name; /* of the corpus, as if it were a file */
    const struct plx_model *model;
    const void *bytes;
    size_t size;
    enum plx_token_kind tokens;
    bool witness; /* the model's scores tell what it sees */
};

/* Every scored token's nats, in turn. */
struct scores {
    double *nats;
    size_t count, capacity;
};

/* As the JSON has them. */
struct figures {
    double nats_per_token, perplexity, bits_per_byte;
};

/* An evaluation of its own. */
struct own {
    enum plx_status status;
    struct plx_metrics metrics;
    struct figures figures;
    struct scores scores;
};

/* What has been met, so that nothing is tested by never happening. */
static size_t met_allowed, met_passes, met_sequences, met_refused, met_failures;

static enum plx_status collect(void *user, const struct plx_token_score *tokens, size_t count,
                               struct plx_error *error)
{
    struct scores *scores = user;
    (void)error;
    if (scores->count + count > scores->capacity) {
        scores->capacity = 2 * (scores->count + count);
        scores->nats = realloc(scores->nats, scores->capacity * sizeof *scores->nats);
        assert_non_null(scores->nats);
    }
    for (size_t i = 0; i < count; i++)
        scores->nats[scores->count++] = tokens[i].nats;
    return PLX_OK;
}

static enum plx_status evaluate(const struct subject *subject, struct plx_evaluate_options *options,
                                struct scores *scores, struct plx_result **result)
{
    const struct plx_corpus_options how = {.tokens = subject->tokens};
    struct plx_corpus *corpus;
    struct plx_error error;
    *scores = (struct scores){0};
    options->tokens = collect;
    options->tokens_user = scores;
    assert_int_equal(corpus_open_memory(subject->bytes, subject->size, subject->name, &how, &corpus, &error),
                     PLX_OK);
    const enum plx_status status = plx_evaluate(subject->model, corpus, options, result, &error);
    plx_corpus_close(corpus);
    return status;
}

/* Times differ from run to run. */
static struct plx_metrics without_times(struct plx_metrics metrics)
{
    metrics.seconds = metrics.tokens_per_second = 0;
    return metrics;
}

static cJSON *tree_of(const struct plx_result *result)
{
    char *text = result_text(result);
    cJSON *tree = cJSON_Parse(text);
    assert_non_null(tree);
    plx_text_free(text);
    return tree;
}

/* bits_per_byte stands where `bits` says. */
static struct figures figures_of(const cJSON *tree, const char *bits)
{
    return (struct figures){result_number(tree, "nats_per_token"), result_number(tree, "perplexity"),
                            result_number(tree, bits)};
}

static struct own evaluate_own(const struct subject *subject, const struct plx_protocol *preset)
{
    struct plx_evaluate_options options = {.protocol = preset, .threads = 1};
    struct plx_result *result;
    struct own own = {0};
    own.status = evaluate(subject, &options, &own.scores, &result);
    if (own.status == PLX_OK) {
        cJSON *tree = tree_of(result);
        own.figures = figures_of(tree, "normalized.bits_per_byte");
        cJSON_Delete(tree);
        plx_result_metrics(result, &own.metrics);
    }
    own.metrics = without_times(own.metrics);
    plx_result_free(result);
    return own;
}

/* Whether the pass has scored all of them, in this order and perhaps others between them. */
static bool contained(const struct scores *scores, const struct scores *pass)
{
    size_t found = 0;
    for (size_t i = 0; i < pass->count && found < scores->count; i++)
        found += memcmp(pass->nats + i, scores->nats + found, sizeof(double)) == 0;
    return found == scores->count;
}

/* `shown` is what the JSON says of it. */
static void check_explained(const struct plx_explained *explained, const cJSON *shown, const struct own *own,
                            const struct scores *pass, bool witness, const char *what)
{
    char context[640];
    snprintf(context, sizeof context, "%s -> %s", what, explained->protocol);
    if (explained->allowed) {
        const struct plx_metrics metrics = without_times(explained->metrics);
        if (own->status)
            fail_msg("%s: allowed, but it fails by itself", context);
        if (memcmp(&metrics, &own->metrics, sizeof metrics) != 0)
            fail_msg("%s: %.17g of %llu, by itself %.17g of %llu", context, metrics.nats_per_token,
                     (unsigned long long)metrics.scored, own->metrics.nats_per_token,
                     (unsigned long long)own->metrics.scored);
        const struct figures figures = figures_of(shown, "bits_per_byte");
        if (memcmp(&figures, &own->figures, sizeof figures) != 0)
            fail_msg("%s: other numbers in JSON; %.17g bits per byte, by itself %.17g", context,
                     figures.bits_per_byte, own->figures.bits_per_byte);
        assert_true(explained->note_count > 0 && !explained->reason);
        met_allowed++;
        return;
    }
    assert_non_null(explained->reason);
    if (own->status) {
        met_refused++;
    } else if (strstr(explained->reason, "needs a pass of its own")) {
        if (witness && contained(&own->scores, pass))
            fail_msg("%s: %s, but the pass has all of its scores", context, explained->reason);
        met_passes++;
    } else {
        met_sequences++;
    }
}

/* A pass under the protocol, and all that it says of presets. `own` is what it gives without that, or NULL.
 */
static void check_pass(const struct subject *subject, const struct plx_protocol *protocol,
                       const struct own *own, const struct own *owns, const char *fields, unsigned threads,
                       size_t batch)
{
    struct plx_evaluate_options options = {
        .protocol = protocol, .explain = true, .threads = threads, .batch = batch};
    const struct plx_protocol *preset;
    struct plx_explained explained;
    struct plx_result *result;
    struct scores pass;
    char what[512];
    snprintf(what, sizeof what, "%s, %s, %s, batch %zu", plx_model_name(subject->model), subject->name,
             fields, batch);
    const enum plx_status status = evaluate(subject, &options, &pass, &result);
    if (own)
        assert_int_equal(status, own->status);
    if (status) {
        met_failures++;
        free(pass.nats);
        return;
    }
    struct plx_metrics metrics;
    plx_result_metrics(result, &metrics);
    assert_true(plx_result_explained(result, 0, &explained));
    assert_string_equal(explained.protocol, plx_result_protocol(result));
    assert_memory_equal(&explained.metrics, &metrics, sizeof metrics);
    cJSON *tree = tree_of(result);
    const cJSON *shown = result_member(tree, "explain")->child;
    size_t index = 1;
    for (size_t i = 0; (preset = plx_protocol_preset(i)) != NULL; i++) {
        if (strcmp(preset->name, plx_result_protocol(result)) == 0)
            continue;
        assert_true(plx_result_explained(result, index++, &explained));
        assert_string_equal(explained.protocol, preset->name);
        shown = shown->next;
        check_explained(&explained, shown, owns + i, &pass, subject->witness, what);
    }
    assert_false(plx_result_explained(result, index, &explained));
    assert_null(shown->next);
    cJSON_Delete(tree);
    plx_result_free(result);
    free(pass.nats);
}

/* Passes that skip, hide and charge in other ways than presets do. */
static const char *const PASSES[] = {"sentence unknown=skip",
                                     "sentence unknown=floor:-7",
                                     "sentence unknown=class:100",
                                     "sentence blank=skip",
                                     "sentence limit=50",
                                     "sentence control_words=score",
                                     "sentence control_words=word",
                                     "wikitext-eos control_words=score",
                                     "wikitext-eos window=7 stride=3",
                                     "wikitext-eos window=16 tail=drop score=last:3 average=window",
                                     "wikitext-eos window=4096 tail=drop",
                                     "exact unit=document",
                                     "exact unit=document pages=none",
                                     "exact pages=heading",
                                     "sentence pages=none",
                                     "lm-eval pages=article",
                                     "exact end=none",
                                     "exact end=none start=none window=9 tail=left-extend",
                                     "exact start=replace window=16"};

/* With sanitizers one pass in four, another one of every subject. */
static bool left_out(void)
{
    static size_t passes;
    return SANITIZED && passes++ % 4 > 0;
}

static void check_subject(const struct subject *subject)
{
    static const size_t batches[] = {0, 7, 1000};
    const struct plx_protocol *preset;
    struct own owns[PRESETS_MOST] = {{0}};
    size_t presets = 0, passes = 0;
    for (; (preset = plx_protocol_preset(presets)) != NULL; presets++) {
        assert_true(presets < PRESETS_MOST);
        owns[presets] = evaluate_own(subject, preset);
    }
    for (size_t i = 0; i < presets; i++, passes++) {
        if (!left_out())
            check_pass(subject, plx_protocol_preset(i), owns + i, owns, plx_protocol_preset(i)->name,
                       1 + (unsigned)passes % 2, batches[passes % 3]);
    }
    for (size_t i = 0; i < sizeof PASSES / sizeof *PASSES; i++, passes++) {
        const struct plx_protocol protocol = inputs_protocol(PASSES[i]);
        if (!left_out())
            check_pass(subject, &protocol, NULL, owns, PASSES[i], 1 + (unsigned)passes % 2,
                       batches[passes % 3]);
    }
    for (size_t i = 0; i < presets; i++)
        free(owns[i].scores.nats);
}

/* Texts. */

struct text {
    char *bytes;
    size_t size;
};

static void add_bytes(struct text *text, const char *bytes, size_t size)
{
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
}

/* Any word of the model that a JSON string can hold as it is, or one that the model does not know. */
static struct plx_word any_word(const struct plx_model *model, struct random *random, bool symbols)
{
    const struct plx_model_info *info = plx_model_info(model);
    const uint32_t id = (uint32_t)random_below(random, (size_t)info->vocabulary);
    const bool symbol = id == info->start || id == info->end;
    const struct plx_word word = plx_model_token(model, id);
    if (symbols && info->end != PLX_NO_TOKEN && random_chance(random, 5))
        return plx_model_token(model, random_chance(random, 2) && info->start != PLX_NO_TOKEN ? info->start
                                                                                              : info->end);
    if (random_chance(random, 12) || !word.text || word.length > 40 || symbol ||
        memchr(word.text, '"', word.length) || memchr(word.text, '\\', word.length))
        return random_chance(random, 3) ? (struct plx_word){"<unk>", 5} : (struct plx_word){"qqq", 3};
    return word;
}

/* What lines are made of. */
enum form {
    LINES,   /* plain text, with headings */
    SYMBOLS, /* with start and end symbols as words */
    RECORDS  /* every line a document, some of two lines */
};

/* Lines of words in no order, and blank lines. */
static struct text text_new(const struct plx_model *model, size_t lines, enum form form)
{
    struct random random = {lines + form};
    struct text text = {malloc(lines * 1024), 0};
    assert_non_null(text.bytes);
    for (size_t line = 0; line < lines; line++) {
        size_t words = random_chance(&random, 6) ? 0 : random_below(&random, 20);
        if (form == RECORDS)
            add_bytes(&text, "{\"text\": \"", 10);
        for (; words > 0; words--) {
            const struct plx_word word = any_word(model, &random, form == SYMBOLS);
            add_bytes(&text, word.text, word.length);
            add_bytes(&text, " ", words > 1);
        }
        if (form == LINES && random_chance(&random, 10)) {
            const char *heading = random_chance(&random, 2) ? "\n\n = qqq = \n" : "\n = qqq = ";
            add_bytes(&text, heading, strlen(heading));
        }
        if (form == RECORDS && random_chance(&random, 2))
            add_bytes(&text, "\\nand\\n", 7);
        if (form == RECORDS)
            add_bytes(&text, "\"}", 2);
        add_bytes(&text, "\n", line + 1 < lines || form == RECORDS);
    }
    return text;
}

static bool is_witness(const struct plx_model *model)
{
    return strcmp(plx_model_name(model), "witness") == 0;
}

static void check_text(const struct plx_model *model, size_t lines, enum form form)
{
    struct text text = text_new(model, lines, form);
    const struct subject subject = {form == RECORDS ? "lines.jsonl" : "lines.txt",
                                    model,
                                    text.bytes,
                                    text.size,
                                    PLX_TOKENS_WORD,
                                    is_witness(model)};
    check_subject(&subject);
    free(text.bytes);
}

static void check_model(const struct plx_model *model, size_t lines)
{
    check_text(model, lines, LINES);
    check_text(model, 17, SYMBOLS);
    check_text(model, 23, RECORDS);
}

static const char *const MODELS[] = {"models/almanac.o3.arpa", "models/tiny.table.safetensors",
                                     "models/tiny.o3.safetensors", "models/tiny.factored.safetensors"};

static void plx_result_explained__texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof MODELS / sizeof *MODELS; i++) {
        struct plx_model *model = inputs_model_file(MODELS[i]);
        check_model(model, i == 0 ? 260 : 40); /* more tokens than the largest window, or fewer */
        plx_model_close(model);
    }
}

/* A trigram model without probability for unknown words, and a unigram model: no context is less than
   another. */
static void plx_result_explained__other_ngrams(void **state)
{
    static const char *const models[] = {
        "\\data\\\nngram 1=5\nngram 2=2\nngram 3=1\n\n\\1-grams:\n-99\t<s>\t-0.3\n-0.7\t</s>\n-0.6\ta\t-0.2\n"
        "-0.8\tb\t-0.1\n-0.9\tc\n\n\\2-grams:\n-0.3\t<s> a\t-0.1\n-0.4\ta b\n\n\\3-grams:\n-0.2\t<s> a b\n\n"
        "\\end\\\n",
        "\\data\\\nngram "
        "1=5\n\n\\1-grams:\n-1.3\t<unk>\n-99\t<s>\n-0.7\t</s>\n-0.6\ta\n-0.8\tb\n\n\\end\\\n"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct plx_model *model = inputs_model(models[i]);
        check_model(model, 40);
        plx_model_close(model);
    }
}

/* Documents of ids, which end with an end symbol or not. */
static void check_tokens(const struct plx_model *model)
{
    struct random random = {5};
    struct text text = {malloc(100000), 0};
    assert_non_null(text.bytes);
    for (size_t document = 0; document < 40; document++) {
        add_bytes(&text, "{\"input_ids\": [", 15);
        for (size_t i = 1 + random_below(&random, 60); i > 0; i--) {
            char number[16];
            const size_t id =
                random_chance(&random, 4) ? random_below(&random, 3) : random_below(&random, 100);
            add_bytes(&text, number, (size_t)snprintf(number, sizeof number, "%zu%s", id, i > 1 ? ", " : ""));
        }
        add_bytes(&text, "]}\n", 3);
    }
    const struct subject subject = {"ids.jsonl", model,           text.bytes,
                                    text.size,   PLX_TOKENS_AUTO, is_witness(model)};
    check_subject(&subject);
    free(text.bytes);
}

/* Models that forget at the end of a line, that cannot have unknown words in a context, that need one, that
   see as far as there is anything; and one that sees nothing, but whose scores say no more than that. */
static void plx_result_explained__what_is_seen(void **state)
{
    static const struct {
        uint64_t context_length;
        unsigned capabilities;
        bool symbols;
    } witnesses[] = {
        {2, PLX_EMPTY_CONTEXT | PLX_UNKNOWN_CONTEXT | PLX_RESTART_AT_END, true},
        {3, PLX_EMPTY_CONTEXT, true},
        {1, PLX_UNKNOWN_CONTEXT, true},
        {4, PLX_EMPTY_CONTEXT, false},
        {UINT64_MAX, PLX_EMPTY_CONTEXT | PLX_UNKNOWN_CONTEXT, true},
        {UINT64_MAX, PLX_UNKNOWN_CONTEXT | PLX_RESTART_AT_END, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof witnesses / sizeof *witnesses; i++) {
        struct plx_model *model =
            witness_model(witnesses[i].context_length, witnesses[i].capabilities, witnesses[i].symbols);
        check_model(model, i == 0 ? 700 : 40); /* more tokens than windows keep, or fewer */
        check_tokens(model);
        plx_model_close(model);
    }
}

static void plx_result_explained__mixture(void **state)
{
    struct plx_model *models[] = {
        inputs_model_file("models/tiny.table.safetensors"),
        inputs_model(
            "\\data\\\nngram 1=6\nngram 2=3\nngram 3=1\n\n\\1-grams:\n-1.3\t<unk>\n-99\t<s>\t-0.3\n"
            "-0.7\t</s>\n-0.6\tthe\t-0.2\n-0.8\tsea\t-0.1\n-0.9\trises\n\n\\2-grams:\n-0.3\t<s> the\t-0.1\n"
            "-0.4\tthe sea\n-0.5\tsea </s>\n\n\\3-grams:\n-0.2\t<s> the sea\n\n\\end\\\n")};
    struct plx_model *mixture;
    struct plx_error error;
    (void)state;
    if (plx_model_mix((const struct plx_model *const *)models, (const double[]){0.3, 0.7}, 2, &mixture,
                      &error))
        fail_msg("%s", error.message);
    check_model(mixture, 40);
    plx_model_close(mixture);
    plx_model_close(models[0]);
    plx_model_close(models[1]);
}

/* Bytes, characters and ids under models that see no context, and bare ids under one that does. */
static void plx_result_explained__other_tokens(void **state)
{
    static const char text[] = "the sea\n\nrises twice\nand falls";
    struct plx_model *uniform, *bare = inputs_bare_model(7);
    struct plx_error error;
    uint16_t ids[3000];
    struct random random = {7};
    (void)state;
    for (size_t i = 0; i < 3000; i++)
        ids[i] = (uint16_t)random_below(&random, 7);
    assert_int_equal(plx_model_open("uniform:256", NULL, &uniform, &error), PLX_OK);
    const struct subject subjects[] = {
        {"a.txt", uniform, text, sizeof text - 1, PLX_TOKENS_BYTE, false},
        {"a.txt", uniform, text, sizeof text - 1, PLX_TOKENS_CHARACTER, false},
        {"a.txt", uniform, text, sizeof text - 1, PLX_TOKENS_WORD, false},
        {"a.u16", uniform, ids, sizeof ids, PLX_TOKENS_AUTO, false},
        {"a.u16", bare, ids, sizeof ids, PLX_TOKENS_AUTO, false},
    };
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++)
        check_subject(subjects + i);
    plx_model_close(uniform);
    plx_model_close(bare);
}

/* What is said where the numbers are the same: that they are. */
static void check_same(const struct positions *positions)
{
    const struct plx_evaluate_options options = {.threads = 1, .explain = true};
    struct plx_corpus *corpus = positions_own_corpus(positions);
    struct plx_explained first, other;
    struct plx_result *result;
    struct plx_error error;
    assert_int_equal(plx_evaluate(positions->model, corpus, &options, &result, &error), PLX_OK);
    assert_true(plx_result_explained(result, 0, &first));
    for (size_t i = 1; plx_result_explained(result, i, &other); i++) {
        if (memcmp(&first.metrics, &other.metrics, sizeof first.metrics) == 0)
            assert_string_equal(other.notes[0],
                                "the same number: every position is scored under the same context");
    }
    plx_result_free(result);
    plx_corpus_close(corpus);
}

static void check_positions(const struct positions *positions)
{
    check_same(positions);
    const struct subject subject = {positions->corpus_path, positions->model, positions->corpus.bytes,
                                    positions->corpus.size, PLX_TOKENS_AUTO,  false};
    check_subject(&subject);
}

static void plx_result_explained__scores_by_position(void **state)
{
    (void)state;
    positions_each(check_positions);
}

static void plx_result_explained__all_of_it_was_met(void **state)
{
    (void)state;
    printf("%zu allowed, %zu need a pass of their own, %zu have other tokens, %zu are impossible; %zu passes "
           "failed\n",
           met_allowed, met_passes, met_sequences, met_refused, met_failures);
    assert_true(met_allowed > 200);
    assert_true(met_passes > 100);
    assert_true(met_sequences > 50);
    assert_true(met_refused > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_result_explained__texts),
        cmocka_unit_test(plx_result_explained__other_ngrams),
        cmocka_unit_test(plx_result_explained__what_is_seen),
        cmocka_unit_test(plx_result_explained__mixture),
        cmocka_unit_test(plx_result_explained__other_tokens),
        cmocka_unit_test(plx_result_explained__scores_by_position),
        cmocka_unit_test(plx_result_explained__all_of_it_was_met),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
