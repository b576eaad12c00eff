#include "base/path.h"

#include <string.h>

const char *plx_path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}
