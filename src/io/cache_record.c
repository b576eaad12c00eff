#include "io/cache_record.h"

#include "base/buffer.h"
#include "base/number.h"
#include "io/cache_folder.h"

#include <perplex/output.h>

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FIRST_LINE   "perplex.url/1"
#define RECORD_BYTES ((size_t)4096)

/* Everything in its place, or nothing: it was renamed into it. */
static bool read_text(const char *path, char text[RECORD_BYTES])
{
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    const ssize_t size = read(descriptor, text, RECORD_BYTES - 1);
    close(descriptor);
    if (size <= 0 || text[size - 1] != '\n')
        return false;
    text[size] = '\0';
    return strlen(text) == (size_t)size;
}

static bool take_text(const char *value, char *text, size_t capacity)
{
    return (size_t)snprintf(text, capacity, "%s", value) < capacity;
}

static bool take_line(const char *name, const char *value, struct plx_cache_record *record)
{
    uint64_t number;
    if (strcmp(name, "label") == 0)
        return take_text(value, record->label, sizeof record->label);
    if (strcmp(name, "sha256") == 0)
        return plx_cache_is_hash(value) && take_text(value, record->sha256, sizeof record->sha256);
    if (strcmp(name, "size") == 0)
        return plx_parse_u64(value, strlen(value), 0, UINT64_MAX, &record->size);
    if (strcmp(name, "etag") == 0)
        return take_text(value, record->validators.etag, sizeof record->validators.etag);
    if (strcmp(name, "modified") == 0)
        return take_text(value, record->validators.modified, sizeof record->validators.modified);
    if (strcmp(name, "downloaded") != 0 || !plx_parse_u64(value, strlen(value), 0, INT64_MAX, &number))
        return false;
    record->downloaded = (int64_t)number;
    return true;
}

bool plx_cache_record_read(const char *path, struct plx_cache_record *record)
{
    char text[RECORD_BYTES], *rest = NULL;
    *record = (struct plx_cache_record){.size = 0};
    if (!read_text(path, text))
        return false;
    const char *line = strtok_r(text, "\n", &rest);
    bool fine = line && strcmp(line, FIRST_LINE) == 0;
    for (char *next; fine && (next = strtok_r(NULL, "\n", &rest)) != NULL;) {
        char *space = strchr(next, ' ');
        fine = space != NULL;
        if (fine) {
            *space = '\0';
            fine = take_line(next, space + 1, record);
        }
    }
    return fine;
}

/* What could not be read back as it is, is left out. */
static enum plx_status put(struct plx_buffer *buffer, const char *name, const char *value,
                           struct plx_error *error)
{
    return *value && !strpbrk(value, "\r\n") ? plx_buffer_printf(buffer, error, "%s %s\n", name, value)
                                             : PLX_OK;
}

static enum plx_status spell(const struct plx_cache_record *record, struct plx_buffer *buffer,
                             struct plx_error *error)
{
    enum plx_status status =
        plx_buffer_printf(buffer, error, FIRST_LINE "\nsize %" PRIu64 "\ndownloaded %" PRId64 "\n",
                          record->size, record->downloaded);
    if (status == PLX_OK)
        status = put(buffer, "label", record->label, error);
    if (status == PLX_OK)
        status = put(buffer, "sha256", record->sha256, error);
    if (status == PLX_OK)
        status = put(buffer, "etag", record->validators.etag, error);
    return status ? status : put(buffer, "modified", record->validators.modified, error);
}

enum plx_status plx_cache_record_write(const char *path, const struct plx_cache_record *record,
                                       struct plx_error *error)
{
    struct plx_buffer buffer;
    struct plx_output *output = NULL;
    plx_buffer_init(&buffer, RECORD_BYTES);
    enum plx_status status = spell(record, &buffer, error);
    if (status == PLX_OK)
        status = plx_output_open(path, &output, error);
    if (status == PLX_OK)
        status = plx_output_write(output, buffer.data, buffer.size, error);
    plx_buffer_release(&buffer);
    if (status) {
        plx_output_discard(output);
        return status;
    }
    return plx_output_commit(output, error);
}

void plx_cache_day(int64_t seconds, char day[PLX_CACHE_DAY])
{
    const time_t when = (time_t)seconds;
    struct tm parts;
    if (!gmtime_r(&when, &parts) || strftime(day, PLX_CACHE_DAY, "%Y-%m-%d", &parts) == 0)
        memcpy(day, "?", 2);
}
