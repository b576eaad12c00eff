#include "inspect/positions.h"

#include "base/error.h"

#include <inttypes.h>
#include <stdio.h>

enum plx_status plx_positions_init(struct plx_positions *positions, const struct plx_model *model,
                                   struct plx_error *error)
{
    *positions = (struct plx_positions){.info = plx_model_info(model)};
    if (!(positions->info->capabilities & PLX_BY_TOKEN))
        return PLX_OK;
    positions->session = plx_session_new(model, error);
    return positions->session ? PLX_OK : PLX_MEMORY;
}

void plx_positions_release(struct plx_positions *positions)
{
    plx_session_free(positions->session);
    positions->session = NULL;
}

/* PLX_OK if the next answer is to that token, PLX_MISMATCH if it is to another or there is none. */
static enum plx_status ask(const struct plx_positions *positions, uint32_t id, struct plx_error *error)
{
    double nats;
    const struct plx_window window = {&id, 0, 1, positions->next};
    const struct plx_scores scores = {.nats = &nats};
    return plx_session_score(positions->session, &window, 1, &scores, error);
}

/* Passes over answers to end symbols; *passed says whether there were any. */
static enum plx_status pass_ends(struct plx_positions *positions, bool *passed, struct plx_error *error)
{
    struct plx_error other;
    enum plx_status status = PLX_OK;
    *passed = false;
    while (positions->info->end != PLX_NO_TOKEN && positions->next < positions->info->positions &&
           (status = ask(positions, positions->info->end, &other)) == PLX_OK) {
        positions->next++;
        *passed = true;
    }
    if (status == PLX_OK || status == PLX_MISMATCH)
        return PLX_OK;
    *error = other;
    return status;
}

enum plx_status plx_positions_take(struct plx_positions *positions, const uint32_t *ids, size_t count,
                                   struct plx_error *error)
{
    for (size_t i = 0; i < count && positions->session && !positions->differs; i++) {
        const uint32_t id = ids[i] == PLX_NO_TOKEN ? positions->info->unknown : ids[i];
        struct plx_error difference;
        enum plx_status status = ask(positions, id, &difference);
        if (status == PLX_MISMATCH) {
            bool passed;
            if ((status = pass_ends(positions, &passed, error)))
                return status;
            status = passed ? ask(positions, id, &difference) : PLX_MISMATCH;
        }
        if (status == PLX_OK) {
            positions->next++;
        } else if (status == PLX_MISMATCH) {
            positions->differs = true;
            snprintf(positions->difference, sizeof positions->difference, "%.255s", difference.message);
        } else {
            *error = difference;
            return status;
        }
    }
    return PLX_OK;
}

/* Of answers alone only the number can be compared. */
static void list_count(const struct plx_positions *positions, const struct plx_inspected_corpus *corpus,
                       struct plx_findings *findings)
{
    const uint64_t there = positions->info->positions, tokens = corpus->tokens;
    const bool ends = corpus->info.tokens == PLX_TOKENS_WORD && corpus->text.lines > 0;
    const uint64_t lines = ends ? corpus->text.lines : 0;
    if (there == tokens || there == tokens + lines || there == tokens + lines - corpus->blank_lines)
        plx_findings_add(findings, true, "positions-not-compared", 0,
                         "the model has %" PRIu64 " answers, as many as the corpus has tokens%s; whether "
                         "they are to these tokens shows in an evaluation only",
                         there, there == tokens ? "" : " and line ends");
    else
        plx_findings_add(findings, false, "positions", 0,
                         "the model has %" PRIu64 " answers, the corpus %" PRIu64 " tokens (%" PRIu64
                         " with line ends): do they belong together? an evaluation shows it",
                         there, tokens, tokens + lines);
}

enum plx_status plx_positions_list(struct plx_positions *positions, const struct plx_inspected_corpus *corpus,
                                   bool compared, struct plx_findings *findings, struct plx_error *error)
{
    const struct plx_model_info *info = positions->info;
    bool passed;
    if (!(info->capabilities & (PLX_BY_TOKEN | PLX_BY_TARGET)))
        return PLX_OK;
    if (!positions->session || !compared) {
        list_count(positions, corpus, findings);
        return PLX_OK;
    }
    const enum plx_status status = positions->differs ? PLX_OK : pass_ends(positions, &passed, error);
    if (status)
        return status;
    if (positions->differs)
        plx_findings_add(findings, false, "positions", 0, "the answers are to other tokens: %s",
                         positions->difference);
    else if (positions->next < info->positions)
        plx_findings_add(findings, false, "positions", info->positions - positions->next,
                         "the corpus ends before the answers do");
    return PLX_OK;
}
