#include "base/decimal.h"

__extension__ typedef unsigned __int128 wide;

/* As many as fit 64 bits. */
#define POWER_MOST 27

static const uint64_t FIVES[POWER_MOST + 1] = {1,
                                               5,
                                               25,
                                               125,
                                               625,
                                               3125,
                                               15625,
                                               78125,
                                               390625,
                                               1953125,
                                               9765625,
                                               48828125,
                                               244140625,
                                               1220703125,
                                               6103515625,
                                               30517578125,
                                               152587890625,
                                               762939453125,
                                               3814697265625,
                                               19073486328125,
                                               95367431640625,
                                               476837158203125,
                                               2384185791015625,
                                               11920928955078125,
                                               59604644775390625,
                                               298023223876953125,
                                               1490116119384765625,
                                               7450580596923828125};

/* head · 2^scale, and less than one unit of the head more where `rest`. The head has 63 bits or 64. */
struct binary {
    uint64_t head;
    int scale;
    bool rest;
};

/* mantissa / 5^k · 2^-k */
static struct binary divide(uint64_t mantissa, int k)
{
    const int up = __builtin_clzll(mantissa), shift = __builtin_clzll(FIVES[k]);
    const wide numerator = (wide)(mantissa << up) << 63;
    const uint64_t divisor = FIVES[k] << shift; /* above half of the numerator's upper word */
    const uint64_t head = (uint64_t)(numerator / divisor);
    return (struct binary){head, -k - (up + 63 - shift), (wide)head * divisor != numerator};
}

/* mantissa · 5^k · 2^k */
static struct binary multiply(uint64_t mantissa, int k)
{
    const wide product = (wide)mantissa * FIVES[k];
    const uint64_t high = (uint64_t)(product >> 64), low = (uint64_t)product;
    if (high == 0) {
        const int up = __builtin_clzll(low);
        return (struct binary){low << up, k - up, false};
    }
    const int drop = 64 - __builtin_clzll(high);
    return (struct binary){(uint64_t)(product >> drop), k + drop, low << (64 - drop) != 0};
}

bool plx_decimal_wide(uint64_t mantissa, int64_t exponent, bool negative, double *value)
{
    uint64_t bits = 0;
    if (exponent < -POWER_MOST || exponent > POWER_MOST)
        return false;
    if (mantissa > 0) {
        const struct binary binary =
            exponent < 0 ? divide(mantissa, (int)-exponent) : multiply(mantissa, (int)exponent);
        const int drop = 11 - __builtin_clzll(binary.head);
        const uint64_t tail = binary.head & ((UINT64_C(1) << drop) - 1), half = UINT64_C(1) << (drop - 1);
        const uint64_t kept = binary.head >> drop; /* 2^52 … 2^53 − 1 */
        const bool up = tail > half || (tail == half && (binary.rest || kept % 2 == 1));
        /* The leading bit counts one in the exponent's place, and what is carried into it another. */
        bits = ((uint64_t)(binary.scale + drop + 52 + 1022) << 52) + kept + up;
    }
    bits |= (uint64_t)negative << 63;
    memcpy(value, &bits, sizeof bits);
    return true;
}
