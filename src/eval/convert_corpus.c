/* The converter: a corpus through the encoder, its ids to a writer. A place where a corpus and a model, here
   a vocabulary, are seen at once. */
#include <perplex/convert.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/pool.h"
#include "corpus/ids_writer.h"
#include "corpus/original_warnings.h"
#include "eval/convert_outputs.h"
#include "eval/convert_vocabulary.h"
#include "io/npy_write.h"
#include "model/listed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes without an owner, so that those of a token fit 32 bits. */
#define REST_MAX (UINT64_C(1) << 31)

struct converter {
    struct plx_corpus *corpus;
    const char *path;
    const struct plx_convert_options *options;
    struct plx_conversion *out;
    struct plx_model *model;
    struct plx_plan plan;
    struct plx_made_vocabulary made;
    struct plx_pool *pool;
    struct plx_lane *lane;
    struct plx_block *blocks; /* [depth]: given out in turn */
    size_t depth, next_block;
    struct plx_seam seam;
    double began;
    struct plx_ids_writer *writer; /* NULL before the first piece of the corpus */
    struct plx_output *sidecar;
    struct plx_npy_writer bytes;
    bool bytes_known;
    /* The last token waits, and with it the documents that have begun behind it: what has no owner at the end
       of its document, or of the corpus, belongs to it. */
    bool holds;
    uint32_t held_id, held_bytes;
    struct plx_buffer begun; /* of each such document the length of its id, NO_ID for none, and the id */
    bool has_tokens;         /* the document at hand: the token that waits is one of them */
    uint64_t rest_bytes;     /* without an owner so far */
};

/* Of documents that wait: some 16 bytes each. */
#define BEGUN_BYTES_MAX ((size_t)1 << 30)

#define NO_ID SIZE_MAX

/* What knows the corpus' tokens. Bytes, and ids without a vocabulary, are known by a model of any tokens. */
static enum plx_status open_vocabulary(struct converter *converter, const struct plx_corpus_info *info,
                                       struct plx_error *error)
{
    const struct plx_convert_options *options = converter->options;
    const struct plx_model_options model_options = {
        .fingerprint = PLX_FINGERPRINT_NONE,
        .threads = options->threads,
        .interrupted = options->interrupted,
        .user = options->user,
    };
    const bool bytes = info->tokens == PLX_TOKENS_BYTE;
    if (options->vocabulary)
        return plx_listed_open(options->vocabulary, &model_options, &converter->model, error);
    if (bytes || info->content == PLX_CONTENT_IDS || options->make_vocabulary)
        return plx_model_open(bytes ? "uniform:256" : "uniform:4294967295", &model_options, &converter->model,
                              error);
    plx_error_set(error, PLX_USAGE, "%s become ids of a vocabulary, and there is none",
                  info->content == PLX_CONTENT_STRINGS ? "tokens that are strings"
                  : info->tokens == PLX_TOKENS_WORD    ? "words of a text"
                                                       : "characters of a text");
    plx_error_input(error, plx_corpus_name(converter->corpus));
    return plx_error_hint(error, "--vocab FILE names it, --make-vocab FILE makes one of the corpus%s",
                          info->content == PLX_CONTENT_TEXT ? "; --tokens byte needs none" : "");
}

static enum plx_status check_options(const struct converter *converter, const struct plx_corpus_info *info,
                                     struct plx_error *error)
{
    const struct plx_convert_options *options = converter->options;
    const struct plx_protocol *protocol = options->protocol;
    if (protocol && protocol->unknown != PLX_UNKNOWN_UNK && protocol->unknown != PLX_UNKNOWN_ERROR)
        return plx_error_set(error, PLX_USAGE, "unknown tokens become the unknown symbol, or are an error");
    if (options->make_vocabulary && options->vocabulary)
        return plx_error_set(error, PLX_USAGE, "a vocabulary is either given or made of the corpus");
    if (options->make_vocabulary && info->content == PLX_CONTENT_IDS)
        return plx_error_set(error, PLX_USAGE, "ids have no words that a vocabulary could be made of");
    if (options->make_vocabulary && info->tokens == PLX_TOKENS_BYTE)
        return plx_error_set(error, PLX_USAGE, "bytes are their own ids, and need no vocabulary");
    return plx_convert_check_outputs(converter->corpus, converter->path, options, error);
}

/* The evaluation's own way of encoding, as one stream. */
static enum plx_status make_plan(struct converter *converter, const struct plx_corpus_info *info,
                                 struct plx_error *error)
{
    const struct plx_protocol *wanted = converter->options->protocol;
    struct plx_protocol protocol = {.unit = PLX_UNIT_STREAM, .end = PLX_END_AUTO, .pages = PLX_PAGES_ARTICLE};
    struct plx_word end = {"<eos>", 5};
    enum plx_status status;
    if (wanted) {
        protocol.end = wanted->end;
        protocol.unknown = wanted->unknown;
        protocol.control_words = wanted->control_words;
        protocol.pages = wanted->pages;
        memcpy(protocol.end_symbol, wanted->end_symbol, sizeof protocol.end_symbol);
        if (*wanted->end_symbol)
            end = (struct plx_word){wanted->end_symbol, strlen(wanted->end_symbol)};
    }
    plx_corpus_set_pages(converter->corpus, protocol.pages);
    if ((status = plx_plan_make(converter->model, &protocol, info, &converter->plan, error)) ||
        !converter->options->make_vocabulary)
        return status;
    return plx_made_vocabulary_open(&converter->made, converter->options->make_vocabulary, end, error);
}

static void encode_job(void *job, unsigned worker, void *user)
{
    const struct converter *converter = user;
    (void)worker;
    plx_block_encode(job, &converter->plan, converter->model);
}

static enum plx_status prepare(struct converter *converter, struct plx_error *error)
{
    const unsigned threads = converter->options->threads ? converter->options->threads : plx_processors();
    converter->depth = (size_t)threads * 2 + 2;
    converter->seam = (struct plx_seam){.begins_document = true, .begins_line = true};
    converter->pool = plx_pool_new(threads, error);
    converter->blocks = plx_new_array(converter->depth, sizeof *converter->blocks, error);
    if (!converter->pool || !converter->blocks)
        return error->status;
    converter->lane = plx_lane_new(converter->pool, converter->depth, encode_job, converter, error);
    return converter->lane ? PLX_OK : PLX_MEMORY;
}

/* Opens what is written, now that the first piece has come. */
static enum plx_status open_outputs(struct converter *converter, const struct plx_chunk *chunk,
                                    struct plx_error *error)
{
    const struct plx_convert_options *options = converter->options;
    const bool any = converter->plan.any_tokens && !converter->plan.byte_ids;
    converter->bytes_known = converter->plan.spelled || chunk->token_bytes;
    const struct plx_ids_options ids = {
        .format = options->format,
        .types = any ? 0 : plx_model_info(converter->model)->vocabulary,
        .id_bytes = chunk->id_bytes,
        .bytes = converter->bytes_known,
        .interrupted = options->interrupted,
        .user = options->user,
    };
    enum plx_status status = plx_ids_writer_open(converter->path, &ids, &converter->writer, error);
    if (status || !options->bytes)
        return status;
    if (!converter->bytes_known) {
        plx_error_set(error, PLX_MISMATCH, "how many bytes each id stands for is not known");
        plx_error_input(error, plx_corpus_name(converter->corpus));
        return plx_error_hint(error, "--token-bytes FILE says so, or --vocab FILE with --tokens word");
    }
    status = plx_output_open(options->bytes, &converter->sidecar, error);
    return status ? status
                  : plx_npy_writer_open(&converter->bytes, converter->sidecar, PLX_NPY_NARROWEST, error);
}

static enum plx_status write_ids(struct converter *converter, const uint32_t *ids, const uint32_t *bytes,
                                 size_t count, struct plx_error *error)
{
    enum plx_status status =
        plx_ids_writer_add(converter->writer, ids, converter->bytes_known ? bytes : NULL, count, error);
    if (status == PLX_OK && converter->sidecar)
        status = plx_npy_writer_add(&converter->bytes, bytes, count, error);
    converter->out->tokens += count;
    for (size_t i = 0; i < count && converter->bytes_known; i++)
        converter->out->bytes += bytes[i];
    return status;
}

/* The documents that have begun behind the token that has been written. */
static enum plx_status begin_held(struct converter *converter, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    for (size_t at = 0; at < converter->begun.size && status == PLX_OK;) {
        struct plx_word id = {NULL, 0};
        size_t length;
        memcpy(&length, converter->begun.data + at, sizeof length);
        at += sizeof length;
        if (length != NO_ID) {
            id = (struct plx_word){(const char *)converter->begun.data + at, length};
            at += length;
        }
        status = plx_ids_writer_begin(converter->writer, id, error);
    }
    converter->begun.size = 0;
    return status;
}

static enum plx_status write_held(struct converter *converter, struct plx_error *error)
{
    if (!converter->holds)
        return PLX_OK;
    converter->holds = false;
    const enum plx_status status =
        write_ids(converter, &converter->held_id, &converter->held_bytes, 1, error);
    return status ? status : begin_held(converter, error);
}

static enum plx_status refuse_rest(struct plx_error *error)
{
    return plx_error_set(error, PLX_UNSUPPORTED, "more than %llu bytes between two tokens",
                         (unsigned long long)REST_MAX);
}

/* What has no owner becomes part of the token that waits. */
static enum plx_status own_rest(struct converter *converter, struct plx_error *error)
{
    if (converter->rest_bytes > UINT32_MAX - converter->held_bytes)
        return refuse_rest(error);
    converter->held_bytes += (uint32_t)converter->rest_bytes;
    converter->rest_bytes = 0;
    return PLX_OK;
}

/* A document keeps its own bytes if it has a token. */
static enum plx_status begin_document(struct converter *converter, struct plx_word id,
                                      struct plx_error *error)
{
    const size_t length = id.text ? id.length : NO_ID;
    enum plx_status status = converter->has_tokens ? own_rest(converter, error) : PLX_OK;
    converter->has_tokens = false;
    if (status)
        return status;
    if (!converter->holds)
        return plx_ids_writer_begin(converter->writer, id, error);
    status = plx_buffer_append(&converter->begun, &length, sizeof length, error);
    return status || !id.text ? status : plx_buffer_append(&converter->begun, id.text, id.length, error);
}

/* Refuses token i, and says where it stands. */
static enum plx_status refuse_token(const struct converter *converter, const struct plx_block *block,
                                    size_t i, struct plx_error *error)
{
    const struct plx_word word = block->tokens.words[i];
    const bool text = block->chunk.content == PLX_CONTENT_TEXT;
    if (block->ids[i] == PLX_NO_TOKEN) {
        plx_error_set(error, PLX_MISMATCH,
                      "the vocabulary does not know \"%.*s\", and has no symbol for unknown tokens",
                      (int)(word.length < 80 ? word.length : 80), word.text ? word.text : "");
        plx_error_hint(error, "--make-vocab FILE makes a vocabulary of the corpus");
    } else {
        plx_error_set(error, PLX_MISMATCH, "the id %lu of token %llu does not fit %s, which ends at %lu",
                      (unsigned long)block->ids[i], (unsigned long long)converter->out->tokens + 1,
                      converter->writer->width, (unsigned long)converter->writer->most);
        plx_error_hint(error, "--to names a format of wider ids");
    }
    return plx_chunk_place(&block->chunk,
                           text && word.text ? (size_t)(word.text - (const char *)block->chunk.text)
                           : text            ? 0
                                             : i,
                           error);
}

static enum plx_status check_ids(struct converter *converter, const struct plx_block *block,
                                 struct plx_error *error)
{
    const uint32_t *ids = block->ids;
    const size_t count = block->tokens.count;
    uint32_t most = 0;
    for (size_t i = 0; i < count; i++)
        most = ids[i] > most ? ids[i] : most;
    if (most <= converter->writer->most)
        return PLX_OK;
    size_t i = 0;
    while (ids[i] <= converter->writer->most)
        i++;
    converter->out->tokens += i + converter->holds; /* for the message */
    return refuse_token(converter, block, i, error);
}

static void count_unknown(struct converter *converter, const struct plx_block *block)
{
    for (size_t i = 0; i < block->tokens.count; i++)
        converter->out->unknown +=
            (block->flags[i] & (PLX_TOKEN_UNKNOWN | PLX_TOKEN_LITERAL)) == PLX_TOKEN_UNKNOWN;
}

/* Writes the block's tokens, but holds the last. */
static enum plx_status write_block(struct converter *converter, const struct plx_block *block,
                                   struct plx_error *error)
{
    const struct plx_tokens *tokens = &block->tokens;
    const size_t count = tokens->count;
    enum plx_status status = PLX_OK;
    if (block->chunk.begins_document && (status = begin_document(converter, block->chunk.document, error)))
        return status;
    if (count > 0) {
        if ((status = write_held(converter, error)))
            return status;
        tokens->bytes[0] += (uint32_t)converter->rest_bytes;
        converter->rest_bytes = 0;
        status = write_ids(converter, block->ids, tokens->bytes, count - 1, error);
        converter->holds = converter->has_tokens = true;
        converter->held_id = block->ids[count - 1];
        converter->held_bytes = tokens->bytes[count - 1];
    }
    converter->rest_bytes += tokens->rest_bytes;
    return status == PLX_OK && converter->rest_bytes > REST_MAX ? refuse_rest(error) : status;
}

/* Takes the oldest encoded block. */
static enum plx_status take_block(struct converter *converter, struct plx_error *error)
{
    struct plx_block *block = plx_lane_take(converter->lane);
    enum plx_status status = block->status;
    if (status)
        *error = block->error;
    if (status == PLX_OK && converter->made.words)
        status = plx_made_vocabulary_encode(&converter->made, block, &converter->plan, error);
    if (status == PLX_OK)
        status = check_ids(converter, block, error);
    if (status)
        return plx_error_input(error, block->chunk.input);
    count_unknown(converter, block);
    return write_block(converter, block, error);
}

/* Between two pieces of work: says how far it is, and asks whether to go on. */
static enum plx_status pause_between(const struct converter *converter, struct plx_error *error)
{
    const struct plx_convert_options *options = converter->options;
    if (options->progress) {
        struct plx_progress progress = {.tokens = converter->out->tokens,
                                        .seconds = plx_clock_seconds() - converter->began};
        plx_corpus_progress(converter->corpus, &progress.size_bytes, &progress.done_bytes);
        options->progress(options->user, &progress);
    }
    if (options->interrupted && options->interrupted(options->user))
        return plx_error_set(error, PLX_INTERRUPTED, "interrupted");
    return PLX_OK;
}

/* Copies a piece of the corpus and has it encoded. */
static enum plx_status submit_chunk(struct converter *converter, const struct plx_chunk *chunk,
                                    struct plx_error *error)
{
    struct plx_block *block = converter->blocks + converter->next_block;
    const enum plx_status status =
        plx_block_fill(block, chunk, &converter->plan, converter->model, &converter->seam, error);
    if (status)
        return plx_error_input(error, chunk->input);
    converter->next_block = (converter->next_block + 1) % converter->depth;
    plx_lane_submit(converter->lane, block);
    return PLX_OK;
}

/* The blocks of the corpus through their lane, to its end. */
static enum plx_status convert(struct converter *converter, struct plx_error *error)
{
    enum plx_status status;
    for (;;) {
        struct plx_chunk chunk;
        bool more;
        if ((status = pause_between(converter, error)) ||
            (status = plx_corpus_next(converter->corpus, &chunk, &more, error)))
            return status;
        if (!more)
            break;
        if (!converter->writer && (status = open_outputs(converter, &chunk, error)))
            return status;
        while (plx_lane_full(converter->lane) || plx_lane_ready(converter->lane)) {
            if ((status = take_block(converter, error)))
                return status;
        }
        if ((status = submit_chunk(converter, &chunk, error)))
            return status;
    }
    while (plx_lane_count(converter->lane) > 0) {
        if ((status = pause_between(converter, error)) || (status = take_block(converter, error)))
            return status;
    }
    if (!converter->holds && converter->out->tokens == 0) {
        plx_error_set(error, PLX_MALFORMED, "the corpus is empty: there is nothing to write");
        return plx_error_input(error, plx_corpus_name(converter->corpus));
    }
    const enum plx_status rest = own_rest(converter, error);
    return rest ? rest : write_held(converter, error);
}

/* Everything but the names of the files, then these. */
static enum plx_status deliver(struct converter *converter, struct plx_error *error)
{
    const struct plx_convert_options *options = converter->options;
    struct plx_output *sidecar = converter->sidecar;
    enum plx_status status = plx_ids_writer_finish(converter->writer, error);
    if (status == PLX_OK && sidecar)
        status = plx_npy_writer_finish(&converter->bytes, options->interrupted, options->user, error);
    if (status == PLX_OK && sidecar)
        status = plx_output_finish(sidecar, error);
    if (status == PLX_OK && converter->made.words)
        status = plx_made_vocabulary_write(&converter->made, error);
    if (status)
        return status;
    if (converter->made.words)
        status = plx_made_vocabulary_commit(&converter->made, error);
    if (status == PLX_OK && sidecar) {
        converter->sidecar = NULL;
        status = plx_output_commit(sidecar, error);
    }
    if (status == PLX_OK) {
        struct plx_ids_writer *writer = converter->writer;
        converter->writer = NULL;
        status = plx_ids_writer_commit(writer, error);
    }
    return status;
}

_Static_assert(PLX_CONVERSION_WARNINGS >= PLX_ORIGINAL_WARNINGS, "all have a place");

static void describe(struct converter *converter)
{
    struct plx_conversion *out = converter->out;
    struct plx_corpus_info info;
    plx_corpus_info(converter->corpus, &info);
    out->documents = info.documents;
    out->parted = converter->writer->format->documents;
    out->warning_count = plx_original_warnings(converter->corpus, out->bytes, out->warnings);
    const struct plx_word unknown = plx_model_token(converter->model, converter->plan.unknown);
    if (unknown.text)
        snprintf(out->unknown_symbol, sizeof out->unknown_symbol, "%.*s", (int)unknown.length, unknown.text);
}

static void release(struct converter *converter)
{
    plx_lane_free(converter->lane);
    plx_pool_free(converter->pool);
    for (size_t i = 0; converter->blocks && i < converter->depth; i++)
        plx_block_release(converter->blocks + i);
    free(converter->blocks);
    plx_buffer_release(&converter->begun);
    plx_ids_writer_discard(converter->writer);
    plx_npy_writer_release(&converter->bytes);
    plx_output_discard(converter->sidecar);
    plx_made_vocabulary_release(&converter->made);
    plx_model_close(converter->model);
}

enum plx_status plx_convert_corpus(struct plx_corpus *corpus, const char *output,
                                   const struct plx_convert_options *options,
                                   struct plx_conversion *conversion, struct plx_error *error)
{
    const struct plx_convert_options defaults = {0};
    struct plx_conversion ignored;
    struct plx_corpus_info info;
    struct converter converter = {
        .corpus = corpus,
        .path = output,
        .options = options ? options : &defaults,
        .out = conversion ? conversion : &ignored,
        .began = plx_clock_seconds(),
    };
    *converter.out = (struct plx_conversion){0};
    plx_buffer_init(&converter.begun, BEGUN_BYTES_MAX);
    plx_corpus_info(corpus, &info);
    enum plx_status status = check_options(&converter, &info, error);
    if (status == PLX_OK && (status = open_vocabulary(&converter, &info, error)) == PLX_OK &&
        (status = make_plan(&converter, &info, error)) == PLX_OK &&
        (status = prepare(&converter, error)) == PLX_OK && (status = convert(&converter, error)) == PLX_OK) {
        describe(&converter);
        status = deliver(&converter, error);
    }
    release(&converter);
    return status;
}

const char *plx_ids_format_name(size_t index)
{
    const struct plx_ids_format *format = plx_ids_format(index);
    return format ? format->name : NULL;
}

const char *plx_ids_format_description(size_t index)
{
    const struct plx_ids_format *format = plx_ids_format(index);
    return format ? format->description : NULL;
}

bool plx_ids_format_named(const char *output)
{
    return plx_ids_format_find(NULL, output) != NULL;
}
