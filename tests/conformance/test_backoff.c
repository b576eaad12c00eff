/* N-gram models of every shape, as ARPA files and converted: each score is that of the ARPA rule, applied to
   strings by support/backoff.c, and the results are the same, whatever the form. */
#include <perplex/convert.h>

#include "model/ngram_key.h"
#include "model/ngram_table.h"
#include "support/backoff.h"
#include "support/fixtures.h"
#include "support/folder.h"
#include "support/random.h"
#include "support/result_text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const PRESETS[] = {"sentence", "srilm", "wikitext-eos", "hf-stride", NULL};

/* A growing text. */
struct text {
    char *bytes;
    size_t size, room;
};

__attribute__((format(printf, 2, 3))) static void append(struct text *text, const char *format, ...)
{
    va_list arguments;
    if (text->room - text->size < 512) {
        text->room = 2 * text->room + 4096;
        text->bytes = realloc(text->bytes, text->room);
        if (!text->bytes)
            abort();
    }
    va_start(arguments, format);
    const int size = vsnprintf(text->bytes + text->size, text->room - text->size, format, arguments);
    va_end(arguments);
    assert_true(size >= 0 && (size_t)size < text->room - text->size);
    text->size += (size_t)size;
}

/* A model in its forms. */
struct forms {
    struct plx_model *arpa, *map, *copy;
};

static struct plx_model *open_as(const char *path, enum plx_load load, const char *format)
{
    const struct plx_model_options options = {.load = load, .threads = 2};
    struct plx_model *model;
    struct plx_error error = {0};
    if (plx_model_open(path, &options, &model, &error))
        fail_msg("%s", error.message);
    assert_string_equal(plx_model_info(model)->format, format);
    return model;
}

static struct forms forms_open(const char *arpa)
{
    struct plx_error error = {0};
    file_write(folder_path("m.arpa"), arpa, strlen(arpa));
    if (plx_convert_model(folder_path("m.arpa"), folder_path("m.plx"), NULL, &error))
        fail_msg("%s", error.message);
    const struct forms forms = {open_as(folder_path("m.arpa"), PLX_LOAD_MAP, "arpa"),
                                open_as(folder_path("m.plx"), PLX_LOAD_MAP, "plx"),
                                open_as(folder_path("m.plx"), PLX_LOAD_COPY, "plx")};
    assert_string_equal(plx_model_info(forms.map)->load, "map");
    assert_string_equal(plx_model_info(forms.copy)->load, "copy");
    return forms;
}

static void forms_close(struct forms *forms)
{
    plx_model_close(forms->arpa);
    plx_model_close(forms->map);
    plx_model_close(forms->copy);
}

/* The result but for the model and the machine, or why there is none. Released with free(). */
static char *evaluate(const struct plx_model *model, const char *text, const struct plx_protocol *protocol,
                      unsigned threads)
{
    const struct plx_evaluate_options options = {.protocol = protocol, .threads = threads};
    struct plx_error error = {0};
    struct plx_result *result = evaluate_bytes(model, text, strlen(text), PLX_TOKENS_WORD, &options, &error);
    if (!result)
        return strdup(error.message);
    cJSON *tree = result_tree(result);
    cJSON_DeleteItemFromObjectCaseSensitive(tree, "runtime");
    cJSON_DeleteItemFromObjectCaseSensitive(tree, "model");
    char *shown = cJSON_PrintUnformatted(tree);
    cJSON_Delete(tree);
    return shown;
}

static void check_results(const struct forms *forms, const char *name, const char *text)
{
    const struct plx_protocol *preset;
    const struct plx_model *const models[] = {forms->arpa, forms->map, forms->copy};
    size_t fine = 0;
    for (size_t i = 0; (preset = plx_protocol_preset(i)) != NULL; i++) {
        char *expected = evaluate(forms->arpa, text, preset, 1);
        fine += *expected == '{';
        for (size_t k = 0; k < 3; k++) {
            for (unsigned threads = 1; threads <= 2; threads++) {
                char *found = evaluate(models[k], text, preset, threads);
                if (strcmp(expected, found) != 0)
                    fail_msg("%s, %s, form %zu: %s\ninstead of\n%s", name, preset->name, k, found, expected);
                free(found);
            }
        }
        free(expected);
    }
    assert_true(fine >= 4);
}

/* Both checks; n-grams of the length `longest` are met. */
static void check_model(const char *name, const char *arpa, const char *text, unsigned longest)
{
    struct backoff_model *reference = backoff_new(arpa);
    struct forms forms = forms_open(arpa);
    const struct plx_model *const models[] = {forms.arpa, forms.map, forms.copy};
    for (size_t i = 0; PRESETS[i]; i++) {
        for (size_t k = 0; k < 3; k++)
            backoff_check(reference, models[k], name, text, PRESETS[i], 1 + k % 2, longest);
    }
    check_results(&forms, name, text);
    forms_close(&forms);
    backoff_free(reference);
}

/* What is generated. */
struct shape {
    unsigned order;
    bool unknown;   /* has <unk>, in n-grams too */
    bool loose;     /* some n-grams lack their suffix, or their context */
    unsigned empty; /* order without n-grams; 0: none */
    uint64_t seed;
};

enum { SENTENCES = 50, SENTENCE_MOST = 16, TYPES = 9 };

struct sentence {
    uint8_t words[SENTENCE_MOST + 2]; /* of TYPES + 3: <s>, </s>, <unk>, w0, … */
    size_t count;
};

static const char *const SPELLED[TYPES + 3] = {"<s>",      "</s>", "<unk>", "w0", "w",       "wo",
                                               "\303\244", "w0w",  "0",     "-1", "\\end\\", "W0"};

static void generate_sentences(const struct shape *shape, struct sentence sentences[SENTENCES])
{
    struct random random = {shape->seed};
    for (size_t i = 0; i < SENTENCES; i++) {
        struct sentence *it = sentences + i;
        const size_t words = random_below(&random, SENTENCE_MOST + 1);
        it->count = 0;
        it->words[it->count++] = 0;
        for (size_t k = 0; k < words; k++) {
            const size_t type = random_below(&random, 3 + random_below(&random, TYPES - 2)); /* few often */
            it->words[it->count++] = (uint8_t)(shape->unknown && random_chance(&random, 12) ? 2 : 3 + type);
        }
        it->words[it->count++] = 1;
    }
}

/* N-grams of one order, as types one behind the other, sorted. */
struct ngrams {
    uint8_t (*of)[10];
    size_t count;
};

static int by_types(const void *a, const void *b)
{
    return memcmp(a, b, 10);
}

static bool has(const struct ngrams *ngrams, const uint8_t *types, unsigned order)
{
    uint8_t sought[10];
    memset(sought, 0xFF, sizeof sought);
    memcpy(sought, types, order);
    return ngrams->count > 0 && bsearch(sought, ngrams->of, ngrams->count, sizeof sought, by_types);
}

/* Those of order k that are kept, from those of the order before. */
static struct ngrams collect(const struct shape *shape, const struct sentence *sentences, unsigned k,
                             const struct ngrams *shorter, struct random *random)
{
    struct ngrams all = {calloc(SENTENCES * (SENTENCE_MOST + 2) + TYPES + 3, sizeof *all.of), 0};
    size_t kept = 0;
    if (!all.of)
        abort();
    for (size_t i = 0; i < SENTENCES; i++) {
        for (size_t begin = 0; begin + k <= sentences[i].count; begin++) {
            memset(all.of[all.count], 0xFF, 10);
            memcpy(all.of[all.count++], sentences[i].words + begin, k);
        }
    }
    for (uint8_t type = 0; k == 1 && type < TYPES + 3; type++) { /* each of them, seen or not */
        memset(all.of[all.count], 0xFF, 10);
        all.of[all.count++][0] = type;
    }
    qsort(all.of, all.count, sizeof *all.of, by_types);
    for (size_t i = 0; i < all.count; i++) {
        const bool twice = kept > 0 && memcmp(all.of[i], all.of[kept - 1], 10) == 0;
        bool keep =
            k == 1 ? shape->unknown || all.of[i][0] != 2 : !random_chance(random, shape->loose ? 6 : 40);
        if (k > 1 && !shape->loose)
            keep &= has(shorter, all.of[i], k - 1) && has(shorter, all.of[i] + 1, k - 1);
        if (!twice && keep)
            memmove(all.of[kept++], all.of[i], 10);
    }
    all.count = kept;
    return all;
}

static void write_section(struct text *arpa, const struct shape *shape, const struct ngrams *ngrams,
                          unsigned k, struct random *random)
{
    append(arpa, "\n\\%u-grams:\n", k);
    for (size_t i = 0; i < ngrams->count; i++) {
        const bool start = k == 1 && ngrams->of[i][0] == 0;
        append(arpa, "%.6f\t", start ? -99.0 : -1e-6 * (double)random_below(random, 5000001));
        for (unsigned w = 0; w < k; w++)
            append(arpa, w > 0 ? " %s" : "%s", SPELLED[ngrams->of[i][w]]);
        if (k < shape->order && !random_chance(random, 5))
            append(arpa, "\t%.6f", 1e-6 * (double)random_below(random, 1500001) - 1.25);
        append(arpa, "\n");
    }
}

static char *generate_arpa(const struct shape *shape, const struct sentence *sentences)
{
    struct text arpa = {0};
    struct ngrams orders[10];
    struct random random = {shape->seed + 1};
    const struct ngrams nothing = {NULL, 0};
    append(&arpa, "\\data\\\n");
    for (unsigned k = 1; k <= shape->order; k++) {
        orders[k - 1] = collect(shape, sentences, k, k > 1 ? orders + (k - 2) : &nothing, &random);
        if (k == shape->empty)
            orders[k - 1].count = 0;
        append(&arpa, "ngram %u=%zu\n", k, orders[k - 1].count);
    }
    for (unsigned k = 1; k <= shape->order; k++) {
        write_section(&arpa, shape, orders + (k - 1), k, &random);
        free(orders[k - 1].of);
    }
    append(&arpa, "\n\\end\\\n");
    return arpa.bytes;
}

/* Every sentence four times, with a word exchanged now and then, by an unknown one too. */
static char *generate_text(const struct shape *shape, const struct sentence *sentences)
{
    struct text text = {0};
    struct random random = {shape->seed + 2};
    for (size_t i = 0; i < 4 * SENTENCES; i++) {
        const struct sentence *it = sentences + i % SENTENCES;
        for (size_t k = 1; k + 1 < it->count; k++) {
            const char *word = SPELLED[it->words[k]];
            if (i >= SENTENCES && random_chance(&random, 9))
                word = random_chance(&random, 4) ? "w00" : SPELLED[2 + random_below(&random, TYPES + 1)];
            append(&text, k > 1 ? " %s" : "%s", word);
        }
        append(&text, "\n");
    }
    return text.bytes;
}

static void check_shape(const struct shape *shape, unsigned longest)
{
    struct sentence sentences[SENTENCES];
    char name[128];
    snprintf(name, sizeof name, "order %u, %u-grams left out%s%s", shape->order, shape->empty,
             shape->unknown ? ", <unk>" : "", shape->loose ? ", loose" : "");
    generate_sentences(shape, sentences);
    char *arpa = generate_arpa(shape, sentences);
    char *text = generate_text(shape, sentences);
    check_model(name, arpa, text, longest);
    free(arpa);
    free(text);
}

static void plx_evaluate__every_order(void **state)
{
    (void)state;
    for (unsigned order = 1; order <= 10; order++) {
        for (unsigned i = 0; i < 4; i++) {
            const struct shape shape = {order, (i & 1) != 0, (i & 2) != 0, 0, 100 * order + i};
            check_shape(&shape, order);
        }
    }
}

/* Orders that are promised, and have nothing: the highest, and one in the middle, whose n-grams are missing
   as suffixes and as contexts of those behind. */
static void plx_evaluate__orders_without_ngrams(void **state)
{
    (void)state;
    for (unsigned order = 2; order <= 6; order++) {
        for (unsigned empty = 2; empty <= order; empty++) {
            const struct shape shape = {order, empty % 2 == 0, true, empty, 1000 * order + empty};
            check_shape(&shape, empty == order ? order - 1 : order);
        }
    }
}

/* What a model of order 3 without all suffixes and contexts must give, term by term. "b c" is missing as the
   suffix of "a b c" and as the context of "b c a", whose suffix "c a" is missing, too; "b a" has no backoff.
 */
static const char PRUNED[] = "\\data\\\nngram 1=6\nngram 2=3\nngram 3=3\n\n"
                             "\\1-grams:\n-1\t<unk>\n-99\t<s>\t-0.5\n-1.25\t</s>\n-0.75\ta\t-0.25\n"
                             "-0.875\tb\t-0.125\n-1.5\tc\t-0.0625\n\n"
                             "\\2-grams:\n-0.5\t<s> a\t-0.375\n-0.625\ta b\t-0.1875\n-0.4375\tb a\n\n"
                             "\\3-grams:\n-0.25\t<s> a b\n-0.3125\tb c a\n-0.15625\ta b c\n\n\\end\\\n";
static const char PRUNED_TEXT[] = "a b c a x\nb a b\nc\n";
static const struct {
    double log10_p;
    unsigned length;
} PRUNED_SCORES[] = {
    {-0.5, 2},                     /* <s> a */
    {-0.25, 3},                    /* <s> a b */
    {-0.15625, 3},                 /* a b c */
    {-0.3125, 3},                  /* b c a */
    {-0.25 + -1.0, 1},             /* backoff of a, not of c a; <unk> */
    {-1.25, 1},                    /* no backoffs of a <unk> and of <unk>; </s> */
    {-0.5 + -0.875, 1},            /* backoff of <s>; b */
    {-0.4375, 2},                  /* no backoff of <s> b; b a */
    {0 + -0.625, 2},               /* backoff of b a; a b */
    {-0.1875 + -0.125 + -1.25, 1}, /* backoffs of a b and b; </s> */
    {-0.5 + -1.5, 1},              /* backoff of <s>; c */
    {-0.0625 + -1.25, 1},          /* no backoff of <s> c, that of c; </s> */
};

enum { PRUNED_COUNT = sizeof PRUNED_SCORES / sizeof *PRUNED_SCORES };

static enum plx_status check_pruned(void *user, const struct plx_token_score *tokens, size_t count,
                                    struct plx_error *error)
{
    size_t *at = user;
    (void)error;
    for (size_t i = 0; i < count; i++, ++*at) {
        assert_true(*at < PRUNED_COUNT);
        assert_int_equal(tokens[i].order, PRUNED_SCORES[*at].length);
        assert_true(fabs(tokens[i].nats / -2.302585092994045684 - PRUNED_SCORES[*at].log10_p) <= 1e-15);
    }
    return PLX_OK;
}

static void plx_evaluate__suffixes_and_contexts_missing(void **state)
{
    (void)state;
    struct forms forms = forms_open(PRUNED);
    const struct plx_model *const models[] = {forms.arpa, forms.map, forms.copy};
    for (size_t k = 0; k < 3; k++) {
        size_t at = 0;
        const struct plx_evaluate_options options = {.tokens = check_pruned, .tokens_user = &at};
        struct plx_error error = {0};
        struct plx_result *result =
            evaluate_bytes(models[k], PRUNED_TEXT, strlen(PRUNED_TEXT), PLX_TOKENS_WORD, &options, &error);
        assert_non_null(result);
        assert_int_equal(at, PRUNED_COUNT);
        plx_result_free(result);
    }
    forms_close(&forms);
    check_model("pruned by hand", PRUNED, PRUNED_TEXT, 3);
}

/* 2-grams of some two thousand words whose keys share the upper bits, so that nearly all have one home in any
   table, and those whose keys share the lowest, so that their tags are one. */
enum { COLLIDING_TYPES = 2000, COLLIDING = 600 };

struct pair {
    uint32_t first, second;
};

static size_t colliding_pairs(struct pair *pairs, bool upper)
{
    size_t count = 0;
    for (uint32_t first = 3; first < COLLIDING_TYPES && count < COLLIDING; first++) {
        for (uint32_t second = 3; second < COLLIDING_TYPES && count < COLLIDING; second++) {
            const uint32_t ids[2] = {first, second};
            const uint64_t scattered = plx_ngram_scatter(plx_ngram_key_of(ids, 2));
            if (upper ? scattered >> 52 == 0x777 : scattered % 4096 == 0x777)
                pairs[count++] = (struct pair){first, second};
        }
    }
    return count;
}

/* Words are numbered in the order of the file: id n is "v<n>". Of every pair follows one 3-gram at most. */
static char *colliding_arpa(const struct pair *pairs, size_t count, unsigned order)
{
    struct text arpa = {0};
    append(&arpa, "\\data\\\nngram 1=%d\nngram 2=%zu\n", COLLIDING_TYPES, count);
    if (order == 3)
        append(&arpa, "ngram 3=%zu\n", count);
    append(&arpa, "\n\\1-grams:\n-3\t<unk>\n-99\t<s>\t-0.5\n-1.5\t</s>\n");
    for (unsigned id = 3; id < COLLIDING_TYPES; id++)
        append(&arpa, "-%u.25\tv%u\t-0.%u\n", 1 + id % 7, id, 1 + id % 9);
    append(&arpa, "\n\\2-grams:\n");
    for (size_t i = 0; i < count; i++) {
        append(&arpa, "-0.%03zu\tv%u v%u", i, pairs[i].first, pairs[i].second);
        append(&arpa, order == 3 ? "\t-0.0%03zu\n" : "\n", i);
    }
    for (size_t i = 0; order == 3 && i < count; i++)
        append(&arpa, "%s-1.%03zu\tv%u v%u v%zu\n", i == 0 ? "\n\\3-grams:\n" : "", i, pairs[i].first,
               pairs[i].second, 3 + i);
    append(&arpa, "\n\\end\\\n");
    return arpa.bytes;
}

static void check_colliding(bool upper, unsigned order)
{
    static struct pair pairs[COLLIDING];
    struct text text = {0};
    const size_t count = colliding_pairs(pairs, upper);
    assert_int_equal(count, COLLIDING);
    for (size_t i = 0; i < count; i++) /* each, one that is not there, and perhaps its 3-gram */
        append(&text, "v%u v%u v%zu v%u v%u\n", pairs[i].first, pairs[i].second, 3 + i + i % 2,
               pairs[i].second, pairs[i].first);
    char *arpa = colliding_arpa(pairs, count, order);
    struct plx_error error = {0};
    struct plx_model *model;
    assert_int_equal(model_open_bytes(arpa, strlen(arpa), "m.arpa", NULL, &model, &error), PLX_OK);
    for (uint32_t id = 3; id < COLLIDING_TYPES; id++) { /* else nothing collides */
        char spelled[16];
        const int length = snprintf(spelled, sizeof spelled, "v%u", id);
        const struct plx_word word = plx_model_token(model, id);
        assert_int_equal(word.length, length);
        assert_memory_equal(word.text, spelled, word.length);
    }
    plx_model_close(model);
    check_model(upper ? "upper bits collide" : "lower bits collide", arpa, text.bytes, order);
    free(arpa);
    free(text.bytes);
}

static void plx_evaluate__keys_that_collide(void **state)
{
    (void)state;
    for (unsigned order = 2; order <= 3; order++) {
        check_colliding(true, order);
        check_colliding(false, order);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plx_evaluate__every_order, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_evaluate__orders_without_ngrams, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(plx_evaluate__suffixes_and_contexts_missing, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(plx_evaluate__keys_that_collide, folder_make, folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
