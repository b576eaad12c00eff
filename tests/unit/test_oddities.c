/* What is odd about texts: each kind at its place, found in chunks cut anywhere that a reader may cut. */
#include "inspect/oddities.h"

#include "support/inspections.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The text between lines of 30 letters, so that it lies anywhere in words of eight bytes. */
static void assert_found(const char *text, size_t length, const char *code, unsigned count, size_t at)
{
    for (size_t before = 0; before < 9; before++) {
        char whole[256];
        size_t size = 0;
        struct scratch scratch;
        const struct plx_inspect_options options = {.corpus.format = "text"};
        memset(whole, 'x', sizeof whole);
        size = 30 + before;
        whole[size++] = '\n';
        const size_t offset = size;
        memcpy(whole + size, text, length);
        size += length + 20;
        whole[size - 1] = '\n';
        scratch_make(&scratch);
        cJSON *json = inspect_one(scratch_file(&scratch, "text", whole, size), &options);
        const cJSON *finding = json_finding(json, "corpus", code);
        if (!finding || json_number(finding, "count") != count || json_number(finding, "line") != 2 ||
            json_number(finding, "column") != (double)(at + 1) ||
            json_number(finding, "offset") != (double)(offset + at))
            fail_msg("%s in \"%s\": %s", code, text, finding ? cJSON_Print(finding) : "not found");
        assert_int_equal(cJSON_GetArraySize(json_at(json, "corpus.findings")), 1);
        cJSON_Delete(json);
        scratch_remove(&scratch);
    }
}

#define ASSERT_FOUND(text, code, count, at) assert_found(text, sizeof(text) - 1, code, count, at)

static void plx_oddities_scan__kinds(void **state)
{
    (void)state;
    ASSERT_FOUND("a\0b", "nul", 1, 1);
    ASSERT_FOUND("a\xff\xfe", "invalid-utf8", 2, 1);
    ASSERT_FOUND("\xC2", "invalid-utf8", 1, 0);
    ASSERT_FOUND("ab\xEF\xBF\xBD\xEF\xBF\xBD", "replacement-character", 2, 2);
    ASSERT_FOUND("a\r\n b\r\n", "crlf", 2, 1);
    ASSERT_FOUND("a\rb\r", "lone-carriage-return", 2, 1);
    ASSERT_FOUND("\x01\x1B\x1F", "control-character", 3, 0);
    ASSERT_FOUND("a\x7F", "control-character", 1, 1);
    ASSERT_FOUND("a\xC2\x80", "control-character", 1, 1);
    ASSERT_FOUND("a\xC2\xA0 \xE2\x80\xAF", "no-break-space", 2, 1);
    ASSERT_FOUND("\v", "unusual-space", 1, 0);
    ASSERT_FOUND("a\f\xC2\x85\xE1\x9A\x80\xE2\x80\x80\xE2\x80\x8A\xE2\x80\xA8\xE2\x80\xA9\xE2\x81\x9F"
                 "\xE3\x80\x80",
                 "unusual-space", 9, 1);
    ASSERT_FOUND("\xC2\xAD\xE2\x80\x8B\xE2\x81\xA0\xEF\xBB\xBF", "invisible-character", 4, 0);
    ASSERT_FOUND("a <unk> <UNK> ", "literal-unk", 2, 2);
    ASSERT_FOUND("<s> ", "literal-start", 1, 0);
    ASSERT_FOUND("a </s> ", "literal-end", 1, 2);
    ASSERT_FOUND("a\t<eos> ", "literal-eos", 1, 2);
    ASSERT_FOUND("<|endoftext|> ", "literal-endoftext", 1, 0);
    ASSERT_FOUND("a @-@ b @,@ @.@ ", "wikitext-tokenization", 3, 2);
}

static void plx_oddities_scan__ordinary_text(void **state)
{
    static const char text[] = "Zoë’s “naïve” 数学 — € 10 <b> @home <unkn> @@ e\tf\n\n привет 😀 \n";
    const struct plx_inspect_options options = {0};
    struct scratch scratch;
    (void)state;
    scratch_make(&scratch);
    cJSON *json = inspect_one(scratch_text(&scratch, "text", text), &options);
    assert_int_equal(cJSON_GetArraySize(json_at(json, "corpus.findings")), 0);
    cJSON_Delete(json);
    scratch_remove(&scratch);
}

static void plx_oddities_scan__byte_order_mark(void **state)
{
    struct scratch scratch;
    (void)state;
    scratch_make(&scratch);
    cJSON *json = inspect_one(scratch_text(&scratch, "text", "\xEF\xBB\xBFone\n\xEF\xBB\xBFtwo\n"), NULL);
    assert_int_equal(json_number(json_finding(json, "corpus", "byte-order-mark"), "offset"), 0);
    assert_int_equal(json_number(json_finding(json, "corpus", "byte-order-mark"), "count"), 1);
    assert_int_equal(json_number(json_finding(json, "corpus", "invisible-character"), "line"), 2);
    cJSON_Delete(json);
    scratch_remove(&scratch);
}

/* A cut between \r and \n, as there may be one in a long line of characters. */
static void plx_oddities_scan__return_at_a_cut(void **state)
{
    static const char *const second[] = {"\nb\n", "b\n"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct plx_oddities oddities = {0};
        const struct plx_chunk a = {.text = (const uint8_t *)"a\r", .size = 2, .line = 1, .input = "f"};
        const struct plx_chunk b = {.text = (const uint8_t *)second[i],
                                    .size = strlen(second[i]),
                                    .offset = 2,
                                    .line = 1,
                                    .input = "f"};
        plx_oddities_scan(&oddities, &a, 0);
        plx_oddities_scan(&oddities, &b, 0);
        assert_int_equal(oddities.kinds[PLX_ODDITY_CRLF].count, i == 0);
        assert_int_equal(oddities.kinds[PLX_ODDITY_LONE_RETURN].count, i == 1);
    }
    struct plx_oddities oddities = {0};
    const struct plx_chunk last = {
        .text = (const uint8_t *)"a\r", .size = 2, .line = 1, .input = "f", .ends_line = true};
    plx_oddities_scan(&oddities, &last, 0);
    assert_int_equal(oddities.kinds[PLX_ODDITY_LONE_RETURN].count, 1);
}

/* A text out of a line of JSON has no places of its own, and no newline at its end. */
static void plx_oddities_scan__derived_text(void **state)
{
    struct plx_oddities oddities = {0};
    const struct plx_chunk chunk = {.text = (const uint8_t *)"\xEF\xBB\xBF"
                                                             "a\nb\xC2\xA0",
                                    .size = 8,
                                    .line = 7,
                                    .input = "f",
                                    .derived = true,
                                    .ends_line = true};
    (void)state;
    plx_oddities_scan(&oddities, &chunk, 0);
    assert_int_equal(oddities.kinds[PLX_ODDITY_NO_BREAK_SPACE].line, 7);
    assert_true(oddities.kinds[PLX_ODDITY_NO_BREAK_SPACE].at.offset == PLX_NOWHERE);
    assert_true(oddities.kinds[PLX_ODDITY_NO_BREAK_SPACE].at.column == PLX_NOWHERE);
    assert_int_equal(oddities.kinds[PLX_ODDITY_NO_FINAL_NEWLINE].count, 0);
    assert_int_equal(oddities.kinds[PLX_ODDITY_BYTE_ORDER_MARK].count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_oddities_scan__kinds),
        cmocka_unit_test(plx_oddities_scan__ordinary_text),
        cmocka_unit_test(plx_oddities_scan__byte_order_mark),
        cmocka_unit_test(plx_oddities_scan__return_at_a_cut),
        cmocka_unit_test(plx_oddities_scan__derived_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
