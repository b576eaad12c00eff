#include "corpus/corpus.h"

#include "base/foreign.h"
#include "base/memory.h"
#include "base/sha256.h"
#include "corpus/document_range.h"
#include "corpus/member.h"
#include "corpus/page_counter.h"
#include "corpus/token_bytes.h"
#include "io/names.h"
#include "io/place.h"

#include <stdlib.h>
#include <string.h>

struct plx_corpus {
    struct plx_corpus_options options;
    const struct plx_corpus_format *format; /* of all files */
    enum plx_content content;
    bool settled;           /* a file that holds something has said so */
    bool ended;             /* what was left has been read for the fingerprint */
    char *member;           /* what the options name, of every file; owned */
    char *token_bytes_name; /* likewise */
    bool cut;               /* what was left is behind the documents that are to be read */
    struct plx_names names; /* of a corpus of one source: that alone */
    char **inputs;          /* [names.count]: how errors name the files that have been opened; owned */
    size_t opened;          /* of the files; the last of them is at hand */
    struct plx_source *source;
    struct plx_reader *reader;
    struct plx_sha256 *fingerprints; /* of the files before it */
    char sha256[PLX_SHA256_TEXT];    /* of all files, once it has been asked for */
    enum plx_pages pages;            /* where documents of a text begin */
    struct plx_page_counter counter; /* of a text, where they begin at PLX_PAGES_HEADING */
    uint64_t documents;              /* begun so far */
    struct plx_token_bytes token_bytes;
    uint64_t bytes, media_bytes; /* of the files before the one at hand: uncompressed, and as they lie */
};

static const char *const TOKEN_KINDS[] = {
    [PLX_TOKENS_AUTO] = "auto", [PLX_TOKENS_WORD] = "word",   [PLX_TOKENS_CHARACTER] = "char",
    [PLX_TOKENS_BYTE] = "byte", [PLX_TOKENS_PIECE] = "piece",
};

static const char *const CONTENTS[] = {
    [PLX_CONTENT_TEXT] = "text",
    [PLX_CONTENT_STRINGS] = "strings",
    [PLX_CONTENT_IDS] = "ids",
};

const char *plx_token_kind_name(enum plx_token_kind kind)
{
    return TOKEN_KINDS[kind];
}

const char *plx_content_name(enum plx_content content)
{
    return CONTENTS[content];
}

bool plx_token_kind_parse(const char *name, enum plx_token_kind *kind)
{
    for (size_t i = PLX_TOKENS_WORD; i < sizeof TOKEN_KINDS / sizeof *TOKEN_KINDS; i++) {
        if (strcmp(name, TOKEN_KINDS[i]) == 0) {
            *kind = (enum plx_token_kind)i;
            return true;
        }
    }
    return false;
}

static const struct plx_corpus_format *format_named(const char *name)
{
    const struct plx_corpus_format *format;
    for (size_t i = 0; (format = plx_corpus_format(i)) != NULL; i++) {
        if (strcmp(format->name, name) == 0)
            return format;
    }
    return NULL;
}

const struct plx_corpus_format *plx_corpus_recognise(const uint8_t *head, size_t size, const char *name,
                                                     enum plx_probe *sure)
{
    const struct plx_corpus_format *chosen = NULL, *format;
    *sure = PLX_PROBE_NO;
    for (size_t i = 0; (format = plx_corpus_format(i)) != NULL; i++) {
        const enum plx_probe probe = format->probe(head, size, name);
        if (probe > *sure) {
            *sure = probe;
            chosen = format;
        }
    }
    return chosen;
}

/* The surest of the formats; NULL, with the error set, if it is of none. */
static const struct plx_corpus_format *recognise(const uint8_t *head, size_t size, const char *name,
                                                 struct plx_error *error)
{
    enum plx_probe sure;
    const struct plx_corpus_format *chosen = plx_corpus_recognise(head, size, name, &sure);
    /* A format that knows its content knows better. */
    const struct plx_foreign *foreign = sure >= PLX_PROBE_CONTENT ? NULL : plx_foreign_recognise(head, size);
    if (chosen && !foreign)
        return chosen;
    if (foreign)
        plx_error_set(error, PLX_UNSUPPORTED, "%s, which is not read as a corpus", foreign->what);
    else
        plx_error_set(error, PLX_UNSUPPORTED, "not a corpus in a known format");
    plx_error_input(error, name);
    plx_error_hint(error, "%s", foreign ? foreign->hint : "`perplex formats` lists them");
    return NULL;
}

/* The format of a source that begins with head[0..size); what the options or the file before it say comes
   first. */
static enum plx_status choose_format(const struct plx_corpus *corpus, const uint8_t *head, size_t size,
                                     const char *name, const struct plx_corpus_format **chosen,
                                     struct plx_error *error)
{
    const char *wanted = corpus->options.format;
    if (wanted) {
        *chosen = format_named(wanted);
        if (*chosen)
            return PLX_OK;
        plx_error_set(error, PLX_USAGE, "there is no corpus format \"%s\"", wanted);
        return plx_error_hint(error, "`perplex formats` lists them");
    }
    if (size == 0 && corpus->settled) { /* an empty file is of any format */
        *chosen = corpus->format;
        return PLX_OK;
    }
    *chosen = recognise(head, size, name, error);
    if (!*chosen)
        return PLX_UNSUPPORTED;
    if (!corpus->settled || *chosen == corpus->format)
        return PLX_OK;
    plx_error_set(error, PLX_UNSUPPORTED, "looks like %s, but the files before it are %s", (*chosen)->name,
                  corpus->format->name);
    plx_error_input(error, name);
    return plx_error_hint(error, "a corpus is of one format; --corpus-format names it");
}

/* Says where an error is that does not say so: an index beside a file names itself. */
static enum plx_status name_input(struct plx_error *error, const char *name)
{
    return error && *error->input ? error->status : plx_error_input(error, name);
}

static void close_reader(const struct plx_corpus_format *format, struct plx_reader *reader)
{
    struct plx_source *beside = reader->beside;
    format->close(reader);
    plx_source_close(beside);
}

/* Makes a reader of the source, in the format that it is of. */
static enum plx_status open_reader(struct plx_corpus *corpus, struct plx_source *source,
                                   struct plx_error *error)
{
    const char *name = plx_source_name(source);
    const struct plx_corpus_format *format;
    struct plx_reader *reader;
    const uint8_t *head;
    size_t size;
    enum plx_status status = plx_source_peek(source, PLX_CORPUS_PROBE_BYTES, &head, &size, error);
    if (status == PLX_OK)
        status = choose_format(corpus, head, size, name, &format, error);
    if (status)
        return status;
    const bool empty = size == 0; /* the reader may peek */
    status = format->open(source, &corpus->options, &reader, error);
    if (status)
        return name_input(error, name);
    if (corpus->settled && !empty && !reader->empty && reader->content != corpus->content) {
        plx_error_set(error, PLX_UNSUPPORTED, "consists of %s, but the files before it of %s",
                      plx_content_name(reader->content), plx_content_name(corpus->content));
        close_reader(format, reader);
        return plx_error_input(error, name);
    }
    if (!corpus->settled) {
        corpus->format = format;
        corpus->content = reader->content;
        corpus->settled = !empty && !reader->empty;
    }
    reader->pages = corpus->pages;
    corpus->reader = reader;
    return PLX_OK;
}

/* The corpus is that file of an archive. */
static enum plx_status rename_only(struct plx_corpus *corpus, const char *name, struct plx_error *error)
{
    char *label = plx_copy_string(name, strlen(name), error);
    if (!label)
        return PLX_MEMORY;
    free(corpus->names.label);
    corpus->names.label = label;
    return PLX_OK;
}

/* Makes the source, which is closed on failure, the file at hand; or the file in it, if it is an archive. */
static enum plx_status begin_file(struct plx_corpus *corpus, struct plx_source *source,
                                  struct plx_error *error)
{
    const struct plx_source *given = source;
    enum plx_status status = plx_corpus_enter_archive(&source, &corpus->options, error);
    if (status)
        return status;
    const bool inside = source != given;
    const char *name = plx_source_name(source);
    char *input = plx_copy_string(name, strlen(name), error);
    status = input ? open_reader(corpus, source, error) : PLX_MEMORY;
    if (status) {
        free(input);
        plx_source_close(source);
        return status;
    }
    corpus->source = source;
    corpus->inputs[corpus->opened++] = input;
    return inside && corpus->names.count == 1 ? rename_only(corpus, input, error) : PLX_OK;
}

static enum plx_status open_file(struct plx_corpus *corpus, struct plx_error *error)
{
    const struct plx_source_options options = {
        .fingerprint = true,
        .interrupted = corpus->options.interrupted,
        .user = corpus->options.user,
    };
    struct plx_source *source;
    const enum plx_status status =
        plx_source_open(corpus->names.names[corpus->opened], &options, &source, error);
    return status ? status : begin_file(corpus, source, error);
}

/* Adds the line of the file at hand to what the fingerprint of several is made of; before it that of what
   lies beside the file. */
static enum plx_status add_fingerprint(struct plx_corpus *corpus, struct plx_error *error)
{
    char lines[2 * PLX_SHA256_TEXT], *line = lines + PLX_SHA256_TEXT;
    struct plx_source *beside = corpus->reader->beside;
    enum plx_status status = beside ? plx_source_sha256(beside, lines, error) : PLX_OK;
    if (status == PLX_OK)
        status = plx_source_sha256(corpus->source, line, error);
    if (status)
        return status;
    lines[PLX_SHA256_TEXT - 1] = line[PLX_SHA256_TEXT - 1] = '\n';
    return plx_sha256_update(corpus->fingerprints, beside ? lines : line, (beside ? 2 : 1) * PLX_SHA256_TEXT,
                             error);
}

/* Takes leave of the file at hand, which has been read, and opens the next. */
static enum plx_status next_file(struct plx_corpus *corpus, struct plx_error *error)
{
    if (corpus->source) {
        uint64_t size, done;
        const enum plx_status status = add_fingerprint(corpus, error);
        if (status)
            return status;
        plx_source_progress(corpus->source, &size, &done);
        corpus->media_bytes += done;
        corpus->bytes += plx_source_offset(corpus->source);
        close_reader(corpus->format, corpus->reader);
        plx_source_close(corpus->source);
        corpus->reader = NULL;
        corpus->source = NULL;
    }
    return open_file(corpus, error);
}

/* A corpus without a file at hand; takes over the names, also on failure. */
static struct plx_corpus *new_corpus(struct plx_names *names, const struct plx_corpus_options *options,
                                     struct plx_error *error)
{
    struct plx_corpus *corpus = plx_new_array(1, sizeof *corpus, error);
    if (!corpus) {
        plx_names_release(names);
        return NULL;
    }
    corpus->names = *names;
    corpus->pages = PLX_PAGES_ARTICLE;
    if (options)
        corpus->options = *options;
    const char *member = corpus->options.member;
    if (member && !(corpus->member = plx_copy_string(member, strlen(member), error)))
        goto fail;
    corpus->options.member = corpus->member;
    const char *token_bytes = corpus->options.token_bytes;
    if (token_bytes && !(corpus->token_bytes_name = plx_copy_string(token_bytes, strlen(token_bytes), error)))
        goto fail;
    corpus->options.token_bytes = corpus->token_bytes_name;
    corpus->inputs = plx_new_array(names->count, sizeof *corpus->inputs, error);
    corpus->fingerprints = corpus->inputs ? plx_sha256_new(error) : NULL;
    if (corpus->fingerprints)
        return corpus;
fail:
    plx_corpus_close(corpus);
    return NULL;
}

/* Opens the first file, and as many more as it takes to know what the corpus is. */
static enum plx_status open_files(struct plx_corpus *corpus, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    do
        status = next_file(corpus, error);
    while (status == PLX_OK && !corpus->settled && corpus->opened < corpus->names.count);
    return status;
}

/* Settles what the files decide that have been opened; what is borrowed for the call ends with it. */
static enum plx_status finish_open(struct plx_corpus *opened, enum plx_status status,
                                   struct plx_corpus **corpus, struct plx_error *error)
{
    const bool text = opened->content == PLX_CONTENT_TEXT;
    if (status == PLX_OK && opened->options.tokens == PLX_TOKENS_AUTO)
        opened->options.tokens = text ? PLX_TOKENS_WORD : PLX_TOKENS_PIECE;
    if (status == PLX_OK && text && opened->options.tokens == PLX_TOKENS_PIECE)
        status = plx_error_set(error, PLX_USAGE, "a text is cut into words, characters or bytes, not pieces");
    if (status == PLX_OK)
        status = plx_document_range_check(&opened->options, error);
    if (status == PLX_OK)
        status = plx_token_bytes_open(&opened->token_bytes, &opened->options, opened->content, error);
    if (status) {
        plx_corpus_close(opened);
        return status;
    }
    opened->options.token_bytes = NULL;
    opened->options.format = opened->options.format ? opened->format->name : NULL;
    *corpus = opened;
    return PLX_OK;
}

enum plx_status plx_corpus_open_source(struct plx_source *source, const struct plx_corpus_options *options,
                                       struct plx_corpus **corpus, struct plx_error *error)
{
    struct plx_names names = {.count = 1};
    const char *name = plx_source_name(source);
    *corpus = NULL;
    names.label = plx_copy_string(name, strlen(name), error);
    names.names = names.label ? plx_new_array(1, sizeof *names.names, error) : NULL;
    struct plx_corpus *opened = NULL;
    if (names.names)
        opened = new_corpus(&names, options, error);
    else
        free(names.label);
    if (!opened) {
        plx_source_close(source);
        return PLX_MEMORY;
    }
    return finish_open(opened, begin_file(opened, source, error), corpus, error);
}

enum plx_status plx_corpus_open(const char *const *names, size_t count,
                                const struct plx_corpus_options *options, struct plx_corpus **corpus,
                                struct plx_error *error)
{
    struct plx_names expanded;
    *corpus = NULL;
    const enum plx_status status = plx_names_expand(names, count, &expanded, error);
    if (status)
        return status;
    struct plx_corpus *opened = new_corpus(&expanded, options, error);
    return opened ? finish_open(opened, open_files(opened, error), corpus, error) : PLX_MEMORY;
}

void plx_corpus_set_pages(struct plx_corpus *corpus, enum plx_pages pages)
{
    corpus->pages = pages;
    if (corpus->reader)
        corpus->reader->pages = pages;
}

/* Of the documents begun so far, those that have been asked for. */
static uint64_t delivered_documents(const struct plx_corpus *corpus)
{
    const uint64_t first = corpus->options.first_document;
    return corpus->documents > first ? corpus->documents - first : 0;
}

bool plx_corpus_page_counts(const struct plx_corpus *corpus, struct plx_page_counts *counts)
{
    *counts = corpus->counter.finished;
    return corpus->pages == PLX_PAGES_HEADING && counts->pages == delivered_documents(corpus);
}

/* Whether the document at hand comes before, or behind, those that are to be read. */
static bool comes_before(const struct plx_corpus *corpus)
{
    return corpus->documents <= corpus->options.first_document;
}

static bool comes_behind(const struct plx_corpus *corpus)
{
    return corpus->options.end_document && corpus->documents > corpus->options.end_document;
}

/* Counts pages: of a text, or of what tokens stand for where that stands beside them. */
static void count_pages(struct plx_corpus *corpus, const struct plx_chunk *chunk)
{
    struct plx_page_counter *counter = &corpus->counter;
    const struct plx_page_counts *page = corpus->reader->page;
    const bool behind = comes_behind(corpus); /* which ends the page before, and no more */
    const size_t size = behind ? 0 : chunk->size;
    if (comes_before(corpus))
        return;
    if (chunk->content == PLX_CONTENT_TEXT && chunk->derived) {
        plx_page_counter_add(counter, chunk->text, size, chunk->begins_document);
    } else if (chunk->content == PLX_CONTENT_TEXT) {
        plx_page_counter_add_lines(counter, chunk->text, size, chunk->begins_document);
    } else if (chunk->begins_document && page && !behind) {
        counter->finished.pages += page->pages;
        counter->finished.words += page->words;
        counter->finished.bytes += page->bytes;
    }
}

/* What is counted of a piece that is given. */
static void count_chunk(struct plx_corpus *corpus, struct plx_chunk *chunk)
{
    corpus->documents += chunk->begins_document;
    chunk->document_index = corpus->documents - 1;
    if (corpus->pages == PLX_PAGES_HEADING)
        count_pages(corpus, chunk);
}

/* The next piece of the file at hand, and what its tokens stand for. */
static enum plx_status read_chunk(struct plx_corpus *corpus, struct plx_chunk *chunk, bool *more,
                                  bool *enough, struct plx_error *error)
{
    *chunk = (struct plx_chunk){.content = corpus->content, .line = PLX_NOWHERE};
    enum plx_status status = corpus->format->next(corpus->reader, chunk, more, error);
    if (status)
        return name_input(error, plx_source_name(corpus->source));
    if (!*more)
        return PLX_OK;
    chunk->input = corpus->inputs[corpus->opened - 1];
    status = plx_token_bytes_fill(&corpus->token_bytes, corpus->reader, chunk, enough, error);
    if (status == PLX_OK)
        count_chunk(corpus, chunk);
    return status;
}

/* As plx_corpus_next, of all documents. */
static enum plx_status next_piece(struct plx_corpus *corpus, struct plx_chunk *chunk, bool *more,
                                  struct plx_error *error)
{
    *more = false;
    while (!corpus->ended) {
        bool enough = true;
        if (corpus->reader) {
            const enum plx_status status = read_chunk(corpus, chunk, more, &enough, error);
            if (status)
                return status;
        }
        if (*more && !enough)
            continue; /* to know how many tokens there are */
        if (*more)
            return PLX_OK;
        plx_page_counter_end(&corpus->counter);
        if (corpus->opened == corpus->names.count)
            return plx_token_bytes_finish(&corpus->token_bytes, true, error);
        const enum plx_status status = next_file(corpus, error);
        if (status)
            return status;
    }
    return PLX_OK;
}

enum plx_status plx_corpus_next(struct plx_corpus *corpus, struct plx_chunk *chunk, bool *more,
                                struct plx_error *error)
{
    const struct plx_corpus_options *options = &corpus->options;
    enum plx_status status;
    do
        status = next_piece(corpus, chunk, more, error);
    while (status == PLX_OK && *more && comes_before(corpus));
    if (status == PLX_OK && *more && comes_behind(corpus)) {
        *more = false; /* what is left is of interest for the fingerprint only */
        corpus->ended = corpus->cut = true;
        corpus->documents = options->end_document;
        status = plx_token_bytes_finish(&corpus->token_bytes, false, error);
    }
    if (status == PLX_OK && !*more && options->first_document && comes_before(corpus))
        status = plx_document_range_error(options->first_document, corpus->documents, error);
    return status;
}

static bool is_part(const struct plx_corpus *corpus)
{
    return corpus->options.first_document || corpus->cut;
}

void plx_corpus_original(const struct plx_corpus *corpus, struct plx_original_info *info)
{
    *info = corpus->token_bytes.info;
    if (is_part(corpus)) /* the texts are of all documents read, given out or not */
        info->text_bytes = 0;
}

void plx_corpus_info(const struct plx_corpus *corpus, struct plx_corpus_info *info)
{
    *info = (struct plx_corpus_info){
        .format = corpus->format->name,
        .content = corpus->content,
        .tokens = corpus->options.tokens,
        .files = corpus->names.count,
        .documents = delivered_documents(corpus),
        .part = is_part(corpus),
        .first_document = corpus->options.first_document,
        .bytes = corpus->bytes + (corpus->source ? plx_source_offset(corpus->source) : 0),
    };
}

enum plx_status plx_corpus_sha256(struct plx_corpus *corpus, char hex[65], struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    corpus->ended = true;
    if (corpus->names.count == 1 && !corpus->reader->beside)
        return plx_source_sha256(corpus->source, hex, error);
    while (corpus->opened < corpus->names.count && status == PLX_OK)
        status = next_file(corpus, error);
    if (status == PLX_OK && !*corpus->sha256 && (status = add_fingerprint(corpus, error)) == PLX_OK)
        status = plx_sha256_finish(corpus->fingerprints, corpus->sha256, error);
    if (status == PLX_OK)
        memcpy(hex, corpus->sha256, PLX_SHA256_TEXT);
    return status;
}

void plx_corpus_progress(const struct plx_corpus *corpus, uint64_t *size, uint64_t *done)
{
    *size = *done = 0;
    if (corpus->source)
        plx_source_progress(corpus->source, size, done);
    if (corpus->names.count > 1)
        *size = corpus->names.size_bytes;
    *done += corpus->media_bytes;
}

enum plx_status plx_corpus_check_output(const struct plx_corpus *corpus, const char *output,
                                        struct plx_error *error)
{
    const enum plx_status status = plx_names_check_output(&corpus->names, output, error);
    return status || !corpus->token_bytes_name ? status
                                               : plx_place_check(output, corpus->token_bytes_name, error);
}

const char *plx_corpus_name(const struct plx_corpus *corpus)
{
    return corpus->names.label;
}

void plx_corpus_close(struct plx_corpus *corpus)
{
    if (!corpus)
        return;
    if (corpus->reader)
        close_reader(corpus->format, corpus->reader);
    plx_source_close(corpus->source);
    for (size_t i = 0; corpus->inputs && i < corpus->opened; i++)
        free(corpus->inputs[i]);
    free(corpus->inputs);
    free(corpus->member);
    free(corpus->token_bytes_name);
    plx_sha256_free(corpus->fingerprints);
    plx_token_bytes_release(&corpus->token_bytes);
    plx_names_release(&corpus->names);
    free(corpus);
}

const char *plx_corpus_format_name(size_t index)
{
    const struct plx_corpus_format *format = plx_corpus_format(index);
    return format ? format->name : NULL;
}

const char *plx_corpus_format_description(size_t index)
{
    const struct plx_corpus_format *format = plx_corpus_format(index);
    return format ? format->description : NULL;
}
