/* Which file of an archive is meant, among those that it holds. */
#ifndef PLX_IO_MEMBERS_H
#define PLX_IO_MEMBERS_H

#include <perplex/status.h>

#include "base/buffer.h"

#include <archive_entry.h>
#include <stdbool.h>

/* Names for a message, as many as fit. */
struct plx_member_list {
    char text[320];
    size_t length, count, shown;
};

/* Members that have been met. Zero-initialised with `wanted` there are none. */
struct plx_members {
    const char *wanted; /* a name, or a pattern of one; NULL: the only file */
    struct plx_member_list files, matches;
    bool exact;        /* matches are of that very name; else of the pattern */
    size_t chosen;     /* the first that matches, counted from 0 among all members */
    size_t met;        /* of all kinds */
    const char *other; /* what is of that very name, but no file: "a directory"; static; NULL: nothing */
    struct plx_buffer indexes; /* NAME of each file NAME.idx, ended by a NUL */
};

/* The member's name as it is compared and shown: without "./" before it. Valid as long as the entry. */
const char *plx_member_name(struct archive_entry *entry);

/* The next member. *better if it is the first that matches, or matches better than those before. PLX_MEMORY.
 */
enum plx_status plx_members_add(struct plx_members *members, struct archive_entry *entry, bool *better,
                                struct plx_error *error);

/* After all: PLX_OK if one has been chosen. Else, or where several match, PLX_USAGE with the names that there
   are; PLX_MALFORMED where there are none at all. */
enum plx_status plx_members_check(const struct plx_members *members, struct plx_error *error);

/* PLX_UNSUPPORTED where the member `name` is NAME.bin of a data set in two files, whose
   NAME.idx is among those met. */
enum plx_status plx_members_check_lone(const struct plx_members *members, const char *name,
                                       struct plx_error *error);

void plx_members_release(struct plx_members *members);

#endif
