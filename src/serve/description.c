#include "serve/description.h"

#include "base/json_writer.h"

#include <perplex/version.h>

#include <string.h>

/* As enum plx_capability has them. */
static const struct {
    enum plx_capability capability;
    const char *name;
} CAPABILITIES[] = {
    {PLX_STRING_TOKENS, "string_tokens"},     {PLX_EMPTY_CONTEXT, "empty_context"},
    {PLX_UNKNOWN_CONTEXT, "unknown_context"}, {PLX_RESTART_AT_END, "restart_at_end"},
    {PLX_MATCHED_ORDER, "matched_order"},     {PLX_LOG10_FLOAT, "log10_float"},
    {PLX_ANY_TOKENS, "any_tokens"},           {PLX_FULL_DISTRIBUTION, "full_distribution"},
};

static void write_id(struct plx_json_writer *writer, const char *key, uint32_t id)
{
    if (id == PLX_NO_TOKEN)
        plx_json_null(writer, key);
    else
        plx_json_u64(writer, key, id);
}

static void write_text(struct plx_json_writer *writer, const char *key, const char *text)
{
    if (text && *text)
        plx_json_string(writer, key, text);
    else
        plx_json_null(writer, key);
}

static void write_own(struct plx_json_writer *writer, const struct plx_served *served)
{
    const struct plx_model_info *info = served->info;
    plx_json_begin_object(writer, "perplex");
    plx_json_string(writer, "version", plx_version());
    plx_json_string(writer, "format", info->format);
    plx_json_string(writer, "kind", plx_model_kind_name(info->kind));
    plx_json_string(writer, "architecture", info->architecture);
    plx_json_u64(writer, "order", info->order);
    plx_json_u64(writer, "vocabulary", info->vocabulary);
    plx_json_u64(writer, "context_length", info->context_length);
    plx_json_u64(writer, "least_context", info->least_context);
    write_id(writer, "start", info->start);
    write_id(writer, "end", info->end);
    write_id(writer, "unknown", info->unknown);
    plx_json_u64(writer, "start_repeat", info->start_repeat);
    write_text(writer, "tokens",
               info->capabilities & PLX_STRING_TOKENS ? plx_token_kind_name(served->tokens) : NULL);
    plx_json_begin_array(writer, "capabilities");
    for (size_t i = 0; i < sizeof CAPABILITIES / sizeof *CAPABILITIES; i++) {
        if (info->capabilities & CAPABILITIES[i].capability)
            plx_json_string(writer, NULL, CAPABILITIES[i].name);
    }
    plx_json_end_array(writer);
    plx_json_u64(writer, "parameters", info->parameters);
    write_text(writer, "fingerprint", info->fingerprint);
    plx_json_string(writer, "sha256", info->sha256); /* "" for none */
    plx_json_string(writer, "vocabulary_sha256", info->vocabulary_sha256);
    plx_json_end_object(writer);
}

enum plx_status plx_description_write(const struct plx_served *served, bool list, struct plx_buffer *text,
                                      struct plx_error *error)
{
    struct plx_json_writer writer;
    plx_json_writer_init(&writer, text);
    writer.compact = true;
    if (list) {
        plx_json_begin_object(&writer, NULL);
        plx_json_string(&writer, "object", "list");
        plx_json_begin_array(&writer, "data");
    }
    plx_json_begin_object(&writer, NULL);
    plx_json_string(&writer, "id", served->name);
    plx_json_string(&writer, "object", "model");
    plx_json_u64(&writer, "created", (uint64_t)served->created);
    plx_json_string(&writer, "owned_by", "perplex");
    plx_json_null(&writer, "max_model_len"); /* a prompt may be of any length: the model looks at its end */
    write_own(&writer, served);
    plx_json_end_object(&writer);
    if (list) {
        plx_json_end_array(&writer);
        plx_json_end_object(&writer);
    }
    return plx_json_writer_finish(&writer, error);
}

static void write_symbol(struct plx_json_writer *writer, const char *key, const struct plx_served *served,
                         uint32_t id)
{
    const struct plx_word word = plx_model_token(served->model, id);
    if (word.text && served->tokens == PLX_TOKENS_WORD)
        plx_json_string_n(writer, key, word.text, word.length);
    else
        plx_json_null(writer, key);
}

enum plx_status plx_description_tokenizer(const struct plx_served *served, struct plx_buffer *text,
                                          struct plx_error *error)
{
    struct plx_json_writer writer;
    plx_json_writer_init(&writer, text);
    writer.compact = true;
    plx_json_begin_object(&writer, NULL);
    plx_json_string(&writer, "tokenizer_class", plx_token_kind_name(served->tokens));
    write_symbol(&writer, "bos_token", served, served->info->start);
    write_symbol(&writer, "eos_token", served, served->info->end);
    write_symbol(&writer, "unk_token", served, served->info->unknown);
    plx_json_null(&writer, "pad_token");
    plx_json_null(&writer, "chat_template");
    plx_json_end_object(&writer);
    return plx_json_writer_finish(&writer, error);
}
