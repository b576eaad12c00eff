/* Manifests of corpora: JSON into what is known, and where manifests are found. */
#ifndef PLX_CORPUS_MANIFEST_H
#define PLX_CORPUS_MANIFEST_H

#include <perplex/manifest.h>

#define PLX_MANIFEST_SCHEMA "perplex.manifest/1"

/* Reads text[0..size), which `label` names in errors: a file, or a manifest of our own. Members that are not
   known are refused. */
enum plx_status plx_manifest_parse(const char *text, size_t size, const char *label,
                                   struct plx_manifest **manifest, struct plx_error *error);

/* The same of a file; PLX_IO where it cannot be read. */
enum plx_status plx_manifest_read(const char *path, struct plx_manifest **manifest, struct plx_error *error);

/* Whether it may be the name of a corpus or split: a-z, 0-9, ".", "_" and "-", the first a letter or digit,
   and no ".json" at the end, which paths have. */
bool plx_manifest_is_name(const char *text, size_t length);

/* The library's own, made of corpora/ when it is built. */
struct plx_manifest_text {
    const char *name;
    const char *text;
    size_t size;
};
extern const struct plx_manifest_text plx_manifest_texts[];
extern const size_t plx_manifest_text_count;

#endif
