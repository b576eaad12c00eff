#include "support/witness.h"

#include "model/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TYPES 100

static const char *const SYMBOLS[] = {"<s>", "</s>", "<unk>"};

struct witness {
    struct plx_model base;
    char words[TYPES][8];
};

static void close_witness(struct plx_model *model)
{
    free(model);
}

static struct plx_session *new_session(const struct plx_model *model, struct plx_error *error)
{
    (void)model;
    (void)error;
    return calloc(1, sizeof(struct plx_session));
}

static void free_session(struct plx_session *session)
{
    free(session);
}

/* Fowler, Noll and Vo's hash of the target, the context and its length, as a number from 1 to 2. */
static double testify(const uint32_t *ids, size_t target, size_t length)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ length;
    for (size_t i = target - length; i <= target; i++) {
        for (unsigned k = 0; k < 4; k++)
            hash = (hash ^ (ids[i] >> 8 * k & 255)) * UINT64_C(0x100000001b3);
    }
    return 1.0 + (double)(hash >> 12) * 0x1p-52;
}

static enum plx_status score(struct plx_session *session, const struct plx_window *windows, size_t count,
                             const struct plx_scores *scores, struct plx_error *error)
{
    const uint64_t most = session->model->info.context_length;
    size_t target = 0;
    (void)error;
    for (size_t w = 0; w < count; w++) {
        for (size_t i = windows[w].first; i < windows[w].end; i++)
            scores->nats[target++] = testify(windows[w].ids, i, i < most ? i : (size_t)most);
    }
    return PLX_OK;
}

static bool is_word(const struct witness *witness, uint32_t id, struct plx_word word)
{
    return strlen(witness->words[id]) == word.length &&
           memcmp(witness->words[id], word.text, word.length) == 0;
}

static void look_up(const struct plx_model *model, const struct plx_word *words, const uint64_t *hashes,
                    size_t count, uint32_t *ids)
{
    const struct witness *witness = (const struct witness *)model;
    (void)hashes;
    for (size_t i = 0; i < count; i++) {
        ids[i] = PLX_NO_TOKEN;
        for (uint32_t id = 0; id < TYPES && ids[i] == PLX_NO_TOKEN; id++) {
            if (is_word(witness, id, words[i]))
                ids[i] = id;
        }
    }
}

static struct plx_word token(const struct plx_model *model, uint32_t id)
{
    const struct witness *witness = (const struct witness *)model;
    return id < TYPES ? (struct plx_word){witness->words[id], strlen(witness->words[id])}
                      : (struct plx_word){NULL, 0};
}

static const struct plx_model_class witness_class = {.close = close_witness,
                                                     .session_new = new_session,
                                                     .session_free = free_session,
                                                     .score = score,
                                                     .lookup = look_up,
                                                     .token = token};

struct plx_model *witness_model(uint64_t context_length, unsigned capabilities, bool symbols)
{
    static const char name[] = "witness";
    struct witness *witness = calloc(1, sizeof *witness);
    assert_non_null(witness);
    for (unsigned id = 0; id < TYPES; id++) {
        if (symbols && id < 3)
            snprintf(witness->words[id], sizeof witness->words[id], "%s", SYMBOLS[id]);
        else
            snprintf(witness->words[id], sizeof witness->words[id], "w%u", id);
    }
    witness->base.class = &witness_class;
    witness->base.name = malloc(sizeof name);
    assert_non_null(witness->base.name);
    memcpy(witness->base.name, name, sizeof name);
    witness->base.info = (struct plx_model_info){
        .format = "witness",
        .kind = PLX_KIND_NEURAL,
        .architecture = "witness",
        .context_length = context_length,
        .least_context = capabilities & PLX_EMPTY_CONTEXT ? 0 : 1,
        .vocabulary = TYPES,
        .capabilities = capabilities | PLX_STRING_TOKENS,
        .start = symbols ? 0 : PLX_NO_TOKEN,
        .end = symbols ? 1 : PLX_NO_TOKEN,
        .unknown = symbols ? 2 : PLX_NO_TOKEN,
        .fingerprint = "none",
    };
    return &witness->base;
}
