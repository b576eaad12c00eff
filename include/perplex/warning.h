/* Deviations and doubts that do not stop the work: they are listed in the result, none is silent. */
#ifndef PERPLEX_WARNING_H
#define PERPLEX_WARNING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One kind of deviation in one input, however often it was met. */
struct plx_warning {
    char code[40];     /* stable name for programs: "missing-context" */
    char message[256]; /* one sentence for people */
    uint64_t count;    /* how often; 0 where counting makes no sense */
    uint64_t line;     /* where first, from 1; 0 where there is no line */
    bool note; /* worth knowing, but it makes no score doubtful: an inspection lists it, a result does not */
};

#endif
