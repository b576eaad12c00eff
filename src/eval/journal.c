#include "eval/journal.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/memory.h"
#include "io/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint8_t MAGIC[8] = {'P', 'L', 'X', 'J', 'R', 'N', 'L', 1};

#define PREFIX_BYTES 12 /* magic and length of the identity */
#define HEAD_BYTES   24 /* of a record, before its answer */
#define SUM_BYTES    8

/* To the disk, at most so often. */
#define SYNC_SECONDS 1.0

/* A record that has been found in the file. */
struct entry {
    struct plx_journal_key key;
    uint32_t size;
    uint64_t offset; /* of its answer */
};

struct plx_journal {
    char *path;
    int descriptor;
    uint64_t header; /* its bytes; 0: not begun */
    uint64_t seed;   /* of the records' sums: that of the header */
    uint64_t offset; /* behind the last record that has been read or written */
    bool writing;    /* there are no more to read */
    size_t most;
    uint8_t *record; /* [capacity] the one at hand */
    size_t capacity;
    double synced;
    bool unsynced;         /* something has been written since */
    struct entry *entries; /* [entry_count], in the order of their first targets: see plx_journal_load */
    size_t entry_count, entry_capacity;
    size_t found; /* of these, so many have been asked for */
};

/* False with errno, 0 where the file ends before. */
static bool read_at(const struct plx_journal *journal, uint64_t offset, uint8_t *data, size_t size)
{
    while (size > 0) {
        const ssize_t got = pread(journal->descriptor, data, size, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            errno = got < 0 ? errno : 0;
            return false;
        }
        data += got;
        offset += (uint64_t)got;
        size -= (size_t)got;
    }
    return true;
}

/* False with errno. */
static bool write_at(const struct plx_journal *journal, uint64_t offset, const uint8_t *data, size_t size)
{
    while (size > 0) {
        const ssize_t put = pwrite(journal->descriptor, data, size, (off_t)offset);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        data += put;
        offset += (uint64_t)put;
        size -= (size_t)put;
    }
    return true;
}

static enum plx_status cannot_read(const struct plx_journal *journal, int number, struct plx_error *error)
{
    plx_error_set_errno(error, PLX_IO, number, "cannot read the journal");
    return plx_error_input(error, journal->path);
}

enum plx_status plx_journal_refuse(const struct plx_journal *journal, struct plx_error *error)
{
    plx_error_input(error, journal->path);
    return plx_error_hint(error, "remove the file to begin anew");
}

/* Whether the path still leads to the file: whoever had it before may have removed it when done. */
static bool is_there(const struct plx_journal *journal, const struct stat *facts)
{
    struct stat named;
    return stat(journal->path, &named) == 0 && named.st_dev == facts->st_dev && named.st_ino == facts->st_ino;
}

/* Opens and locks the file; *again where it has gone meanwhile. */
static enum plx_status open_locked(struct plx_journal *journal, bool *again, struct plx_error *error)
{
    struct stat facts;
    *again = false;
    journal->descriptor = open(journal->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0666);
    if (journal->descriptor < 0)
        return plx_place_error(journal->path, errno, error);
    if (fstat(journal->descriptor, &facts) != 0)
        return plx_place_error(journal->path, errno, error);
    if (!S_ISREG(facts.st_mode)) {
        plx_error_set(error, PLX_IO, "not a regular file: no journal can be kept there");
        return plx_error_input(error, journal->path);
    }
    if (flock(journal->descriptor, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK)
            return plx_place_error(journal->path, errno, error);
        plx_error_set(error, PLX_IO, "the journal is in use: somebody is at the same work already");
        return plx_error_input(error, journal->path);
    }
    *again = !is_there(journal, &facts);
    return PLX_OK;
}

enum plx_status plx_journal_open(const char *path, struct plx_journal **journal, struct plx_error *error)
{
    struct plx_journal *opened = plx_new_array(1, sizeof *opened, error);
    *journal = NULL;
    if (!opened)
        return PLX_MEMORY;
    opened->descriptor = -1;
    opened->path = plx_copy_string(path, strlen(path), error);
    enum plx_status status = opened->path ? PLX_OK : PLX_MEMORY;
    for (bool again = true; again && status == PLX_OK;) {
        if (opened->descriptor >= 0)
            close(opened->descriptor);
        status = open_locked(opened, &again, error);
    }
    if (status == PLX_OK) {
        *journal = opened;
        return PLX_OK;
    }
    if (opened->descriptor >= 0)
        close(opened->descriptor);
    free(opened->path);
    free(opened);
    return status;
}

static void release(struct plx_journal *journal)
{
    close(journal->descriptor); /* and gives the lock back */
    free(journal->path);
    free(journal->record);
    free(journal->entries);
    free(journal);
}

void plx_journal_close(struct plx_journal *journal)
{
    struct stat facts;
    if (!journal)
        return;
    if (fstat(journal->descriptor, &facts) == 0 && (uint64_t)facts.st_size <= journal->header)
        unlink(journal->path);
    else if (journal->unsynced)
        (void)fdatasync(journal->descriptor); /* who closes it has something else to say */
    release(journal);
}

enum plx_status plx_journal_remove(struct plx_journal *journal, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    if (!journal)
        return PLX_OK;
    if (unlink(journal->path) != 0) {
        plx_error_set_errno(error, PLX_IO, errno, "cannot remove the journal");
        status = plx_error_input(error, journal->path);
    }
    release(journal);
    return status;
}

enum plx_status plx_journal_identify(struct plx_buffer *identity, const char *name, const char *value,
                                     struct plx_error *error)
{
    const enum plx_status status = plx_buffer_append(identity, name, strlen(name) + 1, error);
    return status ? status : plx_buffer_append(identity, value, strlen(value) + 1, error);
}

/* The text of a list that begins at *at, which moves on behind it; NULL at the end. */
static const char *next_text(const uint8_t *list, size_t size, size_t *at)
{
    const char *text = (const char *)list + *at;
    const void *end = *at < size ? memchr(text, '\0', size - *at) : NULL;
    if (!end)
        return NULL;
    *at += strlen(text) + 1;
    return text;
}

/* PLX_MISMATCH, with the first name whose values differ. */
static enum plx_status compare(const struct plx_journal *journal, const uint8_t *there, size_t size,
                               const struct plx_buffer *identity, struct plx_error *error)
{
    size_t a = 0, b = 0;
    if (size == identity->size && memcmp(there, identity->data, size) == 0)
        return PLX_OK;
    for (;;) {
        const char *names[] = {next_text(there, size, &a), next_text(identity->data, identity->size, &b)};
        const char *values[] = {next_text(there, size, &a), next_text(identity->data, identity->size, &b)};
        if (!names[0] || !names[1] || !values[0] || !values[1] || strcmp(names[0], names[1]) != 0) {
            plx_error_set(error, PLX_MISMATCH, "the journal is of another kind of evaluation");
            return plx_journal_refuse(journal, error);
        }
        if (strcmp(values[0], values[1]) == 0)
            continue;
        plx_error_set(error, PLX_MISMATCH,
                      "the journal is of another evaluation: its %s is \"%.128s\", not \"%.128s\"", names[0],
                      values[0], values[1]);
        return plx_journal_refuse(journal, error);
    }
}

static enum plx_status no_journal(const struct plx_journal *journal, const char *what,
                                  struct plx_error *error)
{
    plx_error_set(error, PLX_MALFORMED, "%s", what);
    return plx_journal_refuse(journal, error);
}

/* The header that is there; *torn where the file ends in it, as if whoever wrote it was stopped. */
static enum plx_status read_header(struct plx_journal *journal, const struct plx_buffer *identity, bool *torn,
                                   struct plx_error *error)
{
    struct stat facts;
    uint8_t prefix[PREFIX_BYTES] = {0};
    *torn = false;
    if (fstat(journal->descriptor, &facts) != 0)
        return cannot_read(journal, errno, error);
    const uint64_t size = (uint64_t)facts.st_size;
    const size_t some = size < sizeof prefix ? (size_t)size : sizeof prefix;
    if (!read_at(journal, 0, prefix, some))
        return cannot_read(journal, errno, error);
    if (memcmp(prefix, MAGIC, some < sizeof MAGIC ? some : sizeof MAGIC) != 0)
        return no_journal(journal, "not a journal of perplex", error);
    const size_t length = plx_load_u32(prefix + sizeof MAGIC);
    *torn = size < PREFIX_BYTES;
    if (*torn)
        return PLX_OK;
    if (length > PLX_JOURNAL_IDENTITY_MAX)
        return no_journal(journal, "the header of the journal is damaged", error);
    if ((*torn = size < PREFIX_BYTES + length + SUM_BYTES))
        return PLX_OK;
    const enum plx_status status =
        plx_reserve_array(&journal->record, &journal->capacity, PREFIX_BYTES + length + SUM_BYTES, 1, error);
    if (status)
        return status;
    if (!read_at(journal, 0, journal->record, PREFIX_BYTES + length + SUM_BYTES))
        return cannot_read(journal, errno, error);
    journal->seed = plx_hash64(journal->record, PREFIX_BYTES + length, 0);
    journal->header = PREFIX_BYTES + length + SUM_BYTES;
    if (plx_load_u64(journal->record + PREFIX_BYTES + length) != journal->seed)
        return no_journal(journal, "the header of the journal is damaged", error);
    return compare(journal, journal->record + PREFIX_BYTES, length, identity, error);
}

static enum plx_status cannot_write(const struct plx_journal *journal, int number, struct plx_error *error)
{
    return plx_place_error(journal->path, number, error);
}

static enum plx_status write_header(struct plx_journal *journal, const struct plx_buffer *identity,
                                    struct plx_error *error)
{
    const size_t size = PREFIX_BYTES + identity->size + SUM_BYTES;
    const enum plx_status status = plx_reserve_array(&journal->record, &journal->capacity, size, 1, error);
    if (status)
        return status;
    uint8_t *header = journal->record;
    memcpy(header, MAGIC, sizeof MAGIC);
    plx_store_u32(header + sizeof MAGIC, (uint32_t)identity->size);
    memcpy(header + PREFIX_BYTES, identity->data, identity->size);
    journal->seed = plx_hash64(header, PREFIX_BYTES + identity->size, 0);
    plx_store_u64(header + PREFIX_BYTES + identity->size, journal->seed);
    journal->header = size;
    if (ftruncate(journal->descriptor, 0) != 0 || !write_at(journal, 0, header, size))
        return cannot_write(journal, errno, error);
    return PLX_OK;
}

enum plx_status plx_journal_begin(struct plx_journal *journal, const struct plx_buffer *identity, size_t most,
                                  struct plx_error *error)
{
    bool torn = false;
    enum plx_status status = read_header(journal, identity, &torn, error);
    if (status == PLX_OK && torn)
        status = write_header(journal, identity, error);
    if (status)
        return status;
    journal->offset = journal->header;
    journal->writing = torn;
    journal->most = most;
    journal->synced = plx_clock_seconds();
    return PLX_OK;
}

/* Leaves nothing behind the last whole record. */
static enum plx_status cut(struct plx_journal *journal, struct plx_error *error)
{
    journal->writing = true;
    return ftruncate(journal->descriptor, (off_t)journal->offset) == 0 ? PLX_OK
                                                                       : cannot_write(journal, errno, error);
}

/* Reads the record at hand; *whole: it is one. */
static enum plx_status read_record(struct plx_journal *journal, bool *whole, struct plx_error *error)
{
    uint8_t head[HEAD_BYTES];
    *whole = false;
    if (!read_at(journal, journal->offset, head, sizeof head))
        return errno == 0 ? PLX_OK : cannot_read(journal, errno, error);
    const size_t size = plx_load_u32(head + 20);
    if (size > journal->most)
        return PLX_OK;
    const enum plx_status status =
        plx_reserve_array(&journal->record, &journal->capacity, HEAD_BYTES + size + SUM_BYTES, 1, error);
    if (status)
        return status;
    memcpy(journal->record, head, sizeof head);
    if (!read_at(journal, journal->offset + HEAD_BYTES, journal->record + HEAD_BYTES, size + SUM_BYTES))
        return errno == 0 ? PLX_OK : cannot_read(journal, errno, error);
    *whole = plx_load_u64(journal->record + HEAD_BYTES + size) ==
             plx_hash64(journal->record, HEAD_BYTES + size, journal->seed);
    return PLX_OK;
}

static enum plx_status of_another_corpus(const struct plx_journal *journal, uint64_t first,
                                         struct plx_error *error)
{
    plx_error_set(error, PLX_MISMATCH,
                  "the journal is of another corpus: what is to be scored differs after %llu targets",
                  (unsigned long long)first);
    return plx_journal_refuse(journal, error);
}

enum plx_status plx_journal_next(struct plx_journal *journal, const struct plx_journal_key *key, size_t size,
                                 const uint8_t **answer, struct plx_error *error)
{
    bool whole;
    *answer = NULL;
    if (journal->writing)
        return PLX_OK;
    const enum plx_status status = read_record(journal, &whole, error);
    if (status || !whole)
        return status ? status : cut(journal, error);
    const uint8_t *record = journal->record;
    if (plx_load_u64(record) != key->first || plx_load_u64(record + 8) != key->question ||
        plx_load_u32(record + 16) != key->count || plx_load_u32(record + 20) != size)
        return of_another_corpus(journal, key->first, error);
    journal->offset += HEAD_BYTES + size + SUM_BYTES;
    *answer = record + HEAD_BYTES;
    return PLX_OK;
}

uint8_t *plx_journal_room(struct plx_journal *journal, size_t size, struct plx_error *error)
{
    return plx_reserve_array(&journal->record, &journal->capacity, HEAD_BYTES + size + SUM_BYTES, 1, error)
               ? NULL
               : journal->record + HEAD_BYTES;
}

enum plx_status plx_journal_add(struct plx_journal *journal, const struct plx_journal_key *key, size_t size,
                                struct plx_error *error)
{
    uint8_t *record = journal->record;
    plx_store_u64(record, key->first);
    plx_store_u64(record + 8, key->question);
    plx_store_u32(record + 16, key->count);
    plx_store_u32(record + 20, (uint32_t)size);
    plx_store_u64(record + HEAD_BYTES + size, plx_hash64(record, HEAD_BYTES + size, journal->seed));
    if (!write_at(journal, journal->offset, record, HEAD_BYTES + size + SUM_BYTES)) {
        const enum plx_status status = cannot_write(journal, errno, error);
        (void)cut(journal, NULL); /* what is left of it would be cut off later */
        plx_journal_hint(journal, error);
        return status;
    }
    journal->offset += HEAD_BYTES + size + SUM_BYTES;
    journal->unsynced = true;
    if (plx_clock_seconds() - journal->synced < SYNC_SECONDS)
        return PLX_OK;
    if (fdatasync(journal->descriptor) != 0)
        return cannot_write(journal, errno, error);
    journal->synced = plx_clock_seconds();
    journal->unsynced = false;
    return PLX_OK;
}

static int compare_entries(const void *a, const void *b)
{
    const uint64_t first = ((const struct entry *)a)->key.first,
                   second = ((const struct entry *)b)->key.first;
    return (first > second) - (first < second);
}

enum plx_status plx_journal_load(struct plx_journal *journal, struct plx_error *error)
{
    struct stat facts;
    bool whole = !journal->writing;
    if (fstat(journal->descriptor, &facts) != 0)
        return cannot_read(journal, errno, error);
    journal->most = (size_t)facts.st_size;
    while (whole) {
        enum plx_status status = read_record(journal, &whole, error);
        if (status == PLX_OK && whole)
            status = plx_reserve_array(&journal->entries, &journal->entry_capacity, journal->entry_count + 1,
                                       sizeof *journal->entries, error);
        if (status)
            return status;
        if (!whole)
            break;
        const uint8_t *record = journal->record;
        const uint32_t size = plx_load_u32(record + 20);
        journal->entries[journal->entry_count++] = (struct entry){
            .key = {plx_load_u64(record), plx_load_u64(record + 8), plx_load_u32(record + 16)},
            .size = size,
            .offset = journal->offset + HEAD_BYTES,
        };
        journal->offset += HEAD_BYTES + size + SUM_BYTES;
    }
    if (journal->entry_count > 0)
        qsort(journal->entries, journal->entry_count, sizeof *journal->entries, compare_entries);
    return journal->writing ? PLX_OK : cut(journal, error);
}

enum plx_status plx_journal_find(struct plx_journal *journal, const struct plx_journal_key *key,
                                 uint8_t *answer, size_t size, bool *found, struct plx_error *error)
{
    const struct entry wanted = {.key = *key};
    const struct entry *entry = journal->entry_count > 0
                                    ? bsearch(&wanted, journal->entries, journal->entry_count,
                                              sizeof *journal->entries, compare_entries)
                                    : NULL;
    *found = entry != NULL;
    if (!entry)
        return PLX_OK;
    if (entry->key.question != key->question || entry->key.count != key->count || entry->size != size)
        return of_another_corpus(journal, key->first, error);
    if (!read_at(journal, entry->offset, answer, size))
        return cannot_read(journal, errno, error);
    journal->found++;
    return PLX_OK;
}

enum plx_status plx_journal_end(struct plx_journal *journal, struct plx_error *error)
{
    bool whole = journal->found < journal->entry_count;
    if (journal->writing && !whole)
        return PLX_OK;
    const enum plx_status status = whole ? PLX_OK : read_record(journal, &whole, error);
    if (status || !whole)
        return status;
    plx_error_set(error, PLX_MISMATCH, "the journal is of another corpus: it goes on where this one ends");
    return plx_journal_refuse(journal, error);
}

void plx_journal_hint(const struct plx_journal *journal, struct plx_error *error)
{
    if (journal->offset > journal->header)
        plx_error_hint(error, "what has been scored is kept in %.256s: the same command goes on from there",
                       journal->path);
}

void plx_journal_hint_too(const struct plx_journal *journal, struct plx_error *error)
{
    char before[200];
    if (error->status == PLX_MISMATCH && strcmp(error->input, journal->path) == 0)
        return; /* it is the journal that is refused */
    memcpy(before, error->hint, sizeof before);
    before[sizeof before - 1] = '\0';
    if (!*before)
        plx_journal_hint(journal, error);
    else if (journal->offset > journal->header)
        plx_error_hint(error, "%s; what has been scored is kept: the same command goes on from there",
                       before);
}
