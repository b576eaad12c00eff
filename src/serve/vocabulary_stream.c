#include "serve/vocabulary_stream.h"

#include "base/base64.h"
#include "base/memory.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

/* How much is written at a time, about. */
#define PIECE_BYTES 32768

/* The longest token that is shown, far above any that is one. */
#define TOKEN_BYTES_MOST (64u << 20)

struct plx_vocabulary_stream {
    const struct plx_served *served;
    struct plx_buffer buffer;
    struct plx_json_writer writer;
    size_t sent; /* of the buffer */
    uint32_t next;
    bool ended;
};

struct plx_vocabulary_stream *plx_vocabulary_stream_new(const struct plx_served *served,
                                                        struct plx_error *error)
{
    struct plx_vocabulary_stream *stream = plx_new_array(1, sizeof *stream, error);
    if (!stream)
        return NULL;
    stream->served = served;
    plx_buffer_init(&stream->buffer, PIECE_BYTES + 2 * (size_t)TOKEN_BYTES_MOST);
    plx_json_writer_init(&stream->writer, &stream->buffer);
    stream->writer.compact = true;
    plx_json_begin_object(&stream->writer, NULL);
    plx_json_begin_array(&stream->writer, "tokens");
    return stream;
}

void plx_vocabulary_stream_free(struct plx_vocabulary_stream *stream)
{
    if (!stream)
        return;
    plx_buffer_release(&stream->buffer);
    free(stream);
}

static enum plx_status write_bytes(struct plx_json_writer *writer, struct plx_word word,
                                   struct plx_error *error)
{
    char *text = plx_new_array(PLX_BASE64_OF(word.length), 1, error);
    if (!text)
        return PLX_MEMORY;
    plx_base64_encode(word.text, word.length, text);
    plx_json_begin_object(writer, NULL);
    plx_json_string(writer, "bytes", text);
    plx_json_end_object(writer);
    free(text);
    return PLX_OK;
}

static enum plx_status write_token(struct plx_vocabulary_stream *stream, uint32_t id, struct plx_error *error)
{
    const struct plx_word word = plx_model_token(stream->served->model, id);
    uint64_t invalid = 0;
    if (word.text)
        plx_utf8_count((const uint8_t *)word.text, word.length, &invalid);
    if (invalid > 0)
        return write_bytes(&stream->writer, word, error);
    if (word.text)
        plx_json_string_n(&stream->writer, NULL, word.text, word.length);
    else
        plx_json_null(&stream->writer, NULL);
    return PLX_OK;
}

/* Writes another piece, or the end. */
static enum plx_status write_piece(struct plx_vocabulary_stream *stream, struct plx_error *error)
{
    const uint64_t vocabulary = stream->served->info->vocabulary;
    enum plx_status status = PLX_OK;
    stream->buffer.size = stream->sent = 0;
    while (stream->next < vocabulary && stream->buffer.size < PIECE_BYTES && status == PLX_OK)
        status = write_token(stream, stream->next++, error);
    if (status || stream->next < vocabulary)
        return status;
    stream->ended = true;
    plx_json_end_array(&stream->writer);
    plx_json_end_object(&stream->writer);
    return plx_json_writer_finish(&stream->writer, error);
}

enum plx_status plx_vocabulary_stream_read(struct plx_vocabulary_stream *stream, char *out, size_t capacity,
                                           size_t *size, struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    *size = 0;
    if (stream->sent == stream->buffer.size && !stream->ended)
        status = write_piece(stream, error);
    if (status)
        return status;
    const size_t left = stream->buffer.size - stream->sent;
    *size = left < capacity ? left : capacity;
    memcpy(out, stream->buffer.data + stream->sent, *size);
    stream->sent += *size;
    return PLX_OK;
}
