#include "eval/warnings.h"

#include "corpus/original_warnings.h"

#include "base/error.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The shares of unknown words, literal ones apart, from which on vocabulary and text do not seem to belong
   together. */
#define DOUBTFUL_UNKNOWN_SHARE 0.25

PLX_PRINTF(4, 5)
static void warn(struct plx_warnings *warnings, const char *code, uint64_t count, const char *format, ...)
{
    if (warnings->count == PLX_WARNINGS)
        return;
    struct plx_warning *warning = warnings->list + warnings->count++;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(warning->message, sizeof warning->message, format, arguments);
    va_end(arguments);
    snprintf(warning->code, sizeof warning->code, "%s", code);
    warning->count = count;
    warning->line = 0;
    warning->note = false;
}

void plx_warnings_add_model(struct plx_warnings *warnings, const struct plx_model *model)
{
    size_t count;
    const struct plx_warning *own = plx_model_warnings(model, &count);
    for (size_t i = 0; i < count && warnings->count < PLX_WARNINGS; i++) {
        if (!own[i].note)
            warnings->list[warnings->count++] = own[i];
    }
}

void plx_warnings_unknown(struct plx_warnings *warnings, const char *corpus, uint64_t strange,
                          uint64_t targets)
{
    if ((double)strange > DOUBTFUL_UNKNOWN_SHARE * (double)targets)
        warn(warnings, "many-unknown", strange,
             "%.1f %% of the tokens of the %s are not in the model's vocabulary: is the text tokenized and "
             "cased as the model's training text was?",
             100.0 * (double)strange / (double)targets, corpus);
}

void plx_warnings_doubt(struct plx_warnings *warnings, const struct plx_pipeline *pipeline,
                        const char *corpus)
{
    if (pipeline->lost_hyphens)
        warn(warnings, "foreign-tokenization", pipeline->lost_hyphens,
             "\"@-@\" stands in the %s and not in the vocabulary: the text is tokenized as WikiText is, the "
             "model's training text was not",
             corpus);
    const struct plx_protocol *protocol = &pipeline->plan.protocol;
    const char *peer;
    const unsigned least = plx_protocol_least_windows(protocol, &peer);
    if (pipeline->windows.tokens < least * protocol->window)
        warn(warnings, "few-windows", 0,
             "%s itself refuses fewer than %u windows of %llu tokens, and the %s has %llu tokens", peer,
             least, (unsigned long long)protocol->window, corpus,
             (unsigned long long)pipeline->windows.tokens);
    if (pipeline->text.invalid_utf8)
        warn(warnings, "invalid-utf8", pipeline->text.invalid_utf8,
             "bytes of the %s that are not UTF-8 count as one character each", corpus);
}

void plx_warnings_original(struct plx_warnings *warnings, const struct plx_pipeline *pipeline)
{
    struct plx_warning doubts[PLX_ORIGINAL_WARNINGS];
    const size_t count = plx_original_warnings(pipeline->corpus, pipeline->text.bytes, doubts);
    for (size_t i = 0; i < count && warnings->count < PLX_WARNINGS; i++)
        warnings->list[warnings->count++] = doubts[i];
}

void plx_warnings_spread(struct plx_warnings *warnings, const char *source, uint64_t unscored)
{
    if (unscored > 0 && strcmp(source, "text") == 0)
        warn(
            warnings, "spread-bytes", unscored,
            "of a document whose tokens are not all scored, the bytes of those that are are an estimate: its "
            "text is spread evenly over them");
}
