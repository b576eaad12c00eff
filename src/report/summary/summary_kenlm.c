/* KenLM: `query -v summary` (lm/ngram_query.hh). Its numbers are printed by the library double-conversion as
   util/float_to_string.cc sets that up: the shortest decimal that reads back, with an exponent below 10^-6
   and from 10^21 on. */
#include "report/summary/summary.h"

#include "base/error.h"
#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DECIMAL_LEAST (-6)
#define DECIMAL_LIMIT 21

/* Digits, a point, zeros on either side. */
#define KENLM_TEXT (PLX_NUMBER_TEXT + DECIMAL_LIMIT)

/* A finite number > 0 as digits[0].digits[1…] · 10^exponent. */
struct digits {
    char digits[PLX_NUMBER_TEXT];
    int count;
    int exponent;
};

static struct digits take_apart(double value)
{
    struct digits found = {.exponent = -1};
    char text[PLX_NUMBER_TEXT];
    bool point = false;
    plx_format_double(value, text);
    for (const char *at = text; *at && *at != 'e'; at++) {
        if (*at == '.') {
            point = true;
            continue;
        }
        if (*at == '0' && found.count == 0) {
            found.exponent -= point; /* zeros before the first digit */
            continue;
        }
        found.digits[found.count++] = *at;
        found.exponent += !point;
    }
    const char *e = strchr(text, 'e');
    if (e)
        found.exponent += (int)strtol(e + 1, NULL, 10);
    while (found.count > 1 && found.digits[found.count - 1] == '0')
        found.count--;
    return found;
}

static void format_kenlm(double value, char text[KENLM_TEXT])
{
    if (!isfinite(value) || value == 0) {
        snprintf(text, KENLM_TEXT, "%s", isnan(value) ? "NaN" : value > 0 ? "inf" : "0");
        return;
    }
    const struct digits digits = take_apart(value);
    const char *begin = digits.digits;
    const int exponent = digits.exponent, count = digits.count;
    if (exponent < DECIMAL_LEAST || exponent >= DECIMAL_LIMIT)
        snprintf(text, KENLM_TEXT, "%.1s%s%.*se%d", begin, count > 1 ? "." : "", count - 1, begin + 1,
                 exponent);
    else if (exponent < 0)
        snprintf(text, KENLM_TEXT, "0.%.*s%.*s", -exponent - 1, "00000", count, begin);
    else if (exponent + 1 >= count)
        snprintf(text, KENLM_TEXT, "%.*s%.*s", count, begin, exponent + 1 - count, "00000000000000000000");
    else
        snprintf(text, KENLM_TEXT, "%.*s.%.*s", exponent + 1, begin, count - exponent - 1,
                 begin + exponent + 1);
}

/* Symbols in a text are words to it. */
static void choose_protocol(const struct plx_model_info *model, const struct plx_protocol *given,
                            struct plx_protocol *protocol)
{
    (void)given;
    *protocol = *plx_protocol_find("sentence");
    protocol->control_words = PLX_CONTROL_WORD;
    if (model->unknown == PLX_NO_TOKEN) {
        protocol->unknown = PLX_UNKNOWN_FLOOR;
        protocol->floor_log10 = PLX_KENLM_UNKNOWN_LOG10;
    }
}

static bool allows(const struct plx_plan *plan)
{
    return plan->kenlm;
}

/* As the tool divides, -(-a / b), in double. */
static enum plx_status finish(struct plx_summary *summary, const struct plx_result *result,
                              struct plx_error *error)
{
    const struct plx_sequence *sequence = &result->sequence;
    const uint64_t tokens = plx_tally_targets(&result->tally), oovs = result->tally.unknown_tokens;
    char including[KENLM_TEXT], excluding[KENLM_TEXT];
    format_kenlm(pow(10.0, sequence->ordered_total / (double)tokens), including);
    format_kenlm(pow(10.0, (sequence->ordered_total - sequence->ordered_unknown) / (double)(tokens - oovs)),
                 excluding);
    return plx_summary_print(summary, error,
                             "Perplexity including OOVs:\t%s\n"
                             "Perplexity excluding OOVs:\t%s\n"
                             "OOVs:\t%llu\n"
                             "Tokens:\t%llu\n",
                             including, excluding, (unsigned long long)oovs, (unsigned long long)tokens);
}

const struct plx_summary_format plx_summary_kenlm = {
    .name = "kenlm",
    .description = "query -v summary: four lines, summed in the order of the corpus as KenLM does",
    .ordered = true,
    .protocol = choose_protocol,
    .allows = allows,
    .finish = finish,
};
