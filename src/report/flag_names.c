#include "report/flag_names.h"

const struct plx_flag_name plx_flag_names[PLX_FLAG_NAMES] = {{PLX_TOKEN_END, "end"},
                                                             {PLX_TOKEN_BLANK, "blank"},
                                                             {PLX_TOKEN_UNKNOWN, "unknown"},
                                                             {PLX_TOKEN_LITERAL, "literal"}};
