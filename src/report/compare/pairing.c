#include "report/compare/pairing.h"

#include <perplex/output.h>

#include "base/memory.h"
#include "report/compare/intervals.h"
#include "report/result/result_file.h"
#include "report/tokens/token_pairs.h"

#include <perplex/evaluate.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Two files on their way. */
struct matching {
    const struct plx_compared *sides[2];
    const char *paths[2];
    const struct plx_compare_options *options;
    struct plx_moved *moved;
    bool detailed[2];
    struct plx_exact sums[2];
    double *differences; /* [count] */
    size_t count, capacity;
    unsigned failed; /* the side of what went wrong */
    bool apart;      /* they are of different tokens, as `error` says */
    struct plx_error error;
};

/* "token 3 of unit 5, "word"" */
static void describe(const struct plx_token_score *token, char *text, size_t capacity)
{
    struct plx_snippet spelled;
    plx_snippet_set(&spelled, token->token);
    if (spelled.known)
        snprintf(text, capacity, "token %" PRIu64 " of unit %" PRIu64 ", \"%.*s%s\"", token->position,
                 token->unit, spelled.length, spelled.text, spelled.cut ? "…" : "");
    else
        snprintf(text, capacity, "token %" PRIu64 " of unit %" PRIu64, token->position, token->unit);
}

static void note_apart(struct matching *matching, const struct plx_token_score *base,
                       const struct plx_token_score *new, uint64_t line)
{
    struct plx_error other; /* whose name is short enough to be told */
    char texts[2][256];
    describe(base, texts[0], sizeof texts[0]);
    describe(new, texts[1], sizeof texts[1]);
    matching->apart = true;
    plx_error_input(&other, matching->paths[0]);
    plx_error_set(&matching->error, PLX_MISMATCH, "%s, where %s has %s", texts[1], other.input, texts[0]);
    plx_error_input(&matching->error, matching->paths[1]);
    plx_error_at_line(&matching->error, line, 1);
    plx_error_hint(&matching->error, "the results are not of the same tokens");
}

/* Tokens that stand in both. */
static enum plx_status add_tokens(struct matching *matching, const struct plx_token_chunk chunks[2],
                                  size_t count, struct plx_error *error)
{
    const bool both = matching->detailed[0] && matching->detailed[1];
    const struct plx_token_score *told = chunks[!matching->detailed[0]].tokens;
    enum plx_status status = plx_reserve_array(&matching->differences, &matching->capacity,
                                               matching->count + count, sizeof(double), error);
    for (size_t i = 0; i < count && status == PLX_OK && !matching->apart; i++) {
        const struct plx_token_score *base = chunks[0].tokens + i, *new = chunks[1].tokens + i;
        if (both && !plx_token_pairs_same(base, new)) {
            note_apart(matching, base, new, chunks[1].lines[i]);
            break;
        }
        matching->differences[matching->count++] = new->nats - base->nats;
        status = plx_moved_add(matching->moved, told + i, base->nats, new->nats, error);
    }
    return status;
}

static enum plx_status add_chunks(struct matching *matching, const struct plx_token_chunk chunks[2],
                                  struct plx_error *error)
{
    const size_t count = chunks[0].count < chunks[1].count ? chunks[0].count : chunks[1].count;
    for (size_t side = 0; side < 2; side++) {
        for (size_t i = 0; i < chunks[side].count; i++)
            plx_exact_add(matching->sums + side, chunks[side].tokens[i].nats);
    }
    return matching->apart ? PLX_OK : add_tokens(matching, chunks, count, error);
}

static enum plx_status match_all(struct matching *matching, struct plx_token_pairs *pairs,
                                 struct plx_error *error)
{
    const struct plx_compare_options *options = matching->options;
    struct plx_token_chunk chunks[2];
    uint64_t done, size;
    enum plx_status status;
    for (unsigned i = 0; i < 2; i++)
        matching->detailed[i] = plx_token_pairs_detailed(pairs, i);
    if (!matching->detailed[0] && !matching->detailed[1])
        matching->moved->units_are_documents = false; /* all is one unit */
    do {
        if (options->interrupted && options->interrupted(options->user))
            return plx_error_set(error, PLX_INTERRUPTED, "interrupted");
        status = plx_token_pairs_next(pairs, chunks, &matching->failed, error);
        if (status)
            return status;
        plx_token_pairs_progress(pairs, &done, &size);
        if (options->progress)
            options->progress(options->user, done, size);
        status = add_chunks(matching, chunks, error);
    } while (status == PLX_OK && (chunks[0].count > 0 || chunks[1].count > 0));
    return status ? status : plx_moved_finish(matching->moved, error);
}

/* Whether each file is its result's, and both are of the same tokens. */
static enum plx_status check_all(struct matching *matching, struct plx_error *error)
{
    for (unsigned i = 0; i < 2; i++) {
        const enum plx_status status =
            plx_token_sums_check(matching->sums + i, matching->paths[i], matching->sides[i]->json,
                                 matching->sides[i]->file, error);
        matching->failed = i;
        if (status)
            return status;
    }
    if (matching->apart)
        *error = matching->error;
    return matching->apart ? matching->error.status : PLX_OK;
}

static enum plx_status match(struct matching *matching, struct plx_error *error)
{
    const struct plx_compare_options *options = matching->options;
    const struct plx_source_options source = {
        .network = options->network, .interrupted = options->interrupted, .user = options->user};
    struct plx_token_pairs *pairs;
    enum plx_status status = plx_moved_init(matching->moved, error);
    if (status == PLX_OK)
        status = plx_token_pairs_open(matching->paths, &source,
                                      options->threads ? options->threads : plx_processors(), &pairs,
                                      &matching->failed, error);
    if (status)
        return status;
    status = match_all(matching, pairs, error);
    plx_token_pairs_close(pairs);
    return status ? status : check_all(matching, error);
}

/* NEW - BASE, of files with as many tokens. */
static struct plx_exact difference_of(const struct plx_exact sums[2])
{
    struct plx_exact difference = {.count = sums[1].count};
    difference.overflow = sums[0].overflow || sums[1].overflow ||
                          __builtin_sub_overflow(sums[1].sum, sums[0].sum, &difference.sum);
    difference.invalid = sums[0].invalid || sums[1].invalid || sums[0].infinite > 0 || sums[1].infinite > 0;
    return difference;
}

/* Files that were not named are done without where they are no use. */
static enum plx_status excuse(struct plx_pair *pair, const struct plx_error *error, bool named)
{
    char text[PLX_COMPARISON_WARNING];
    if (named || error->status == PLX_MEMORY || error->status == PLX_INTERRUPTED ||
        error->status == PLX_INTERNAL)
        return error->status;
    plx_error_format(error, text, sizeof text);
    plx_pair_warn(pair, "per-token-file", "not paired by tokens: %s", text);
    return PLX_OK;
}

static void drop_files(struct plx_pair *pair)
{
    for (size_t i = 0; i < 2; i++) {
        free(pair->files[i]);
        pair->files[i] = NULL;
    }
}

static enum plx_status test_files(const struct plx_compared *base, struct plx_pair *pair,
                                  const char *const tokens[2], const struct plx_compare_options *options,
                                  struct plx_error *error)
{
    struct matching matching = {.sides = {base, &pair->other},
                                .paths = {pair->files[0], pair->files[1]},
                                .options = options,
                                .moved = &pair->moved};
    const cJSON *unit = plx_result_member(plx_result_member(base->json, "protocol"), "unit");
    pair->moved = (struct plx_moved){.most = options->moved,
                                     .units_are_documents =
                                         cJSON_IsString(unit) && strcmp(unit->valuestring, "document") == 0};
    enum plx_status status = match(&matching, error);
    if (status) {
        plx_moved_release(&pair->moved);
        drop_files(pair);
        status = excuse(pair, error, tokens[matching.failed] || (matching.apart && tokens[0]));
    } else {
        const struct plx_exact total = difference_of(matching.sums);
        status = plx_test_tokens(matching.differences, matching.count, &total, &pair->moved, options,
                                 &pair->test, error);
    }
    free(matching.differences);
    return status;
}

/* What would be lost before it is wanted again. */
static enum plx_status check_output(const struct plx_pair *pair, const char *output, struct plx_error *error)
{
    for (size_t i = 0; i < 2; i++) {
        if (!output || !pair->files[i] || !plx_output_same(output, pair->files[i]))
            continue;
        plx_error_set(error, PLX_USAGE, "the comparison would overwrite the per-token file of a result");
        return plx_error_input(error, pair->files[i]);
    }
    return PLX_OK;
}

/* The files of both: those that were named, or the results' own where they are still there. */
static enum plx_status find_files(const struct plx_compared *const sides[2], struct plx_pair *pair,
                                  const char *const tokens[2], struct plx_error *error)
{
    for (size_t i = 0; i < 2; i++) {
        enum plx_status status = PLX_OK;
        if (!tokens[i])
            status = plx_token_file_find(sides[i]->json, sides[i]->path, &pair->files[i], error);
        else if (!(pair->files[i] = plx_copy_string(tokens[i], strlen(tokens[i]), error)))
            status = PLX_MEMORY;
        if (status)
            return status;
    }
    for (size_t i = 0; i < 2; i++) {
        if (tokens[!i] && !pair->files[i]) {
            plx_error_set(error, PLX_USAGE, "has no per-token file beside it to pair %.200s with",
                          tokens[!i]);
            return plx_error_input(error, sides[i]->file);
        }
    }
    return PLX_OK;
}

enum plx_status plx_pair_test(const struct plx_compared *base, struct plx_pair *pair,
                              const char *const tokens[2], const struct plx_compare_options *options,
                              struct plx_error *error)
{
    const struct plx_compared *const sides[2] = {base, &pair->other};
    struct plx_result_blocks *blocks = plx_new_array(2, sizeof *blocks, error);
    enum plx_status status = blocks ? PLX_OK : PLX_MEMORY;
    for (size_t i = 0; i < 2 && status == PLX_OK; i++)
        status = plx_result_blocks_read(sides[i]->json, sides[i]->file, blocks + i, error);
    if (status == PLX_OK)
        status = plx_test_unpaired(blocks, blocks + 1, options, &pair->unpaired, error);
    if (status == PLX_OK)
        status = find_files(sides, pair, tokens, error);
    if (status == PLX_OK)
        status = check_output(pair, options->output, error);
    if (status == PLX_OK && pair->files[0] && pair->files[1])
        status = test_files(base, pair, tokens, options, error);
    if (!pair->files[0] || !pair->files[1])
        drop_files(pair);
    const bool paired = pair->files[0] != NULL;
    if (status == PLX_OK && !paired && options->resampling == PLX_RESAMPLE_DOCUMENTS)
        status = plx_error_set(error, PLX_USAGE, "documents can be drawn only with per-token files of both");
    if (status == PLX_OK && !paired)
        status = plx_test_blocks(blocks, blocks + 1, options, &pair->test, error);
    if (status == PLX_OK && !paired && !pair->test.known)
        pair->test = pair->unpaired;
    free(blocks);
    return status;
}
