/* The normal distribution. */
#ifndef PLX_BASE_NORMAL_H
#define PLX_BASE_NORMAL_H

/* Two-sided 95 % of it are within so many standard deviations. */
#define PLX_NORMAL_95 1.959963984540054

#endif
