/* Journals: what a model has said so far, kept in a file while an evaluation (evaluate.h) goes on, so that
   one that was killed, at whatever moment, goes on from there and comes to the same bytes.

   A journal belongs to one model, protocol, corpus and size of batches; for anything else it is refused,
   never overwritten. So it is on a machine or by a build that may round otherwise: where the library of
   matrix products, the kernels that it has chosen, the mathematical functions or the compiler differ. */
#ifndef PERPLEX_JOURNAL_H
#define PERPLEX_JOURNAL_H

#include <perplex/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct plx_journal;

/* Opens the journal at `path`, or begins one, and keeps others from it. *journal is to be given to
   plx_journal_close or plx_journal_remove; NULL on failure. PLX_IO where it cannot be written, is no regular
   file or is in use, PLX_MEMORY. Any thread. */
PLX_API enum plx_status plx_journal_open(const char *path, struct plx_journal **journal,
                                         struct plx_error *error);

/* Closes it. The file stays, unless nothing is in it. NULL is fine. */
PLX_API void plx_journal_close(struct plx_journal *journal);

/* Closes it and removes the file: it has served. NULL is fine. PLX_IO. */
PLX_API enum plx_status plx_journal_remove(struct plx_journal *journal, struct plx_error *error);

#ifdef __cplusplus
}
#endif
#endif
