/* KenLM's binaries, used where they lie: the parts that its files share. */
#ifndef PLX_MODEL_KENLM_H
#define PLX_MODEL_KENLM_H

#include "base/bytes.h"
#include "model/kenlm_header.h"

/* Every so many words one offset into their list. */
#define PLX_KENLM_STRIDE 16

#define PLX_KENLM_PROPERTIES 8

struct plx_kenlm {
    struct plx_ngram_model ngram;
    const uint8_t *data; /* the file */
    struct plx_kenlm_header header;
    float share;       /* of the vocabulary that one word is: 1 / V */
    bool has_unknown;  /* the unknown symbol has been in the ARPA file */
    uint64_t *offsets; /* where in the file words 0, PLX_KENLM_STRIDE, … begin; owned; NULL without words */
    char multiplier[24];
    struct plx_model_property properties[PLX_KENLM_PROPERTIES];
};

static inline const struct plx_kenlm *plx_kenlm_of(const struct plx_ngram_model *model)
{
    return (const struct plx_kenlm *)(const void *)model;
}

static inline float plx_kenlm_float(const uint8_t *p)
{
    const uint32_t bits = plx_load_u32(p);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#endif
