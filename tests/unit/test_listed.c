/* Vocabularies alone, opened as what knows words. */
#include "model/listed.h"

#include "support/fixtures.h"
#include "support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void open__takes_a_list_for_no_model(void **state)
{
    (void)state;
    static const char words[] = "<unk>\nthe\ncat\n";
    const struct plx_model_options options = {.fingerprint = PLX_FINGERPRINT_NONE, .threads = 1};
    const struct plx_word cat = {"cat", 3};
    struct plx_model *model;
    struct plx_error error;
    uint32_t id;
    file_write(folder_path("vocab.txt"), words, sizeof words - 1);
    assert_int_equal(plx_listed_open(folder_path("vocab.txt"), &options, &model, &error), PLX_OK);
    assert_string_equal(plx_model_kind_name(plx_model_info(model)->kind), "vocabulary");
    assert_int_equal(plx_model_info(model)->vocabulary, 3);
    assert_int_equal(plx_model_info(model)->unknown, 0);
    plx_model_lookup(model, &cat, 1, &id);
    assert_int_equal(id, 2);
    assert_null(plx_session_new(model, &error));
    assert_int_equal(error.status, PLX_UNSUPPORTED);
    plx_model_close(model);
}

/* A model that has words gives them, and stays what it is. */
static void open__takes_a_model(void **state)
{
    (void)state;
    static const char arpa[] = "\\data\\\nngram 1=3\n\n\\1-grams:\n-1\t<s>\n-1\t</s>\n-1\tcat\n\n\\end\\\n";
    const struct plx_model_options options = {.fingerprint = PLX_FINGERPRINT_NONE, .threads = 1};
    struct plx_model *model;
    struct plx_error error;
    file_write(folder_path("model.arpa"), arpa, sizeof arpa - 1);
    if (plx_listed_open(folder_path("model.arpa"), &options, &model, &error))
        fail_msg("%s", error.message);
    assert_int_equal(plx_model_info(model)->kind, PLX_KIND_NGRAM);
    plx_model_close(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(open__takes_a_list_for_no_model, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(open__takes_a_model, folder_make, folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
