#include "support/positions.h"

#include "support/corpora.h"
#include "support/result_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct positions open_positions(const char *path)
{
    struct positions subject = {.path = path, .corpus_path = fixture_text(path), .model = fixture_open(path)};
    subject.info = plx_model_info(subject.model);
    subject.file = file_read(path);
    subject.corpus = file_read(subject.corpus_path);
    return subject;
}

static void close_positions(struct positions *subject)
{
    plx_model_close(subject->model);
    free(subject->file.bytes);
    free(subject->corpus.bytes);
    free(subject->corpus_path);
}

void positions_each(void (*check)(const struct positions *subject))
{
    struct fixtures fixtures = fixtures_models();
    size_t checked = 0;
    for (size_t i = 0; i < fixtures.count; i++) {
        struct plx_model *model = fixture_open(fixtures.paths[i]);
        const bool by_position = fixture_by_position(model);
        plx_model_close(model);
        if (!by_position)
            continue;
        struct positions subject = open_positions(fixtures.paths[i]);
        check(&subject);
        close_positions(&subject);
        checked++;
    }
    assert_true(checked > 0);
    fixtures_free(&fixtures);
}

struct plx_corpus *positions_corpus(const void *bytes, size_t size, const char *name)
{
    struct plx_corpus *corpus = NULL;
    struct plx_error error = {0};
    if (corpus_open_memory(bytes, size, name, NULL, &corpus, &error))
        fail_msg("%s: %s", name, error.message);
    return corpus;
}

struct plx_corpus *positions_corpus_files(const char *const *names, size_t count)
{
    struct plx_corpus *corpus = NULL;
    struct plx_error error = {0};
    if (plx_corpus_open(names, count, NULL, &corpus, &error))
        fail_msg("%s: %s", names[0], error.message);
    return corpus;
}

char *positions_evaluate(const struct plx_model *model, struct plx_corpus *corpus,
                         const struct plx_evaluate_options *options, struct plx_error *error)
{
    struct plx_result *result;
    char *text = NULL;
    *error = (struct plx_error){0};
    const enum plx_status status = plx_evaluate(model, corpus, options, &result, error);
    assert_true((status == PLX_OK) == (result != NULL));
    if (result)
        text = result_text(result);
    plx_result_free(result);
    plx_corpus_close(corpus);
    return text;
}

char *positions_evaluate_well(const struct positions *subject, struct plx_corpus *corpus,
                              const struct plx_evaluate_options *options)
{
    struct plx_error error;
    char *text = positions_evaluate(subject->model, corpus, options, &error);
    if (!text)
        fail_msg("%s: %s", subject->path, error.message);
    return text;
}

struct plx_corpus *positions_own_corpus(const struct positions *subject)
{
    const char *names[] = {subject->corpus_path};
    return positions_corpus_files(names, 1);
}

bool error_says_number(const struct plx_error *error, uint64_t number)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    for (const char *at = error->message; (at = strpbrk(at, "0123456789")) != NULL;) {
        const size_t length = strspn(at, "0123456789");
        if (length == strlen(digits) && memcmp(at, digits, length) == 0)
            return true;
        at += length;
    }
    return false;
}
