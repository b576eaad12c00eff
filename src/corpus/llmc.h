/* llm.c's token files (llmc/dataloader.h and dev/data/data_common.py): a header of 256 numbers of 4 bytes,
   which are the magic, a version and how many tokens there are, a signed number, and zeros; then the ids. */
#ifndef PLX_CORPUS_LLMC_H
#define PLX_CORPUS_LLMC_H

#include "base/token_magic.h"

#define PLX_LLMC_VERSION_AT   4
#define PLX_LLMC_COUNT_AT     8
#define PLX_LLMC_HEADER_BYTES 1024

/* By the magic, which says the width of the ids too. */
#define PLX_LLMC_VERSION     1
#define PLX_LLMC_VERSION_U32 7

#endif
