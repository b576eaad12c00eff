/* Gates: conditions on the numbers of a result beside those of a baseline, for continuous integration. */
#ifndef PERPLEX_GATE_H
#define PERPLEX_GATE_H

#include <perplex/compare.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Conditions under which a result fails.

   A condition is  METRIC OPERATOR BOUND ["significant"]:

       ppl > +0.5%               worse than the baseline by more than half a percent of it
       nats > +0.01 significant  by more than 0.01, and the difference is more than noise
       bits_per_byte > 1.02      above 1.02, whatever the baseline has
       accuracy < -1%            lower than the baseline by more than a percent of it

   METRIC is any number of a result by its name, or by its path ("unknown.tokens"); ppl, nats, bits, bpb and
   some more abbreviate. OPERATOR is >, >=, <, <=, == or !=. BOUND is a number; one that begins with + or - is
   a change from the baseline, in the metric's own unit or, with %, in hundredths of the baseline's value
   (of its size where that is negative). `significant` is for changes of what follows from the cross-entropy
   alone, upwards or downwards: the 95 % interval of the difference does not hold 0 either. Several conditions
   are parted by "," or ";", or given one by one; a result fails where one of them holds.

   What cannot be judged fails too: a number that a result lacks, one that is "nan", the difference of two
   infinities, a condition with `significant` that holds where nothing is known about the noise. The change
   from 0 to another value is infinitely many percent, that from 0 to 0 none; down from infinity it is -inf,
   in percent too. */
struct plx_gate;

/* Reads conditions; *gate is to be freed with plx_gate_free, NULL on failure. PLX_USAGE where one is not as
   above: `line` is its number among those given, from 1, `column` the place in it, for plx_text_point, and
   the hint guesses what is meant; PLX_MEMORY. Any thread. */
PLX_API enum plx_status plx_gate_parse(const char *const *conditions, size_t count, struct plx_gate **gate,
                                       struct plx_error *error);

/* NULL is fine. */
PLX_API void plx_gate_free(struct plx_gate *gate);

/* What a gate says. */
enum plx_gate_verdict {
    PLX_GATE_OPEN,   /* it has not been asked */
    PLX_GATE_PASSED, /* no condition holds */
    PLX_GATE_FAILED, /* one holds, or cannot be told */
    PLX_GATE_REFUSED /* a condition is about numbers that may not be compared, or the model of a result has no
                        fingerprint ("none"). What the server of an endpoint tells ("told") is one; a name
                        ("name") is judged, and the comparison warns of it */
};

/* Holds the conditions against every NEW of the comparison, which has the outcomes from then on. `gate` may
   be NULL: "nats > +0 significant". Figures per byte, character and word are judged of results of other
   tokens too. A number that only some of the results have fails those without it. PLX_USAGE, as
   plx_gate_parse, where no result has a number of that name or one has several, and for `significant` behind
   one that does not follow from the cross-entropy; PLX_MEMORY. On failure there are no outcomes, nor those of
   an earlier call. */
PLX_API enum plx_status plx_comparison_judge(struct plx_comparison *comparison, const struct plx_gate *gate,
                                             struct plx_error *error);

/* What the gate says of the comparison, and in one line why, visible as by plx_text_visible; valid as long as
   the comparison. */
PLX_API enum plx_gate_verdict plx_comparison_gate(const struct plx_comparison *comparison,
                                                  const char **reason);

#ifdef __cplusplus
}
#endif
#endif
