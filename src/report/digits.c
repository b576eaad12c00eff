#include "report/digits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int plx_decimals_warranted(double standard_error)
{
    char text[32];
    snprintf(text, sizeof text, "%.1e", standard_error);
    return (text[0] == '1' ? 1 : 0) - (int)strtol(strchr(text, 'e') + 1, NULL, 10);
}
