#include "serve/tokenization.h"

#include "base/json_writer.h"

static bool take(struct plx_prompt_list *list, struct plx_members *members, struct plx_word key, bool texts,
                 bool *known)
{
    const char *name = texts ? "prompt" : "tokens";
    *known = true;
    if (plx_members_is(key, name)) {
        if (list->count > 0)
            return plx_reply_refuse(members->answer, 400, "%s is there twice", name);
        if (!texts)
            return plx_prompt_member_ids(members, name, list);
        if (plx_json_scan_space(&members->scan) != '"')
            return plx_reply_refuse(members->answer, 400, "prompt must be a string");
        return plx_prompt_member(members, list);
    }
    if (plx_members_is(key, "model") && !plx_members_null(members))
        return plx_members_model(members);
    *known = false;
    return true;
}

static bool take_text(void *user, struct plx_members *members, struct plx_word key, bool *known)
{
    return take(user, members, key, true, known);
}

static bool take_ids(void *user, struct plx_members *members, struct plx_word key, bool *known)
{
    return take(user, members, key, false, known);
}

static void begin(struct plx_json_writer *writer, struct plx_reply *answer)
{
    plx_json_writer_init(writer, &answer->text);
    writer->compact = true;
    plx_json_begin_object(writer, NULL);
}

static bool finish(struct plx_json_writer *writer, struct plx_reply *answer)
{
    struct plx_error error;
    plx_json_end_object(writer);
    return plx_json_writer_finish(writer, &error) ? plx_reply_fail(answer, &error) : true;
}

bool plx_tokenization(const struct plx_served *served, const void *body, size_t size,
                      struct plx_reply *answer)
{
    struct plx_prompt_list list = {0};
    struct plx_json_writer writer;
    bool fine = plx_members_read(served, body, size, take_text, &list, answer);
    if (fine && list.count == 0)
        fine = plx_reply_refuse(answer, 400, "prompt is missing");
    if (fine) {
        begin(&writer, answer);
        plx_json_u64(&writer, "count", list.prompts->count);
        plx_json_null(&writer, "max_model_len");
        plx_json_begin_array(&writer, "tokens");
        for (size_t i = 0; i < list.prompts->count; i++) {
            if (list.prompts->ids[i] == PLX_NO_TOKEN)
                plx_json_literal(&writer, NULL, "-1");
            else
                plx_json_u64(&writer, NULL, list.prompts->ids[i]);
        }
        plx_json_end_array(&writer);
        fine = finish(&writer, answer);
    }
    plx_prompt_list_release(&list);
    return fine;
}

bool plx_detokenization(const struct plx_served *served, const void *body, size_t size,
                        struct plx_reply *answer)
{
    struct plx_prompt_list list = {0};
    struct plx_json_writer writer;
    struct plx_error error;
    bool fine = plx_members_read(served, body, size, take_ids, &list, answer);
    if (fine && list.count == 0)
        fine = plx_reply_refuse(answer, 400, "tokens is missing");
    if (fine && plx_prompt_spell(list.prompts, served, 0, &error))
        fine = plx_reply_fail(answer, &error);
    if (fine) {
        const struct plx_buffer *text = &list.prompts->text;
        begin(&writer, answer);
        plx_json_string_n(&writer, "prompt", text->size > 0 ? (const char *)text->data : "", text->size);
        fine = finish(&writer, answer);
    }
    plx_prompt_list_release(&list);
    return fine;
}
