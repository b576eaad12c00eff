/* What the last bits of answers depend on that models compute: results of parts of a corpus make a whole only
   where it is the same. The kernels of src/base give the same bits everywhere; other people's do not. */
#ifndef PLX_MODEL_ARITHMETIC_H
#define PLX_MODEL_ARITHMETIC_H

#include <perplex/model.h>

enum plx_arithmetic {
    PLX_ARITHMETIC_PRODUCTS = 1 << 0,  /* of matrices: the library chooses its kernel by the processor */
    PLX_ARITHMETIC_FUNCTIONS = 1 << 1, /* exp, log and the like, of which the C library has several, too */
};

#define PLX_ARITHMETIC_TEXT 128

/* What a model's answers depend on: a mask of enum plx_arithmetic, 0 where they are read and not computed. */
unsigned plx_arithmetic_of(const struct plx_model_info *model);

/* Describes these parts as they are here and now, and the compiler: "" for none. The same text where, and
   only where, they give the same bits, as far as can be told. Any thread. */
void plx_arithmetic_describe(unsigned parts, char text[PLX_ARITHMETIC_TEXT]);

#endif
