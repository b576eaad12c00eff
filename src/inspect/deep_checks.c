/* The list of deviations that are looked for, and what came of it: from what the reader has noted, where it
   looks for them, and from what is stored. */
#include "inspect/deep.h"

#include "base/logarithms.h"
#include "base/memory.h"
#include "model/stored.h"

#include <math.h>
#include <string.h>

/* Where a count comes from. */
enum origin {
    NOTED,        /* the reader's warnings and remarks */
    REFUSED,      /* the reader lets none pass */
    EMPTY_ORDERS, /* and the line from the reader */
    NO_UNKNOWN,
    MINUS_99_START,
    MINUS_99,
    ZERO_PROBABILITY,
    INFINITE_BACKOFF,
    NOT_A_NUMBER /* or refused */
};

static const struct row {
    const char *code, *what;
    enum origin origin;
} ROWS[] = {
    {"byte-order-mark", "a byte order mark at the beginning", NOTED},
    {"text-before-data", "lines of text before \\data\\", NOTED},
    {"header-blanks", "blanks within \"ngram N=count\", as IRSTLM writes it", NOTED},
    {"count-mismatch", "orders of which the header promises another number of n-grams", NOTED},
    {"empty-order", "orders without n-grams", EMPTY_ORDERS},
    {"missing-blank-line", "no blank line before a section or \\end\\", NOTED},
    {"extra-blank-line", "blank lines where none are usual", NOTED},
    {"crlf", "lines that end with \\r\\n", NOTED},
    {"spaces-for-tabs", "a space for the tab behind the probability", NOTED},
    {"scientific-notation", "numbers in scientific notation (1e-05)", NOTED},
    {"missing-backoff", "n-grams below the highest order without a backoff, which counts as 0", NOTED},
    {"highest-order-backoff", "backoffs other than 0 on the highest order; they are ignored", NOTED},
    {"infinite-backoff", "backoffs of -inf", INFINITE_BACKOFF},
    {"no-unknown-symbol", "no <unk>: unknown words have no probability", NO_UNKNOWN},
    {"upper-case-unknown", "<UNK> is taken for <unk>", NOTED},
    {"minus-99-start", "log10 p = -99 of the start symbol, which is never scored", MINUS_99_START},
    {"minus-99", "log10 p = -99 of other n-grams, taken literally", MINUS_99},
    {"zero-probability", "log10 p = -inf", ZERO_PROBABILITY},
    {"positive-probability", "log10 p > 0, clamped; refused without --allow-positive", NOTED},
    {"not-a-number", "NaN as a probability or backoff", NOT_A_NUMBER},
    {"missing-suffix", "n-grams whose suffix of one word less is not there; scores do not need it", NOTED},
    {"missing-context", "n-grams whose context is not there; it counts as backoff 1", NOTED},
    {"duplicate", "n-grams that are there twice", REFUSED},
    {"missing-end", "no \\end\\", REFUSED},
    {"text-after-end", "lines of text after \\end\\", NOTED},
};

#define ROW_COUNT (sizeof ROWS / sizeof *ROWS)

static uint64_t empty_orders(const struct plx_model_info *info)
{
    uint64_t count = 0;
    for (unsigned k = 0; k < info->order; k++)
        count += info->ngrams[k] == 0;
    return count;
}

/* Of all orders. */
static struct plx_inspected_values add_up(const struct plx_inspected_values *values, unsigned order)
{
    struct plx_inspected_values all = {0};
    for (unsigned k = 0; values && k < order; k++) {
        all.minus_99 += values[k].minus_99;
        all.zero += values[k].zero;
        all.not_a_number += values[k].not_a_number;
        all.infinite_backoffs += values[k].infinite_backoffs;
    }
    return all;
}

static void fill_in(const struct plx_model *model, const struct plx_inspected_deep *deep,
                    const struct row *row, struct plx_inspected_check *check)
{
    const struct plx_model_info *info = plx_model_info(model);
    const struct plx_inspected_values all = add_up(deep->values, info->order);
    const struct plx_warning *warning = plx_model_deviation(model, row->code);
    const bool start_minus_99 = deep->start_nats == 99.0 * PLX_LN_10;
    *check = (struct plx_inspected_check){.code = row->code,
                                          .what = row->what,
                                          .known = deep->values != NULL,
                                          .line = warning ? warning->line : 0};
    switch (row->origin) {
    case NOTED:
        check->known = warning || plx_model_watches(model, row->code);
        check->count = warning ? warning->count : 0;
        return;
    case REFUSED: check->known = check->refused = plx_model_watches(model, row->code); return;
    case EMPTY_ORDERS:
        check->known = true;
        check->count = empty_orders(info);
        return;
    case NO_UNKNOWN:
        check->known = true;
        check->count = info->unknown == PLX_NO_TOKEN;
        return;
    case MINUS_99_START:
        check->known = true;
        check->count = start_minus_99;
        return;
    case MINUS_99: check->count = all.minus_99 - (deep->values && start_minus_99); return;
    case ZERO_PROBABILITY: check->count = all.zero; return;
    case NOT_A_NUMBER:
        check->refused = plx_model_watches(model, row->code);
        check->count = all.not_a_number;
        return;
    case INFINITE_BACKOFF: check->count = all.infinite_backoffs; return;
    }
}

enum plx_status plx_deep_checks(const struct plx_model *model, struct plx_inspected_deep *deep,
                                struct plx_error *error)
{
    deep->checks = plx_new_array(ROW_COUNT, sizeof *deep->checks, error);
    if (!deep->checks)
        return PLX_MEMORY;
    deep->check_count = ROW_COUNT;
    for (size_t i = 0; i < ROW_COUNT; i++)
        fill_in(model, deep, ROWS + i, deep->checks + i);
    return PLX_OK;
}
