#include "whole_file.h"

#include <stdio.h>
#include <stdlib.h>

void *whole_file(const char *name, size_t *size)
{
    FILE *file = fopen(name, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) {
        perror(name);
        exit(2);
    }
    const long length = ftell(file);
    rewind(file);
    void *data = malloc(length > 0 ? (size_t)length : 1);
    if (!data || length < 0 || fread(data, 1, (size_t)length, file) != (size_t)length) {
        fprintf(stderr, "%s: cannot be read\n", name);
        exit(2);
    }
    fclose(file);
    *size = (size_t)length;
    return data;
}
