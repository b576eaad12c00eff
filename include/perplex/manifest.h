/* Manifests: what is known of public corpora, by name.

   A manifest is a JSON file (configs/schema/manifest-1.schema.json) that says what a corpus is, under which
   licence, and of each of its splits where the file is to be had and what must be found in it. The library
   has some of its own; users add others in the folders of struct plx_network, which come first, or name a
   file by its path. Wherever a corpus is opened by name (plx_corpus_open), "corpus:NAME/SPLIT" is such a
   split: it is downloaded into the cache, verified, and read from there. NAME may be the path of a manifest,
   which ends in ".json". */
#ifndef PERPLEX_MANIFEST_H
#define PERPLEX_MANIFEST_H

#include <perplex/cache.h>
#include <perplex/corpus.h>

#ifdef __cplusplus
extern "C" {
#endif

struct plx_manifest;

/* What there is in a split, as an evaluation counts it; 0: not known. */
struct plx_manifest_counts {
    uint64_t documents;                       /* PLX_PAGES_ARTICLE */
    uint64_t lines, words, characters, bytes; /* of a text */
    uint64_t tokens;                          /* of a text those of its kind */
};

/* A part of a corpus. Strings that are not known are NULL. */
struct plx_manifest_split {
    const char *name;
    const char *const *urls;   /* [url_count] of the same file, tried in turn */
    const char *const *labels; /* [url_count] the same without what may be secret, to be shown */
    size_t url_count;
    uint64_t size;              /* of the file; 0: not known */
    const char *sha256;         /* of the file; NULL: what comes first is believed, and must stay the same */
    const char *member;         /* of an archive: which file in it */
    uint64_t offset, length;    /* the bytes of the content that are meant; length 0: all */
    const char *format;         /* name in the registry of corpus formats; NULL: recognised */
    enum plx_token_kind tokens; /* PLX_TOKENS_AUTO: not said */
    struct plx_manifest_counts counts;
};

struct plx_manifest_info {
    const char *name;
    const char *title;
    const char *description; /* NULL: none; and so on */
    const char *licence;     /* SPDX identifier; NULL where there is none */
    const char *licence_text;
    const char *citation;
    const char *homepage;
    const char *file;                        /* that it was read from; NULL: the library's own */
    const struct plx_manifest_split *splits; /* [split_count], at least one */
    size_t split_count;
    const struct plx_manifest_split *usual; /* what is meant where no split is named; NULL: none is */
};

/* Whether it is "corpus:" and something behind it. Any thread. */
PLX_API bool plx_corpus_is_named(const char *name);

/* How long the path of a manifest is with which "NAME[/SPLIT]" begins; 0 where it begins with a name. Any
   thread. */
PLX_API size_t plx_manifest_path_length(const char *name);

/* Opens the manifest of "NAME[/SPLIT]", without "corpus:". *split points to what follows the slash, in
   `name`; NULL where nothing does. network may be NULL, for the library's own. *manifest is to be closed with
   plx_manifest_close; NULL on failure. PLX_USAGE where there is no such manifest, or a URL names it;
   PLX_MALFORMED with the file, and line and column or the path of the member, where it is not as it should
   be; PLX_IO, PLX_MEMORY. Any thread. */
PLX_API enum plx_status plx_manifest_open(const char *name, const struct plx_network *network,
                                          struct plx_manifest **manifest, const char **split,
                                          struct plx_error *error);

/* Closes it. NULL is fine. */
PLX_API void plx_manifest_close(struct plx_manifest *manifest);

/* What it says; valid as long as the manifest. */
PLX_API const struct plx_manifest_info *plx_manifest_info(const struct plx_manifest *manifest);

/* Finds the split of that name; for NULL the one that is meant then. PLX_USAGE, with the names that there
   are, where there is none. */
PLX_API enum plx_status plx_manifest_find_split(const struct plx_manifest *manifest, const char *name,
                                                const struct plx_manifest_split **split,
                                                struct plx_error *error);

/* Names all corpora that there are, in the order of their bytes, each once: names[count], to be freed with
   plx_manifest_names_free. PLX_MEMORY; PLX_IO where a folder that is there cannot be read. */
PLX_API enum plx_status plx_manifest_names(const struct plx_network *network, char ***names, size_t *count,
                                           struct plx_error *error);
PLX_API void plx_manifest_names_free(char **names, size_t count);

/* Name `index` of the library's own; NULL past the end. Static. Any thread. */
PLX_API const char *plx_manifest_own_name(size_t index);

/* How a split is had. Zero-initialised means the defaults. */
struct plx_manifest_fetch {
    const struct plx_network *network;
    bool recount; /* what the manifest says of the content is verified again though it has been before */
    bool (*interrupted)(void *user); /* true ends it with PLX_INTERRUPTED; NULL: never */
    void *user;
};

/* Has the file of the split in the cache, and verifies what the manifest says of its content where that has
   not been done: size, SHA-256 and counts. Where the manifest has no SHA-256, that of what comes first is
   noted in the cache, and told to network->note; other content is refused from then on, and a page of HTML
   is not believed. PLX_NETWORK where another file came; PLX_MALFORMED where its counts or its range are not
   as the manifest says; the errors of plx_cache_fetch and of reading a corpus. Any thread. */
PLX_API enum plx_status plx_manifest_fetch(const struct plx_manifest *manifest,
                                           const struct plx_manifest_split *split,
                                           const struct plx_manifest_fetch *options,
                                           struct plx_cached *cached, struct plx_error *error);

/* The same without the network and without reading the content: PLX_NETWORK where it is not in the cache. */
PLX_API enum plx_status plx_manifest_cached(const struct plx_manifest_split *split,
                                            const struct plx_network *network, struct plx_cached *cached,
                                            struct plx_error *error);

/* Writes the manifests of names[count] as JSON (schema perplex.corpora/1), with what of them is in the cache:
 *text is to be freed with plx_text_free; NULL on failure. The errors of plx_manifest_open. */
PLX_API enum plx_status plx_manifests_json(const char *const *names, size_t count,
                                           const struct plx_network *network, char **text, size_t *length,
                                           struct plx_error *error);

#ifdef __cplusplus
}
#endif
#endif
