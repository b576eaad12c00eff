/* Student's t, and the normal distribution that it becomes. */
#ifndef PLX_BASE_STUDENT_H
#define PLX_BASE_STUDENT_H

#include <stddef.h>

/* Of a normal distribution 95 % lie within so many standard deviations. */
#define PLX_NORMAL_95 1.959963984540054

/* The probability that Student's t with so many degrees of freedom, at least 1, is as far from 0 as t >= 0 is
   or farther. */
double plx_student_beyond(double t, size_t freedom);

/* The t beyond which 5 % are. */
double plx_student_95(size_t freedom);

#endif
