#include "report/html/token_sample.h"

#include "base/memory.h"
#include "report/tokens/token_pairs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_BYTES_MAX ((size_t)1 << 28)

/* What is done with each token. */
typedef enum plx_status visitor(struct plx_token_sample *sample, uint64_t index,
                                const struct plx_token_score *token, const struct plx_token_score *base,
                                struct plx_error *error);

static bool is_interrupted(const struct plx_token_sample *sample)
{
    return sample->interrupted && sample->interrupted(sample->user);
}

static enum plx_status read_one(struct plx_token_sample *sample, visitor *visit, struct plx_error *error)
{
    const struct plx_source_options options = {.network = sample->network};
    struct plx_token_file *file;
    const struct plx_token_score *tokens;
    size_t count;
    uint64_t index = 0;
    enum plx_status status = plx_token_file_open(sample->paths[0], &options, &file, error);
    if (status)
        return status;
    sample->detailed = plx_token_file_detailed(file);
    while ((status = plx_token_file_next(file, &tokens, &count, error)) == PLX_OK && count > 0) {
        for (size_t i = 0; i < count && status == PLX_OK; i++)
            status = visit(sample, index++, tokens + i, NULL, error);
        if (status == PLX_OK && is_interrupted(sample))
            status = plx_error_set(error, PLX_INTERRUPTED, "interrupted");
        if (status)
            break;
    }
    plx_token_file_close(file);
    return status;
}

static enum plx_status visit_pairs(struct plx_token_sample *sample, const struct plx_token_chunk chunks[2],
                                   visitor *visit, bool both, uint64_t *index, struct plx_error *error)
{
    const size_t count = chunks[0].count < chunks[1].count ? chunks[0].count : chunks[1].count;
    for (size_t i = 0; i < count; i++) {
        const struct plx_token_score *token = chunks[0].tokens + i, *base = chunks[1].tokens + i;
        sample->apart = both && !plx_token_pairs_same(token, base);
        const enum plx_status status = sample->apart ? PLX_OK : visit(sample, *index, token, base, error);
        if (status || sample->apart)
            return status;
        ++*index;
    }
    sample->apart = chunks[0].count != chunks[1].count;
    return PLX_OK;
}

static enum plx_status read_pairs(struct plx_token_sample *sample, visitor *visit, struct plx_error *error)
{
    const char *const paths[2] = {sample->paths[0], sample->paths[1]};
    const struct plx_source_options options = {.network = sample->network};
    struct plx_token_pairs *pairs;
    struct plx_token_chunk chunks[2];
    uint64_t index = 0;
    unsigned failed; /* the error names the file itself */
    enum plx_status status = plx_token_pairs_open(paths, &options, 2, &pairs, &failed, error);
    if (status)
        return status;
    sample->detailed = plx_token_pairs_detailed(pairs, 0);
    const bool both = sample->detailed && plx_token_pairs_detailed(pairs, 1);
    while ((status = plx_token_pairs_next(pairs, chunks, &failed, error)) == PLX_OK &&
           (chunks[0].count > 0 || chunks[1].count > 0)) {
        status = visit_pairs(sample, chunks, visit, both, &index, error);
        if (status == PLX_OK && is_interrupted(sample))
            status = plx_error_set(error, PLX_INTERRUPTED, "interrupted");
        if (status || sample->apart)
            break;
    }
    sample->at = index;
    plx_token_pairs_close(pairs);
    return status;
}

static enum plx_status read_all(struct plx_token_sample *sample, visitor *visit, struct plx_error *error)
{
    return sample->paths[1] ? read_pairs(sample, visit, error) : read_one(sample, visit, error);
}

/* What is infinite in both has not moved. */
static double value_of(const struct plx_token_score *token, const struct plx_token_score *base)
{
    if (!base)
        return token->nats;
    return isinf(token->nats) && isinf(base->nats) ? 0 : token->nats - base->nats;
}

static enum plx_status survey_token(struct plx_token_sample *sample, uint64_t index,
                                    const struct plx_token_score *token, const struct plx_token_score *base,
                                    struct plx_error *error)
{
    (void)index;
    (void)error;
    plx_exact_add(sample->sums, token->nats);
    if (base)
        plx_exact_add(sample->sums + 1, base->nats);
    plx_token_survey_add(sample->survey, token->unit, token->position, value_of(token, base));
    return PLX_OK;
}

enum plx_status plx_token_sample_survey(struct plx_token_sample *sample, struct plx_error *error)
{
    plx_buffer_init(&sample->text, TEXT_BYTES_MAX);
    sample->survey = plx_new_array(1, sizeof *sample->survey, error);
    if (!sample->survey)
        return PLX_MEMORY;
    plx_token_survey_init(sample->survey, sample->paths[1] != NULL);
    const enum plx_status status = read_all(sample, survey_token, error);
    plx_token_survey_end(sample->survey);
    return status;
}

/* Fetching. */

static const struct plx_sampled_token *find(const struct plx_token_sample *sample, uint64_t index)
{
    const struct plx_sampled_token *first = sample->tokens;
    for (size_t i = 0; i < sample->fetched_count && index >= sample->fetched[i].begin; i++) {
        if (index < sample->fetched[i].end)
            return first + (index - sample->fetched[i].begin);
        first += sample->fetched[i].end - sample->fetched[i].begin;
    }
    return NULL;
}

const struct plx_sampled_token *plx_token_sample_at(const struct plx_token_sample *sample, uint64_t index)
{
    return sample->tokens ? find(sample, index) : NULL;
}

/* As much as there is room for, without a half of a character. */
static size_t cut_length(struct plx_word word)
{
    size_t length = PLX_SAMPLED_BYTES;
    if (word.length <= PLX_SAMPLED_BYTES)
        return word.length;
    while (length > PLX_SAMPLED_BYTES - 4 && ((unsigned char)word.text[length] & 0xC0) == 0x80)
        length--;
    return length;
}

/* There is room for all of them: the text does not move. */
static struct plx_word keep_word(struct plx_token_sample *sample, struct plx_word word)
{
    if (!word.text)
        return word;
    const struct plx_word kept = {(const char *)sample->text.data + sample->text.size, cut_length(word)};
    memcpy(sample->text.data + sample->text.size, word.text, kept.length);
    sample->text.size += kept.length;
    return kept;
}

static enum plx_status add_to_median(struct plx_token_sample *sample, uint64_t index,
                                     const struct plx_token_score *token, const struct plx_token_score *base,
                                     struct plx_error *error)
{
    (void)index;
    (void)error;
    plx_token_median_add(sample->search, value_of(token, base));
    return PLX_OK;
}

static enum plx_status fetch_token(struct plx_token_sample *sample, uint64_t index,
                                   const struct plx_token_score *token, const struct plx_token_score *base,
                                   struct plx_error *error)
{
    const struct plx_sampled_token *found = find(sample, index);
    add_to_median(sample, index, token, base, error);
    if (!found)
        return PLX_OK;
    struct plx_sampled_token *kept = sample->tokens + (found - sample->tokens);
    *kept = (struct plx_sampled_token){.score = *token,
                                       .base = base ? base->nats : (double)NAN,
                                       .value = value_of(token, base),
                                       .cut = token->token.length > PLX_SAMPLED_BYTES};
    kept->score.token = keep_word(sample, token->token);
    kept->score.document = keep_word(sample, token->document);
    return PLX_OK;
}

/* What is around ranked tokens, besides what is shown. */
static void find_fetched(struct plx_token_sample *sample)
{
    const struct plx_token_survey *survey = sample->survey;
    size_t count = 0;
    for (; count < sample->range_count; count++)
        sample->fetched[count] = sample->ranges[count];
    for (size_t side = 0; side < 2; side++) {
        for (size_t i = 0; i < survey->tokens[side].count; i++) {
            const uint64_t at = survey->tokens[side].list[i].begin, end = at + 1 + PLX_SAMPLE_BEHIND;
            sample->fetched[count++] =
                (struct plx_token_range){at > PLX_SAMPLE_BEFORE ? at - PLX_SAMPLE_BEFORE : 0,
                                         end < survey->count ? end : survey->count};
        }
    }
    sample->fetched_count = plx_token_ranges_join(sample->fetched, count);
}

static uint64_t size_of(const struct plx_token_range *ranges, size_t count)
{
    uint64_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += ranges[i].end - ranges[i].begin;
    return size;
}

/* The second reading, and those that the median needs besides. */
static enum plx_status read_again(struct plx_token_sample *sample, struct plx_error *error)
{
    sample->search = plx_new_array(1, sizeof *sample->search, error);
    if (!sample->search)
        return PLX_MEMORY;
    plx_token_median_begin(sample->search, sample->survey);
    enum plx_status status = read_all(sample, fetch_token, error);
    plx_token_median_narrow(sample->search);
    while (status == PLX_OK && !plx_token_median_found(sample->search)) {
        status = read_all(sample, add_to_median, error);
        plx_token_median_narrow(sample->search);
    }
    sample->median = plx_token_median_value(sample->search);
    free(sample->search);
    sample->search = NULL;
    return status;
}

enum plx_status plx_token_sample_fetch(struct plx_token_sample *sample, uint64_t budget,
                                       struct plx_error *error)
{
    sample->fetched = plx_new_array(PLX_RANGES_MOST + 2 * PLX_RANKED_MOST, sizeof *sample->fetched, error);
    if (!sample->fetched)
        return PLX_MEMORY;
    sample->range_count = plx_token_survey_choose(sample->survey, budget, sample->ranges);
    sample->shown = size_of(sample->ranges, sample->range_count);
    find_fetched(sample);
    const size_t count = (size_t)size_of(sample->fetched, sample->fetched_count);
    sample->tokens = plx_new_array(count, sizeof *sample->tokens, error);
    if (!sample->tokens)
        return PLX_MEMORY;
    const enum plx_status status = plx_buffer_reserve(&sample->text, count * 2 * PLX_SAMPLED_BYTES, error);
    return status ? status : read_again(sample, error);
}

void plx_token_sample_release(struct plx_token_sample *sample)
{
    free(sample->survey);
    free(sample->search);
    free(sample->fetched);
    free(sample->tokens);
    plx_buffer_release(&sample->text);
}
