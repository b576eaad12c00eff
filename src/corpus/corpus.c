#include "corpus/corpus.h"

#include "base/memory.h"
#include "corpus/document_range.h"
#include "corpus/files.h"
#include "corpus/index_pair.h"
#include "corpus/named.h"
#include "corpus/page_counter.h"
#include "corpus/token_bytes.h"
#include "io/place.h"

#include <stdlib.h>
#include <string.h>

/* What is done with what is left of a corpus. */
enum rest {
    REST_READ,    /* it is given out, as far as it has been asked for */
    REST_COUNTED, /* of interest is only how many tokens there are */
    REST_DONE     /* nothing, but for the fingerprint */
};

struct plx_corpus {
    struct plx_corpus_options options;
    char *member;           /* what the options name, of every file; owned */
    char *token_bytes_name; /* likewise */
    struct plx_corpus_files files;
    struct plx_page_counter counter; /* of a text, where they begin at PLX_PAGES_HEADING */
    struct plx_document_range range;
    enum rest rest;
    struct plx_chunk pending; /* the reader has given it, but what its tokens stand for could not be read */
    bool is_pending;
    struct plx_token_bytes token_bytes;
};

/* A corpus without a file at hand; takes over the names, also on failure. */
static struct plx_corpus *new_corpus(struct plx_names *names, const struct plx_corpus_options *options,
                                     struct plx_error *error)
{
    struct plx_corpus *corpus = plx_new_array(1, sizeof *corpus, error);
    if (!corpus) {
        plx_names_release(names);
        return NULL;
    }
    if (options)
        corpus->options = *options;
    if (plx_corpus_files_init(&corpus->files, names, &corpus->options, error))
        goto fail;
    const char *member = corpus->options.member;
    if (member && !(corpus->member = plx_copy_string(member, strlen(member), error)))
        goto fail;
    corpus->options.member = corpus->member;
    const char *token_bytes = corpus->options.token_bytes;
    if (token_bytes && !(corpus->token_bytes_name = plx_copy_string(token_bytes, strlen(token_bytes), error)))
        goto fail;
    corpus->options.token_bytes = corpus->token_bytes_name;
    corpus->range.first = corpus->options.first_document;
    corpus->range.end = corpus->options.end_document;
    return corpus;
fail:
    plx_corpus_close(corpus);
    return NULL;
}

/* Settles what the files decide that have been opened; what is borrowed for the call ends with it. */
static enum plx_status finish_open(struct plx_corpus *opened, enum plx_status status,
                                   struct plx_corpus **corpus, struct plx_error *error)
{
    const bool text = opened->files.content == PLX_CONTENT_TEXT;
    if (status == PLX_OK && opened->options.tokens == PLX_TOKENS_AUTO)
        opened->options.tokens = text ? PLX_TOKENS_WORD : PLX_TOKENS_PIECE;
    if (status == PLX_OK && text && opened->options.tokens == PLX_TOKENS_PIECE)
        status = plx_error_set(error, PLX_USAGE, "a text is cut into words, characters or bytes, not pieces");
    if (status == PLX_OK)
        status = plx_document_range_check(&opened->options, error);
    if (status == PLX_OK)
        status = plx_token_bytes_open(&opened->token_bytes, &opened->options, opened->files.content, error);
    if (status) {
        plx_corpus_close(opened);
        return status;
    }
    opened->options.token_bytes = NULL;
    opened->options.format = opened->options.format ? opened->files.format->name : NULL;
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
    return finish_open(opened, plx_corpus_files_begin(&opened->files, source, error), corpus, error);
}

enum plx_status plx_corpus_open(const char *const *names, size_t count,
                                const struct plx_corpus_options *options, struct plx_corpus **corpus,
                                struct plx_error *error)
{
    struct plx_named named;
    struct plx_names expanded;
    *corpus = NULL;
    enum plx_status status = plx_named_look_up(names, count, options, &named, error);
    if (status)
        return status;
    const enum plx_token_kind tokens = named.tokens;
    status = plx_names_expand((const char *const *)named.names, count, plx_index_pair_up, &expanded, error);
    plx_named_release(&named);
    if (status)
        return status;
    struct plx_corpus *opened = new_corpus(&expanded, options, error);
    if (!opened)
        return PLX_MEMORY;
    if (opened->options.tokens == PLX_TOKENS_AUTO)
        opened->options.tokens = tokens;
    return finish_open(opened, plx_corpus_files_settle(&opened->files, error), corpus, error);
}

void plx_corpus_set_pages(struct plx_corpus *corpus, enum plx_pages pages)
{
    plx_corpus_files_set_pages(&corpus->files, pages);
}

bool plx_corpus_page_counts(const struct plx_corpus *corpus, struct plx_page_counts *counts)
{
    *counts = corpus->counter.finished;
    return corpus->files.pages == PLX_PAGES_HEADING &&
           counts->pages == plx_document_range_delivered(&corpus->range);
}

/* Takes note of a piece that is given. */
static void count_chunk(struct plx_corpus *corpus, struct plx_chunk *chunk)
{
    corpus->range.begun += chunk->begins_document;
    chunk->document_index = corpus->range.begun - 1;
    if (corpus->files.pages == PLX_PAGES_HEADING && !plx_document_range_before(&corpus->range))
        plx_page_counter_add_chunk(&corpus->counter, chunk, corpus->files.reader->page,
                                   plx_document_range_behind(&corpus->range));
}

/* The next piece, of all documents; or that which is pending. */
static enum plx_status next_piece(struct plx_corpus *corpus, struct plx_chunk *chunk, bool *more,
                                  struct plx_error *error)
{
    *more = corpus->is_pending;
    if (*more)
        *chunk = corpus->pending;
    corpus->is_pending = false;
    while (!*more) {
        enum plx_status status = plx_corpus_files_read(&corpus->files, chunk, more, error);
        if (status)
            return status;
        if (*more) {
            count_chunk(corpus, chunk);
            break;
        }
        plx_page_counter_end(&corpus->counter);
        if (plx_corpus_files_end(&corpus->files))
            break;
        if ((status = plx_corpus_files_next(&corpus->files, error)))
            return status;
    }
    return PLX_OK;
}

/* Completes a piece that is to be read; it stays pending where that is interrupted. What is refused is not
   read, nor the document that begins with it. */
static enum plx_status complete(struct plx_corpus *corpus, struct plx_chunk *chunk, struct plx_error *error)
{
    const struct plx_chunk given = *chunk;
    const enum plx_status status =
        plx_token_bytes_fill(&corpus->token_bytes, corpus->files.reader, chunk, error);
    corpus->is_pending = status == PLX_INTERRUPTED;
    if (corpus->is_pending)
        corpus->pending = given;
    else if (status)
        corpus->range.begun -= given.begins_document;
    return status;
}

/* All that is to be read has been. */
static enum plx_status finish(struct plx_corpus *corpus, struct plx_error *error)
{
    enum plx_status status = plx_token_bytes_finish(&corpus->token_bytes, error);
    if (status == PLX_OK)
        status = plx_document_range_finish(&corpus->range, error);
    if (status == PLX_OK)
        corpus->rest = REST_DONE;
    return status;
}

/* Of what is left no more is given out. */
static void give_up_rest(struct plx_corpus *corpus)
{
    if (corpus->rest == REST_READ)
        corpus->rest = plx_token_bytes_counts(&corpus->token_bytes) ? REST_COUNTED : REST_DONE;
}

enum plx_status plx_corpus_next(struct plx_corpus *corpus, struct plx_chunk *chunk, bool *more,
                                struct plx_error *error)
{
    *more = false;
    while (corpus->rest != REST_DONE) {
        enum plx_status status = next_piece(corpus, chunk, more, error);
        if (status)
            return status;
        if (*more && plx_document_range_behind(&corpus->range))
            give_up_rest(corpus);
        if (!*more || corpus->rest == REST_DONE) {
            *more = false;
            return finish(corpus, error);
        }
        if (corpus->rest == REST_COUNTED || plx_document_range_before(&corpus->range)) {
            plx_token_bytes_pass(&corpus->token_bytes, chunk);
            continue;
        }
        status = complete(corpus, chunk, error);
        if (status || !plx_token_bytes_lacks(&corpus->token_bytes))
            return status;
        give_up_rest(corpus); /* but it is said how many tokens there are */
    }
    return PLX_OK;
}

void plx_corpus_original(const struct plx_corpus *corpus, struct plx_original_info *info)
{
    *info = corpus->token_bytes.info;
}

void plx_corpus_info(const struct plx_corpus *corpus, struct plx_corpus_info *info)
{
    *info = (struct plx_corpus_info){
        .format = corpus->files.format->name,
        .content = corpus->files.content,
        .tokens = corpus->options.tokens,
        .files = corpus->files.names.count,
        .documents = plx_document_range_delivered(&corpus->range),
        .part = plx_document_range_part(&corpus->range),
        .first_document = corpus->options.first_document,
        .bytes = plx_corpus_files_bytes(&corpus->files),
    };
}

enum plx_status plx_corpus_sha256(struct plx_corpus *corpus, char hex[65], struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    struct plx_chunk chunk;
    bool more;
    give_up_rest(corpus);
    if (corpus->rest != REST_DONE && (status = plx_corpus_next(corpus, &chunk, &more, error)))
        return status;
    return plx_corpus_files_sha256(&corpus->files, hex, error);
}

void plx_corpus_progress(const struct plx_corpus *corpus, uint64_t *size, uint64_t *done)
{
    plx_corpus_files_progress(&corpus->files, size, done);
}

enum plx_status plx_corpus_check_output(const struct plx_corpus *corpus, const char *output,
                                        struct plx_error *error)
{
    const enum plx_status status = plx_index_check_output(&corpus->files.names, output, error);
    return status || !corpus->token_bytes_name ? status
                                               : plx_place_check(output, corpus->token_bytes_name, error);
}

const char *plx_corpus_name(const struct plx_corpus *corpus)
{
    return corpus->files.names.label;
}

void plx_corpus_close(struct plx_corpus *corpus)
{
    if (!corpus)
        return;
    plx_corpus_files_release(&corpus->files);
    plx_token_bytes_release(&corpus->token_bytes);
    free(corpus->member);
    free(corpus->token_bytes_name);
    free(corpus);
}
