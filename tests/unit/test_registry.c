/* Of which format a corpus is. */
#include "corpus/corpus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* A NUL byte tells token ids from records; where it stands must decide, and not how much of the file a source
   has at hand. */
static void plx_corpus_peek_head__no_more_than_it_says(void **state)
{
    (void)state;
    char records[PLX_CORPUS_PROBE_BYTES + 64];
    for (size_t at = 0; at < sizeof records; at += 16)
        memcpy(records + at, "{\"text\":\"01234\"}", 16);
    for (size_t i = 0; i < 2; i++) {
        struct plx_source *source;
        struct plx_error error;
        enum plx_probe sure;
        const uint8_t *head;
        size_t size;
        records[PLX_CORPUS_PROBE_BYTES - i] = '\0';
        assert_int_equal(plx_source_open_memory(records, sizeof records, "x", NULL, &source, &error), PLX_OK);
        assert_int_equal(plx_corpus_peek_head(source, &head, &size, &error), PLX_OK);
        assert_int_equal(size, PLX_CORPUS_PROBE_BYTES);
        assert_string_equal(plx_corpus_recognise(head, size, "x", &sure)->name, i == 0 ? "jsonl" : "text");
        plx_source_close(source);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_corpus_peek_head__no_more_than_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
