/* Ids of every width. Bytes and numbers were written out by hand. */
#include "corpus/id_elements.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(a) (sizeof(a) / sizeof *(a))

struct element {
    struct plx_id_type type;
    uint8_t bytes[8];
    const char *text;
    bool is_id;
    uint32_t id;
};

static const struct element ELEMENTS[] = {
    {{1, false, false}, {0}, "0", true, 0},
    {{1, false, false}, {0xFF}, "255", true, 255},
    {{1, true, false}, {0x7F}, "127", true, 127},
    {{1, true, false}, {0x80}, "-128", false, 0},
    {{2, false, false}, {0x01, 0xFF}, "65281", true, 65281},
    {{2, false, true}, {0x01, 0xFF}, "511", true, 511},
    {{2, true, false}, {0xFF, 0x7F}, "32767", true, 32767},
    {{2, true, false}, {0xFF, 0xFF}, "-1", false, 0},
    {{2, true, true}, {0x80, 0x00}, "-32768", false, 0},
    {{4, false, false}, {0xFE, 0xFF, 0xFF, 0xFF}, "4294967294", true, 4294967294},
    {{4, false, false}, {0xFF, 0xFF, 0xFF, 0xFF}, "4294967295", false, 0},
    {{4, false, true}, {0x00, 0x01, 0x02, 0x03}, "66051", true, 66051},
    {{4, true, false}, {0xFF, 0xFF, 0xFF, 0x7F}, "2147483647", true, 2147483647},
    {{4, true, false}, {0xFF, 0xFF, 0xFF, 0xFF}, "-1", false, 0},
    {{8, false, false}, {0xFE, 0xFF, 0xFF, 0xFF}, "4294967294", true, 4294967294},
    {{8, false, false}, {0xFF, 0xFF, 0xFF, 0xFF}, "4294967295", false, 0},
    {{8, false, false}, {0, 0, 0, 0, 1}, "4294967296", false, 0},
    {{8, false, false}, {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, "18446744073709551615", false, 0},
    {{8, true, false}, {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, "-1", false, 0},
    {{8, true, false}, {0, 0, 0, 0, 0, 0, 0, 0x80}, "-9223372036854775808", false, 0},
    {{8, true, true}, {0, 0, 0, 0, 0, 0, 0x12, 0x34}, "4660", true, 4660},
};

static void plx_ids_widen__one(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(ELEMENTS); i++) {
        const struct element *element = ELEMENTS + i;
        uint32_t id = 77;
        assert_int_equal(plx_ids_widen(element->type, element->bytes, 1, &id), element->is_id);
        if (element->is_id)
            assert_int_equal(id, element->id);
    }
}

/* In any place among many, and wherever they lie. */
static void plx_ids_widen__first_that_is_none(void **state)
{
    enum { COUNT = 77 };
    (void)state;
    for (size_t i = 0; i < LENGTH(ELEMENTS); i++) {
        const struct element *element = ELEMENTS + i;
        const unsigned size = element->type.size;
        for (size_t at = 0; at < COUNT; at++) {
            uint8_t room[8 * COUNT + 1] = {0}, *bytes = room + at % 2;
            uint32_t ids[COUNT];
            memcpy(bytes + at * size, element->bytes, size);
            memcpy(bytes + (COUNT - 1) * size, element->bytes, size);
            assert_int_equal(plx_ids_widen(element->type, bytes, COUNT, ids), element->is_id ? COUNT : at);
            for (size_t k = 0; k < at; k++)
                assert_int_equal(ids[k], 0);
            if (element->is_id)
                assert_int_equal(ids[at], element->id);
        }
    }
}

static void plx_id_print__numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(ELEMENTS); i++) {
        char text[PLX_ID_TEXT];
        plx_id_print(ELEMENTS[i].type, ELEMENTS[i].bytes, text);
        assert_string_equal(text, ELEMENTS[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_ids_widen__one),
        cmocka_unit_test(plx_ids_widen__first_that_is_none),
        cmocka_unit_test(plx_id_print__numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
