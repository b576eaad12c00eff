/* Where the n-grams of two words and more go as a model is read: tables in memory, or a file that is being
   written. Orders come one after the other, the shortest first; of each all n-grams, in the order of the file
   that they come from. All calls come from one thread. */
#ifndef PLX_MODEL_NGRAM_SINK_H
#define PLX_MODEL_NGRAM_SINK_H

#include "model/ngram_table.h"

struct plx_ngram_record {
    uint64_t key;
    struct plx_ngram ngram;
    uint64_t line; /* where it stands in a text file, from 1; 0: nowhere */
};

struct plx_ngram_sink {
    /* An order of about `expected` n-grams begins (what a header promises: believe it only as far as it costs
       nothing). */
    enum plx_status (*begin)(struct plx_ngram_sink *sink, unsigned order, uint64_t expected,
                             struct plx_error *error);

    /* The next n-grams. A key that was there before is PLX_MALFORMED, with the line of the second in
       sink->duplicate_line (0 for none known); it may be found only at the end of the order. */
    enum plx_status (*add)(struct plx_ngram_sink *sink, const struct plx_ngram_record *records, size_t count,
                           struct plx_error *error);

    /* The order is complete: table(order) may be searched from now on, by any thread. */
    enum plx_status (*end)(struct plx_ngram_sink *sink, struct plx_error *error);

    /* The table of an order that has ended; owned by the sink. */
    const struct plx_ngram_table *(*table)(struct plx_ngram_sink *sink, unsigned order);

    uint64_t duplicate_line;
};

#endif
