#include "io/members.h"

#include "base/error.h"
#include "base/path.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

/* Of a name in a message. */
#define NAME_BYTES_MOST 100

/* A data set in two files: its tokens, and what says how to read them. */
#define TOKENS ".bin"
#define INDEX  ".idx"

/* Of all names of indexes: a hundred thousand of common length. */
#define INDEXES_BYTES_MOST ((size_t)16 << 20)

/* Without "./" before it. */
static const char *skip_here(const char *name)
{
    while (name[0] == '.' && name[1] == '/' && name[2] != '\0')
        name += 2;
    return name;
}

const char *plx_member_name(struct archive_entry *entry)
{
    const char *name = archive_entry_pathname(entry);
    if (!name)
        name = archive_entry_pathname_utf8(entry);
    return name ? skip_here(name) : "";
}

/* Not of the corpus' making: what macOS puts beside every file. */
static bool is_litter(const char *name)
{
    return strncmp(name, "__MACOSX/", 9) == 0 || strcmp(plx_path_base(name), ".DS_Store") == 0;
}

/* What a member is that has no content of its own; NULL: a file. */
static const char *other_kind(struct archive_entry *entry)
{
    if (archive_entry_hardlink(entry))
        return "a link";
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG: return NULL;
    case AE_IFDIR: return "a directory";
    case AE_IFLNK: return "a link";
    default: return "a special file";
    }
}

static void list(struct plx_member_list *list, const char *name)
{
    char text[NAME_BYTES_MOST + 8];
    const int length = snprintf(text, sizeof text, "%s%.*s%s", list->shown ? ", " : "", NAME_BYTES_MOST, name,
                                strlen(name) > NAME_BYTES_MOST ? "..." : "");
    list->count++;
    if (list->shown + 1 < list->count || (size_t)length >= sizeof list->text - list->length)
        return;
    memcpy(list->text + list->length, text, (size_t)length + 1);
    list->length += (size_t)length;
    list->shown++;
}

/* Directories may have a slash at their end. */
static bool same_name(const char *wanted, const char *name)
{
    size_t length = strlen(name), wanted_length;
    wanted = skip_here(wanted);
    wanted_length = strlen(wanted);
    length -= length > 1 && name[length - 1] == '/';
    wanted_length -= wanted_length > 1 && wanted[wanted_length - 1] == '/';
    return length == wanted_length && memcmp(wanted, name, length) == 0;
}

/* The length of NAME in `name` that ends with the suffix behind it; 0 where it does not. */
static size_t stem(const char *name, const char *suffix)
{
    const size_t length = strlen(name), end = strlen(suffix);
    return length > end && strcmp(name + length - end, suffix) == 0 ? length - end : 0;
}

/* Keeps NAME of NAME.idx. */
static enum plx_status note_index(struct plx_members *members, const char *name, struct plx_error *error)
{
    const size_t length = stem(name, INDEX);
    if (length == 0)
        return PLX_OK;
    members->indexes.limit = INDEXES_BYTES_MOST;
    const enum plx_status status = plx_buffer_append(&members->indexes, name, length, error);
    return status ? status : plx_buffer_append(&members->indexes, "", 1, error);
}

/* Whether it is the first that matches, or matches better. */
static bool add(struct plx_members *members, struct archive_entry *entry)
{
    const char *name = plx_member_name(entry), *wanted = members->wanted;
    const char *other = other_kind(entry);
    const size_t index = members->met++;
    const bool exact = wanted && same_name(wanted, name);
    if (other) {
        members->other = exact ? other : members->other;
        return false;
    }
    if (is_litter(name) && !exact)
        return false;
    list(&members->files, name);
    const bool matches =
        !wanted || exact || fnmatch(wanted, name, 0) == 0 || fnmatch(wanted, plx_path_base(name), 0) == 0;
    if (!matches || (members->exact && !exact))
        return false;
    if (exact && !members->exact) { /* better than what matches as a pattern */
        members->exact = true;
        members->matches = (struct plx_member_list){.count = 0};
    }
    list(&members->matches, name);
    if (members->matches.count > 1)
        return false;
    members->chosen = index;
    return true;
}

enum plx_status plx_members_add(struct plx_members *members, struct archive_entry *entry, bool *better,
                                struct plx_error *error)
{
    *better = add(members, entry);
    return other_kind(entry) ? PLX_OK : note_index(members, plx_member_name(entry), error);
}

/* ", and 5 more"; empty where all are shown. */
static const char *rest(const struct plx_member_list *list, char text[48])
{
    *text = '\0';
    if (list->shown < list->count)
        snprintf(text, 48, "%s%zu more", list->shown ? ", and " : "", list->count - list->shown);
    return text;
}

enum plx_status plx_members_check(const struct plx_members *members, struct plx_error *error)
{
    const struct plx_member_list *files = &members->files, *matches = &members->matches;
    const char *wanted = members->wanted;
    char more[48];
    if (matches->count == 1)
        return PLX_OK;
    if (members->other && matches->count == 0)
        return plx_error_set(error, PLX_USAGE, "the archive's \"%.*s\" is %s, not a file", NAME_BYTES_MOST,
                             wanted, members->other);
    if (files->count == 0)
        return plx_error_set(error, PLX_MALFORMED, "the archive holds no file");
    if (matches->count == 0)
        plx_error_set(error, PLX_USAGE, "\"%.*s\" is none of the archive's %zu files: %s%s", NAME_BYTES_MOST,
                      wanted, files->count, files->text, rest(files, more));
    else if (wanted && members->exact)
        plx_error_set(error, PLX_USAGE, "the archive holds %zu files of the name \"%.*s\"", matches->count,
                      NAME_BYTES_MOST, wanted);
    else if (wanted)
        plx_error_set(error, PLX_USAGE, "\"%.*s\" means %zu of the archive's files: %s%s", NAME_BYTES_MOST,
                      wanted, matches->count, matches->text, rest(matches, more));
    else
        plx_error_set(error, PLX_USAGE, "the archive holds %zu files: %s%s", files->count, files->text,
                      rest(files, more));
    return plx_error_hint(error, "--member NAME, or a pattern like \"*.txt\", chooses one");
}

enum plx_status plx_members_check_lone(const struct plx_members *members, const char *name,
                                       struct plx_error *error)
{
    const size_t length = stem(name, TOKENS);
    const char *index = (const char *)members->indexes.data, *end = index + members->indexes.size;
    for (; length > 0 && index < end; index += strlen(index) + 1) {
        if (strlen(index) != length || memcmp(index, name, length) != 0)
            continue;
        plx_error_set(error, PLX_UNSUPPORTED,
                      "the archive's \"%.*s\" has an index beside it, NAME%s, which is not read there",
                      NAME_BYTES_MOST, name, INDEX);
        return plx_error_hint(error, "unpack both files");
    }
    return PLX_OK;
}

void plx_members_release(struct plx_members *members)
{
    plx_buffer_release(&members->indexes);
}
