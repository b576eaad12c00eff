/* A packer as a program: writes an archive to standard output.

       archiver FORMAT NAME[=FILE]...

   A name alone is a directory, if it ends with "/", or a symbolic link. FORMAT is as in archive_file.h. */
#include "archive_file.h"
#include "whole_file.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARTS_MOST 64

int main(int argc, char **argv)
{
    struct archive_part parts[PARTS_MOST] = {{0}};
    void *contents[PARTS_MOST] = {NULL};
    size_t count = 0;
    for (; argc > 2 && count < PARTS_MOST && count + 2 < (size_t)argc; count++) {
        char *name = argv[count + 2], *file = strchr(name, '=');
        if (file)
            contents[count] = whole_file(file + 1, &parts[count].size);
        if (file)
            *file = '\0';
        parts[count].name = name;
        parts[count].content = contents[count];
    }
    const struct archive_file archive = archive_file(argc > 1 ? argv[1] : "tar", parts, count);
    const bool written =
        fwrite(archive.bytes, 1, archive.size, stdout) == archive.size && fflush(stdout) == 0;
    for (size_t i = 0; i < count; i++)
        free(contents[i]);
    free(archive.bytes);
    return written ? 0 : 2;
}
