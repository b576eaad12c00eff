/* What an evaluation leaves behind; src/report turns it into text. */
#ifndef PLX_EVAL_RESULT_H
#define PLX_EVAL_RESULT_H

#include <perplex/evaluate.h>
#include <perplex/result.h>

#include "corpus/document_range.h"
#include "corpus/page_counter.h"
#include "corpus/tokenize.h"
#include "eval/blocks.h"
#include "eval/breakdown.h"
#include "eval/sequence.h"
#include "eval/summary.h"
#include "eval/tally.h"
#include "eval/trail.h"
#include "eval/warnings.h"
#include "eval/windows.h"
#include "model/arithmetic.h"

#define PLX_EXPLAINED_NOTES 12
#define PLX_EXPLAINED_TEXT  160

/* What the pass says of one protocol, or why it says nothing. */
struct plx_explanation {
    char protocol[32];
    struct plx_metrics metrics;
    char notes[PLX_EXPLAINED_NOTES][PLX_EXPLAINED_TEXT];
    const char *listed[PLX_EXPLAINED_NOTES]; /* [note_count]: these */
    size_t note_count;
    char reason[512]; /* "": it is allowed */
};

struct plx_result {
    struct plx_plan plan;
    struct plx_tally tally;
    struct plx_sequence sequence;
    struct plx_blocks blocks;
    const struct plx_summary_format *summary; /* whose needs were met; NULL: nobody's */
    struct plx_extra_request request;         /* without the weights themselves */
    struct plx_extra extra;                   /* what it asks for */
    struct plx_breakdown_request breakdown;   /* without the counts themselves */
    struct plx_breakdown_sums breakdown_sums;
    struct plx_trail trail; /* documents, worst and best tokens, where they are asked for */
    struct plx_skipped skipped;
    struct plx_text_counts text;  /* of the whole corpus */
    struct plx_page_counts pages; /* where they are the units; else 0 */
    uint64_t documents;
    uint64_t tokens; /* scored and skipped */
    struct plx_shard shard;
    uint64_t elsewhere;                   /* targets of other shards */
    char arithmetic[PLX_ARITHMETIC_TEXT]; /* of a shard: what else its last bits depend on; "": nothing */

    struct plx_model_info model;      /* its strings and counts are static or owned here */
    uint64_t *ngrams;                 /* [model.order] or NULL */
    struct plx_component *components; /* [model.component_count] or NULL */
    struct plx_tuning tuning;         /* what model.tuning points to, if it does */
    char unknown_symbol[PLX_SYMBOL_TEXT];
    char dialect[16], prompts[16]; /* of a model behind an endpoint, as its properties say; else "" */
    const char *corpus_format;
    size_t files; /* of the corpus */
    char corpus_sha256[65];
    char document_range[PLX_DOCUMENT_RANGE_TEXT]; /* of the corpus; "": all documents */
    struct plx_original_info original;
    struct plx_warnings warnings;
    struct plx_explanation *explanations; /* [explanation_count], where they were asked for; or NULL */
    size_t explanation_count;

    /* Depends on the machine. */
    char *model_name, *corpus_name;
    char *per_token_name, *per_document_name; /* files beside the result; NULL: none */
    unsigned threads;
    size_t batch;
    struct plx_endpoint_counts asked; /* of a model behind an endpoint, in this evaluation */
    double seconds;
};

/* Tokens that were scored, are another shard's or were skipped for one reason: all, if every one is so once.
 */
uint64_t plx_result_decided(const struct plx_result *result);

/* Checks that they are all, that sums are in their range, and that there was something to score.
   PLX_INTERNAL, PLX_NOT_FINITE, PLX_MALFORMED, of the input. */
enum plx_status plx_result_check(const struct plx_result *result, const char *input, struct plx_error *error);

/* Adds the warnings that depend on what was scored. */
void plx_result_doubt(struct plx_result *result);

#endif
