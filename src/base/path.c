#include "base/path.h"

#include <string.h>

const char *plx_path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool ends_with(const char *path, size_t length, const char *suffix)
{
    const size_t size = strlen(suffix);
    return length >= size && memcmp(path + length - size, suffix, size) == 0;
}

bool plx_path_has_suffix(const char *path, const char *suffix)
{
    static const char compressed[] = ".gz";
    size_t length = strlen(path);
    if (ends_with(path, length, compressed))
        length -= sizeof compressed - 1;
    return ends_with(path, length, suffix);
}
