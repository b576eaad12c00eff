#include "mock_answer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cJSON *number(const struct mock_entry *entry)
{
    switch (entry->kind) {
    case MOCK_NUMBER: return cJSON_CreateNumber(entry->logprob);
    case MOCK_NAN: return cJSON_CreateRaw("NaN");
    case MOCK_NAN_WORD: return cJSON_CreateString("NaN");
    case MOCK_NOTHING: break;
    }
    return cJSON_CreateNull();
}

/* TGI writes float32, in the fewest digits that give it back. */
static cJSON *short_number(const struct mock_entry *entry)
{
    char text[32];
    float rounded = (float)entry->logprob;
    if (entry->kind != MOCK_NUMBER)
        return number(entry);
    for (int digits = 1; digits < 10; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, (double)rounded);
        if (strtof(text, NULL) == rounded)
            break;
    }
    return cJSON_CreateRaw(text);
}

/* The faults of values, in the order of the list. */
static void spoil(const struct plx_model *model, const struct mock_behaviour *behaviour,
                  struct mock_scored *scored, unsigned random)
{
    struct mock_entry *entries = scored->entries;
    size_t middle = scored->prompt / 2;
    size_t all = scored->prompt + scored->generated;
    if (scored->prompt < 2)
        return;
    if (mock_has(behaviour, MOCK_FAULT_NULL_MIDDLE))
        entries[middle].kind = MOCK_NOTHING;
    for (size_t i = 0; mock_has(behaviour, MOCK_FAULT_NULL_ALL) && i < all; i++)
        entries[i].kind = MOCK_NOTHING;
    if (mock_has(behaviour, MOCK_FAULT_CLAMPED))
        entries[middle].logprob = -9999;
    if (mock_has(behaviour, MOCK_FAULT_NAN))
        entries[middle].kind = MOCK_NAN;
    if (mock_has(behaviour, MOCK_FAULT_NAN_STRING))
        entries[middle].kind = MOCK_NAN_WORD;
    if (mock_has(behaviour, MOCK_FAULT_POSITIVE))
        entries[middle].logprob = 0.5;
    if (mock_has(behaviour, MOCK_FAULT_OTHER_TOKENS))
        entries[middle].id = (entries[middle].id + 1) % (uint32_t)plx_model_info(model)->vocabulary;
    for (size_t i = 1; mock_has(behaviour, MOCK_FAULT_JITTER) && i < scored->prompt; i++)
        entries[i].logprob -= (double)((random + i) % 5) * 0.01;
    if (mock_has(behaviour, MOCK_FAULT_SHORT)) {
        memmove(entries + middle, entries + middle + 1, (all - middle - 1) * sizeof *entries);
        scored->prompt--;
    }
    if (mock_has(behaviour, MOCK_FAULT_LONG)) {
        memmove(entries + middle + 1, entries + middle, (all - middle) * sizeof *entries);
        scored->prompt++;
    }
    if (mock_has(behaviour, MOCK_FAULT_BOS)) {
        uint32_t start = plx_model_info(model)->start;
        memmove(entries + 1, entries, all * sizeof *entries);
        entries[0] = (struct mock_entry){.id = start == PLX_NO_TOKEN ? 0 : start, .kind = MOCK_NOTHING};
        entries[1].kind = MOCK_NUMBER;
        entries[1].logprob = -1;
        scored->prompt++;
    }
    if (mock_has(behaviour, MOCK_FAULT_GENERATED)) {
        memmove(entries, entries + scored->prompt, scored->generated * sizeof *entries);
        scored->prompt = 0;
    }
}

/* The completions of OpenAI, vLLM and SGLang. */

static cJSON *top_logprobs(const char *text, const struct mock_entry *entry, size_t count)
{
    if (entry->kind == MOCK_NOTHING)
        return cJSON_CreateNull();
    cJSON *top = cJSON_CreateObject();
    if (count > 1)
        cJSON_AddNumberToObject(top, "something else", entry->logprob / 2);
    cJSON_AddItemToObject(top, text, number(entry));
    return top;
}

static cJSON *completion_logprobs(const struct plx_model *model, const struct mock_entry *entries,
                                  size_t begin, size_t end, int top)
{
    cJSON *logprobs = cJSON_CreateObject();
    cJSON *offsets = cJSON_AddArrayToObject(logprobs, "text_offset");
    cJSON *values = cJSON_AddArrayToObject(logprobs, "token_logprobs");
    cJSON *names = cJSON_AddArrayToObject(logprobs, "tokens");
    cJSON *tops = cJSON_AddArrayToObject(logprobs, "top_logprobs");
    size_t offset = 0;
    for (size_t i = begin; i < end; i++) {
        char *text = mock_token_text(model, entries[i].id);
        cJSON_AddItemToArray(offsets, cJSON_CreateNumber((double)offset));
        cJSON_AddItemToArray(values, number(&entries[i]));
        cJSON_AddItemToArray(names, cJSON_CreateString(text));
        cJSON_AddItemToArray(tops, top_logprobs(text, &entries[i], (size_t)top));
        for (const char *c = text; *c; c++)
            offset += ((unsigned char)*c & 0xc0) != 0x80;
        free(text);
    }
    return logprobs;
}

static cJSON *vllm_logprob(const struct plx_model *model, uint32_t id, cJSON *value, int rank)
{
    char *text = mock_token_text(model, id);
    cJSON *logprob = cJSON_CreateObject();
    cJSON_AddItemToObject(logprob, "logprob", value);
    cJSON_AddNumberToObject(logprob, "rank", rank);
    cJSON_AddStringToObject(logprob, "decoded_token", text);
    free(text);
    return logprob;
}

/* Of each token by its id; at odd places a better one stands before it. */
static cJSON *vllm_prompt_logprobs(const struct plx_model *model, const struct mock_scored *scored, int top)
{
    cJSON *list = cJSON_CreateArray();
    uint32_t vocabulary = (uint32_t)plx_model_info(model)->vocabulary;
    for (size_t i = 0; i < scored->prompt; i++) {
        const struct mock_entry *entry = &scored->entries[i];
        bool better = top > 0 && i % 2 == 1 && entry->kind == MOCK_NUMBER;
        char key[16];
        if (entry->kind == MOCK_NOTHING) {
            cJSON_AddItemToArray(list, cJSON_CreateNull());
            continue;
        }
        cJSON *all = cJSON_CreateObject();
        if (better) {
            uint32_t other = (entry->id + 1) % vocabulary;
            snprintf(key, sizeof key, "%u", other);
            cJSON_AddItemToObject(all, key,
                                  vllm_logprob(model, other, cJSON_CreateNumber(entry->logprob / 2), 1));
        }
        snprintf(key, sizeof key, "%u", entry->id);
        cJSON_AddItemToObject(all, key, vllm_logprob(model, entry->id, number(entry), better ? 2 : 1));
        cJSON_AddItemToArray(list, all);
    }
    return list;
}

static char *join(const struct plx_model *model, const struct mock_entry *entries, size_t begin, size_t end)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    for (size_t i = begin; i < end; i++) {
        char *name = mock_token_text(model, entries[i].id);
        fputs(name, stream);
        free(name);
    }
    fclose(stream);
    return text;
}

static cJSON *list_ids(const struct mock_entry *entries, size_t begin, size_t end)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = begin; i < end; i++)
        cJSON_AddItemToArray(list, cJSON_CreateNumber(entries[i].id));
    return list;
}

static cJSON *completion_choice(const struct plx_model *model, const struct mock_behaviour *behaviour,
                                const struct mock_question *question, const struct mock_scored *scored,
                                size_t index)
{
    cJSON *choice = cJSON_CreateObject();
    size_t begin = question->echo ? 0 : scored->prompt;
    size_t end = scored->prompt + scored->generated;
    char *text = join(model, scored->entries, begin, end);
    cJSON_AddNumberToObject(choice, "index", (double)index);
    cJSON_AddStringToObject(choice, "text", text);
    free(text);
    if (question->logprobs >= 0)
        cJSON_AddItemToObject(choice, "logprobs",
                              completion_logprobs(model, scored->entries, begin, end, question->logprobs));
    else
        cJSON_AddNullToObject(choice, "logprobs");
    cJSON_AddStringToObject(choice, "finish_reason", "length");
    if (behaviour->dialect == MOCK_VLLM && question->prompt_logprobs >= 0 && scored->prompt > 0)
        cJSON_AddItemToObject(choice, "prompt_logprobs",
                              vllm_prompt_logprobs(model, scored, question->prompt_logprobs));
    else if (behaviour->dialect == MOCK_VLLM)
        cJSON_AddNullToObject(choice, "prompt_logprobs");
    if (question->return_ids) {
        cJSON_AddItemToObject(choice, "prompt_token_ids", list_ids(scored->entries, 0, scored->prompt));
        cJSON_AddItemToObject(choice, "token_ids", list_ids(scored->entries, scored->prompt, end));
    }
    return choice;
}

/* llama.cpp's completions know of the generated tokens alone. */
static cJSON *llama_choice(const struct plx_model *model, const struct mock_question *question,
                           const struct mock_scored *scored, size_t index)
{
    cJSON *choice = cJSON_CreateObject();
    size_t end = scored->prompt + scored->generated;
    char *text = join(model, scored->entries, scored->prompt, end);
    cJSON_AddStringToObject(choice, "text", text);
    free(text);
    cJSON_AddNumberToObject(choice, "index", (double)index);
    cJSON *content = cJSON_CreateArray();
    for (size_t i = scored->prompt; i < end; i++) {
        char *name = mock_token_text(model, scored->entries[i].id);
        cJSON *token = cJSON_CreateObject();
        cJSON_AddNumberToObject(token, "id", scored->entries[i].id);
        cJSON_AddStringToObject(token, "token", name);
        cJSON_AddItemToObject(token, "logprob", number(&scored->entries[i]));
        cJSON_AddArrayToObject(token, "top_logprobs");
        cJSON_AddItemToArray(content, token);
        free(name);
    }
    cJSON *logprobs = cJSON_CreateNull();
    if (question->logprobs >= 0) {
        cJSON_Delete(logprobs);
        logprobs = cJSON_CreateObject();
        cJSON_AddItemToObject(logprobs, "content", content);
    } else {
        cJSON_Delete(content);
    }
    cJSON_AddItemToObject(choice, "logprobs", logprobs);
    cJSON_AddStringToObject(choice, "finish_reason", "length");
    return choice;
}

static void add_usage(cJSON *answer, const struct mock_question *question)
{
    size_t prompt = 0;
    for (size_t i = 0; i < question->count; i++)
        prompt += question->prompts[i].count;
    size_t generated = question->generated * question->count;
    cJSON *usage = cJSON_AddObjectToObject(answer, "usage");
    cJSON_AddNumberToObject(usage, "prompt_tokens", (double)prompt);
    cJSON_AddNumberToObject(usage, "total_tokens", (double)(prompt + generated));
    cJSON_AddNumberToObject(usage, "completion_tokens", (double)generated);
}

/* The choice that stands at `place` of the answer, and the number that it bears. */
static void place_choice(const struct mock_behaviour *behaviour, size_t count, size_t place, size_t *which,
                         size_t *index)
{
    *which = *index = mock_has(behaviour, MOCK_FAULT_REVERSED) ? count - 1 - place : place;
    if (mock_has(behaviour, MOCK_FAULT_SHUFFLED))
        *which = *index + 1 < count ? *index + 1 : 0;
    if (mock_has(behaviour, MOCK_FAULT_DUPLICATE) && place + 1 == count)
        *index = 0;
}

static cJSON *completions(const struct plx_model *model, const struct mock_behaviour *behaviour,
                          const struct mock_question *question, const struct mock_scored *scored,
                          const char *name)
{
    cJSON *answer = cJSON_CreateObject();
    size_t shown = question->count - (mock_has(behaviour, MOCK_FAULT_MISSING) ? 1 : 0);
    cJSON_AddStringToObject(answer, "id", "cmpl-0123456789abcdef");
    cJSON_AddStringToObject(answer, "object", "text_completion");
    cJSON_AddNumberToObject(answer, "created", 1700000000);
    cJSON_AddStringToObject(answer, "model", name);
    cJSON *choices = cJSON_AddArrayToObject(answer, "choices");
    for (size_t place = 0; place < shown; place++) {
        size_t which = 0;
        size_t index = 0;
        place_choice(behaviour, question->count, place, &which, &index);
        cJSON_AddItemToArray(choices,
                             behaviour->dialect == MOCK_LLAMA_CPP
                                 ? llama_choice(model, question, &scored[which], index)
                                 : completion_choice(model, behaviour, question, &scored[which], index));
    }
    add_usage(answer, question);
    return answer;
}

/* TGI. */

static void add_tgi_tokens(const struct plx_model *model, cJSON *list, const struct mock_scored *scored,
                           size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++) {
        char *text = mock_token_text(model, scored->entries[i].id);
        cJSON *token = cJSON_CreateObject();
        cJSON_AddNumberToObject(token, "id", scored->entries[i].id);
        cJSON_AddStringToObject(token, "text", text);
        cJSON_AddItemToObject(token, "logprob", short_number(&scored->entries[i]));
        if (begin > 0)
            cJSON_AddFalseToObject(token, "special");
        cJSON_AddItemToArray(list, token);
        free(text);
    }
}

static cJSON *tgi_generation(const struct plx_model *model, const struct mock_question *question,
                             const struct mock_scored *scored)
{
    cJSON *answer = cJSON_CreateObject();
    size_t end = scored->prompt + scored->generated;
    char *text = join(model, scored->entries, scored->prompt, end);
    cJSON_AddStringToObject(answer, "generated_text", text);
    free(text);
    if (question->logprobs < 0)
        return answer;
    cJSON *details = cJSON_AddObjectToObject(answer, "details");
    cJSON_AddStringToObject(details, "finish_reason", "length");
    cJSON_AddNumberToObject(details, "generated_tokens", (double)scored->generated);
    cJSON_AddNullToObject(details, "seed");
    cJSON *prefill = cJSON_AddArrayToObject(details, "prefill");
    if (question->echo)
        add_tgi_tokens(model, prefill, scored, 0, scored->prompt);
    add_tgi_tokens(model, cJSON_AddArrayToObject(details, "tokens"), scored, scored->prompt, end);
    return answer;
}

/* SGLang. */

static void add_triples(cJSON *list, const struct mock_scored *scored, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++) {
        cJSON *triple = cJSON_CreateArray();
        cJSON_AddItemToArray(triple, number(&scored->entries[i]));
        cJSON_AddItemToArray(triple, cJSON_CreateNumber(scored->entries[i].id));
        cJSON_AddItemToArray(triple, cJSON_CreateNull());
        cJSON_AddItemToArray(list, triple);
    }
}

static cJSON *sglang_generation(const struct plx_model *model, const struct mock_question *question,
                                const struct mock_scored *scored, size_t prompt_tokens)
{
    cJSON *answer = cJSON_CreateObject();
    size_t end = scored->prompt + scored->generated;
    char *text = join(model, scored->entries, scored->prompt, end);
    cJSON_AddStringToObject(answer, "text", text);
    free(text);
    cJSON *meta = cJSON_AddObjectToObject(answer, "meta_info");
    cJSON_AddStringToObject(meta, "id", "0123456789abcdef");
    cJSON *reason = cJSON_AddObjectToObject(meta, "finish_reason");
    cJSON_AddStringToObject(reason, "type", "length");
    cJSON_AddNumberToObject(reason, "length", (double)scored->generated);
    cJSON_AddNumberToObject(meta, "prompt_tokens", (double)prompt_tokens);
    cJSON_AddNumberToObject(meta, "completion_tokens", (double)scored->generated);
    cJSON_AddNumberToObject(meta, "cached_tokens", 0);
    if (question->logprobs >= 0) {
        add_triples(cJSON_AddArrayToObject(meta, "input_token_logprobs"), scored, 0,
                    question->echo ? scored->prompt : 0);
        add_triples(cJSON_AddArrayToObject(meta, "output_token_logprobs"), scored, scored->prompt, end);
    }
    return answer;
}

static cJSON *generations(const struct plx_model *model, const struct mock_behaviour *behaviour,
                          const struct mock_question *question, const struct mock_scored *scored)
{
    if (behaviour->dialect == MOCK_TGI)
        return tgi_generation(model, question, scored);
    if (!question->several)
        return sglang_generation(model, question, scored, question->prompts[0].count);
    cJSON *answer = cJSON_CreateArray();
    size_t shown = question->count - (mock_has(behaviour, MOCK_FAULT_MISSING) ? 1 : 0);
    for (size_t i = 0; i < shown; i++) {
        size_t next = i + 1 < question->count ? i + 1 : 0;
        size_t which = mock_has(behaviour, MOCK_FAULT_SHUFFLED) ? next : i;
        cJSON_AddItemToArray(
            answer, sglang_generation(model, question, &scored[which], question->prompts[which].count));
    }
    return answer;
}

cJSON *mock_question_answer(const struct plx_model *model, const struct mock_behaviour *behaviour,
                            const char *path, const struct mock_question *question,
                            struct mock_scored *scored, const char *name, unsigned random)
{
    for (size_t i = 0; i < question->count; i++)
        spoil(model, behaviour, &scored[i], random);
    if (strstr(path, "/generate"))
        return generations(model, behaviour, question, scored);
    return completions(model, behaviour, question, scored,
                       mock_has(behaviour, MOCK_FAULT_OTHER_MODEL) ? "some-other-model" : name);
}
