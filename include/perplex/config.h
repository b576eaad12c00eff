/* Settings that stand in a file: a JSON object of names and plain values, or a tree of such objects and of
   arrays. What they mean is the caller's matter. */
#ifndef PERPLEX_CONFIG_H
#define PERPLEX_CONFIG_H

#include <perplex/source.h>

#ifdef __cplusplus
extern "C" {
#endif

struct plx_config;

enum plx_setting_kind {
    PLX_SETTING_TEXT,
    PLX_SETTING_NUMBER,
    PLX_SETTING_BOOLEAN,
    PLX_SETTING_OBJECT, /* it and the next of trees only */
    PLX_SETTING_ARRAY
};

/* A member of an object, an element of an array, or the whole. The strings belong to the config,
   NUL-terminated, UTF-8. */
struct plx_setting {
    const char *key;  /* NULL of an element and of the whole */
    const char *path; /* its place in the file: "$.window", "$.models[1].path" */
    enum plx_setting_kind kind;
    const char *value; /* a number in decimal, an integer with all its digits; "true" or "false"; NULL of
                          objects and arrays */
    const struct plx_setting *members; /* [member_count] of an object or array, in the order of the file */
    size_t member_count;
};

/* Reads a config: `name` is a path, "-" for standard input, or a URL. options may be NULL; the config keeps
   nothing of them. *config is to be closed with plx_config_close; NULL on failure. PLX_MALFORMED with the
   line or the path where the content is not JSON, has a key twice, or an integer from 2^53 on, which is not
   exact; PLX_USAGE with the path where it is no object, or has a value that is no plain one; PLX_UNSUPPORTED
   where it has more than 1 MiB; the errors of opening and reading a source (source.h). Any thread. */
PLX_API enum plx_status plx_config_open(const char *name, const struct plx_source_options *options,
                                        struct plx_config **config, struct plx_error *error);

/* Reads a tree: the same, but that values may be objects and arrays, nested as deep as JSON is
   read; null is nothing. Up to 64 MiB. */
PLX_API enum plx_status plx_config_open_tree(const char *name, const struct plx_source_options *options,
                                             struct plx_config **config, struct plx_error *error);

/* Gives the whole, an object. Valid as long as the config. */
PLX_API const struct plx_setting *plx_config_root(const struct plx_config *config);

/* Gives the member of that name of an object; NULL if it has none. Valid as long as the config. */
PLX_API const struct plx_setting *plx_setting_member(const struct plx_setting *object, const char *key);

/* Gives the name of its source (see plx_source_name). Valid as long as the config. */
PLX_API const char *plx_config_name(const struct plx_config *config);

/* Gives member `index`, in the order of the file; NULL past the end. Valid as long as the config. */
PLX_API const struct plx_setting *plx_config_setting(const struct plx_config *config, size_t index);

/* Releases the config. NULL is fine. */
PLX_API void plx_config_close(struct plx_config *config);

#ifdef __cplusplus
}
#endif
#endif
