/* --mix and --mix-tune: other models beside the first. */
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of the weight, for the first model: less is what rounding leaves of nothing. */
#define LEAST_LEFT 1e-9

/* "0.3:PATH": false, with a message, if that is not what it is. */
static bool read_part(const struct cli_arguments *arguments, const char *text, double *weight,
                      const char **name)
{
    const size_t digits = strspn(text, "0123456789.eE+-");
    char shown[256], origin[1024], *end;
    *weight = strtod(text, &end);
    *name = end + 1;
    if (digits > 0 && end == text + digits && *end == ':' && *weight > 0 && *weight < 1 && **name)
        return true;
    plx_text_visible(text, shown, sizeof shown);
    cli_origin(arguments, CLI_MIX, origin, sizeof origin);
    fprintf(stderr, "perplex: %s takes WEIGHT:MODEL with a weight between 0 and 1, not \"%s\"\n", origin,
            shown);
    return false;
}

bool cli_read_mixture(const struct cli_arguments *arguments, struct cli_mixture *mixture)
{
    char origin[1024];
    double sum = 0;
    *mixture = (struct cli_mixture){.count = 1, .names = {arguments->operands[0]}};
    for (int i = 0; i < arguments->mixed_count; i++) {
        const size_t place = mixture->count++;
        if (!read_part(arguments, arguments->mixed[i], mixture->weights + place, mixture->names + place))
            return false;
        sum += mixture->weights[place];
    }
    mixture->weights[0] = 1 - sum;
    if (!(1 - sum >= LEAST_LEFT)) {
        cli_origin(arguments, CLI_MIX, origin, sizeof origin);
        fprintf(stderr, "perplex: the weights of %s add up to %g: nothing is left for the first model\n",
                origin, sum);
        return false;
    }
    if (mixture->count == 1 && arguments->values[CLI_MIX_TUNE]) {
        cli_origin(arguments, CLI_MIX_TUNE, origin, sizeof origin);
        fprintf(stderr, "perplex: %s needs a model to mix: --mix WEIGHT:MODEL\n", origin);
        return false;
    }
    return true;
}

enum plx_status cli_open_mixture(struct cli_mixture *mixture, const struct plx_model_options *first,
                                 struct plx_error *error)
{
    /* What is said of the first model's file is not of the others'. */
    const struct plx_model_options others = {
        .load = first->load,
        .fingerprint = first->fingerprint,
        .verify = first->verify,
        .threads = first->threads,
        .network = first->network,
        .interrupted = first->interrupted,
        .progress = first->progress,
        .user = first->user,
    };
    enum plx_status status = PLX_OK;
    for (size_t i = 0; i < mixture->count && mixture->count > 1 && status == PLX_OK; i++)
        status = cli_refuse_endpoint(mixture->names[i], CLI_NOT_MIXED, error);
    for (size_t i = 0; i < mixture->count && status == PLX_OK; i++)
        status = plx_model_open(mixture->names[i], i == 0 ? first : &others, mixture->models + i, error);
    if (status == PLX_OK && mixture->count > 1)
        status = plx_model_mix((const struct plx_model *const *)mixture->models, mixture->weights,
                               mixture->count, &mixture->mixed, error);
    return status;
}

enum plx_status cli_tune_mixture(struct cli_mixture *mixture, struct plx_corpus *corpus,
                                 const struct plx_evaluate_options *options, struct plx_error *error)
{
    struct plx_model *tuned;
    const enum plx_status status = plx_mixture_tune(mixture->mixed, corpus, options, &tuned, error);
    if (status)
        return status;
    plx_model_close(mixture->mixed);
    mixture->mixed = tuned;
    return PLX_OK;
}

const struct plx_model *cli_mixture_model(const struct cli_mixture *mixture)
{
    return mixture->mixed ? mixture->mixed : mixture->models[0];
}

void cli_close_mixture(struct cli_mixture *mixture)
{
    plx_model_close(mixture->mixed);
    for (size_t i = 0; i < mixture->count; i++)
        plx_model_close(mixture->models[i]);
}
