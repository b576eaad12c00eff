#include "io/archive.h"

#include "base/error.h"
#include "base/memory.h"
#include "io/members.h"
#include "io/unpack.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC_BYTES 512

/* So much shows what there is: more than the first member's head takes, and a block of bzip2. */
#define HEAD_BYTES ((size_t)2 << 20)

/* A file of an archive: the medium of its source. */
struct member {
    struct plx_medium medium;
    struct plx_source *source; /* the archive; owned */
    struct plx_unpack unpack;
    struct plx_members members; /* as far as they have been met */
    char *wanted;               /* what members->wanted points to; owned */
    char *name;                 /* of the file; owned */
    size_t opened;              /* its number, as members.chosen */
    bool searched;              /* no other file matches; else that shows at the end */
    bool lone;                  /* a file whose index is another of the archive is refused */
    bool ended;
    bool sized;
    uint64_t size, delivered;
};

enum plx_status plx_archive_recognise(struct plx_source *source, bool strict, bool *archive,
                                      struct plx_error *error)
{
    const uint8_t *head;
    size_t size;
    *archive = false;
    enum plx_status status = plx_source_peek(source, MAGIC_BYTES, &head, &size, error);
    const enum plx_archive_kind kind = status ? PLX_ARCHIVE_NONE : plx_archive_kind(head, size);
    *archive = kind == PLX_ARCHIVE_PLAIN;
    if (kind == PLX_ARCHIVE_NONE || (*archive && !strict))
        return status;
    status = plx_source_peek(source, HEAD_BYTES, &head, &size, error);
    *archive = false;
    if (status == PLX_OK)
        status = plx_unpack_begins(head, size, archive, error);
    return status == PLX_OK || *error->input ? status : plx_error_input(error, plx_source_name(source));
}

/* How the file of that name in the archive is called: "archive.zip:name". Released with free(); NULL on
   failure. */
static char *full_name(const struct plx_source *source, const char *name, struct plx_error *error)
{
    const char *archive = plx_source_name(source);
    archive = strcmp(archive, "-") == 0 ? "standard input" : archive;
    const size_t size = strlen(archive) + strlen(name) + 2;
    char *full = plx_new_array(size, 1, error);
    if (full)
        snprintf(full, size, "%s:%s", archive, name);
    return full;
}

/* Says where an error is that passing over the member has met. */
static enum plx_status place(const struct plx_unpack *unpack, const char *name, struct plx_error *error)
{
    struct plx_error ignored;
    char *full = full_name(unpack->source, name, &ignored);
    if (full && !unpack->failed) {
        plx_error_input(error, full);
        plx_error_at_offset(error, unpack->unpacked);
    }
    free(full);
    return error->status;
}

/* The members from here on. */
static enum plx_status meet_rest(struct plx_unpack *unpack, struct plx_members *members,
                                 struct plx_error *error)
{
    struct archive_entry *entry;
    bool better;
    for (;;) {
        enum plx_status status = plx_unpack_next(unpack, &entry, error);
        if (status)
            return status;
        if (!entry)
            return plx_members_check(members, error);
        status = plx_members_add(members, entry, &better, error);
        if (status)
            return status;
        if (plx_unpack_pass(unpack, error))
            return place(unpack, plx_member_name(entry), error);
    }
}

/* Meets all members, so that it is known which one is meant. */
static enum plx_status search(struct plx_source *source, struct plx_members *members, struct plx_error *error)
{
    struct plx_unpack unpack;
    enum plx_status status = plx_unpack_open(source, &unpack, error);
    if (status == PLX_OK)
        status = meet_rest(&unpack, members, error);
    plx_unpack_release(&unpack);
    return status;
}

/* Whether the file can be read, and how large it says it is. */
static enum plx_status examine(struct member *member, struct archive_entry *entry, struct plx_error *error)
{
    const char *name = plx_member_name(entry);
    if (archive_entry_is_encrypted(entry)) {
        plx_error_set(error, PLX_UNSUPPORTED, "the archive's \"%.100s\" is encrypted", name);
        return plx_error_hint(error, "decrypt it first");
    }
    member->name = plx_copy_string(name, strlen(name), error);
    if (!member->name)
        return PLX_MEMORY;
    if (member->lone && plx_members_check_lone(&member->members, name, error))
        return error->status;
    member->sized = archive_entry_size_is_set(entry);
    member->size = member->sized ? (uint64_t)archive_entry_size(entry) : 0;
    return PLX_OK;
}

/* Goes to the file: member number `chosen` if it has been searched for, else the first that matches. */
static enum plx_status find(struct member *member, struct plx_error *error)
{
    const size_t chosen = member->members.chosen;
    struct archive_entry *entry;
    for (size_t index = 0;; index++) {
        enum plx_status status = plx_unpack_next(&member->unpack, &entry, error);
        if (status)
            return status;
        if (!entry)
            return member->searched ? plx_error_set(error, PLX_IO, "the archive changed while it was read")
                                    : plx_members_check(&member->members, error);
        bool found = index == chosen;
        if (!member->searched)
            status = plx_members_add(&member->members, entry, &found, error);
        if (status)
            return status;
        if (found) {
            member->opened = index;
            return examine(member, entry, error);
        }
        if (plx_unpack_pass(&member->unpack, error))
            return place(&member->unpack, plx_member_name(entry), error);
    }
}

/* Behind the file there is one of the very name, which goes before what matches otherwise. */
static enum plx_status refuse_other(const struct member *member, struct plx_error *error)
{
    plx_error_set(error, PLX_USAGE, "\"%.100s\" is a file of the archive behind \"%.100s\", which was read",
                  member->wanted, member->name);
    return plx_error_hint(error, "save the archive as a file, which is searched before it is read");
}

/* The file has been read: was that all of it, and is it the one that was meant? */
static enum plx_status finish(struct member *member, struct plx_error *error)
{
    if (member->sized && member->delivered != member->size)
        return plx_error_set(error, PLX_MALFORMED,
                             "the archive says that the file has %" PRIu64 " bytes, and it has %" PRIu64,
                             member->size, member->delivered);
    if (member->searched)
        return PLX_OK;
    const enum plx_status status = meet_rest(&member->unpack, &member->members, error);
    if (status == PLX_OK && member->members.chosen != member->opened)
        return refuse_other(member, error);
    return status || !member->lone ? status : plx_members_check_lone(&member->members, member->name, error);
}

static enum plx_status member_read(struct plx_medium *medium, uint8_t *data, size_t size, size_t *got,
                                   struct plx_error *error)
{
    struct member *member = (struct member *)medium;
    if (member->ended)
        return PLX_OK;
    enum plx_status status = plx_unpack_read(&member->unpack, data, size, got, error);
    member->delivered += *got;
    if (status || *got > 0)
        return status;
    status = finish(member, error);
    member->ended = status == PLX_OK;
    return status;
}

static uint64_t member_size(const struct plx_medium *medium)
{
    return ((const struct member *)medium)->size;
}

static void member_close(struct plx_medium *medium)
{
    struct member *member = (struct member *)medium;
    plx_unpack_release(&member->unpack);
    plx_source_close(member->source);
    plx_members_release(&member->members);
    free(member->wanted);
    free(member->name);
    free(member);
}

static const struct plx_medium_table member_table = {member_read, member_size, NULL, member_close};

/* Finds the file. */
static enum plx_status begin(struct member *member, const char *wanted, struct plx_error *error)
{
    struct plx_source *again = NULL;
    if (wanted && !(member->wanted = plx_copy_string(wanted, strlen(wanted), error)))
        return PLX_MEMORY;
    member->members.wanted = member->wanted;
    enum plx_status status = plx_source_reopen(member->source, &again, error);
    if (status == PLX_OK && again)
        status = search(again, &member->members, error);
    member->searched = again != NULL;
    plx_source_close(again);
    if (status == PLX_OK)
        status = plx_unpack_open(member->source, &member->unpack, error);
    return status ? status : find(member, error);
}

enum plx_status plx_archive_open_member(struct plx_source *archive, const char *member, bool lone,
                                        const struct plx_source_options *options, struct plx_source **file,
                                        struct plx_error *error)
{
    struct member *opened = plx_new_array(1, sizeof *opened, error);
    *file = NULL;
    if (!opened) {
        plx_source_close(archive);
        return PLX_MEMORY;
    }
    opened->medium.table = &member_table;
    opened->source = archive;
    opened->lone = lone;
    plx_source_stop_hashing(archive);
    enum plx_status status = begin(opened, member, error);
    if (status && !*error->input)
        plx_error_input(error, plx_source_name(archive));
    char *name = status ? NULL : full_name(archive, opened->name, error);
    if (!name) {
        member_close(&opened->medium);
        return error->status;
    }
    return plx_source_open_medium(&opened->medium, name, options, file, error);
}
