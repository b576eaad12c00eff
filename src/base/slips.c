#include <perplex/status.h>

#include <string.h>

#define LENGTH_MAX ((size_t)64)

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many letters must be put in, taken out, replaced or exchanged with their neighbour. */
static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t rows[3][LENGTH_MAX + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_length; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *free_row = before;
        before = above;
        above = row;
        row = free_row;
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            const size_t replaced = above[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = least(replaced, 1 + least(above[j], row[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
    }
    return row[b_length];
}

size_t plx_text_slips(const char *given, size_t length, const char *meant)
{
    const size_t meant_length = strlen(meant);
    if (length > LENGTH_MAX || meant_length > LENGTH_MAX)
        return SIZE_MAX;
    const size_t distance = edit_distance(given, length, meant, meant_length);
    return distance > 1 + meant_length / 4 || distance >= meant_length ? SIZE_MAX : distance;
}
