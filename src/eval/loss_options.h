/* The options of the losses over batches, checked, and their arrays of one type or the other. */
#ifndef PLX_EVAL_LOSS_OPTIONS_H
#define PLX_EVAL_LOSS_OPTIONS_H

#include <perplex/loss.h>

/* What a loss takes beside the reduction. */
struct plx_loss_takes {
    const char *loss; /* its name in messages */
    bool from_probabilities, class_weights, positive_weights, ignore_index, label_smoothing, temperature,
        focal;
};

/* Copies the options (NULL: the defaults) with the temperature and the ignored class filled in. PLX_USAGE for
   those that the loss does not take, and for values outside their range. */
enum plx_status plx_loss_options_check(const struct plx_loss_options *options,
                                       const struct plx_loss_takes *takes, struct plx_loss_options *checked,
                                       struct plx_error *error);

/* Numbers of which one of the two is not NULL. */
struct plx_loss_numbers {
    const double *wide;
    const float *narrow;
};

struct plx_loss_places {
    double *wide;
    float *narrow;
};

static inline double plx_loss_number(struct plx_loss_numbers numbers, size_t index)
{
    return numbers.wide ? numbers.wide[index] : (double)numbers.narrow[index];
}

static inline bool plx_loss_is_asked(struct plx_loss_places places)
{
    return places.wide || places.narrow;
}

static inline void plx_loss_place(struct plx_loss_places places, size_t index, double value)
{
    if (places.wide)
        places.wide[index] = value;
    else
        places.narrow[index] = (float)value;
}

#endif
