/* What is odd about a file: a list of kinds, each with how often and where first. */
#ifndef PLX_INSPECT_FINDINGS_H
#define PLX_INSPECT_FINDINGS_H

#include <perplex/warning.h>

#include "corpus/corpus.h"

#define PLX_FINDINGS_MOST 40

/* A place; each part is PLX_NOWHERE where it is not known, or there is none. */
struct plx_found_at {
    uint64_t offset;          /* in bytes of the uncompressed file */
    uint64_t column;          /* in bytes of the line, from 1 */
    uint64_t document, token; /* of a corpus of tokens; the token in its document; both from 0 */
};

#define PLX_FOUND_NOWHERE                                  \
    {                                                      \
        PLX_NOWHERE, PLX_NOWHERE, PLX_NOWHERE, PLX_NOWHERE \
    }

struct plx_finding {
    struct plx_warning warning;
    bool note;              /* worth knowing, but nothing is wrong */
    struct plx_found_at at; /* the first */
    char input[256];        /* the file of the first, "" if there is only one */
};

/* Zero-initialised is empty. */
struct plx_findings {
    struct plx_finding items[PLX_FINDINGS_MOST];
    size_t count;
};

/* How often something was met, and where first. Zero-initialised: never. */
struct plx_occurrence {
    uint64_t count;
    uint64_t line; /* 0: not known */
    struct plx_found_at at;
    char input[256];
};

/* Counts `count` more; the first are at the byte (of a text) or token `at` of the chunk. */
void plx_occurrence_add(struct plx_occurrence *occurrence, uint64_t count, const struct plx_chunk *chunk,
                        size_t at);

/* Adds a kind that has no place, or that of its first occurrence; one that never occurred is not added. */
void plx_findings_add(struct plx_findings *findings, bool note, const char *code, uint64_t count,
                      const char *format, ...) PLX_PRINTF(5, 6);
void plx_findings_add_occurrence(struct plx_findings *findings, bool note, const char *code,
                                 const struct plx_occurrence *occurrence, const char *format, ...)
    PLX_PRINTF(5, 6);

/* Drops the names of the files: of one file alone they say nothing. */
void plx_findings_forget_inputs(struct plx_findings *findings);

#endif
