#include "model/token_list.h"

#include "base/buffer.h"
#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/path.h"
#include "io/whole.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* No vocabulary is as large; a file that is has been taken for one by mistake. */
#define FILE_BYTES_MAX ((size_t)1 << 30)

static bool ends_with(const char *text, const char *end)
{
    const size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + (length - end_length), end) == 0;
}

enum plx_token_list_form plx_token_list_form(const char *path)
{
    const char *name = plx_path_base(path);
    if (ends_with(name, ".json") || ends_with(name, ".json.gz"))
        return PLX_TOKENS_JSON;
    if (strncmp(name, "dict.", 5) == 0 && (ends_with(name, ".txt") || ends_with(name, ".txt.gz")))
        return PLX_TOKENS_FAIRSEQ;
    return PLX_TOKENS_LINES;
}

/* A list under construction. */
struct list {
    struct plx_vocabulary *vocabulary;
    const char *name; /* for errors */
};

static enum plx_status fail_at_line(const struct list *list, uint64_t line, struct plx_error *error,
                                    enum plx_status status, const char *message)
{
    plx_error_set(error, status, "%s", message);
    plx_error_input(error, list->name);
    return plx_error_at_line(error, line, PLX_NOWHERE);
}

static enum plx_status add_token(struct list *list, struct plx_word word, uint64_t line,
                                 struct plx_error *error)
{
    uint32_t id;
    if (word.length == 0) {
        fail_at_line(list, line, error, PLX_MALFORMED, "an empty token");
        return plx_error_hint(error, "a list with a newline among its tokens must be written as vocab.json");
    }
    enum plx_status status = plx_vocabulary_add(list->vocabulary, word, &id, error);
    if (status == PLX_OK && id == PLX_NO_TOKEN) {
        plx_error_set(error, PLX_MALFORMED, "the token \"%.*s\" is already in the list, with the id %lu",
                      (int)(word.length < 80 ? word.length : 80), word.text,
                      (unsigned long)plx_vocabulary_find(list->vocabulary, word));
        plx_error_input(error, list->name);
        return plx_error_at_line(error, line, PLX_NOWHERE);
    }
    return status;
}

/* The lines of a text in memory. */
struct cursor {
    const char *at, *end;
    uint64_t line;         /* number of the line taken last, from 1 */
    bool carriage_returns; /* every newline has one before it */
};

static bool next_line(struct cursor *cursor, struct plx_word *line)
{
    if (cursor->at == cursor->end)
        return false;
    const size_t left = (size_t)(cursor->end - cursor->at);
    const char *newline = memchr(cursor->at, '\n', left);
    *line = (struct plx_word){cursor->at, newline ? (size_t)(newline - cursor->at) : left};
    cursor->at += line->length + (newline ? 1 : 0);
    cursor->line++;
    if (newline && cursor->carriage_returns)
        line->length--;
    return true;
}

static struct cursor start_lines(const char *text, size_t size)
{
    struct cursor cursor = {.at = text, .end = text + size};
    struct plx_word line;
    bool all = true;
    while (all && next_line(&cursor, &line)) {
        const bool terminated = line.text + line.length < cursor.end;
        all = !terminated || (line.length > 0 && line.text[line.length - 1] == '\r');
    }
    return (struct cursor){.at = text, .end = text + size, .carriage_returns = all};
}

static enum plx_status parse_lines(struct list *list, const char *text, size_t size, struct plx_error *error)
{
    struct cursor cursor = start_lines(text, size);
    struct plx_word line;
    enum plx_status status = PLX_OK;
    while (status == PLX_OK && next_line(&cursor, &line))
        status = add_token(list, line, cursor.line, error);
    return status;
}

/* "symbol count": the count follows the last space, and white space at the end does not count (fairseq,
   fairseq/data/dictionary.py, add_from_file). */
static enum plx_status parse_fairseq_line(struct list *list, struct plx_word line, uint64_t number,
                                          struct plx_error *error)
{
    static const char OVERWRITE[] = "#fairseq:overwrite";
    uint64_t occurrences;
    size_t end = line.length;
    while (end > 0 && strchr(" \t\r\v\f", line.text[end - 1]) && line.text[end - 1])
        end--;
    size_t field = end;
    while (field > 0 && line.text[field - 1] != ' ')
        field--;
    if (end - field == sizeof OVERWRITE - 1 && memcmp(line.text + field, OVERWRITE, end - field) == 0)
        return fail_at_line(list, number, error, PLX_UNSUPPORTED,
                            "#fairseq:overwrite, which gives a symbol two ids, is not supported");
    if (field == 0 || !plx_parse_u64(line.text + field, end - field, 0, UINT64_MAX, &occurrences))
        return fail_at_line(list, number, error, PLX_MALFORMED,
                            "a line of a fairseq dictionary is a symbol, a space and a count");
    return add_token(list, (struct plx_word){line.text, field - 1}, number, error);
}

static enum plx_status parse_fairseq(struct list *list, const char *text, size_t size,
                                     struct plx_error *error)
{
    static const char *const SPECIAL[] = {"<s>", "<pad>", "</s>", "<unk>"};
    struct cursor cursor = {.at = text, .end = text + size};
    struct plx_word line;
    enum plx_status status = PLX_OK;
    for (size_t i = 0; i < sizeof SPECIAL / sizeof *SPECIAL && status == PLX_OK; i++)
        status = add_token(list, (struct plx_word){SPECIAL[i], strlen(SPECIAL[i])}, 0, error);
    while (status == PLX_OK && next_line(&cursor, &line))
        status = parse_fairseq_line(list, line, cursor.line, error);
    return status;
}

/* tokens[id] = token, for every member of the object; tokens has `count` elements, all NULL. */
static enum plx_status order_members(const cJSON *object, size_t count, const char **tokens, const char *name,
                                     struct plx_error *error)
{
    const struct plx_json_path root = {0};
    const cJSON *member;
    cJSON_ArrayForEach(member, object)
    {
        const struct plx_json_path path = {.parent = &root, .key = member->string};
        const double id = member->valuedouble;
        if (!cJSON_IsNumber(member) || !(id >= 0) || id >= (double)count || (double)(size_t)id != id)
            return plx_json_error(&path, name, error,
                                  "the id must be an integer from 0 to %zu, the number of tokens less one",
                                  count - 1);
        if (tokens[(size_t)id])
            return plx_json_error(&path, name, error, "the id %zu is also that of \"%.80s\"", (size_t)id,
                                  tokens[(size_t)id]);
        if (member->string[0] == '\0')
            return plx_json_error(&path, name, error, "an empty token");
        tokens[(size_t)id] = member->string;
    }
    return PLX_OK;
}

static enum plx_status parse_json(struct list *list, const char *text, size_t size, struct plx_error *error)
{
    const struct plx_json_path root = {0};
    const char **tokens = NULL;
    cJSON *object = NULL;
    enum plx_status status = plx_json_parse(text, size, list->name, &object, error);
    if (status)
        return status;
    if (!cJSON_IsObject(object)) {
        status = plx_json_error(&root, list->name, error, "an object {token: id} is expected");
        goto end;
    }
    const size_t count = (size_t)cJSON_GetArraySize(object);
    tokens = plx_new_array(count, sizeof *tokens, error);
    status = tokens ? order_members(object, count, tokens, list->name, error) : PLX_MEMORY;
    for (size_t i = 0; i < count && status == PLX_OK; i++)
        status = add_token(list, (struct plx_word){tokens[i], strlen(tokens[i])}, PLX_NOWHERE, error);
end:
    free(tokens);
    cJSON_Delete(object);
    return status;
}

enum plx_status plx_token_list_parse(const char *text, size_t size, enum plx_token_list_form form,
                                     const char *name, struct plx_vocabulary **vocabulary,
                                     struct plx_error *error)
{
    *vocabulary = NULL;
    enum plx_status status = PLX_INTERNAL;
    struct list list = {plx_vocabulary_new(size / 8, error), name};
    if (!list.vocabulary)
        return PLX_MEMORY;
    switch (form) {
    case PLX_TOKENS_LINES: status = parse_lines(&list, text, size, error); break;
    case PLX_TOKENS_JSON: status = parse_json(&list, text, size, error); break;
    case PLX_TOKENS_FAIRSEQ: status = parse_fairseq(&list, text, size, error); break;
    }
    if (status) {
        plx_vocabulary_free(list.vocabulary);
        return status;
    }
    *vocabulary = list.vocabulary;
    return PLX_OK;
}

static bool is_file(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* How much of a file's name there is before what says that weights are in it. */
static size_t stem_length(const char *name, size_t length)
{
    static const char *const ENDS[] = {".safetensors", ".safetensors.index.json", ".npz", ".npy"};
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++) {
        const size_t end = strlen(ENDS[i]);
        if (length > end && memcmp(name + (length - end), ENDS[i], end) == 0)
            return length - end;
    }
    return length;
}

enum plx_status plx_token_list_find(const char *model, char **path, struct plx_error *error)
{
    static const char *const BESIDE[] = {"vocab.txt", "vocab.json", "dict.txt"};
    static const char *const OWN[] = {".vocab.txt", ".vocab.json"};
    struct plx_buffer name;
    enum plx_status status = PLX_OK;
    *path = NULL;
    if (!is_file(model))
        return PLX_OK;
    const size_t folder = (size_t)(plx_path_base(model) - model);
    size_t stem = strlen(model);
    if (ends_with(model, ".gz"))
        stem -= 3;
    stem = folder + stem_length(model + folder, stem - folder);
    plx_buffer_init(&name, SIZE_MAX);
    for (size_t i = 0; i < 5; i++) {
        const char *end = i < 2 ? OWN[i] : BESIDE[i - 2];
        name.size = 0;
        status = plx_buffer_append(&name, model, i < 2 ? stem : folder, error);
        if (status == PLX_OK)
            status = plx_buffer_append(&name, end, strlen(end) + 1, error);
        if (status)
            goto fail;
        if (is_file((const char *)name.data)) {
            *path = (char *)name.data;
            return PLX_OK;
        }
    }
fail:
    plx_buffer_release(&name);
    return status;
}

/* The whole file, and its SHA-256. */
static enum plx_status read_file(const char *path, const struct plx_model_options *options,
                                 struct plx_buffer *text, char sha256[65], struct plx_error *error)
{
    const struct plx_source_options source_options = {.network = options->network,
                                                      .interrupted = options->interrupted,
                                                      .user = options->user,
                                                      .fingerprint = true};
    struct plx_source *source;
    enum plx_status status = plx_source_open(path, &source_options, &source, error);
    if (status == PLX_OK)
        status = plx_source_read_all(source, "a vocabulary", text, error);
    if (status == PLX_OK)
        status = plx_source_sha256(source, sha256, error);
    plx_source_close(source);
    return status;
}

static enum plx_status check_size(const struct plx_vocabulary *vocabulary, uint64_t types, const char *path,
                                  const char *model, struct plx_error *error)
{
    const size_t size = plx_vocabulary_size(vocabulary);
    if (size == types || types == 0)
        return PLX_OK;
    plx_error_set(error, PLX_MALFORMED, "the list has %zu tokens, but the model %.200s has %" PRIu64, size,
                  strcmp(model, "-") == 0 ? "from standard input" : model, types);
    plx_error_input(error, path);
    return plx_error_hint(error, "does it belong to another model? --vocab names the right one");
}

enum plx_status plx_token_list_open(const char *model, const struct plx_model_options *options,
                                    uint64_t types, struct plx_vocabulary **vocabulary, char **source,
                                    char sha256[65], struct plx_error *error)
{
    struct plx_buffer text;
    enum plx_status status = PLX_OK;
    *vocabulary = NULL;
    *source = NULL;
    sha256[0] = '\0';
    if (!options->vocabulary)
        status = plx_token_list_find(model, source, error);
    else if (!(*source = plx_copy_string(options->vocabulary, strlen(options->vocabulary), error)))
        status = PLX_MEMORY;
    if (status || !*source)
        return status;
    plx_buffer_init(&text, FILE_BYTES_MAX);
    status = read_file(*source, options, &text, sha256, error);
    if (status == PLX_OK)
        status = plx_token_list_parse((const char *)text.data, text.size, plx_token_list_form(*source),
                                      *source, vocabulary, error);
    if (status == PLX_OK)
        status = check_size(*vocabulary, types, *source, model, error);
    if (status) {
        plx_vocabulary_free(*vocabulary);
        free(*source);
        *vocabulary = NULL;
        *source = NULL;
        sha256[0] = '\0';
    }
    plx_buffer_release(&text);
    return status;
}
