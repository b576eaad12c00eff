/* Drawings of protocols, worked out by hand, and presets as JSON. All presets' drawings are in the golden
   files of cli/protocols.sh. */
#include <perplex/protocol.h>
#include <perplex/result.h>

#include "support/fixtures.h"
#include "support/inputs.h"
#include "support/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *draw(const char *fields)
{
    const struct plx_protocol protocol = inputs_protocol(fields);
    struct plx_error error;
    char *text;
    size_t length;
    if (plx_protocol_draw(&protocol, &text, &length, &error))
        fail_msg("%s: %s", fields, error.message);
    assert_int_equal(strlen(text), length);
    return text;
}

static void assert_drawing(const char *fields, const char *expected)
{
    char *text = draw(fields);
    if (strcmp(text, expected) != 0)
        fail_msg("%s:\n%s", fields, text);
    plx_text_free(text);
}

#define SCORED "  #  scored\n"
#define SEEN   "  .  seen as context; another window scores it\n"
#define MASKED "  -  seen as context; nothing scores it\n"
#define BEGIN  "  ^  the begin symbol, never scored\n"
#define LEFT   "  x  left out\n"

/* A window of 6 that moves by 3: four of them end within the stream, the fifth takes what is left. */
static void plx_protocol_draw__windows(void **state)
{
    (void)state;
    assert_drawing("hf-stride window=6 stride=3", "  tokens     ::::+::::1::::+:\n"
                                                  "  window 1   -#####\n"
                                                  "  window 2      ...###\n"
                                                  "  window 3         ...###\n"
                                                  "  window 4            ...###\n"
                                                  "  window 5               ...#\n"
                                                  "\n" SCORED SEEN MASKED);
    assert_drawing("llama.cpp-stride window=6 stride=4 limit=9", "  tokens     ::::+::::1::::+:::\n"
                                                                 "  window 1   --####\n"
                                                                 "  window 2       ..####\n"
                                                                 "  window 3           ..#\n"
                                                                 "  left out              xxxxxxx\n"
                                                                 "\n" SCORED SEEN MASKED LEFT);
    assert_drawing("llama.cpp window=6", "  tokens     ::::+::::1::::+::::2::::+:\n"
                                         "  window 1   ^---##\n"
                                         "  window 2         ^---##\n"
                                         "  window 3               ^---##\n"
                                         "  window 4                     ^---##\n"
                                         "  left out                           xx\n"
                                         "\n" BEGIN SCORED MASKED LEFT);
}

/* A document of some windows and one of half a window; its end symbol is scored. */
static void plx_protocol_draw__documents(void **state)
{
    (void)state;
    assert_drawing("lm-eval window=5 end=scored", "  document 1\n"
                                                  "  tokens      ::::+::::1::::+:::\n"
                                                  "  window 1   ^####\n"
                                                  "  window 2       .####\n"
                                                  "  window 3           .####\n"
                                                  "  window 4               .####\n"
                                                  "  window 5                 ...#$\n"
                                                  "  document 2\n"
                                                  "  tokens      ::::\n"
                                                  "  window 1   ^###$\n"
                                                  "\n" BEGIN SCORED "  $  an end symbol, scored\n" SEEN);
}

/* Whatever the fields are: it is drawn, in ASCII, on a terminal of 80 columns. */
static void plx_protocol_draw__all_presets_in_all_sizes(void **state)
{
    static const char *const sizes[] = {
        "",          "window=2",     "window=3 stride=1",     "window=18",
        "window=19", "window=20000", "window=20000 stride=1", "window=100 first_window=7"};
    const struct plx_protocol *preset;
    size_t drawn = 0;
    (void)state;
    for (size_t i = 0; (preset = plx_protocol_preset(i)) != NULL; i++) {
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            char fields[128];
            snprintf(fields, sizeof fields, "%s %s", preset->name, sizes[k]);
            const struct plx_protocol protocol = inputs_protocol(fields);
            struct plx_error error;
            if (plx_protocol_check(&protocol, &error))
                continue;
            char *text = draw(fields);
            for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
                if (strcspn(line, "\n") > 79)
                    fail_msg("%s: %s", fields, text);
            }
            for (const char *c = text; *c; c++)
                assert_true(*c == '\n' || (*c >= ' ' && *c <= '~'));
            assert_non_null(strchr(text, '#'));
            plx_text_free(text);
            drawn++;
        }
    }
    assert_true(drawn > 80);
}

/* What an evaluation takes is drawn, however close to its window the other numbers are. */
static void plx_protocol_draw__nearly_whole_windows(void **state)
{
    static const char *const presets[] = {"fairseq", "hf-stride", "llama.cpp-stride", "lm-eval", "gptq"};
    static const unsigned windows[] = {19, 30, 100, 513, 2049};
    size_t drawn = 0;
    (void)state;
    for (unsigned i = 0; i < 5 * 5 * 6 * 5; i++) {
        const unsigned window = windows[i / 5 % 5];
        const unsigned strides[] = {1, window / 2, window * 500 / 513, window - 2, window - 1, window};
        const unsigned firsts[] = {0, 1, window / 2, window - 2, window - 1};
        char fields[128];
        snprintf(fields, sizeof fields, "%s window=%u stride=%u first_window=%u", presets[i % 5], window,
                 strides[i / 25 % 6], firsts[i / 150]);
        const struct plx_protocol protocol = inputs_protocol(fields);
        struct plx_error error;
        if (plx_protocol_check(&protocol, &error))
            continue;
        plx_text_free(draw(fields));
        drawn++;
    }
    assert_true(drawn > 400);
    plx_text_free(draw("fairseq stride=512")); /* the first window's targets follow */
}

static void plx_protocol_draw__contradictions(void **state)
{
    const struct plx_protocol protocol = inputs_protocol("hf-stride window=5 stride=9");
    struct plx_error error;
    char *text;
    size_t length;
    (void)state;
    assert_int_equal(plx_protocol_draw(&protocol, &text, &length, &error), PLX_USAGE);
    assert_null(text);
    const struct plx_protocol outgrown = inputs_protocol("fairseq first_window=513"); /* and a symbol */
    assert_int_equal(plx_protocol_draw(&outgrown, &text, &length, &error), PLX_USAGE);
    assert_string_equal(error.message, "a first window of 513 targets sees 514 tokens, the window only 513");
}

static cJSON *parse_json(const struct plx_protocol *preset, const struct plx_protocol *protocol)
{
    struct plx_error error;
    char *text, problem[512], *path = source_path("configs/schema/protocols-1.schema.json");
    size_t length;
    assert_int_equal(plx_protocols_json(preset, protocol, &text, &length, &error), PLX_OK);
    struct file_bytes file = file_read(path);
    cJSON *schema = cJSON_ParseWithLength((const char *)file.bytes, file.size);
    cJSON *json = cJSON_ParseWithLength(text, length);
    if (!schema_check(schema, json, problem, sizeof problem))
        fail_msg("%s", problem);
    cJSON_Delete(schema);
    free(file.bytes);
    free(path);
    plx_text_free(text);
    return json;
}

static void plx_protocols_json__all_and_one(void **state)
{
    const struct plx_protocol changed = inputs_protocol("lm-eval window=9");
    (void)state;
    cJSON *json = parse_json(NULL, NULL);
    const cJSON *list = cJSON_GetObjectItem(json, "protocols");
    for (int i = 0; i < cJSON_GetArraySize(list); i++) {
        const char *name = cJSON_GetObjectItem(cJSON_GetArrayItem(list, i), "preset")->valuestring;
        assert_string_equal(name, plx_protocol_preset((size_t)i)->name);
    }
    assert_null(plx_protocol_preset((size_t)cJSON_GetArraySize(list)));
    cJSON_Delete(json);

    json = parse_json(plx_protocol_find("lm-eval"), &changed);
    list = cJSON_GetObjectItem(json, "protocols");
    assert_int_equal(cJSON_GetArraySize(list), 1);
    const cJSON *fields = cJSON_GetObjectItem(cJSON_GetArrayItem(list, 0), "protocol");
    assert_string_equal(cJSON_GetObjectItem(fields, "name")->valuestring, "custom");
    assert_int_equal(cJSON_GetObjectItem(fields, "window")->valueint, 9);
    assert_string_equal(cJSON_GetObjectItem(fields, "stride")->valuestring, "window-1");
    cJSON_Delete(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_protocol_draw__windows),
        cmocka_unit_test(plx_protocol_draw__documents),
        cmocka_unit_test(plx_protocol_draw__all_presets_in_all_sizes),
        cmocka_unit_test(plx_protocol_draw__nearly_whole_windows),
        cmocka_unit_test(plx_protocol_draw__contradictions),
        cmocka_unit_test(plx_protocols_json__all_and_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
