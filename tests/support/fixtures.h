/* The small models and texts that tests share, found by walking the folders of tests/data: whoever adds one
   has it tested. Whatever fails here fails the running test. */
#ifndef PLX_TESTS_FIXTURES_H
#define PLX_TESTS_FIXTURES_H

#include <perplex/corpus.h>
#include <perplex/model.h>

/* Sorted paths. */
struct fixtures {
    char **paths;
    size_t count;
};

/* Every file under models/ that is no vocabulary, no text (.text) and no part by its name, the models that
   the lines of models/names name, and those of messy/ that are to be read. */
struct fixtures fixtures_models(void);

/* Those of them that have a distribution for any context: whose scores do not belong to one text. */
struct fixtures fixtures_distributions(void);

/* Every file in the folder `name` of tests/data and in those in it, but for vocabularies and texts. */
struct fixtures fixtures_below(const char *name);

/* Every file under corpora/. */
struct fixtures fixtures_corpora(void);

/* The files of the folder `name` of tests/data (not of folders in it) that begin and end so. */
struct fixtures fixtures_matching(const char *name, const char *prefix, const char *suffix);

void fixtures_free(struct fixtures *fixtures);

/* False for a model that is named only. */
bool fixture_is_file(const char *path);

/* True for a model whose scores belong to the text beside it, and mean nothing for any other. */
bool fixture_by_position(const struct plx_model *model);

/* A path of tests/data, of the sources, of the real data. Released with free(). */
char *fixture_path(const char *name);
char *source_path(const char *name);
char *real_path(const char *name);

/* False, with a note, where there are no real data. */
bool real_data_given(void);

/* The last part of a path; of a fixture's, the part behind tests/data. */
const char *path_name(const char *path);
const char *fixture_name(const char *path);

/* A file's bytes in a block of memory of just that size. */
struct file_bytes {
    uint8_t *bytes; /* released with free() */
    size_t size;
};

struct file_bytes file_read(const char *path);
void file_write(const char *path, const void *bytes, size_t size);

/* A text that suits the model: the one beside it (MODEL.text, in messy/ .txt for .arpa; NAME.text for NAME.*
   of several forms), else the almanac.
   Released with free(). */
char *fixture_text(const char *model_path);

struct plx_model *fixture_open(const char *path);

/* Opens a model out of memory as if it were the file `name`. */
enum plx_status model_open_bytes(const void *bytes, size_t size, const char *name,
                                 const struct plx_model_options *options, struct plx_model **model,
                                 struct plx_error *error);

/* Opens a text out of memory, which must stay. */
struct plx_corpus *corpus_open_bytes(const void *bytes, size_t size, enum plx_token_kind tokens);

#endif
