#include "report/suffix.h"

#include "base/error.h"
#include "base/path.h"

#include <string.h>
#include <strings.h>

/* Whether name[0..length) ends so. */
static bool ends_with(const char *name, size_t length, const char *suffix)
{
    const size_t size = strlen(suffix);
    return length >= size && strncasecmp(name + length - size, suffix, size) == 0;
}

bool plx_suffix_matches(const char *name, const char *const *suffixes)
{
    size_t length = strlen(name);
    if (ends_with(name, length, ".gz"))
        length -= strlen(".gz");
    for (const char *const *suffix = suffixes; *suffix; suffix++) {
        if (ends_with(name, length, *suffix))
            return true;
    }
    return false;
}

enum plx_status plx_suffix_unknown(const char *path, const char *kind, const struct plx_suffixes *formats,
                                   size_t count, struct plx_error *error)
{
    struct plx_error names = {0};
    plx_error_set(error, PLX_USAGE, "\"%.200s\" does not say what format a %s file is", plx_path_base(path),
                  kind);
    for (size_t i = 0; i < count; i++)
        plx_error_hint(&names, "%s%s%s (%s)", names.hint, i ? " or " : "", formats[i].suffixes[0],
                       formats[i].name);
    plx_error_hint(error, "its name ends in %s; .gz may follow", names.hint);
    return PLX_USAGE;
}
