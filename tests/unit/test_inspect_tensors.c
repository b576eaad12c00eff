/* Inspections of neural models: the tensors and their numbers (worked by hand), and models with weights that
   are no numbers, which cannot be evaluated but can be looked at. */
#include "support/inspections.h"
#include "support/safetensors_file.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *write_model(struct scratch *scratch, const char *header, const void *data, size_t size)
{
    const struct safetensors_file file = safetensors_file(header, data, size);
    const char *path = scratch_file(scratch, "model.safetensors", file.bytes, file.size);
    free(file.bytes);
    return path;
}

static const cJSON *tensor_at(const cJSON *json, int index)
{
    return cJSON_GetArrayItem(json_at(json, "model.tensors"), index);
}

static void assert_indices(const cJSON *array, int count, const double *indices)
{
    assert_int_equal(cJSON_GetArraySize(array), count);
    for (int i = 0; i < count; i++)
        assert_true(cJSON_GetArrayItem(array, i)->valuedouble == indices[i]);
}

#define TABLE "\"logits\":{\"dtype\":\"F64\",\"shape\":[2,2],\"data_offsets\":[0,32]}"

/* 3² + 4² + 12² = 13². */
static void plx_inspect_tensors__numbers(void **state)
{
    static const double weights[] = {3, -4, 12, 0}, sizes[] = {2, 2};
    struct scratch scratch;
    (void)state;
    scratch_make(&scratch);
    cJSON *json = inspect_one(write_model(&scratch, "{" TABLE "}", weights, sizeof weights), NULL);
    const cJSON *tensor = tensor_at(json, 0);
    assert_int_equal(cJSON_GetArraySize(json_at(json, "model.tensors")), 1);
    assert_string_equal(json_text(tensor, "name"), "logits");
    assert_string_equal(json_text(tensor, "role"), "logits");
    assert_string_equal(json_text(tensor, "dtype"), "F64");
    assert_indices(json_at(tensor, "shape"), 2, sizes);
    assert_true(json_number(tensor, "elements") == 4);
    assert_true(fabs(json_number(tensor, "norm") - 13) < 1e-14);
    assert_true(json_number(tensor, "least") == -4);
    assert_true(json_number(tensor, "greatest") == 12);
    assert_true(json_number(tensor, "non_finite") == 0);
    assert_null(cJSON_GetObjectItem(tensor, "first_non_finite"));
    cJSON_Delete(json);
    scratch_remove(&scratch);
}

/* Squares of these are no doubles, their sum's root is. */
static void plx_inspect_tensors__great_and_small_numbers(void **state)
{
    static const double great[] = {3e200, 4e200, 0, 0}, small[] = {-3e-200, 4e-200, 0, 0}, zeros[4];
    struct scratch scratch;
    (void)state;
    scratch_make(&scratch);
    cJSON *json = inspect_one(write_model(&scratch, "{" TABLE "}", great, sizeof great), NULL);
    assert_true(fabs(json_number(tensor_at(json, 0), "norm") / 5e200 - 1) < 1e-14);
    cJSON_Delete(json);
    json = inspect_one(write_model(&scratch, "{" TABLE "}", small, sizeof small), NULL);
    assert_true(fabs(json_number(tensor_at(json, 0), "norm") / 5e-200 - 1) < 1e-14);
    cJSON_Delete(json);
    json = inspect_one(write_model(&scratch, "{" TABLE "}", zeros, sizeof zeros), NULL);
    assert_true(json_number(tensor_at(json, 0), "norm") == 0);
    cJSON_Delete(json);
    scratch_remove(&scratch);
}

/* The first of the two in the order of the file is element 5 of [3, 2], row 2; the numbers are of the rest.
 */
static void plx_inspect_tensors__not_finite(void **state)
{
    static const char HEADER[] =
        "{\"embed.weight\":{\"dtype\":\"F32\",\"shape\":[3,2],\"data_offsets\":[0,24]},"
        "\"out.bias\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[24,36]}}";
    float weights[9] = {3, 4, 0, 0, 0, (float)NAN, (float)-INFINITY, (float)NAN, 1};
    static const double place[] = {2, 1}, place_of_bias[] = {0};
    struct scratch scratch;
    struct plx_model *model;
    struct plx_error error;
    (void)state;
    scratch_make(&scratch);
    const char *path = write_model(&scratch, HEADER, weights, sizeof weights);
    assert_int_equal(plx_model_open(path, NULL, &model, &error), PLX_MALFORMED);
    cJSON *json = inspect_one(path, NULL);
    const cJSON *tensor = tensor_at(json, 0);
    assert_true(json_number(tensor, "non_finite") == 1);
    assert_indices(json_at(tensor, "first_non_finite"), 2, place);
    assert_true(json_number(tensor, "norm") == 5);
    assert_true(json_number(tensor, "least") == 0);
    assert_true(json_number(tensor, "greatest") == 4);
    tensor = tensor_at(json, 1);
    assert_true(json_number(tensor, "non_finite") == 2);
    assert_indices(json_at(tensor, "first_non_finite"), 1, place_of_bias);
    assert_true(json_number(tensor, "least") == 1);
    const cJSON *finding = json_finding(json, "model", "not-finite");
    assert_non_null(finding);
    assert_non_null(strstr(json_text(finding, "message"), "element [2, 1] of tensor \"embed.weight\""));
    assert_true(json_number(finding, "count") >= 2);
    cJSON_Delete(json);
    scratch_remove(&scratch);
}

/* What is used for nothing has no role; a vocabulary has a source. */
static void plx_inspect_tensors__of_a_feed_forward_model(void **state)
{
    static const char HEADER[] =
        "{\"__metadata__\":{\"perplex.architecture\":\"ffn\",\"perplex.activation\":\"relu\"},"
        "\"embed.weight\":{\"dtype\":\"F32\",\"shape\":[4,1],\"data_offsets\":[0,16]},"
        "\"hidden.weight\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[16,32]},"
        "\"out.weight\":{\"dtype\":\"F32\",\"shape\":[3,2],\"data_offsets\":[32,56]},"
        "\"step\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[56,60]}}";
    static const float weights[15] = {1, 2, 3};
    struct scratch scratch;
    (void)state;
    scratch_make(&scratch);
    const char *list = scratch_text(&scratch, "vocab.txt", "a\nb\nc\n");
    cJSON *json = inspect_one(write_model(&scratch, HEADER, weights, sizeof weights), NULL);
    assert_string_equal(json_text(json, "model.architecture"), "feed-forward");
    assert_true(json_number(json, "model.order") == 3);
    assert_true(json_number(json, "model.parameters") == 14);
    assert_true(json_number(json, "model.details.hidden_layers") == 1);
    assert_string_equal(json_text(json, "model.details.activation"), "relu");
    assert_string_equal(json_text(json, "model.details.context_order"), "oldest-first");
    assert_string_equal(json_text(json, "model.details.padding"), "row 3 of the embeddings");
    assert_string_equal(json_text(json, "model.details.direct_connections"), "no");
    assert_string_equal(json_text(json, "model.details.vocabulary_file"), list);
    assert_int_equal(cJSON_GetArraySize(json_at(json, "model.tensors")), 4);
    assert_string_equal(json_text(tensor_at(json, 1), "role"), "hidden.0.weight");
    assert_null(cJSON_GetObjectItem(tensor_at(json, 3), "role"));
    assert_int_equal(cJSON_GetArraySize(json_at(tensor_at(json, 3), "shape")), 0);
    assert_non_null(json_finding(json, "model", "unused-tensor"));
    cJSON_Delete(json);
    scratch_remove(&scratch);
}

/* The text says the same. */
static void plx_inspect_tensors__text(void **state)
{
    const double weights[] = {3, -4, 12, (double)NAN};
    struct plx_inspection *inspection;
    struct plx_error error;
    struct scratch scratch;
    char *text;
    size_t length;
    (void)state;
    scratch_make(&scratch);
    const char *path = write_model(&scratch, "{" TABLE "}", weights, sizeof weights);
    assert_int_equal(plx_inspect(&path, 1, NULL, &inspection, &error), PLX_OK);
    assert_int_equal(plx_inspection_text(inspection, &text, &length, &error), PLX_OK);
    assert_non_null(
        strstr(text, "\n  tensor              logits F64 [2, 2]; norm 13, from -4 to 12; 1 not finite\n"));
    assert_non_null(
        strstr(text, "WARNING             element [1, 1] of tensor \"logits\" is not a finite number"));
    free(text);
    plx_inspection_free(inspection);
    scratch_remove(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_inspect_tensors__numbers),
        cmocka_unit_test(plx_inspect_tensors__great_and_small_numbers),
        cmocka_unit_test(plx_inspect_tensors__not_finite),
        cmocka_unit_test(plx_inspect_tensors__of_a_feed_forward_model),
        cmocka_unit_test(plx_inspect_tensors__text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
