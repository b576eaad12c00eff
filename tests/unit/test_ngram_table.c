/* The table of the n-grams of one order. What must come out follows from the header: what was put in is found
   with its values, nothing else is, and lines are laid out as it says. Keys with chosen homes, tags and
   fingerprints are made by undoing plx_ngram_scatter. */
#include "model/ngram_table.h"

#include "model/ngram_key.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The key whose scattered value that is. */
static uint64_t gather(uint64_t scattered)
{
    uint64_t inverse = 1; /* of the odd multiplier: every step of Newton's doubles the bits that are right */
    for (int i = 0; i < 6; i++)
        inverse *= 2 - UINT64_C(0x9E3779B97F4A7C15) * inverse;
    const uint64_t x = scattered * inverse;
    return x ^ x >> 32;
}

/* splitmix64, to have keys all over the range. */
static uint64_t anywhere(uint64_t x)
{
    x += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

/* A scattered value like that one of an n-gram that goes on by `step` lines. */
static uint64_t stepping(uint64_t scattered, uint64_t step)
{
    return (scattered & ~(UINT64_C(15) << 6)) | (step - 1) << 6;
}

#define LAYOUTS 3

static unsigned slots_of(enum plx_ngram_layout layout)
{
    return layout == PLX_NGRAM_COMPACT ? PLX_NGRAM_COMPACT_SLOTS : PLX_NGRAM_SLOTS;
}

/* Values that tell n-grams apart. */
static struct plx_ngram values(unsigned number)
{
    return (struct plx_ngram){-(float)number, (float)number / 2 - 1};
}

static bool insert(struct plx_ngram_table *table, uint64_t key, unsigned number)
{
    struct plx_error error;
    bool duplicate = true;
    const struct plx_ngram ngram = values(number);
    assert_int_equal(plx_ngram_table_insert(table, key, &ngram, &duplicate, &error), PLX_OK);
    return !duplicate;
}

static void assert_found(const struct plx_ngram_table *table, uint64_t key, unsigned number)
{
    struct plx_ngram ngram, expected = values(number);
    assert_true(plx_ngram_find(table, key, &ngram));
    assert_true(ngram.probability == expected.probability &&
                !(ngram.probability == 0 && signbit(ngram.probability)));
    assert_true(ngram.backoff == (table->layout == PLX_NGRAM_COMPACT ? 0.0f : expected.backoff));
}

static void assert_absent(const struct plx_ngram_table *table, uint64_t key)
{
    struct plx_ngram ngram = {1.0f, 2.0f};
    assert_false(plx_ngram_find(table, key, &ngram));
    assert_true(ngram.probability == 1.0f && ngram.backoff == 2.0f);
}

/* Lines of a table by hand, in a block of just their size, so that AddressSanitizer watches. */
static struct plx_ngram_table new_lines(enum plx_ngram_layout layout, uint64_t homes, uint64_t spare)
{
    uint8_t *lines = calloc(homes + spare, PLX_NGRAM_LINE);
    assert_non_null(lines);
    return (struct plx_ngram_table){
        .lines = lines, .homes = homes, .spare = spare, .layout = layout, .memory = lines};
}

static uint64_t home_of(const struct plx_ngram_table *table, uint64_t key)
{
    return plx_hash_place(plx_ngram_scatter(key), table->homes);
}

/* Puts an n-gram into its line; returns which, `end` for none. */
static uint64_t put(struct plx_ngram_table *table, uint64_t key, unsigned number, bool *duplicate)
{
    const struct plx_ngram ngram = values(number);
    return plx_ngram_put(table->memory, home_of(table, key), table->homes + table->spare, table->layout, key,
                         &ngram, duplicate);
}

static void put_new(struct plx_ngram_table *table, uint64_t key, unsigned number, uint64_t line)
{
    bool duplicate = true;
    assert_int_equal(put(table, key, number, &duplicate), line);
    assert_false(duplicate);
}

static void plx_ngram_key__tells_ngrams_apart(void **state)
{
    (void)state;
    /* By hand, modulo 2^64: 5 · 8978948897894561157 xor 8 · 17894857484156487943. */
    assert_true(plx_ngram_key(5, 7) ==
                ((UINT64_C(8978948897894561157) * 5) ^ (UINT64_C(17894857484156487943) * 8)));
    for (uint32_t a = 0; a < 100; a++) {
        const uint32_t ids[3] = {a, 3, 50};
        assert_true(plx_ngram_key_of(ids, 1) == a);
        assert_true(plx_ngram_key_of(ids, 2) == plx_ngram_key(3, a));
        assert_true(plx_ngram_key_of(ids, 3) == plx_ngram_key(plx_ngram_key(50, 3), a));
        for (uint32_t b = 0; b < 100; b++)
            assert_int_equal(plx_ngram_key(7, a) == plx_ngram_key(7, b), a == b);
    }
}

static void plx_ngram_scatter__one_to_one(void **state)
{
    (void)state;
    for (uint64_t i = 1; i < 1000; i++) {
        assert_true(plx_ngram_scatter(gather(anywhere(i))) == anywhere(i));
        assert_true(gather(plx_ngram_scatter(i)) == i);
    }
    assert_true(plx_ngram_scatter(0) == plx_ngram_scatter(1)); /* as which it is stored */
}

static void plx_ngram_homes__as_full_as_they_say(void **state)
{
    (void)state;
    assert_int_equal(plx_ngram_homes(PLX_NGRAM_NARROW, 0), 0);
    assert_int_equal(plx_ngram_homes(PLX_NGRAM_COMPACT, 0), 0);
    assert_int_equal(plx_ngram_homes(PLX_NGRAM_NARROW, 1), 1);
    assert_int_equal(plx_ngram_homes(PLX_NGRAM_NARROW, 2100), 2100 * 25 / 21 / 4 + 1);
    assert_int_equal(plx_ngram_homes(PLX_NGRAM_COMPACT, 5400), 1001);
}

static void plx_ngram_find__nothing_there(void **state)
{
    (void)state;
    struct plx_ngram_table table = {0};
    assert_absent(&table, 1);
    for (int layout = 0; layout < LAYOUTS; layout++) {
        table = new_lines((enum plx_ngram_layout)layout, 3, 1);
        assert_absent(&table, 0);
        assert_absent(&table, 1);
        assert_absent(&table, UINT64_MAX);
        free(table.memory);
    }
}

static void plx_ngram_put__wide_bytes(void **state)
{
    (void)state;
    struct plx_ngram_table table = new_lines(PLX_NGRAM_WIDE, 1, 1);
    uint64_t keys[4];
    uint32_t bits[8];
    put_new(&table, 77, 3, 0);
    put_new(&table, 0, 0, 0); /* as key 1 */
    put_new(&table, 78, 4, 0);
    put_new(&table, 79, 5, 0);
    memcpy(keys, table.lines, sizeof keys);
    assert_true(keys[0] == 77 && keys[1] == 1 && keys[2] == 78 && keys[3] == 79);
    memcpy(bits, table.lines + 32, sizeof bits);
    assert_int_equal(bits[0], 0x40400000); /* 3: minus is meant */
    assert_int_equal(bits[1], 0x3F000000); /* 0.5 */
    assert_int_equal(bits[2], 0);
    assert_int_equal(bits[3], 0xBF800000); /* −1 */
    /* One that passes notes its tag in a sign, and no value changes. */
    const uint64_t passing = gather(UINT64_C(0x1000000000000002));
    put_new(&table, passing, 6, 1);
    memcpy(bits, table.lines + 32, sizeof bits);
    assert_int_equal(bits[0], 0x40400000);
    assert_int_equal(bits[4], 0xC0800000);
    assert_found(&table, 77, 3);
    assert_found(&table, 0, 0);
    assert_found(&table, 78, 4);
    assert_found(&table, 79, 5);
    assert_found(&table, passing, 6);
    free(table.memory);
}

static void plx_ngram_put__narrow_bytes(void **state)
{
    (void)state;
    struct plx_ngram_table table = new_lines(PLX_NGRAM_NARROW, 1, 3);
    const uint64_t keys[4] = {UINT64_C(0x0123) << 48, UINT64_C(0xABCD000200000002),
                              UINT64_C(0xFFFF800400000006), UINT64_C(0x1111FFFFFFFFFC3F)};
    const uint64_t passing = stepping(UINT64_C(0x5555000000001011) + 44, 3);
    uint32_t low[4], p[4], b[4];
    uint16_t high[4];
    uint64_t passed;
    for (unsigned i = 0; i < 4; i++)
        put_new(&table, gather(keys[i]), i, 0);
    memcpy(low, table.lines, sizeof low);
    memcpy(p, table.lines + 16, sizeof p);
    memcpy(b, table.lines + 32, sizeof b);
    memcpy(high, table.lines + 48, sizeof high);
    memcpy(&passed, table.lines + 56, sizeof passed);
    assert_true(low[0] == 0 && low[1] == 2 && low[2] == 6 && low[3] == 0xFFFFFC3F);
    assert_true(high[0] == 0x8000 && high[1] == 0x8002 && high[2] == 0x8004 && high[3] == 0xFFFF);
    assert_true(p[0] == 0 && p[1] == 0x3F800000 && p[2] == 0x40000000 && p[3] == 0x40400000);
    assert_true(b[0] == 0xBF800000 && b[1] == 0xBF000000 && b[2] == 0 && b[3] == 0x3F000000);
    assert_true(passed == 0);
    put_new(&table, gather(passing), 7, 3);
    memcpy(&passed, table.lines + 56, sizeof passed);
    assert_true(passed == UINT64_C(1) << 61);
    for (unsigned i = 0; i < 4; i++)
        assert_found(&table, gather(keys[i]), i);
    assert_found(&table, gather(passing), 7);
    free(table.memory);
}

static void plx_ngram_put__compact_bytes(void **state)
{
    (void)state;
    struct plx_ngram_table table = new_lines(PLX_NGRAM_COMPACT, 1, 1);
    uint32_t low[6], p[6], passed;
    uint16_t high[6];
    for (unsigned i = 0; i < 6; i++) /* of fingerprints with the uppermost bit set: 0, 0x0002…0002, … */
        put_new(&table, gather(i == 0 ? UINT64_C(0x0123) << 48 : UINT64_C(0xABCD000200000002) * i), i, 0);
    memcpy(low, table.lines, sizeof low);
    memcpy(p, table.lines + 24, sizeof p);
    memcpy(high, table.lines + 48, sizeof high);
    memcpy(&passed, table.lines + 60, sizeof passed);
    assert_true(low[0] == 0 && low[1] == 2 && low[5] == 10);
    assert_true(high[0] == 0x8000 && high[1] == 0x8002 && high[5] == 0x800A);
    assert_true(p[0] == 0 && p[1] == 0x3F800000 && p[2] == 0x40000000);
    assert_int_equal(passed, 0);
    put_new(&table, gather(UINT64_C(0x5555000000001011)), 7, 1);
    memcpy(&passed, table.lines + 60, sizeof passed);
    assert_int_equal(passed, UINT32_C(1) << 17);
    for (unsigned i = 0; i < 6; i++)
        assert_found(&table, gather(i == 0 ? UINT64_C(0x0123) << 48 : UINT64_C(0xABCD000200000002) * i), i);
    assert_found(&table, gather(UINT64_C(0x5555000000001011)), 7);
    free(table.memory);
}

/* Many n-grams of one home and one step, with all tags: they fill line after line; others of that home are
   not found. */
static void check_collisions(enum plx_ngram_layout layout, uint64_t home, uint64_t step)
{
    enum { HOMES = 20, SPARE = 40 * 16, COUNT = 100 };
    struct plx_ngram_table table = new_lines(layout, HOMES, SPARE);
    const unsigned slots = slots_of(layout);
    const uint64_t least = (UINT64_MAX / HOMES * home + 1024) & ~UINT64_C(1023);
    uint64_t keys[2 * COUNT];
    for (uint64_t i = 0; i < 2 * COUNT; i++)
        keys[i] = gather(stepping(least + i % 64 + i / 64 * 1024, step));
    for (unsigned i = 0; i < COUNT; i++) {
        assert_int_equal(home_of(&table, keys[i]), home);
        put_new(&table, keys[i], i, home + i / slots * step);
        for (unsigned k = i + 1; k < COUNT; k++)
            assert_absent(&table, keys[k]);
    }
    for (unsigned i = 0; i < COUNT; i++) {
        bool duplicate = false;
        assert_found(&table, keys[i], i);
        assert_int_equal(put(&table, keys[i], 999, &duplicate), home + i / slots * step);
        assert_true(duplicate);
        assert_found(&table, keys[i], i);
        assert_absent(&table, keys[COUNT + i]);
    }
    free(table.memory);
}

static void plx_ngram_put__homes_that_collide(void **state)
{
    (void)state;
    for (int layout = 0; layout < LAYOUTS; layout++) {
        for (uint64_t step = 1; step <= 16; step += 5) {
            check_collisions((enum plx_ngram_layout)layout, 0, step);
            check_collisions((enum plx_ngram_layout)layout, 19, step);
        }
    }
}

/* A full line in the way of n-grams of the homes behind, too; and a search stops where its tag has not
   passed.
 */
static void plx_ngram_find__tags(void **state)
{
    (void)state;
    for (int layout = 0; layout < LAYOUTS; layout++) {
        struct plx_ngram_table table = new_lines((enum plx_ngram_layout)layout, 2, 2);
        const unsigned slots = slots_of(table.layout);
        const uint64_t second = (uint64_t)1 << 63;
        for (unsigned i = 0; i <= slots; i++)
            put_new(&table, gather(1024 * (i + 1)), i,
                    i / slots); /* all of tag 0; the last is in the second line */
        for (unsigned i = 0; i < slots; i++)
            put_new(&table, gather(second + 1024 * i), 20 + i, 1 + (i + 1) / slots);
        for (unsigned i = 0; i < slots; i++)
            assert_found(&table, gather(second + 1024 * i), 20 + i);
        assert_found(&table, gather(1024 * (slots + 1)), slots);
        /* Without the note that tag 0 has passed, the search of it ends in the first line. */
        static const struct {
            size_t at;
            int bit;
        } notes[LAYOUTS] = {{32 + 3, 0x80}, {56, 1}, {60, 1}};
        uint8_t *at = table.memory + notes[layout].at;
        assert_int_equal(*at & notes[layout].bit, notes[layout].bit);
        *at = (uint8_t)(*at & ~notes[layout].bit);
        assert_absent(&table, gather(1024 * (slots + 1)));
        free(table.memory);
    }
}

/* Fingerprints that share their low halves, or their high ones, and so, in wide lines, keys that share much:
   in one line and its successors, and in two homes far apart, where they may be wholly equal. */
static void plx_ngram_find__fingerprints_that_share_halves(void **state)
{
    enum { HOMES = 20, SPARE = 20, COUNT = 30 };
    const uint64_t low = UINT64_C(0x89ABC02F), high = UINT64_C(0x4567) << 32, far = UINT64_C(0xF000) << 48;
    (void)state;
    for (int layout = 0; layout < LAYOUTS; layout++) {
        struct plx_ngram_table table = new_lines((enum plx_ngram_layout)layout, HOMES, SPARE);
        uint64_t keys[3 * COUNT];
        for (uint64_t i = 0; i < COUNT; i++) {
            keys[i] = gather(low | i << 32);                   /* one home, one tag, low halves alike */
            keys[COUNT + i] = gather(high | i << 16);          /* likewise the high ones */
            keys[2 * COUNT + i] = gather(far | low | i << 32); /* the fingerprints of the first */
        }
        assert_int_equal(home_of(&table, keys[0]), home_of(&table, keys[2 * COUNT - 1]));
        assert_int_equal(home_of(&table, keys[2 * COUNT]), 18);
        for (unsigned i = 0; i < 3 * COUNT; i++) {
            bool duplicate = true;
            assert_absent(&table, keys[i]);
            put(&table, keys[i], i, &duplicate);
            assert_false(duplicate);
        }
        for (unsigned i = 0; i < 3 * COUNT; i++)
            assert_found(&table, keys[i], i);
        for (uint64_t i = COUNT; i < 1000; i++) {
            assert_absent(&table, gather(low | i << 32));
            assert_absent(&table, gather(high | i << 16));
            assert_absent(&table, gather(far | low | i << 32));
        }
        free(table.memory);
    }
}

static void plx_ngram_put__no_room(void **state)
{
    (void)state;
    for (int layout = 0; layout < LAYOUTS; layout++) {
        struct plx_ngram_table table = new_lines((enum plx_ngram_layout)layout, 1, 1);
        const unsigned slots = slots_of(table.layout);
        bool duplicate = true;
        for (unsigned i = 0; i < 2 * slots; i++)
            put_new(&table, gather(stepping(anywhere(i), 1)), i, i / slots);
        assert_int_equal(put(&table, gather(stepping(anywhere(99), 1)), 1, &duplicate), 2);
        assert_false(duplicate);
        for (unsigned i = 0; i < 2 * slots; i++)
            assert_found(&table, gather(stepping(anywhere(i), 1)), i);
        assert_absent(&table, gather(stepping(anywhere(99), 1)));
        free(table.memory);
    }
}

/* Everything has passed everywhere, up to the last line and beyond: a search ends, and reads nothing there.
 */
static void plx_ngram_find__damaged_notes(void **state)
{
    (void)state;
    for (int layout = 0; layout < LAYOUTS; layout++) {
        for (uint64_t spare = 1; spare < 5; spare++) {
            struct plx_ngram_table table = new_lines((enum plx_ngram_layout)layout, 3, spare);
            memset(table.memory, 0xFF, (size_t)(3 + spare) * PLX_NGRAM_LINE);
            for (uint64_t i = 0; i < 1000; i++)
                assert_absent(&table, anywhere(i));
            free(table.memory);
        }
    }
}

static void plx_ngram_find__extreme_values(void **state)
{
    static const float stored[] = {0.0f, -INFINITY, -3.4028235e38f, -1e-45f, -99.0f};
    (void)state;
    for (int layout = 0; layout < LAYOUTS; layout++) {
        struct plx_ngram_table table = new_lines((enum plx_ngram_layout)layout, 1, 16);
        for (unsigned i = 0; i < 5; i++) {
            const struct plx_ngram ngram = {stored[i], stored[4 - i]};
            bool duplicate;
            plx_ngram_put(table.memory, 0, 17, table.layout, i + 1, &ngram, &duplicate);
        }
        for (unsigned i = 0; i < 5; i++) {
            struct plx_ngram found;
            assert_true(plx_ngram_find(&table, i + 1, &found));
            assert_memory_equal(&found.probability, stored + i, sizeof *stored); /* no −0 */
            assert_true(found.backoff == (table.layout == PLX_NGRAM_COMPACT ? 0.0f : stored[4 - i]));
        }
        free(table.memory);
    }
}

static void plx_ngram_table_insert__twice(void **state)
{
    (void)state;
    struct plx_ngram_table table = {0};
    assert_true(insert(&table, 77, 5));
    assert_int_equal(table.count, 1);
    assert_false(insert(&table, 77, 8));
    assert_int_equal(table.count, 1);
    assert_true(insert(&table, 79, 6));
    assert_int_equal(table.count, 2);
    assert_found(&table, 77, 5);
    assert_found(&table, 79, 6);
    plx_ngram_table_release(&table);
}

/* From nothing, so that it grows again and again. */
static void plx_ngram_table_insert__grows(void **state)
{
    const unsigned count = 200000;
    (void)state;
    struct plx_ngram_table table = {0};
    for (unsigned i = 0; i < count; i++) {
        assert_true(insert(&table, anywhere(i), i));
        if ((i & (i + 1)) == 0) { /* now and then, all so far */
            for (unsigned k = 0; k <= i; k++)
                assert_found(&table, anywhere(k), k);
        }
    }
    assert_int_equal(table.count, count);
    for (unsigned i = 0; i < count; i++) {
        assert_found(&table, anywhere(i), i);
        assert_absent(&table, anywhere(count + i));
        assert_false(insert(&table, anywhere(i), 1));
    }
    assert_int_equal(table.count, count);
    plx_ngram_table_release(&table);
}

/* N-grams of the last home beyond all spare lines: the table grows instead. */
static void plx_ngram_table_insert__behind_the_last_home(void **state)
{
    enum { COUNT = 2000 };
    (void)state;
    struct plx_ngram_table table = {0};
    for (unsigned i = 0; i < COUNT; i++)
        assert_true(insert(&table, gather(UINT64_MAX - i * (UINT64_C(1) << 48)), i));
    for (unsigned i = 0; i < COUNT; i++)
        assert_found(&table, gather(UINT64_MAX - i * (UINT64_C(1) << 48)), i);
    assert_absent(&table, gather(UINT64_MAX - 1));
    plx_ngram_table_release(&table);
}

static void reserve(struct plx_ngram_table *table, uint64_t count)
{
    struct plx_error error;
    assert_int_equal(plx_ngram_table_reserve(table, count, &error), PLX_OK);
}

static void plx_ngram_table_reserve__keeps_what_is_there(void **state)
{
    (void)state;
    struct plx_ngram_table table = {0};
    for (unsigned i = 0; i < 10; i++)
        assert_true(insert(&table, anywhere(i), i));
    const uint64_t before = table.homes;
    reserve(&table, 5000);
    assert_true(table.homes > before);
    assert_int_equal(table.count, 10);
    for (unsigned i = 0; i < 10; i++)
        assert_found(&table, anywhere(i), i);
    plx_ngram_table_release(&table);
}

static void plx_ngram_table_reserve__no_less(void **state)
{
    (void)state;
    struct plx_ngram_table table = {0};
    reserve(&table, 5000);
    const uint64_t reserved = table.homes;
    const uint8_t *lines = table.lines;
    assert_int_equal((uintptr_t)lines % PLX_NGRAM_LINE, 0);
    for (unsigned i = 0; i < 5000; i++)
        assert_true(insert(&table, anywhere(i), i));
    reserve(&table, 0);
    reserve(&table, 5000);
    assert_int_equal(table.homes, reserved); /* what was promised took no growth */
    assert_ptr_equal(table.lines, lines);
    plx_ngram_table_release(&table);
}

static void plx_ngram_table_reserve__too_many(void **state)
{
    (void)state;
    struct plx_ngram_table table = {0};
    struct plx_error error;
    assert_int_equal(plx_ngram_table_reserve(&table, UINT64_MAX, &error), PLX_MEMORY);
    assert_int_equal(table.homes, 0);
}

static void plx_ngram_table_release__twice(void **state)
{
    (void)state;
    struct plx_ngram_table table = {0};
    plx_ngram_table_release(&table);
    insert(&table, 1, 1);
    plx_ngram_table_release(&table);
    assert_int_equal(table.count, 0);
    assert_null(table.lines);
    plx_ngram_table_release(&table);
    insert(&table, 1, 1); /* as good as new */
    assert_found(&table, 1, 1);
    plx_ngram_table_release(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_ngram_key__tells_ngrams_apart),
        cmocka_unit_test(plx_ngram_scatter__one_to_one),
        cmocka_unit_test(plx_ngram_homes__as_full_as_they_say),
        cmocka_unit_test(plx_ngram_find__nothing_there),
        cmocka_unit_test(plx_ngram_put__wide_bytes),
        cmocka_unit_test(plx_ngram_put__narrow_bytes),
        cmocka_unit_test(plx_ngram_put__compact_bytes),
        cmocka_unit_test(plx_ngram_put__homes_that_collide),
        cmocka_unit_test(plx_ngram_find__tags),
        cmocka_unit_test(plx_ngram_find__fingerprints_that_share_halves),
        cmocka_unit_test(plx_ngram_put__no_room),
        cmocka_unit_test(plx_ngram_find__damaged_notes),
        cmocka_unit_test(plx_ngram_find__extreme_values),
        cmocka_unit_test(plx_ngram_table_insert__twice),
        cmocka_unit_test(plx_ngram_table_insert__grows),
        cmocka_unit_test(plx_ngram_table_insert__behind_the_last_home),
        cmocka_unit_test(plx_ngram_table_reserve__keeps_what_is_there),
        cmocka_unit_test(plx_ngram_table_reserve__no_less),
        cmocka_unit_test(plx_ngram_table_reserve__too_many),
        cmocka_unit_test(plx_ngram_table_release__twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
