/* Corpora in archives. */
#ifndef PLX_CORPUS_MEMBER_H
#define PLX_CORPUS_MEMBER_H

#include "corpus/corpus.h"

/* Where *source, of which nothing is consumed, is an archive, replaces it by the file in it that the options
   name. What a format knows by its content, or by what lies beside it, is none. On failure *source is closed,
   and NULL. PLX_USAGE where the options name a member, and there is no archive; PLX_UNSUPPORTED for an
   archive in an archive, and where they name a format of two files; the errors of plx_archive_open_member. */
enum plx_status plx_corpus_enter_archive(struct plx_source **source, const struct plx_corpus_options *options,
                                         struct plx_error *error);

#endif
