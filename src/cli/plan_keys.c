/* The names of cells: hashes of all that determines a result. */
#include "plan.h"

#include <stdlib.h>
#include <string.h>

/* What is hashed: the text that stands for a file in the keys, by the file and how it is read. */
struct hashed {
    char *what;
    char *text; /* of its content; NULL: it cannot be read, and */
    struct plx_error error;
};

struct hashes {
    struct hashed *hashed; /* [count] */
    size_t count, capacity;
    bool terminal, shown; /* a line stands there */
};

/* The text of a file of a kind, which is looked up, or hashed by `hash`. */
typedef enum plx_status hash_function(const struct cli_arguments *arguments, const char *const *names,
                                      size_t count, char text[140], struct plx_error *error);

static enum plx_status hash_model(const struct cli_arguments *arguments, const char *const *names,
                                  size_t count, char text[140], struct plx_error *error)
{
    struct plx_endpoint_options endpoint;
    size_t fingerprint = PLX_FINGERPRINT_FULL;
    char sha256[65], vocabulary[65];
    (void)count;
    (void)cli_choice(arguments, CLI_FINGERPRINT, &fingerprint);
    /* What the options say was looked at with the cell; a key that has gone since is missed by the server. */
    (void)cli_read_endpoint(arguments, &endpoint);
    const struct plx_model_options options = {
        .format = arguments->values[CLI_MODEL_FORMAT],
        .vocabulary = arguments->values[CLI_VOCAB],
        .fingerprint = fingerprint == PLX_FINGERPRINT_FULL ? PLX_FINGERPRINT_FULL : PLX_FINGERPRINT_QUICK,
        .network = cli_network(),
        .endpoint = &endpoint,
        .interrupted = cli_interrupted};
    const enum plx_status status = plx_model_fingerprint(names[0], &options, sha256, vocabulary, error);
    cli_forget_key();
    if (status == PLX_OK)
        snprintf(text, 140, "%s %s", sha256, vocabulary);
    return status;
}

/* Models that are mixed in are opened without the first one's options. */
static enum plx_status hash_mixed(const struct cli_arguments *arguments, const char *const *names,
                                  size_t count, char text[140], struct plx_error *error)
{
    const char *colon = strchr(names[0], ':');
    const char *name = colon ? colon + 1 : names[0];
    struct cli_arguments others = {.operands = &name, .operand_count = 1};
    others.values[CLI_FINGERPRINT] = arguments->values[CLI_FINGERPRINT];
    const enum plx_status status = cli_refuse_endpoint(name, CLI_NOT_MIXED, error);
    return status ? status : hash_model(&others, &name, count, text, error);
}

static enum plx_status hash_corpus(const struct cli_arguments *arguments, const char *const *names,
                                   size_t count, char text[140], struct plx_error *error)
{
    const struct plx_corpus_options options = {.format = arguments->values[CLI_CORPUS_FORMAT],
                                               .member = arguments->values[CLI_MEMBER],
                                               .network = cli_network(),
                                               .interrupted = cli_interrupted};
    struct plx_corpus *corpus;
    enum plx_status status = plx_corpus_open(names, count, &options, &corpus, error);
    if (status)
        return status;
    status = plx_corpus_sha256(corpus, text, error);
    struct plx_corpus_info info;
    plx_corpus_info(corpus, &info);
    for (size_t i = 0; i < count && status == PLX_OK; i++) {
        if (plx_corpus_is_named(names[i])) { /* its manifest says how it is read */
            snprintf(text + strlen(text), 140 - strlen(text), " %s %s", info.format,
                     plx_token_kind_name(info.tokens));
            break;
        }
    }
    plx_corpus_close(corpus);
    return status;
}

static enum plx_status hash_file(const struct cli_arguments *arguments, const char *const *names,
                                 size_t count, char text[140], struct plx_error *error)
{
    const struct plx_source_options options = {
        .network = cli_network(), .interrupted = cli_interrupted, .fingerprint = true};
    struct plx_source *source;
    (void)arguments;
    (void)count;
    enum plx_status status = plx_source_open(names[0], &options, &source, error);
    if (status)
        return status;
    status = plx_source_sha256(source, text, error);
    plx_source_close(source);
    return status;
}

/* What the hash depends on, beside the kind. */
static char *describe(hash_function *function, const struct cli_arguments *arguments,
                      const char *const *names, size_t count)
{
    static const enum cli_option of_model[] = {CLI_MODEL_FORMAT, CLI_VOCAB,   CLI_FINGERPRINT,
                                               CLI_API_KEY_FILE, CLI_PROMPTS, CLI_CONTEXT},
                                 of_corpus[] = {CLI_CORPUS_FORMAT, CLI_MEMBER};
    const bool model = function == hash_model, corpus = function == hash_corpus;
    const enum cli_option *options = model ? of_model : of_corpus;
    char *text = cli_text("%s", model ? "model" : corpus ? "corpus" : function == hash_file ? "file" : "mix");
    for (size_t i = 0; i < (model ? sizeof of_model / sizeof *of_model : corpus ? 2U : 0U); i++) {
        const char *value = arguments->values[options[i]];
        char *longer = cli_text("%s\n%s", text, value ? value : "");
        free(text);
        text = longer;
    }
    for (size_t i = 0; i < count; i++) {
        char *longer = cli_text("%s\n%s", text, names[i]);
        free(text);
        text = longer;
    }
    return text;
}

/* It may take a while. */
static void show(struct hashes *hashes, const char *name)
{
    char visible[256];
    if (!hashes->terminal)
        return;
    plx_text_visible(name, visible, sizeof visible);
    fprintf(stderr, "\r\033[Kreading %.60s", strstr(name, "://") ? "a URL" : visible);
    hashes->shown = true;
}

/* Every file only once. */
static const struct hashed *hash_once(struct hashes *hashes, hash_function *function,
                                      const struct cli_arguments *arguments, const char *const *names,
                                      size_t count)
{
    char *what = describe(function, arguments, names, count), text[140];
    for (size_t i = 0; i < hashes->count; i++) {
        if (strcmp(hashes->hashed[i].what, what) == 0) {
            free(what);
            return hashes->hashed + i;
        }
    }
    if (hashes->count == hashes->capacity) {
        struct hashed *more = cli_allocate(2 * hashes->capacity + 16, sizeof *more);
        if (hashes->count > 0)
            memcpy(more, hashes->hashed, hashes->count * sizeof *more);
        free(hashes->hashed);
        hashes->hashed = more;
        hashes->capacity = 2 * hashes->capacity + 16;
    }
    struct hashed *one = hashes->hashed + hashes->count++;
    one->what = what;
    show(hashes, names[0]);
    if (function(arguments, names, count, text, &one->error) == PLX_OK)
        one->text = cli_text("%s", text);
    return one;
}

/* The first word of the text, if it is a SHA-256; returns what is behind it. */
static const char *take_sha256(const char *text, char sha256[65])
{
    const size_t length = strcspn(text, " ");
    if (length == 64)
        snprintf(sha256, 65, "%s", text);
    return text + length + (text[length] == ' ');
}

/* Adds "WHAT TEXT" to the text that is hashed, and the SHA-256 to what the result should say too, of a model
   that of its vocabulary, unless that is NULL; false where the file could not be read. */
static bool add_file(struct hashes *hashes, hash_function *function, const struct cli_arguments *arguments,
                     const char *const *names, size_t count, FILE *text, char sha256[65],
                     char vocabulary_sha256[65], struct plx_error *error)
{
    const struct hashed *one = hash_once(hashes, function, arguments, names, count);
    if (!one->text) {
        *error = one->error;
        return false;
    }
    fprintf(text, " %s\n", one->text);
    const char *rest = take_sha256(one->text, sha256);
    if (vocabulary_sha256)
        take_sha256(rest, vocabulary_sha256);
    return true;
}

/* Changes nothing of a result but its member `runtime`. */
static bool changes_nothing(enum cli_option option)
{
    return option == CLI_THREADS || option == CLI_BATCH || option == CLI_LOAD || option == CLI_VERIFY ||
           option == CLI_RESUME || option == CLI_API_KEY_FILE || option == CLI_CONCURRENCY ||
           option == CLI_PROMPTS_PER_REQUEST || option == CLI_MAX_REQUESTS || option == CLI_MAX_TOKENS;
}

/* A corpus beside the one that is scored is read without what is said of that: but for its format, if weights
   are tuned on it. */
static bool add_option_file(struct hashes *hashes, enum cli_option option, struct plan_cell *cell, FILE *text,
                            struct plx_error *error)
{
    const struct cli_arguments *arguments = &cell->arguments;
    struct cli_arguments others = {0};
    char other[65], *sha256 = option == CLI_COUNTS        ? cell->inputs.sha256[PLX_INPUT_COUNTS]
                              : option == CLI_MIX_TUNE    ? cell->inputs.sha256[PLX_INPUT_TUNING]
                              : option == CLI_TOKEN_BYTES ? cell->inputs.sha256[PLX_INPUT_TOKEN_BYTES]
                                                          : other;
    const bool corpus = option == CLI_COUNTS || option == CLI_MIX_TUNE;
    if (option == CLI_MIX_TUNE)
        others.values[CLI_CORPUS_FORMAT] = arguments->values[CLI_CORPUS_FORMAT];
    return add_file(hashes, corpus ? hash_corpus : hash_file, &others, &arguments->values[option], 1, text,
                    sha256, NULL, error);
}

/* The options in the order of the list, files by what is in them; false where one could not be read. */
static bool write_options(struct hashes *hashes, struct plan_cell *cell, FILE *text, struct plx_error *error)
{
    const struct cli_arguments *arguments = &cell->arguments;
    for (int i = 0; i < CLI_OPTION_COUNT; i++) {
        const enum cli_option option = (enum cli_option)i;
        const char *value = arguments->values[option];
        if (!value || changes_nothing(option) || option == CLI_MIX)
            continue;
        fprintf(text, "%s", cli_option_row(option)->name);
        if (cli_option_row(option)->takes != CLI_TAKES_FILE)
            fprintf(text, " %zu %s\n", strlen(value), value);
        else if (!add_option_file(hashes, option, cell, text, error))
            return false;
    }
    for (int i = 0; i < arguments->mixed_count; i++) {
        const char *mixed = arguments->mixed[i];
        fprintf(text, "mix %.*s", (int)strcspn(mixed, ":"), mixed);
        if (!add_file(hashes, hash_mixed, arguments, &mixed, 1, text, cell->inputs.components[i + 1], NULL,
                      error))
            return false;
    }
    return true;
}

/* The text whose hash is the key; false where a file could not be read. */
static bool write_text(struct hashes *hashes, struct plan_cell *cell, FILE *text, struct plx_error *error)
{
    const size_t files = (size_t)cell->arguments.operand_count - 1;
    const bool mixed = cell->arguments.mixed_count > 0;
    struct plx_inputs *inputs = &cell->inputs;
    fprintf(text, "perplex.cell/1\nversion %s\nmodel", plx_version());
    if (!add_file(hashes, hash_model, &cell->arguments, cell->operands, 1, text,
                  mixed ? inputs->components[0] : inputs->sha256[PLX_INPUT_MODEL],
                  mixed ? NULL : inputs->sha256[PLX_INPUT_VOCABULARY], error))
        return false;
    fprintf(text, "corpus");
    return add_file(hashes, hash_corpus, &cell->arguments, cell->operands + 1, files, text,
                    inputs->sha256[PLX_INPUT_CORPUS], NULL, error) &&
           write_options(hashes, cell, text, error);
}

static enum plx_status hash_text(const char *text, size_t length, char key[65], struct plx_error *error)
{
    const struct plx_source_options options = {.fingerprint = true};
    struct plx_source *source;
    enum plx_status status = plx_source_open_memory(text, length, "key", &options, &source, error);
    if (status)
        return status;
    status = plx_source_sha256(source, key, error);
    plx_source_close(source);
    return status;
}

static enum plx_status make_key(struct hashes *hashes, struct plan_cell *cell, struct plx_error *error)
{
    char *text = NULL;
    size_t length = 0;
    enum plx_status status = PLX_OK;
    FILE *stream = open_memstream(&text, &length);
    const bool readable = stream && write_text(hashes, cell, stream, error);
    if (stream && fclose(stream) == 0 && readable)
        status = hash_text(text, length, cell->key, error);
    else
        status = stream ? error->status : PLX_MEMORY;
    free(text);
    if (status)
        return status;
    cell->stem = cli_text("%s.%s.%s.%.*s", cell->of[PLAN_MODEL]->file_name, cell->of[PLAN_CORPUS]->file_name,
                          cell->of[PLAN_PROTOCOL]->file_name, PLAN_KEY_DIGITS, cell->key);
    return PLX_OK;
}

enum plx_status cli_make_keys(struct plan_cell *cells, size_t count, bool terminal, struct plx_error *error)
{
    struct hashes hashes = {.terminal = terminal};
    enum plx_status status = PLX_OK;
    for (size_t i = 0; i < count && status != PLX_INTERRUPTED; i++) {
        char message[1536];
        status = make_key(&hashes, cells + i, error);
        if (status == PLX_OK || status == PLX_INTERRUPTED)
            continue;
        plx_error_format(error, message, sizeof message);
        cli_fail_cell(cells + i, plx_status_exit_code(status), "%s", message);
    }
    if (hashes.shown)
        fprintf(stderr, "\r\033[K");
    for (size_t i = 0; i < hashes.count; i++) {
        free(hashes.hashed[i].what);
        free(hashes.hashed[i].text);
    }
    free(hashes.hashed);
    return status == PLX_INTERRUPTED ? status : PLX_OK;
}
