#include "report/result/sum_json.h"

static void write_sum(struct plx_json_writer *json, const char *key, const struct plx_exact *exact,
                      bool squares)
{
    char text[PLX_EXACT_TEXT];
    plx_json_begin_object(json, key);
    plx_exact_format(exact->sum, text);
    plx_json_string(json, "sum", text);
    if (squares) {
        plx_exact_format_unsigned(exact->squares, text);
        plx_json_string(json, "squares", text);
    }
    plx_json_u64(json, "count", exact->count);
    plx_json_u64(json, "infinite", exact->infinite);
    plx_json_end_object(json);
}

void plx_write_accumulator(struct plx_json_writer *json, const char *key, const struct plx_exact *exact)
{
    write_sum(json, key, exact, true);
}

void plx_write_sum(struct plx_json_writer *json, const char *key, const struct plx_exact *exact)
{
    write_sum(json, key, exact, false);
}

plx_int128 plx_read_integer(const struct plx_json_place *place, const char *text)
{
    plx_int128 value = 0;
    if (place->reading->status == PLX_OK && !plx_exact_parse(text, &value))
        plx_json_wrong(place, "expected the decimal digits of an integer of 128 bits");
    return value;
}

struct plx_exact plx_read_sum(const struct plx_json_place *place)
{
    const struct plx_json_place sum = plx_json_member(place, "sum");
    return (struct plx_exact){
        .sum = plx_read_integer(&sum, plx_json_read_string(place, "sum")),
        .count = plx_json_read_u64(place, "count"),
        .infinite = plx_json_read_u64(place, "infinite"),
    };
}

struct plx_exact plx_read_accumulator(const struct plx_json_place *place)
{
    const struct plx_json_place squares = plx_json_member(place, "squares");
    struct plx_exact exact = plx_read_sum(place);
    const char *text = plx_json_read_string(place, "squares");
    if (place->reading->status == PLX_OK && !plx_exact_parse_unsigned(text, &exact.squares))
        plx_json_wrong(&squares, "expected the decimal digits of an unsigned integer of 128 bits");
    return exact;
}

struct plx_exact plx_read_accumulator_of(const struct plx_json_place *object, const char *key)
{
    const struct plx_json_place place = plx_json_member(object, key);
    return plx_read_accumulator(&place);
}

struct plx_exact plx_read_sum_of(const struct plx_json_place *object, const char *key)
{
    const struct plx_json_place place = plx_json_member(object, key);
    return plx_read_sum(&place);
}
