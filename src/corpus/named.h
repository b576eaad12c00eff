/* Corpora by name: "corpus:NAME/SPLIT". */
#ifndef PLX_CORPUS_NAMED_H
#define PLX_CORPUS_NAMED_H

#include <perplex/manifest.h>

#include "corpus/corpus.h"

/* Names of corpora with their splits, and what tokens they are. */
struct plx_named {
    char **names; /* [count] what has been given, with the split where it was left out; owned */
    size_t count;
    enum plx_token_kind tokens; /* as the manifests say; PLX_TOKENS_AUTO: they do not */
};

/* Looks all names[count] that are named corpora up, so that a mistake shows before anything is read or
   downloaded. PLX_USAGE where one is not known, or their tokens are different and the options do not say what
   they are. To be released, but not on failure. */
enum plx_status plx_named_look_up(const char *const *names, size_t count,
                                  const struct plx_corpus_options *options, struct plx_named *named,
                                  struct plx_error *error);

void plx_named_release(struct plx_named *named);

/* Opens the content of such a split, whose name it has, with the member and the range that are meant; *format
   is that of the manifest, or NULL. The errors of plx_manifest_open, plx_manifest_fetch and of archives. */
enum plx_status plx_named_open(const char *name, const struct plx_corpus_options *options,
                               struct plx_source **source, const struct plx_corpus_format **format,
                               struct plx_error *error);

/* The same of a file that is there. `options` say how it is read, and which member is meant, if not that of
   the manifest. */
enum plx_status plx_named_open_file(const char *path, const struct plx_manifest_split *split,
                                    const char *name, const struct plx_corpus_options *options,
                                    struct plx_source **source, struct plx_error *error);

#endif
