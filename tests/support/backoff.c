#include "support/backoff.h"

#include "support/result_text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const double LN_10 = 2.302585092994045684;

enum { WORDS_MOST = 1 << 14, KEY_MOST = 1 << 18 };

/* An n-gram as the file spells it: words parted by single blanks. */
struct entry {
    const char *words;
    size_t length;
    float probability, backoff;
};

struct backoff_model {
    struct entry *entries; /* sorted */
    size_t count;
    unsigned order;
    bool unknown; /* it has <unk> */
};

static int by_words(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    const size_t common = x->length < y->length ? x->length : y->length;
    const int sign = memcmp(x->words, y->words, common);
    return sign != 0 ? sign : (x->length > y->length) - (x->length < y->length);
}

static const struct entry *find(const struct backoff_model *model, const char *words, size_t length)
{
    const struct entry sought = {words, length, 0.0f, 0.0f};
    return model->entries ? bsearch(&sought, model->entries, model->count, sizeof sought, by_words) : NULL;
}

static void add_entry(struct backoff_model *model, const char *line)
{
    char *tab;
    if ((model->count & (model->count - 1)) == 0) {
        const size_t room = model->count == 0 ? 1 : 2 * model->count;
        model->entries = realloc(model->entries, room * sizeof *model->entries);
        if (!model->entries)
            abort();
    }
    struct entry *entry = model->entries + model->count++;
    entry->probability = strtof(line, &tab);
    assert_true(*tab == '\t');
    entry->words = tab + 1;
    entry->length = strcspn(entry->words, "\t\n");
    entry->backoff = entry->words[entry->length] == '\t' ? strtof(entry->words + entry->length, NULL) : 0.0f;
}

struct backoff_model *backoff_new(const char *arpa)
{
    struct backoff_model *model = calloc(1, sizeof *model);
    if (!model)
        abort();
    while (*arpa) {
        unsigned order;
        if (sscanf(arpa, "\\%u-grams:", &order) == 1)
            model->order = order;
        else if (model->order > 0 && *arpa != '\n' && *arpa != '\\')
            add_entry(model, arpa);
        arpa += strcspn(arpa, "\n") + 1;
    }
    if (model->entries)
        qsort(model->entries, model->count, sizeof *model->entries, by_words);
    model->unknown = find(model, "<unk>", 5) != NULL;
    return model;
}

void backoff_free(struct backoff_model *model)
{
    free(model->entries);
    free(model);
}

static bool is_known(const struct backoff_model *model, const char *word)
{
    return find(model, word, strlen(word)) != NULL;
}

double backoff_score(const struct backoff_model *model, const char *const *words, size_t count,
                     unsigned *length)
{
    static char key[KEY_MOST];
    const char *begins[256];
    double sum = 0;
    if (!is_known(model, words[count - 1]) && !model->unknown) {
        *length = 1;
        return -(double)INFINITY;
    }
    const size_t most = count < model->order ? count : model->order;
    size_t end = 0, context_end = 0;
    for (size_t i = 0; i < most; i++) {
        const char *word = words[count - most + i];
        const char *spelled = model->unknown && !is_known(model, word) ? "<unk>" : word;
        const int size = snprintf(key + end, sizeof key - end, i > 0 ? " %s" : "%s", spelled);
        assert_true(size > 0 && (size_t)size < sizeof key - end);
        context_end = end;
        begins[i] = key + end + (i > 0);
        end += (size_t)size;
    }
    for (size_t i = 0; i < most; i++) {
        const struct entry *entry = find(model, begins[i], (size_t)(key + end - begins[i]));
        if (entry) {
            *length = (unsigned)(most - i);
            return sum + (double)entry->probability;
        }
        entry = find(model, begins[i], (size_t)(key + context_end - begins[i]));
        sum += entry ? (double)entry->backoff : 0.0;
    }
    fail_msg("%s: no 1-gram", key);
    return 0;
}

/* What is to be scored, in order. */
struct expected {
    const char *word; /* static, or in the text's copy */
    double log10_p;
    unsigned length;
};

/* What the evaluation hands out. */
struct checker {
    const struct expected *expected;
    size_t count, at;
    const char *name, *preset;
    unsigned threads, longest;
    bool met;
};

static enum plx_status check_tokens(void *user, const struct plx_token_score *tokens, size_t count,
                                    struct plx_error *error)
{
    struct checker *it = user;
    (void)error;
    for (size_t i = 0; i < count; i++, it->at++) {
        const struct plx_token_score *token = tokens + i;
        assert_true(it->at < it->count);
        const struct expected *expected = it->expected + it->at;
        const double nats = -expected->log10_p * LN_10;
        const bool same =
            isinf(nats) ? token->nats == nats : fabs(token->nats - nats) <= 1e-13 * (1 + fabs(nats));
        if (!same || token->order != expected->length || token->token.length != strlen(expected->word) ||
            memcmp(token->token.text, expected->word, token->token.length) != 0)
            fail_msg("%s, %s, %u threads, token %zu, \"%.*s\": %.17g nats by a %u-gram; expected \"%.40s\", "
                     "%.17g by a %u-gram",
                     it->name, it->preset, it->threads, it->at,
                     (int)(token->token.length > 40 ? 40 : token->token.length), token->token.text,
                     token->nats, token->order, expected->word, nats, expected->length);
        it->met |= token->order == it->longest;
    }
    return PLX_OK;
}

/* The words of the lines of a text, which is cut up; each line ends with </s>. *words[*count]. */
static const char **cut(char *text, size_t *count)
{
    const char **words = calloc(WORDS_MOST, sizeof *words);
    if (!words)
        abort();
    *count = 0;
    while (*text) {
        const size_t length = strcspn(text, " \n");
        const char separator = text[length];
        assert_true(separator != '\0' && *count + 2 < WORDS_MOST);
        text[length] = '\0';
        if (length > 0)
            words[(*count)++] = text;
        if (separator == '\n')
            words[(*count)++] = "</s>";
        text += length + 1;
    }
    return words;
}

static size_t expect(const struct backoff_model *model, const char *const *words, size_t count,
                     const char *preset, struct expected *expected)
{
    static const char *line[WORDS_MOST + 1];
    const bool srilm = strcmp(preset, "srilm") == 0;
    size_t scored = 0, length = 0;
    if (strcmp(preset, "hf-stride") != 0) /* which begins in the middle, so to say */
        line[length++] = "<s>";
    for (size_t i = 0; i < count; i++) {
        const bool end = strcmp(words[i], "</s>") == 0;
        const bool skip =
            length == 0 || (srilm && (end ? length == 1 : !model->unknown && !is_known(model, words[i])));
        line[length++] = words[i];
        if (!skip) {
            struct expected *it = expected + scored++;
            it->word = words[i];
            it->log10_p = backoff_score(model, line, length, &it->length);
        }
        if (end) {
            line[0] = "<s>";
            length = 1;
        }
    }
    return scored;
}

void backoff_check(const struct backoff_model *reference, const struct plx_model *model, const char *name,
                   const char *text, const char *preset, unsigned threads, unsigned longest)
{
    char *copy = strdup(text);
    struct expected *expected = calloc(WORDS_MOST, sizeof *expected);
    if (!copy || !expected)
        abort();
    size_t count;
    const char **words = cut(copy, &count);
    struct checker checker = {.expected = expected,
                              .count = expect(reference, words, count, preset, expected),
                              .name = name,
                              .preset = preset,
                              .threads = threads,
                              .longest = longest};
    const struct plx_evaluate_options options = {.protocol = plx_protocol_find(preset),
                                                 .threads = threads,
                                                 .tokens = check_tokens,
                                                 .tokens_user = &checker};
    struct plx_error error = {0};
    assert_non_null(options.protocol);
    struct plx_result *result = evaluate_bytes(model, text, strlen(text), PLX_TOKENS_WORD, &options, &error);
    if (!result)
        fail_msg("%s, %s: %s", name, preset, error.message);
    assert_int_equal(checker.at, checker.count);
    assert_true(checker.met);
    plx_result_free(result);
    free(words);
    free(expected);
    free(copy);
}
