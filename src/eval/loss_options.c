#include "eval/loss_options.h"

#include "base/error.h"

#include <math.h>

#define PYTORCH_IGNORE_INDEX (-100)

static enum plx_status not_taken(const char *option, const struct plx_loss_takes *takes,
                                 struct plx_error *error)
{
    return plx_error_set(error, PLX_USAGE, "%s means nothing for %s", option, takes->loss);
}

static enum plx_status check_taken(const struct plx_loss_options *options, const struct plx_loss_takes *takes,
                                   struct plx_error *error)
{
    if (options->from_probabilities && !takes->from_probabilities)
        return not_taken("from_probabilities", takes, error);
    if (options->class_weights && !takes->class_weights)
        return not_taken("class_weights", takes, error);
    if (options->positive_weights && !takes->positive_weights)
        return not_taken("positive_weights", takes, error);
    if (options->has_ignore_index && !takes->ignore_index)
        return not_taken("ignore_index", takes, error);
    if (options->label_smoothing != 0 && !takes->label_smoothing)
        return not_taken("label_smoothing", takes, error);
    if (options->temperature != 0 && !takes->temperature)
        return not_taken("temperature", takes, error);
    if ((options->focal_gamma != 0 || options->focal_alpha) && !takes->focal)
        return not_taken("focal_gamma or focal_alpha", takes, error);
    return PLX_OK;
}

static enum plx_status check_values(const struct plx_loss_options *options, struct plx_error *error)
{
    if (options->reduction != PLX_REDUCE_MEAN && options->reduction != PLX_REDUCE_SUM &&
        options->reduction != PLX_REDUCE_NONE)
        return plx_error_set(error, PLX_USAGE, "%d is no reduction", (int)options->reduction);
    if (!(options->label_smoothing >= 0 && options->label_smoothing <= 1))
        return plx_error_set(error, PLX_USAGE, "label_smoothing is %g, which is not within 0 and 1",
                             options->label_smoothing);
    if (!(options->temperature > 0 && isnormal(options->temperature)))
        return plx_error_set(error, PLX_USAGE, "temperature is %g, which is no positive number to divide by",
                             options->temperature);
    if (!(options->focal_gamma >= 0 && isfinite(options->focal_gamma)))
        return plx_error_set(error, PLX_USAGE, "focal_gamma is %g, which is no exponent of at least 0",
                             options->focal_gamma);
    if (options->from_probabilities && options->temperature != 1) {
        plx_error_set(error, PLX_USAGE,
                      "a temperature divides logits, and the input is said to be probabilities");
        return plx_error_hint(error,
                              "pass the logits, or ln of the probabilities, without from_probabilities");
    }
    return PLX_OK;
}

enum plx_status plx_loss_options_check(const struct plx_loss_options *options,
                                       const struct plx_loss_takes *takes, struct plx_loss_options *checked,
                                       struct plx_error *error)
{
    static const struct plx_loss_options defaults;
    *checked = options ? *options : defaults;
    const enum plx_status status = check_taken(checked, takes, error);
    if (status)
        return status;
    if (checked->temperature == 0)
        checked->temperature = 1;
    if (!checked->has_ignore_index)
        checked->ignore_index = PYTORCH_IGNORE_INDEX;
    return check_values(checked, error);
}
