#include "eval/extra_bytes.h"

#include "base/bytes.h"

#include <string.h>

/* Goes over the fields: counts their bytes, stores or loads them. */
struct walk {
    enum { COUNT, STORE, LOAD } does;
    const uint8_t *from;
    uint8_t *to;
    size_t at;
};

static void walk_u64(struct walk *walk, uint64_t *value)
{
    if (walk->does == STORE)
        plx_store_u64(walk->to + walk->at, *value);
    else if (walk->does == LOAD)
        *value = plx_load_u64(walk->from + walk->at);
    walk->at += 8;
}

static void walk_u128(struct walk *walk, plx_uint128 *value)
{
    uint64_t low = (uint64_t)*value, high = (uint64_t)(*value >> 64);
    walk_u64(walk, &low);
    walk_u64(walk, &high);
    *value = (plx_uint128)high << 64 | low;
}

static void walk_exact(struct walk *walk, struct plx_exact *exact)
{
    plx_uint128 sum = (plx_uint128)exact->sum;
    uint64_t marks = (uint64_t)exact->overflow | (uint64_t)exact->invalid << 1;
    walk_u128(walk, &sum);
    walk_u128(walk, &exact->squares);
    walk_u64(walk, &exact->count);
    walk_u64(walk, &exact->infinite);
    walk_u64(walk, &marks);
    exact->sum = (plx_int128)sum;
    exact->overflow = marks & 1;
    exact->invalid = marks & 2;
}

static void walk_distribution(struct walk *walk, struct plx_distribution *distribution)
{
    uint64_t largest;
    memcpy(&largest, &distribution->largest_deviation, sizeof largest);
    walk_u64(walk, &largest);
    memcpy(&distribution->largest_deviation, &largest, sizeof largest);
    walk_exact(walk, &distribution->entropy);
    for (size_t i = 0; i < PLX_ACCURACIES; i++)
        walk_exact(walk, distribution->accuracy + i);
    walk_exact(walk, &distribution->reciprocal_rank);
    walk_exact(walk, &distribution->rank);
    walk_exact(walk, &distribution->deviation);
    for (size_t i = 0; i < PLX_CALIBRATION_BINS; i++) {
        walk_exact(walk, &distribution->bins[i].confidence);
        walk_exact(walk, &distribution->bins[i].correct);
    }
    for (size_t i = 0; i < PLX_ROW_NODES; i++) {
        walk_exact(walk, &distribution->temperature.nodes[i].value);
        walk_exact(walk, &distribution->temperature.nodes[i].first);
        walk_exact(walk, &distribution->temperature.nodes[i].second);
    }
}

/* Returns how many bytes the fields have. */
static size_t walk_extra(struct walk walk, const struct plx_extra_request *request, struct plx_extra *extra)
{
    if (request->distributions)
        walk_distribution(&walk, &extra->distribution);
    for (size_t i = 0; i < request->variant_count; i++) {
        walk_exact(&walk, &extra->losses[i].loss);
        walk_exact(&walk, &extra->losses[i].weight);
        walk_u64(&walk, &extra->losses[i].ignored);
    }
    return walk.at;
}

size_t plx_extra_bytes(const struct plx_extra_request *request)
{
    struct plx_extra extra = {0};
    return walk_extra((struct walk){.does = COUNT}, request, &extra);
}

void plx_extra_store(const struct plx_extra_request *request, const struct plx_extra *extra, uint8_t *bytes)
{
    struct plx_extra copy = *extra;
    walk_extra((struct walk){.does = STORE, .to = bytes}, request, &copy);
}

void plx_extra_load(const struct plx_extra_request *request, struct plx_extra *extra, const uint8_t *bytes)
{
    *extra = (struct plx_extra){0};
    walk_extra((struct walk){.does = LOAD, .from = bytes}, request, extra);
}
