/* Where the converter writes to, before it does. */
#ifndef PLX_EVAL_CONVERT_OUTPUTS_H
#define PLX_EVAL_CONVERT_OUTPUTS_H

#include <perplex/convert.h>

/* Looks at every file that the conversion would write, `output` or the two that its format makes of it among
   them. PLX_USAGE where one would replace what is read, or two are the same; the errors of
   plx_output_check. */
enum plx_status plx_convert_check_outputs(const struct plx_corpus *corpus, const char *output,
                                          const struct plx_convert_options *options, struct plx_error *error);

#endif
