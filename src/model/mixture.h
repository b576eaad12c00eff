/* Mixtures (perplex/mixture.h), and the scores of the models that one is made of. */
#ifndef PLX_MODEL_MIXTURE_H
#define PLX_MODEL_MIXTURE_H

#include <perplex/mixture.h>

#include "model/context_groups.h"
#include "model/translation.h"

struct plx_mixture {
    struct plx_model base;
    size_t count;
    const struct plx_model *models[PLX_MIXTURE_MOST]; /* the one whose ids are the mixture's comes first */
    struct plx_translation translations[PLX_MIXTURE_MOST];
    double log_weights[PLX_MIXTURE_MOST];
    struct plx_component components[PLX_MIXTURE_MOST];
    struct plx_tuning tuning;
};

struct plx_mixture_session {
    struct plx_session base;
    enum plx_end_role end;
    struct plx_session *parts[PLX_MIXTURE_MOST];
    struct plx_translated translated; /* for the model at hand */
    double *nats;                     /* [models][targets] of the latest request */
    size_t nats_capacity;
    struct plx_context_groups contexts;
    double *rows; /* see plx_mixture_rows */
};

const struct plx_mixture *plx_mixture_of(const struct plx_model *model);
struct plx_mixture_session *plx_mixture_session_of(struct plx_session *session);

/* The class's slots. */
struct plx_session *plx_mixture_session_new(const struct plx_model *model, struct plx_error *error);
void plx_mixture_session_free(struct plx_session *base);
enum plx_status plx_mixture_score(struct plx_session *base, const struct plx_window *windows, size_t count,
                                  const struct plx_scores *scores, struct plx_error *error);
enum plx_status plx_mixture_distributions(struct plx_session *base, const struct plx_window *windows,
                                          size_t count, plx_distribution_sink *sink, void *user,
                                          struct plx_error *error);

/* −ln p of each target by each of the mixture's models: (*nats)[model · *targets + target], valid until the
   session's next request. Windows must be such that plx_session_score would accept them. */
enum plx_status plx_mixture_score_parts(struct plx_session *base, const struct plx_window *windows,
                                        size_t count, const double **nats, size_t *targets,
                                        struct plx_error *error);

/* Memory of the session for rows of any of the models: [*capacity][*width]. NULL on failure. */
double *plx_mixture_rows(struct plx_session *base, size_t *width, size_t *capacity, struct plx_error *error);

/* Has model `part` give its distributions for the windows to the sink, in its own ids; places of targets are
   those in `windows`. */
enum plx_status plx_mixture_part_distributions(struct plx_session *base, size_t part,
                                               const struct plx_window *windows, size_t count,
                                               plx_distribution_sink *sink, void *user,
                                               struct plx_error *error);

#endif
