/* Journals as files: what is read back, what is refused, and what becomes of a file that ends too early or
   has other bits than were written. */
#include "eval/journal.h"

#include "support/fixtures.h"
#include "support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define RECORDS 4
#define MOST    40

/* By journal.h: "model\0M\0batch\0" and "16\0", and records of 24 bytes, so many, and 8. */
#define HEADER_BYTES (12 + 8 + 9 + 8)
#define ANSWER(i)    (5 + 10 * (size_t)(i)) /* bytes of answer i */

static struct plx_buffer identity_of(const char *batch)
{
    struct plx_buffer identity;
    struct plx_error error;
    plx_buffer_init(&identity, PLX_JOURNAL_IDENTITY_MAX);
    assert_int_equal(plx_journal_identify(&identity, "model", "M", &error), PLX_OK);
    assert_int_equal(plx_journal_identify(&identity, "batch", batch, &error), PLX_OK);
    return identity;
}

static struct plx_journal_key key_of(size_t i)
{
    return (struct plx_journal_key){100 * i, 0x0123456789abcdef + i, 100};
}

/* Byte k of answer i. */
static uint8_t byte_of(size_t i, size_t k)
{
    return (uint8_t)(17 * i + k);
}

static struct plx_journal *open_journal(void)
{
    struct plx_journal *journal;
    struct plx_error error;
    assert_int_equal(plx_journal_open(folder_path("j"), &journal, &error), PLX_OK);
    return journal;
}

static enum plx_status begin(struct plx_journal *journal, const char *batch, struct plx_error *error)
{
    struct plx_buffer identity = identity_of(batch);
    const enum plx_status status = plx_journal_begin(journal, &identity, MOST, error);
    plx_buffer_release(&identity);
    return status;
}

static void add(struct plx_journal *journal, size_t i)
{
    struct plx_error error;
    const struct plx_journal_key key = key_of(i);
    uint8_t *room = plx_journal_room(journal, ANSWER(i), &error);
    assert_non_null(room);
    for (size_t k = 0; k < ANSWER(i); k++)
        room[k] = byte_of(i, k);
    assert_int_equal(plx_journal_add(journal, &key, ANSWER(i), &error), PLX_OK);
}

/* Asks for all answers in turn, and gives those that are missing. Returns how many were there; each of them
   is as it was written. */
static size_t go_on(struct plx_journal *journal)
{
    struct plx_error error;
    size_t found = 0;
    for (size_t i = 0; i < RECORDS; i++) {
        const struct plx_journal_key key = key_of(i);
        const uint8_t *answer;
        assert_int_equal(plx_journal_next(journal, &key, ANSWER(i), &answer, &error), PLX_OK);
        for (size_t k = 0; answer && k < ANSWER(i); k++)
            assert_int_equal(answer[k], byte_of(i, k));
        assert_true(!answer || found == i);
        found += answer != NULL;
        if (!answer)
            add(journal, i);
    }
    assert_int_equal(plx_journal_end(journal, &error), PLX_OK);
    return found;
}

/* A whole journal is in the file. */
static struct file_bytes write_whole(void)
{
    struct plx_error error;
    struct plx_journal *journal = open_journal();
    assert_int_equal(begin(journal, "16", &error), PLX_OK);
    assert_int_equal(go_on(journal), 0);
    plx_journal_close(journal);
    return file_read(folder_path("j"));
}

static void plx_journal_next__gives_back_what_was_added(void **state)
{
    struct plx_error error;
    (void)state;
    const struct file_bytes whole = write_whole();
    assert_int_equal(whole.size, HEADER_BYTES + RECORDS * 32 + 5 + 15 + 25 + 35);
    assert_memory_equal(whole.bytes,
                        "PLXJRNL\1\x11\0\0\0model\0M\0batch\0"
                        "16\0",
                        29);
    struct plx_journal *journal = open_journal();
    assert_int_equal(begin(journal, "16", &error), PLX_OK);
    assert_int_equal(go_on(journal), RECORDS);
    plx_journal_close(journal);
    folder_file_is("j", whole.bytes, whole.size);
    free(whole.bytes);
}

/* Whatever the end is torn off: what is whole is read, what is not is written again, and the file is whole
   then. */
static void plx_journal_next__a_file_may_end_anywhere(void **state)
{
    static const size_t ends[] = {HEADER_BYTES + 37, HEADER_BYTES + 84, HEADER_BYTES + 141,
                                  HEADER_BYTES + 208};
    struct plx_error error;
    (void)state;
    const struct file_bytes whole = write_whole();
    assert_int_equal(whole.size, ends[RECORDS - 1]);
    for (size_t size = 0; size <= whole.size; size++) {
        size_t expected = 0;
        while (expected < RECORDS && ends[expected] <= size)
            expected++;
        file_write(folder_path("j"), whole.bytes, size);
        struct plx_journal *journal = open_journal();
        assert_int_equal(begin(journal, "16", &error), PLX_OK);
        assert_int_equal(go_on(journal), expected);
        plx_journal_close(journal);
        folder_file_is("j", whole.bytes, whole.size);
    }
    free(whole.bytes);
}

/* A bit that has flipped in the header is an error, one in a record ends the file before that record. */
static void plx_journal_next__a_flipped_bit_is_noticed(void **state)
{
    struct plx_error error;
    (void)state;
    const struct file_bytes whole = write_whole();
    for (size_t bit = 0; bit < 8 * whole.size; bit += 7) { /* one or two of each byte */
        whole.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        file_write(folder_path("j"), whole.bytes, whole.size);
        whole.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        struct plx_journal *journal = open_journal();
        const enum plx_status status = begin(journal, "16", &error);
        /* a longer identity than there are bytes: as if the header had not been written whole */
        const bool torn = bit >= 64 && bit < 96 && status == PLX_OK;
        if (torn)
            assert_int_equal(go_on(journal), 0);
        else if (bit < 8 * HEADER_BYTES)
            assert_int_equal(status, PLX_MALFORMED);
        else
            assert_true(status == PLX_OK && go_on(journal) < RECORDS);
        plx_journal_close(journal);
        if (bit >= 8 * HEADER_BYTES || torn)
            folder_file_is("j", whole.bytes, whole.size);
    }
    free(whole.bytes);
}

/* What is not whole goes as soon as it is met, with all behind it. */
static void plx_journal_next__cuts_off_what_is_not_whole(void **state)
{
    struct plx_error error;
    const uint8_t *answer;
    const struct plx_journal_key keys[] = {key_of(0), key_of(1)};
    (void)state;
    const struct file_bytes whole = write_whole();
    whole.bytes[HEADER_BYTES + 37 + 3] ^= 1;
    file_write(folder_path("j"), whole.bytes, whole.size);
    struct plx_journal *journal = open_journal();
    assert_int_equal(begin(journal, "16", &error), PLX_OK);
    assert_int_equal(plx_journal_next(journal, keys, ANSWER(0), &answer, &error), PLX_OK);
    assert_non_null(answer);
    assert_int_equal(plx_journal_next(journal, keys + 1, ANSWER(1), &answer, &error), PLX_OK);
    assert_null(answer);
    folder_file_is("j", whole.bytes, HEADER_BYTES + 37);
    plx_journal_close(journal);
    free(whole.bytes);
}

static void assert_refused(enum plx_status status, const struct plx_error *error, enum plx_status expected,
                           const char *message)
{
    assert_int_equal(status, expected);
    assert_string_equal(error->message, message);
    assert_string_equal(error->hint, "remove the file to begin anew");
    assert_true(strstr(error->input, "j") != NULL);
}

static void plx_journal_begin__refuses_what_is_of_something_else(void **state)
{
    struct plx_error error;
    (void)state;
    const struct file_bytes whole = write_whole();
    struct plx_journal *journal = open_journal();
    assert_refused(begin(journal, "17", &error), &error, PLX_MISMATCH,
                   "the journal is of another evaluation: its batch is \"16\", not \"17\"");
    struct plx_buffer identity = identity_of("16");
    assert_int_equal(plx_journal_identify(&identity, "shard", "1/2", &error), PLX_OK);
    assert_refused(plx_journal_begin(journal, &identity, MOST, &error), &error, PLX_MISMATCH,
                   "the journal is of another kind of evaluation");
    plx_buffer_release(&identity);
    plx_journal_close(journal);
    folder_file_is("j", whole.bytes, whole.size);
    free(whole.bytes);
}

static void plx_journal_begin__refuses_what_is_no_journal(void **state)
{
    static const char *const others[] = {"P", "PLXJRNLx", "a text", "{\"schema\": \"perplex.result/1\"}"};
    struct plx_error error;
    (void)state;
    for (size_t i = 1; i < sizeof others / sizeof *others; i++) {
        file_write(folder_path("j"), others[i], strlen(others[i]));
        struct plx_journal *journal = open_journal();
        assert_refused(begin(journal, "16", &error), &error, PLX_MALFORMED, "not a journal of perplex");
        plx_journal_close(journal);
        folder_file_is("j", others[i], strlen(others[i]));
    }
    file_write(folder_path("j"), others[0], 1); /* begun by one */
    struct plx_journal *journal = open_journal();
    assert_int_equal(begin(journal, "16", &error), PLX_OK);
    plx_journal_close(journal);
}

static void plx_journal_next__refuses_another_question(void **state)
{
    static const struct plx_journal_key others[] = {
        {1, 0x0123456789abcdef, 100}, {0, 0x0123456789abcdee, 100}, {0, 0x0123456789abcdef, 99}};
    struct plx_error error;
    const uint8_t *answer;
    (void)state;
    const struct file_bytes whole = write_whole();
    for (size_t i = 0; i < 4; i++) {
        const struct plx_journal_key key = i < 3 ? others[i] : key_of(0);
        struct plx_journal *journal = open_journal();
        assert_int_equal(begin(journal, "16", &error), PLX_OK);
        assert_int_equal(plx_journal_next(journal, &key, i < 3 ? ANSWER(0) : ANSWER(0) + 1, &answer, &error),
                         PLX_MISMATCH);
        assert_null(answer);
        plx_journal_close(journal);
        folder_file_is("j", whole.bytes, whole.size);
    }
    free(whole.bytes);
}

/* The corpus has become shorter. */
static void plx_journal_end__refuses_answers_to_nothing(void **state)
{
    struct plx_error error;
    const uint8_t *answer;
    const struct plx_journal_key key = key_of(0);
    (void)state;
    const struct file_bytes whole = write_whole();
    struct plx_journal *journal = open_journal();
    assert_int_equal(begin(journal, "16", &error), PLX_OK);
    assert_int_equal(plx_journal_next(journal, &key, ANSWER(0), &answer, &error), PLX_OK);
    assert_refused(plx_journal_end(journal, &error), &error, PLX_MISMATCH,
                   "the journal is of another corpus: it goes on where this one ends");
    plx_journal_close(journal);
    free(whole.bytes);
}

static void plx_journal_open__keeps_others_away(void **state)
{
    struct plx_journal *journal = open_journal(), *other;
    struct plx_error error;
    (void)state;
    assert_int_equal(plx_journal_open(folder_path("j"), &other, &error), PLX_IO);
    assert_string_equal(error.message, "the journal is in use: somebody is at the same work already");
    assert_null(other);
    plx_journal_close(journal);
    journal = open_journal();
    assert_int_equal(begin(journal, "16", &error), PLX_OK);
    assert_int_equal(go_on(journal), 0);
    assert_int_equal(plx_journal_remove(journal, &error), PLX_OK);
    folder_holds("");
}

/* What was never begun, or has no record, leaves nothing; what has one stays, begun or not. */
static void plx_journal_close__leaves_no_empty_file(void **state)
{
    struct plx_error error;
    struct plx_journal *journal = open_journal();
    (void)state;
    plx_journal_close(journal);
    folder_holds("");
    journal = open_journal();
    assert_int_equal(begin(journal, "16", &error), PLX_OK);
    plx_journal_close(journal);
    folder_holds("");
    free(write_whole().bytes);
    plx_journal_close(open_journal());
    folder_holds("j");
}

static void plx_journal_open__refuses_what_is_no_file(void **state)
{
    struct plx_journal *journal;
    struct plx_error error;
    (void)state;
    assert_int_equal(plx_journal_open("/dev/full", &journal, &error), PLX_IO);
    assert_string_equal(error.message, "not a regular file: no journal can be kept there");
    assert_int_equal(plx_journal_open(folder_path("no/j"), &journal, &error), PLX_IO);
    assert_int_equal(mkdir(folder_path("d"), 0777), 0);
    assert_int_equal(plx_journal_open(folder_path("d"), &journal, &error), PLX_IO);
    assert_int_equal(rmdir(folder_path("d")), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_make, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(plx_journal_next__gives_back_what_was_added),
        TEST(plx_journal_next__a_file_may_end_anywhere),
        TEST(plx_journal_next__a_flipped_bit_is_noticed),
        TEST(plx_journal_next__cuts_off_what_is_not_whole),
        TEST(plx_journal_begin__refuses_what_is_of_something_else),
        TEST(plx_journal_begin__refuses_what_is_no_journal),
        TEST(plx_journal_next__refuses_another_question),
        TEST(plx_journal_end__refuses_answers_to_nothing),
        TEST(plx_journal_open__keeps_others_away),
        TEST(plx_journal_close__leaves_no_empty_file),
        TEST(plx_journal_open__refuses_what_is_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
