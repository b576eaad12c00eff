#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void plx_load__little_endian(void **state)
{
    static const uint8_t bytes[] = {0x00, 0xEF, 0xCD, 0xAB, 0x89, 0x67, 0x45, 0x23, 0xF1};
    (void)state;
    assert_int_equal(plx_load_u16(bytes + 1), 0xCDEF);
    assert_int_equal(plx_load_u32(bytes + 1), 0x89ABCDEF);
    assert_true(plx_load_u64(bytes + 1) == UINT64_C(0xF123456789ABCDEF));
    assert_true(PLX_EACH_BYTE(0x7F) == UINT64_C(0x7F7F7F7F7F7F7F7F));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_load__little_endian),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
