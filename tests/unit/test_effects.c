/* Sentences on what differences do. What is up and what is down: cross-entropy.md's and the manual's words.
 */
#include "report/compare/effects.h"

#include <perplex/protocol.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *effect(const char *field, const char *base, const char *new)
{
    cJSON *a = base ? cJSON_Parse(base) : NULL, *b = new ? cJSON_Parse(new) : NULL;
    const char *sentence = plx_difference_effect(field, a, b);
    cJSON_Delete(a);
    cJSON_Delete(b);
    return sentence;
}

static bool is_known(const char *sentence)
{
    return strstr(sentence, "does not know") == NULL;
}

/* A field that is added needs a sentence, for each of its values. */
static void plx_difference_effect__every_field_of_a_protocol(void **state)
{
    const struct plx_protocol *any = plx_protocol_preset(0);
    const char *name;
    char value[2 * PLX_SYMBOL_TEXT], field[128];
    (void)state;
    for (size_t i = 0; plx_protocol_field(any, i, &name, value, sizeof value, NULL); i++) {
        const char *const *words = plx_protocol_field_values(i);
        snprintf(field, sizeof field, "protocol.%s", name);
        if (!words && !is_known(effect(field, "1", "2")))
            fail_msg("%s", field);
        for (size_t a = 0; words && words[a]; a++) {
            for (size_t b = 0; words[b]; b++) {
                char from[64], to[64];
                snprintf(from, sizeof from, "\"%s\"", words[a]);
                snprintf(to, sizeof to, "\"%s\"", words[b]);
                if ((a != b || strchr(from, ':')) && !is_known(effect(field, from, to)))
                    fail_msg("%s: %s to %s", field, from, to);
            }
        }
    }
}

static void plx_difference_effect__directions(void **state)
{
    static const struct {
        const char *field, *base, *new, *says;
    } cases[] = {
        {"protocol.stride", "512", "256", "goes down"},
        {"protocol.stride", "256", "512", "goes up"},
        {"protocol.window", "512", "256", "goes up"},
        {"protocol.window", "256", "512", "goes down"},
        {"protocol.window", "0", "512", "goes up"},
        {"protocol.window", "512", "0", "goes down"},
        {"protocol.first", "\"score\"", "\"skip\"", "goes down"},
        {"protocol.first", "\"skip\"", "\"score\"", "goes up"},
        {"protocol.blank", "\"score\"", "\"skip\"", "goes up"},
        {"protocol.blank", "\"skip\"", "\"score\"", "goes down"},
        {"protocol.unit", "\"line\"", "\"stream\"", "goes down"},
        {"protocol.unit", "\"stream\"", "\"line\"", "goes up"},
        {"protocol.unit", "\"line\"", "\"document\"", "goes down"},
        {"protocol.unit", "\"stream\"", "\"document\"", "goes up"},
        {"protocol.start", "\"none\"", "\"context\"", "goes down"},
        {"protocol.start", "\"context:<s>\"", "\"none\"", "goes up"},
        {"protocol.end", "\"none\"", "\"scored\"", "goes down"},
        {"protocol.end", "\"scored:</s>\"", "\"none\"", "goes up"},
        {"protocol.score", "\"new\"", "\"last:256\"", "goes down"},
        {"protocol.score", "\"last:256\"", "\"new\"", "goes up"},
        {"protocol.score", "\"last:256\"", "\"last:128\"", "the fewer of its last"},
        {"protocol.unknown", "\"unk\"", "\"zero\"", "infinite"},
        {"protocol.unknown", "\"zero\"", "\"floor:-5\"", "as the floor says"},
        {"protocol.average", "\"token\"", "\"unit\"", "goes up"},
        {"corpus.sha256", "\"a\"", "\"b\"", "another text"},
        {"corpus.document_range", NULL, "\"0:4\"", "other documents"},
        {"corpus.tokenization", "\"word\"", "\"char\"", "per byte, character and word"},
        {"counts.scored", "3", "4", "other's mean"},
        {"counts.skipped.no_context", "1", "0", "goes up"},
        {"counts.skipped.no_context", "0", "1", "goes down"},
        {"counts.skipped.tail", "0", "1", "other positions"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *sentence = effect(cases[i].field, cases[i].base, cases[i].new);
        if (!strstr(sentence, cases[i].says))
            fail_msg("%s, %s to %s: %s", cases[i].field, cases[i].base, cases[i].new, sentence);
    }
}

static void plx_difference_effect__unknown_field(void **state)
{
    (void)state;
    assert_false(is_known(effect("protocol.new", "1", "2")));
    assert_false(is_known(effect("protocol.windows", NULL, NULL)));
    assert_false(is_known(effect("protocol.stride", "\"a\"", "\"b\"")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_difference_effect__every_field_of_a_protocol),
        cmocka_unit_test(plx_difference_effect__directions),
        cmocka_unit_test(plx_difference_effect__unknown_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
