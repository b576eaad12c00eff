#include "eval/divergence_rows.h"

static enum plx_status take_row(const struct plx_divergence_rows *waiting, const double *nats, size_t row,
                                struct plx_error *error)
{
    const struct plx_divergence_side base = {waiting->rows + row * waiting->width, waiting->base_ids};
    const struct plx_divergence_side model = {nats, waiting->model_ids};
    const size_t begin = waiting->begins ? waiting->begins[row] : row;
    const size_t end = waiting->begins ? waiting->begins[row + 1] : row + 1;
    struct plx_divergence_row figures;
    bool computed = false;
    for (size_t i = begin; i < end; i++) {
        const uint32_t token = waiting->tokens[waiting->targets ? waiting->targets[i] : i];
        if (token == PLX_NO_TOKEN)
            continue;
        if (!computed)
            plx_divergence_row(base, model, &waiting->scope, &figures);
        computed = true;
        const enum plx_status status =
            plx_divergence_sums_add(waiting->sums, &figures, plx_divergence_nats(base, token),
                                    plx_divergence_nats(model, token), error);
        if (status)
            return status;
    }
    return PLX_OK;
}

enum plx_status plx_divergence_rows_take(void *user, const double *nats, const size_t *rows, size_t count,
                                         struct plx_error *error)
{
    enum plx_status status = PLX_OK;
    for (size_t i = 0; i < count && status == PLX_OK; i++)
        status = take_row(user, nats, rows[i], error);
    return status;
}
