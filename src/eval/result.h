/* What an evaluation leaves behind; src/report turns it into text. */
#ifndef PLX_EVAL_RESULT_H
#define PLX_EVAL_RESULT_H

#include <perplex/result.h>

#include "corpus/document_range.h"
#include "corpus/tokenize.h"
#include "eval/sequence.h"
#include "eval/tally.h"
#include "eval/warnings.h"
#include "eval/windows.h"

struct plx_result {
    struct plx_plan plan;
    struct plx_tally tally;
    struct plx_sequence sequence;
    struct plx_extra_request request; /* without the weights themselves */
    struct plx_extra extra;           /* what it asks for */
    struct plx_skipped skipped;
    struct plx_text_counts text; /* of the whole corpus */
    uint64_t documents;
    uint64_t tokens; /* scored and skipped */

    struct plx_model_info model;      /* its strings and counts are static or owned here */
    uint64_t *ngrams;                 /* [model.order] or NULL */
    struct plx_component *components; /* [model.component_count] or NULL */
    struct plx_tuning tuning;         /* what model.tuning points to, if it does */
    char unknown_symbol[PLX_SYMBOL_TEXT];
    const char *corpus_format;
    size_t files; /* of the corpus */
    char corpus_sha256[65];
    char document_range[PLX_DOCUMENT_RANGE_TEXT]; /* of the corpus; "": all documents */
    struct plx_warnings warnings;

    /* Depends on the machine. */
    char *model_name, *corpus_name;
    unsigned threads;
    size_t batch;
    double seconds;
};

#endif
