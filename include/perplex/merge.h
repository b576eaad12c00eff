/* Merging: the results of all shards of an evaluation become the result of the whole. */
#ifndef PERPLEX_MERGE_H
#define PERPLEX_MERGE_H

#include <perplex/network.h>
#include <perplex/result.h>
#include <perplex/status.h>
#include <perplex/warning.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The most warnings that it can have. */
#define PLX_MERGED_WARNINGS 24

/* What most callers want of the whole: its numbers and warnings. */
struct plx_merged {
    struct plx_metrics metrics;
    struct plx_warning warnings[PLX_MERGED_WARNINGS];
    size_t warning_count;
};

/* Puts together what plx_evaluate has made of every shard of one corpus (struct plx_shard of evaluate.h), and
   plx_result_json has written: paths[count] (paths, "-" or URLs, by `network`, which may be NULL; read one
   after another), in any order.
   Neither model nor corpus is opened. The result is, byte for byte outside `runtime`, that of an evaluation
   of the whole by the same build; sums are exact, so that nothing is lost by the division. Where a model's
   answers are computed in a way that depends on machine and build, the results of its shards say how
   (`shard.arithmetic`), and all must have been computed alike.

   *merged, the caller's, is filled in; it may be NULL.

   *text is JSON as by plx_result_json, to be freed with plx_text_free (result.h), NULL on failure; it ends
   with a NUL, which *length does not count. In `runtime`, `inputs` are those of the first shard, `shards` the
   results that were put together, `seconds` is the sum of theirs, and `threads`, `batch` and
   `peak_memory_bytes` are the highest of any.

   Every shard's figures are computed anew from its sums and must be those that stand in it, and so must the
   SHA-256 of its text: a digit that was changed is noticed. The shards together must have scored every target
   once.

   PLX_MISMATCH where a shard is missing, there twice, of another number of shards, of another evaluation
   (another model, corpus, protocol or option), computed with another library of matrix products, other
   kernels of it, other mathematical functions or by another compiler, or of another version of perplex, where
   a result is of a whole corpus, and where models have no fingerprint, so that they could be different ones.
   PLX_MALFORMED where one is not a result, or its members contradict each other; PLX_NOT_FINITE where a sum
   leaves its range; PLX_UNSUPPORTED where one has more than 64 MiB; the errors of opening and reading a
   source (source.h). Any thread. */
PLX_API enum plx_status plx_merge(const char *const *paths, size_t count, const struct plx_network *network,
                                  struct plx_merged *merged, char **text, size_t *length,
                                  struct plx_error *error);

#ifdef __cplusplus
}
#endif
#endif
