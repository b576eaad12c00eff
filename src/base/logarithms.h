/* Logarithms that turn one unit of information into another, rounded to double. */
#ifndef PLX_BASE_LOGARITHMS_H
#define PLX_BASE_LOGARITHMS_H

#define PLX_LN_2  0.693147180559945309
#define PLX_LN_10 2.302585092994045684

#endif
