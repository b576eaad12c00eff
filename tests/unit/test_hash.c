#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* The verification value that SMHasher holds for MurmurHash64A: hashes of {}, {0}, {0,1}, … with the seeds
   256, 255, … are hashed in turn, and the first four bytes of that are the value. */
static void hash64__smhasher_verification(void **state)
{
    uint8_t key[256];
    uint8_t hashes[256 * 8];

    (void)state;
    for (unsigned i = 0; i < 256; i++) {
        key[i] = (uint8_t)i;
        uint64_t hash = plx_hash64(key, i, 256 - i);
        for (unsigned j = 0; j < 8; j++)
            hashes[8 * i + j] = (uint8_t)(hash >> 8 * j);
    }
    assert_int_equal((uint32_t)plx_hash64(hashes, sizeof(hashes), 0), 0x1F0D3804);
}

/* Computed in Python from the published algorithm. */
static void hash64__words(void **state)
{
    static const struct {
        const char *word;
        uint64_t hash;
    } words[] = {
        {"", UINT64_C(0)},
        {"a", UINT64_C(0x071717d2d36b6b11)},
        {"<s>", UINT64_C(0x00758639bd217e70)},
        {"</s>", UINT64_C(0x6be0737df1f76c0a)},
        {"<unk>", UINT64_C(0xea91e7561f5b392b)},
        {"language model", UINT64_C(0x5cfa48ed4eb8f538)},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        assert_true(plx_hash64(words[i].word, strlen(words[i].word), 0) == words[i].hash);
}

static void hash64__any_alignment(void **state)
{
    uint8_t bytes[64];

    (void)state;
    for (size_t shift = 0; shift < 16; shift++) {
        memcpy(bytes + shift, "language model", 14);
        assert_true(plx_hash64(bytes + shift, 14, 0) == UINT64_C(0x5cfa48ed4eb8f538));
    }
}

/* Whatever stands behind the data. */
static void hash64_padded__every_length(void **state)
{
    uint8_t bytes[64 + 8];

    (void)state;
    for (size_t size = 0; size <= 64; size++) {
        for (unsigned behind = 0; behind < 256; behind += 85) {
            for (size_t i = 0; i < size; i++)
                bytes[i] = (uint8_t)(i * 37 + size);
            memset(bytes + size, (int)behind, sizeof(bytes) - size);
            assert_true(plx_hash64_padded(bytes, size, 0) == plx_hash64(bytes, size, 0));
            assert_true(plx_hash64_padded(bytes, size, 12345) == plx_hash64(bytes, size, 12345));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hash64__smhasher_verification),
        cmocka_unit_test(hash64__words),
        cmocka_unit_test(hash64__any_alignment),
        cmocka_unit_test(hash64_padded__every_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
