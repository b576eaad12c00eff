/* The index of Megatron-LM's and fairseq's data sets (megatron/core/datasets/indexed_dataset.py, and
   fairseq/data/indexed_dataset.py, MMapIndexedDataset, from which it comes):

       "MMIDIDX\0\0", u64 version 1, u8 type of the tokens, u64 sequences S, and of Megatron u64 entries D + 1
       of the document index;
       i32 length[S] in tokens, i64 offset[S] in the bytes of the .bin,
       and of Megatron i64 document[D + 1]: the sequence with which each begins, from 0, and at last S;
       perhaps i8 mode[S]. */
#ifndef PLX_CORPUS_INDEX_FORMAT_H
#define PLX_CORPUS_INDEX_FORMAT_H

#include "base/token_magic.h"

#define PLX_INDEX_VERSION 1

/* Of the header. */
#define PLX_INDEX_VERSION_AT     9
#define PLX_INDEX_TYPE_AT        17
#define PLX_INDEX_SEQUENCES_AT   18
#define PLX_INDEX_DOCUMENTS_AT   26
#define PLX_INDEX_FAIRSEQ_BYTES  26
#define PLX_INDEX_MEGATRON_BYTES 34

/* Of a sequence in both arrays, and of an entry of the document index. */
#define PLX_INDEX_LENGTH_BYTES   4
#define PLX_INDEX_OFFSET_BYTES   8
#define PLX_INDEX_DOCUMENT_BYTES 8

/* Types of tokens. 6 and 7 both are float64 of fairseq, which alone has 9 and 10. */
enum plx_index_code {
    PLX_INDEX_U8 = 1,
    PLX_INDEX_I8 = 2,
    PLX_INDEX_I16 = 3,
    PLX_INDEX_I32 = 4,
    PLX_INDEX_I64 = 5,
    PLX_INDEX_FLOAT64 = 6,
    PLX_INDEX_FLOAT = 7,
    PLX_INDEX_U16 = 8,
    PLX_INDEX_U32 = 9,
    PLX_INDEX_U64 = 10
};

#endif
