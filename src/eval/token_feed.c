#include "eval/token_feed.h"

#include "eval/trail.h"

void plx_token_feed_init(struct plx_token_feed *feed, const struct plx_plan *plan,
                         const struct plx_model *model, plx_token_sink *sink, void *user)
{
    const bool spelled = !plan->any_tokens;
    const struct plx_word none = {NULL, 0};
    feed->plan = plan;
    feed->sink = sink;
    feed->user = user;
    feed->count = 0;
    plx_spelling_init(&feed->spelling, spelled ? plx_model_token(model, plan->end) : none,
                      spelled ? plx_model_token(model, plan->join) : none);
}

void plx_token_feed_follow(struct plx_token_feed *feed, struct plx_trail *trail)
{
    feed->spelling.trail = trail;
    feed->spelling.end_id = feed->plan->end;
}

void plx_token_feed_release(struct plx_token_feed *feed)
{
    plx_spelling_release(&feed->spelling);
}

static enum plx_status flush(struct plx_token_feed *feed, struct plx_error *error)
{
    const size_t count = feed->count;
    feed->count = 0;
    return feed->sink && count > 0 ? feed->sink(feed->user, feed->rows, count, error) : PLX_OK;
}

/* Makes way for a row of that token. */
static enum plx_status prepare(struct plx_token_feed *feed, uint64_t token, struct plx_error *error)
{
    const bool full = feed->count == PLX_FEED_ROWS || plx_spelling_moves(&feed->spelling, token);
    return full ? flush(feed, error) : PLX_OK;
}

/* A token that has no row. */
static enum plx_status leave_out(struct plx_token_feed *feed, uint64_t token, struct plx_error *error)
{
    struct plx_word spelled, document;
    const enum plx_status status = prepare(feed, token, error);
    return status ? status : plx_spelling_take(&feed->spelling, token, &spelled, &document, error);
}

static enum plx_status add(struct plx_token_feed *feed, const struct plx_batch *batch, size_t target,
                           struct plx_place place, uint32_t id, struct plx_error *error)
{
    const unsigned public_flags = PLX_TOKEN_END | PLX_TOKEN_BLANK | PLX_TOKEN_UNKNOWN | PLX_TOKEN_LITERAL;
    enum plx_status status = prepare(feed, place.token, error);
    if (status)
        return status;
    struct plx_token_score *row = feed->rows + feed->count++;
    *row = (struct plx_token_score){
        .unit = place.unit,
        .position = place.position,
        .id = feed->plan->any_tokens && feed->plan->content != PLX_CONTENT_IDS ? PLX_NO_TOKEN : id,
        .flags = batch->flags[target] & public_flags,
        .order = feed->plan->details ? batch->orders[target] : 0,
        .nats = batch->nats[target],
    };
    status = plx_spelling_take(&feed->spelling, place.token, &row->token, &row->document, error);
    if (status == PLX_OK && feed->spelling.trail)
        plx_trail_score(feed->spelling.trail, row, batch->bytes[target]);
    return status;
}

enum plx_status plx_token_feed_batch(struct plx_token_feed *feed, const struct plx_batch *batch,
                                     struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    size_t target = 0;
    for (size_t w = 0; w < batch->window_count; w++) {
        const struct plx_window *window = batch->windows + w;
        struct plx_place place = batch->places[w];
        for (size_t i = window->first; i < window->end && status == PLX_OK; i++, target++) {
            status = batch->flags[target] & PLX_TOKEN_UNSCORED
                         ? leave_out(feed, place.token, error)
                         : add(feed, batch, target, place, window->ids[i], error);
            place.position++;
            place.token++;
        }
    }
    return status ? status : flush(feed, error);
}
