/* What a JSONL corpus delivers, or refuses, against what a test expects. */
#ifndef PLX_TESTS_RECORDS_H
#define PLX_TESTS_RECORDS_H

#include "support/corpora.h"

/* The corpus that a text is. */
struct corpus_reading read_records(const char *records);

/* The bytes of all documents. */
void expect_text(const struct corpus_reading *reading, const char *text, size_t size);

/* Document i; id may be NULL. */
void expect_document(const struct corpus_reading *reading, size_t i, uint64_t begin, uint64_t line,
                     uint64_t offset, const char *id);

void expect_ids(const struct corpus_reading *reading, const uint32_t *ids, size_t count);

#define EXPECT_IDS(reading, ...)                         \
    expect_ids(reading, (const uint32_t[]){__VA_ARGS__}, \
               sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

void expect_strings(const struct corpus_reading *reading, const char *const *strings, size_t count);

#define EXPECT_STRINGS(reading, ...)                            \
    expect_strings(reading, (const char *const[]){__VA_ARGS__}, \
                   sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* The status and the place of the error that the text must end in, parts of its message and, unless NULL, of
   its hint. */
void expect_refused_of(const char *records, size_t size, enum plx_status expected, uint64_t line,
                       uint64_t column, const char *message, const char *hint);

#endif
