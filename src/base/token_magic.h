/* How files of token ids begin that are told by it. The rest of them is in corpus/index_format.h and
   corpus/llmc.h. */
#ifndef PLX_BASE_TOKEN_MAGIC_H
#define PLX_BASE_TOKEN_MAGIC_H

/* The index of Megatron and fairseq: 9 bytes, the last two of them NUL. */
#define PLX_INDEX_MAGIC       "MMIDIDX\0"
#define PLX_INDEX_MAGIC_BYTES sizeof PLX_INDEX_MAGIC

/* llm.c's files, u32: of ids of 2 bytes, and of 4 bytes, made for Llama 3. */
#define PLX_LLMC_MAGIC     20240520
#define PLX_LLMC_MAGIC_U32 20240801

#endif
