/* SRILM: `ngram -ppl` (its manual page, and the output that it is known by): 7 significant digits. */
#include "report/summary/summary.h"

#include "base/number.h"
#include "eval/conventions.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DIGITS 7

static void choose_protocol(const struct plx_model_info *model, const struct plx_protocol *given,
                            struct plx_protocol *protocol)
{
    (void)given;
    (void)model;
    *protocol = *plx_protocol_find("srilm");
}

static bool allows(const struct plx_plan *plan)
{
    return plan->srilm;
}

/* A perplexity of nothing is a word. */
static void format_perplexity(double value, char text[PLX_NUMBER_TEXT])
{
    if (isnan(value))
        snprintf(text, PLX_NUMBER_TEXT, "undefined");
    else
        plx_format_significant(value, DIGITS, text);
}

static enum plx_status print_name(struct plx_summary *summary, const struct plx_result *result,
                                  struct plx_error *error)
{
    const char *name = strcmp(result->corpus_name, "standard input") == 0 ? "-" : result->corpus_name;
    enum plx_status status = plx_output_write(summary->output, "file ", strlen("file "), error);
    if (status == PLX_OK)
        status = plx_output_write(summary->output, name, strlen(name), error);
    return status;
}

static enum plx_status finish(struct plx_summary *summary, const struct plx_result *result,
                              struct plx_error *error)
{
    struct plx_conventions c;
    char logprob[PLX_NUMBER_TEXT], ppl[PLX_NUMBER_TEXT], ppl1[PLX_NUMBER_TEXT];
    plx_conventions_compute(result, &c);
    plx_format_significant(c.srilm.logprob, DIGITS, logprob);
    format_perplexity(c.srilm.ppl, ppl);
    format_perplexity(c.srilm.ppl1, ppl1);
    enum plx_status status = print_name(summary, result, error);
    if (status == PLX_OK)
        status = plx_summary_print(summary, error, ": %llu sentences, %llu words, %llu OOVs\n",
                                   (unsigned long long)c.srilm.sentences, (unsigned long long)c.srilm.words,
                                   (unsigned long long)c.srilm.oovs);
    if (status || c.srilm.sentences + c.srilm.words == 0)
        return status; /* it says no more of nothing */
    return plx_summary_print(summary, error, "%llu zeroprobs, logprob= %s ppl= %s ppl1= %s\n",
                             (unsigned long long)c.srilm.zeroprobs, logprob, ppl, ppl1);
}

const struct plx_summary_format plx_summary_srilm = {
    .name = "srilm",
    .description = "ngram -ppl: two lines, 7 digits",
    .protocol = choose_protocol,
    .allows = allows,
    .finish = finish,
};
