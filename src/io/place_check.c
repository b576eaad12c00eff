#include "io/place.h"

#include <perplex/output.h>

#include "base/error.h"

#include <string.h>
#include <sys/stat.h>

static bool is_replaced(const char *output, const char *input)
{
    struct stat facts;
    return stat(input, &facts) == 0 && S_ISREG(facts.st_mode) && plx_output_same(output, input);
}

enum plx_status plx_place_check(const char *output, const char *input, struct plx_error *error)
{
    const bool standard_input = strcmp(input, "-") == 0;
    struct plx_error names[2] = {{0}, {0}};
    if (!is_replaced(output, standard_input ? "/dev/stdin" : input))
        return PLX_OK;
    plx_error_input(names, strcmp(output, "-") == 0 ? "standard output" : output); /* shortens them */
    plx_error_input(names + 1, standard_input ? "standard input" : input);
    return plx_error_set(error, PLX_USAGE, "%s would overwrite what is read: %s", names[0].input,
                         names[1].input);
}
