/* The file of a journal: a header that says what it is of, and records in the order in which they were made.
   A reader asks for one record after the other; behind the last whole one it writes. Or it has all of them
   listed, asks for them in any order, and writes meanwhile. What the records hold is their owner's matter.

   All numbers are little-endian. The header:

     8 bytes  "PLXJRNL" and a 1
     u32      n, PLX_JOURNAL_IDENTITY_MAX at most
     n bytes  what determines the records: names and values by turns, each with a NUL behind it
     u64      plx_hash64 of all that, seed 0

   A record:

     u64      first target
     u64      hash of the question
     u32      targets
     u32      m
     m bytes  the answer
     u64      plx_hash64 of all that of the record, with the hash of the header as the seed

   The first record that is not whole ends the file: whoever wrote it was stopped in the middle. */
#ifndef PLX_EVAL_JOURNAL_H
#define PLX_EVAL_JOURNAL_H

#include <perplex/journal.h>

#include "base/buffer.h"

#include <stdbool.h>

#define PLX_JOURNAL_IDENTITY_MAX ((size_t)1 << 16)

/* What an answer is to. */
struct plx_journal_key {
    uint64_t first, question;
    uint32_t count;
};

/* Adds a name and its value to what determines the records. */
enum plx_status plx_journal_identify(struct plx_buffer *identity, const char *name, const char *value,
                                     struct plx_error *error);

/* Begins reading: a new file gets the header. No answer has more than `most` bytes. PLX_MISMATCH, with what
   differs, where the journal is of something else; PLX_MALFORMED where the file is none, or its header is
   damaged; PLX_IO, PLX_MEMORY. */
enum plx_status plx_journal_begin(struct plx_journal *journal, const struct plx_buffer *identity, size_t most,
                                  struct plx_error *error);

/* The next answer, which must be to that question: *answer is borrowed until the next call, or NULL where
   there is none, and the journal is to be written from here on. PLX_MISMATCH where it is to another one. */
enum plx_status plx_journal_next(struct plx_journal *journal, const struct plx_journal_key *key, size_t size,
                                 const uint8_t **answer, struct plx_error *error);

/* Lists all records that are there, to be asked for by plx_journal_find rather than plx_journal_next; the
   journal can be written from here on. */
enum plx_status plx_journal_load(struct plx_journal *journal, struct plx_error *error);

/* The answer to that question, into answer[size], if it is listed. PLX_MISMATCH where another question has
   the same first target. May be called while another thread writes. */
enum plx_status plx_journal_find(struct plx_journal *journal, const struct plx_journal_key *key,
                                 uint8_t *answer, size_t size, bool *found, struct plx_error *error);

/* Room for an answer of that size, to be filled; NULL on failure. */
uint8_t *plx_journal_room(struct plx_journal *journal, size_t size, struct plx_error *error);

/* Writes the answer that has been put there; to the disk now and then. PLX_IO; the records before stay. */
enum plx_status plx_journal_add(struct plx_journal *journal, const struct plx_journal_key *key, size_t size,
                                struct plx_error *error);

/* The end of the questions. PLX_MISMATCH where there are more answers. */
enum plx_status plx_journal_end(struct plx_journal *journal, struct plx_error *error);

/* Adds to an error that is about what is in the journal which file that is, and that it is to be removed.
   Returns its status. */
enum plx_status plx_journal_refuse(const struct plx_journal *journal, struct plx_error *error);

/* Says that the journal keeps what has been done, if it does: an addition to an error. */
void plx_journal_hint(const struct plx_journal *journal, struct plx_error *error);

/* The same behind the hint that is there, unless the error is that the journal is of something else. */
void plx_journal_hint_too(const struct plx_journal *journal, struct plx_error *error);

#endif
