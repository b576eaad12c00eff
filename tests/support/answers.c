#include "support/answers.h"

#include "support/fixtures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum plx_status answers_open(const void *bytes, size_t size, const struct plx_model_options *options,
                             struct plx_model **model, struct plx_error *error)
{
    void *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    const enum plx_status status = model_open_bytes(copy, size, "test", options, model, error);
    free(copy);
    return status;
}

struct plx_model *answers_of(const char *text, const struct plx_model_options *options)
{
    struct plx_model *model;
    struct plx_error error;
    if (answers_open(text, strlen(text), options, &model, &error))
        fail_msg("%s: %s", text, error.message);
    assert_string_equal(plx_model_info(model)->format, "logprobs");
    return model;
}
