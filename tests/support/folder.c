#include "support/folder.h"

#include "support/fixtures.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];

int folder_make(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/perplex-test-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int no_dots(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

int folder_remove(void **state)
{
    struct dirent **entries = NULL;
    const int count = scandir(folder, &entries, no_dots, by_bytes);
    (void)state;
    for (int i = 0; i < count; i++) {
        (void)remove(folder_path(entries[i]->d_name));
        free(entries[i]);
    }
    free(entries);
    return rmdir(folder);
}

const char *folder_path(const char *name)
{
    static char paths[8][512];
    static size_t next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

void folder_holds(const char *names)
{
    char found[1024] = "";
    struct dirent **entries = NULL;
    const int count = scandir(folder, &entries, no_dots, by_bytes);
    for (int i = 0; i < count; i++) {
        const size_t used = strlen(found);
        snprintf(found + used, sizeof found - used, "%s%s", i ? " " : "", entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    assert_string_equal(found, names);
}

void folder_file_is(const char *name, const void *bytes, size_t size)
{
    const struct file_bytes file = file_read(folder_path(name));
    assert_int_equal(file.size, size);
    assert_memory_equal(file.bytes, bytes, size);
    free(file.bytes);
}
