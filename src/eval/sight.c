#include "eval/sight.h"

#include "base/exact.h"

#define MODULUS ((UINT64_C(1) << 61) - 1)
#define FACTOR  UINT64_C(0x1b873593cc9e2d51) /* any number below the modulus that is no small one */

_Static_assert(FACTOR < MODULUS, "the factor is a residue");

static uint64_t multiply(uint64_t a, uint64_t b)
{
    const plx_uint128 product = (plx_uint128)a * b;
    const uint64_t sum = (uint64_t)(product & MODULUS) + (uint64_t)(product >> 61);
    return sum >= MODULUS ? sum - MODULUS : sum;
}

static uint64_t power(uint64_t base, uint64_t exponent)
{
    uint64_t result = 1;
    for (; exponent > 0; exponent >>= 1, base = multiply(base, base))
        result = exponent & 1 ? multiply(result, base) : result;
    return result;
}

void plx_sighter_init(struct plx_sighter *sighter, const struct plx_model *model, const struct plx_plan *plan)
{
    const struct plx_model_info *info = plx_model_info(model);
    *sighter = (struct plx_sighter){
        .context_length = plan->context_length,
        .positions = plan->by_token || plan->by_target,
        .end = info->kind == PLX_KIND_MIXTURE ? info->end : PLX_NO_TOKEN,
        .role = plan->end_role,
        .oldest = plan->context_length > 0 ? power(FACTOR, plan->context_length - 1) : 0,
    };
}

/* A number for what stands in a context, never 0. */
static uint64_t value(const struct plx_sighter *sighter, uint32_t id)
{
    const uint64_t plain = (uint64_t)id + 1;
    return id == sighter->end && id != PLX_NO_TOKEN ? plain + ((uint64_t)(sighter->role + 1) << 33) : plain;
}

/* Moves the sight behind ids[i]. */
static void move(const struct plx_sighter *sighter, struct plx_sight *sight, const uint32_t *ids, size_t i)
{
    if (sighter->context_length == 0)
        return;
    if (sight->length == sighter->context_length) {
        const uint64_t gone = multiply(value(sighter, ids[i - sight->length]), sighter->oldest);
        sight->hash = sight->hash >= gone ? sight->hash - gone : sight->hash + MODULUS - gone;
        sight->length--;
    }
    const uint64_t sum = multiply(sight->hash, FACTOR) + value(sighter, ids[i]);
    sight->hash = sum >= MODULUS ? sum - MODULUS : sum;
    sight->length++;
}

void plx_sighter_batch(const struct plx_sighter *sighter, const struct plx_batch *batch,
                       struct plx_sight *sights)
{
    for (size_t w = 0; w < batch->window_count; w++) {
        const struct plx_window *window = batch->windows + w;
        const uint32_t *ids = batch->ids + batch->offsets[w];
        if (sighter->positions) {
            for (size_t i = window->first; i < window->end; i++)
                *sights++ = (struct plx_sight){window->position + (i - window->first), 0};
            continue;
        }
        struct plx_sight sight = {0, 0};
        size_t i =
            window->first > sighter->context_length ? window->first - (size_t)sighter->context_length : 0;
        for (; i < window->first; i++)
            move(sighter, &sight, ids, i);
        for (; i < window->end; i++) {
            *sights++ = sight;
            if (i + 1 < window->end)
                move(sighter, &sight, ids, i);
        }
    }
}
