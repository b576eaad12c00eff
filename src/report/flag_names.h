/* What flags of tokens are called in reports. */
#ifndef PLX_REPORT_FLAG_NAMES_H
#define PLX_REPORT_FLAG_NAMES_H

#include <perplex/evaluate.h>

#define PLX_FLAG_NAMES ((size_t)4)

struct plx_flag_name {
    enum plx_token_flag flag;
    const char *name;
};

extern const struct plx_flag_name plx_flag_names[PLX_FLAG_NAMES]; /* in the order in which they are listed */

#endif
