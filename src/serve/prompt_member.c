#include "serve/prompt_member.h"

#include "base/memory.h"
#include "base/number.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct plx_prompt *add_prompt(struct plx_members *members, struct plx_prompt_list *list)
{
    struct plx_error error;
    if (list->count == PLX_PROMPTS_MOST) {
        plx_reply_refuse(members->answer, 400, "there are more than %d prompts", PLX_PROMPTS_MOST);
        return NULL;
    }
    if (plx_reserve_array(&list->prompts, &list->capacity, list->count + 1, sizeof *list->prompts, &error)) {
        plx_reply_fail(members->answer, &error);
        return NULL;
    }
    struct plx_prompt *prompt = list->prompts + list->count++;
    plx_prompt_init(prompt, PLX_ANSWER_BYTES_MOST);
    return prompt;
}

bool plx_prompt_list_refuse(struct plx_reply *answer)
{
    return plx_reply_refuse(answer, 400,
                            "the request has more than %d tokens, with those that are to be made",
                            PLX_REQUEST_TOKENS_MOST);
}

void plx_prompt_list_release(struct plx_prompt_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        plx_prompt_release(list->prompts + i);
    free(list->prompts);
}

static bool add_text(struct plx_members *members, struct plx_prompt_list *list)
{
    struct plx_prompt *prompt = add_prompt(members, list);
    struct plx_error error;
    char *text = NULL;
    size_t length = 0;
    if (!prompt || !plx_members_string(members, "prompt", &text, &length))
        return false;
    const enum plx_status status =
        plx_prompt_tokenize(prompt, members->served, (struct plx_word){text, length}, &error);
    free(text);
    return status == PLX_OK || plx_reply_fail(members->answer, &error);
}

static bool refuse_id(struct plx_members *members, const char *key, const struct plx_prompt_list *list,
                      size_t index, const char *id, size_t length)
{
    char of[40] = "";
    if (strcmp(key, "prompt") == 0)
        snprintf(of, sizeof of, " of prompt %zu", list->count - 1);
    const uint64_t vocabulary = members->served->info->vocabulary;
    return plx_reply_refuse(
        members->answer, 400, "token %zu%s is %.*s, but ids are whole numbers from 0 to %" PRIu64 "%s", index,
        of, length < 40 ? (int)length : 40, id, vocabulary ? vocabulary - 1 : PLX_NO_TOKEN - 1,
        members->served->info->capabilities & PLX_UNKNOWN_CONTEXT ? ", or -1 for an unknown word" : "");
}

/* One id, however it is written. */
static bool take_id(struct plx_members *members, const char *key, const struct plx_prompt_list *list,
                    struct plx_prompt *prompt)
{
    const struct plx_model_info *info = members->served->info;
    const uint64_t most = info->vocabulary ? info->vocabulary - 1 : PLX_NO_TOKEN - 1;
    const int byte = plx_json_scan_space(&members->scan);
    struct plx_word number;
    uint64_t id;
    if (byte != '-' && (byte < '0' || byte > '9'))
        return plx_reply_refuse(members->answer, 400, "prompt mixes token ids with something else");
    if (!plx_json_scan_number(&members->scan, &number))
        return plx_members_malformed(members);
    if (number.length == 2 && *number.text == '-' && number.text[1] == '1' &&
        info->capabilities & PLX_UNKNOWN_CONTEXT)
        id = PLX_NO_TOKEN;
    else if (!plx_parse_u64(number.text, number.length, 0, most, &id))
        return refuse_id(members, key, list, prompt->count, number.text, number.length);
    prompt->ids[prompt->count++] = (uint32_t)id;
    return true;
}

/* Those that are written as they mostly are, as long as there is room for them and one more. */
static bool take_ids(struct plx_members *members, const char *key, const struct plx_prompt_list *list,
                     struct plx_prompt *prompt)
{
    const uint64_t vocabulary = members->served->info->vocabulary;
    const size_t end = prompt->count + plx_json_scan_numbers(&members->scan, prompt->ids + prompt->count,
                                                             prompt->capacity - prompt->count - 1);
    for (; prompt->count < end; prompt->count++) {
        const uint32_t id = prompt->ids[prompt->count];
        char text[PLX_NUMBER_TEXT];
        if (vocabulary && id >= vocabulary)
            return refuse_id(members, key, list, prompt->count, text, plx_format_u64(id, text));
    }
    return true;
}

bool plx_prompt_member_ids(struct plx_members *members, const char *key, struct plx_prompt_list *list)
{
    struct plx_prompt *prompt = add_prompt(members, list);
    struct plx_error error;
    if (!prompt)
        return false;
    if (plx_json_scan_space(&members->scan) != '[')
        return plx_reply_refuse(members->answer, 400, "%s must be an array of token ids", key);
    plx_json_scan_begin(&members->scan, '[');
    for (size_t i = 0; plx_json_scan_more(&members->scan, ']', i); i++) {
        if (prompt->count >= PLX_REQUEST_TOKENS_MOST)
            return plx_prompt_list_refuse(members->answer);
        if (plx_prompt_reserve(prompt, 1, &error))
            return plx_reply_fail(members->answer, &error);
        plx_json_scan_space(&members->scan);
        if (!take_ids(members, key, list, prompt) || !take_id(members, key, list, prompt))
            return false;
    }
    return !members->scan.message || plx_members_malformed(members);
}

bool plx_prompt_member(struct plx_members *members, struct plx_prompt_list *list)
{
    struct plx_json_scan *scan = &members->scan;
    if (plx_json_scan_space(scan) == '"')
        return add_text(members, list);
    if (plx_json_scan_space(scan) != '[')
        return plx_reply_refuse(members->answer, 400, "prompt must be a string or an array");
    struct plx_json_scan inside = *scan;
    plx_json_scan_begin(&inside, '[');
    const int first = plx_json_scan_space(&inside);
    if (first == ']')
        return plx_reply_refuse(members->answer, 400, "prompt is an empty array");
    if (first != '"' && first != '[')
        return plx_prompt_member_ids(members, "prompt", list);
    plx_json_scan_begin(scan, '[');
    for (size_t i = 0; plx_json_scan_more(scan, ']', i); i++) {
        if (plx_json_scan_space(scan) != first)
            return plx_reply_refuse(members->answer, 400, "prompt mixes texts with something else");
        if (!(first == '"' ? add_text(members, list) : plx_prompt_member_ids(members, "prompt", list)))
            return false;
    }
    return !scan->message || plx_members_malformed(members);
}
