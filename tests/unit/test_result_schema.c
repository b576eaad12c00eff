/* Results against their JSON Schema (configs/schema): real ones are valid, and each that has been changed in
   one place is not. The cases of the keywords follow the specification of draft 2020-12. */
#include "support/inputs.h"
#include "support/result_text.h"
#include "support/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The checker itself. */

static bool valid(const char *schema_text, const char *value_text, char *problem, size_t capacity)
{
    cJSON *schema = cJSON_Parse(schema_text), *value = cJSON_Parse(value_text);
    assert_non_null(schema);
    assert_non_null(value);
    const bool fits = schema_check(schema, value, problem, capacity);
    cJSON_Delete(schema);
    cJSON_Delete(value);
    return fits;
}

static void schema_check__keywords(void **state)
{
    static const struct {
        const char *schema, *value;
        bool fits;
    } cases[] = {
        {"{}", "17", true},
        {"{\"type\": \"integer\"}", "17", true},
        {"{\"type\": \"integer\"}", "1.0", true},
        {"{\"type\": \"integer\"}", "1.5", false},
        {"{\"type\": \"integer\"}", "\"1\"", false},
        {"{\"type\": \"number\"}", "-1.5e3", true},
        {"{\"type\": \"number\"}", "true", false},
        {"{\"type\": \"string\"}", "\"\"", true},
        {"{\"type\": \"string\"}", "1", false},
        {"{\"type\": \"boolean\"}", "false", true},
        {"{\"type\": \"boolean\"}", "0", false},
        {"{\"type\": \"object\"}", "{}", true},
        {"{\"type\": \"object\"}", "[]", false},
        {"{\"type\": \"array\"}", "[]", true},
        {"{\"type\": \"array\"}", "{}", false},
        {"{\"type\": \"array\"}", "null", false},
        {"{\"const\": \"a\"}", "\"a\"", true},
        {"{\"const\": \"a\"}", "\"A\"", false},
        {"{\"const\": true}", "1", false},
        {"{\"enum\": [\"a\", 2]}", "2", true},
        {"{\"enum\": [\"a\", 2]}", "\"2\"", false},
        {"{\"required\": [\"a\", \"b\"]}", "{\"a\": 1, \"b\": 2, \"c\": 3}", true},
        {"{\"required\": [\"a\", \"b\"]}", "{\"a\": 1}", false},
        {"{\"required\": [\"a\"]}", "{\"A\": 1}", false},
        {"{\"required\": [\"a\"]}", "5", true},
        {"{\"properties\": {\"a\": {\"type\": \"string\"}}}", "{\"a\": \"x\", \"b\": 1}", true},
        {"{\"properties\": {\"a\": {\"type\": \"string\"}}}", "{\"a\": 1}", false},
        {"{\"properties\": {\"a\": {}}, \"additionalProperties\": false}", "{\"a\": 1}", true},
        {"{\"properties\": {\"a\": {}}, \"additionalProperties\": false}", "{\"a\": 1, \"b\": 1}", false},
        {"{\"additionalProperties\": false}", "{}", true},
        {"{\"additionalProperties\": false}", "{\"a\": 1}", false},
        {"{\"items\": {\"type\": \"number\"}}", "[1, 2.5]", true},
        {"{\"items\": {\"type\": \"number\"}}", "[1, \"inf\"]", false},
        {"{\"minItems\": 2, \"maxItems\": 2}", "[1, 2]", true},
        {"{\"minItems\": 2}", "[1]", false},
        {"{\"maxItems\": 2}", "[1, 2, 3]", false},
        {"{\"pattern\": \"b\"}", "\"abc\"", true},
        {"{\"pattern\": \"^b\"}", "\"abc\"", false},
        {"{\"pattern\": \"^[0-9a-f]{4}$\"}", "\"12ef\"", true},
        {"{\"pattern\": \"^[0-9a-f]{4}$\"}", "\"12ef5\"", false},
        {"{\"pattern\": \"^b\"}", "5", true},
        {"{\"minimum\": 0}", "0", true},
        {"{\"minimum\": 0}", "-0.5", false},
        {"{\"maximum\": 1}", "1", true},
        {"{\"maximum\": 1}", "1.5", false},
        {"{\"anyOf\": [{\"type\": \"number\"}, {\"enum\": [\"inf\"]}]}", "\"inf\"", true},
        {"{\"anyOf\": [{\"type\": \"number\"}, {\"enum\": [\"inf\"]}]}", "\"nan\"", false},
        {"{\"$ref\": \"#/$defs/n\", \"$defs\": {\"n\": {\"type\": \"number\"}}}", "1", true},
        {"{\"$ref\": \"#/$defs/n\", \"$defs\": {\"n\": {\"type\": \"number\"}}}", "\"1\"", false},
        {"{\"title\": \"x\", \"description\": \"x\", \"$schema\": \"x\"}", "1", true},
        {"{\"exclusiveMinimum\": 0}", "1", true},
        {"{\"exclusiveMinimum\": 0}", "0", false},
        /* What the checker does not know, it must not pass. */
        {"{\"$ref\": \"#/$defs/n\"}", "1", false},
        {"{\"$ref\": \"https://example.org/\"}", "1", false},
        {"{\"type\": \"nothing\"}", "1", false},
        {"{\"multipleOf\": 1}", "1", false},
        {"{\"additionalProperties\": true}", "{}", false},
        {"{\"pattern\": \"(\"}", "\"a\"", false},
        {"true", "1", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char problem[512] = "";
        if (valid(cases[i].schema, cases[i].value, problem, sizeof problem) != cases[i].fits)
            fail_msg("%s against %s: %s", cases[i].value, cases[i].schema, problem);
    }
}

static void schema_check__says_where(void **state)
{
    static const char schema[] =
        "{\"properties\": {\"a\": {\"items\": {\"properties\": {\"b\": {\"type\": \"number\"}}}}}}";
    char problem[512];
    (void)state;
    assert_false(valid(schema, "{\"a\": [{\"b\": 1}, {\"b\": \"x\"}]}", problem, sizeof problem));
    assert_string_equal(problem, "$.a[1].b: is not of type number");
    assert_false(valid(schema, "{\"a\": [{\"b\": 1}, {\"b\": \"x\"}]}", problem, 10)); /* cut off */
    assert_string_equal(problem, "$.a[1].b:");
}

/* The schema and real results. */

static cJSON *read_schema(void)
{
    const char *folder = getenv("SOURCE_DIR");
    char path[4096];
    static char text[1 << 20];
    assert_non_null(folder);
    snprintf(path, sizeof path, "%s/configs/schema/result-1.schema.json", folder);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s is not there", path);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    cJSON *schema = cJSON_Parse(text);
    if (!schema)
        fail_msg("%s is no JSON", path);
    return schema;
}

/* What is asked for beside the plain figures. */
enum asked { NOTHING, EXPLAINED, DISTRIBUTIONS, SMOOTHED, FOCAL, PARTS };

static cJSON *result_of(const struct plx_model *model, const char *text, enum plx_token_kind tokens,
                        const char *protocol, enum asked asked)
{
    static const uint32_t ignored[] = {1, 3};
    static const double weights[] = {0.5, 1, 0, 1, 1};
    const struct plx_loss_variant losses = {.temperature = asked == SMOOTHED ? 2 : 0,
                                            .label_smoothing = asked == SMOOTHED ? 0.1 : 0,
                                            .focal = asked == FOCAL ? 2 : 0,
                                            .ignored = ignored,
                                            .ignored_count = 2,
                                            .class_weights = asked == FOCAL ? weights : NULL,
                                            .class_count = 5};
    static uint64_t occurrences[] = {0, 3, 0, 20, 1};
    struct plx_token_counts counts = {occurrences, 5, 30, 6, {0}};
    memset(counts.sha256, 'a', 64);
    const struct plx_breakdown_options parts = {.parts = PLX_BREAKDOWN_ALL,
                                                .counts =
                                                    plx_model_info(model)->vocabulary == 5 ? &counts : NULL,
                                                .worst = 3,
                                                .best = 2};
    const struct plx_protocol fields = inputs_protocol(protocol);
    const struct plx_evaluate_options options = {.protocol = &fields,
                                                 .threads = 1,
                                                 .explain = asked == EXPLAINED,
                                                 .distributions = asked == DISTRIBUTIONS,
                                                 .losses =
                                                     asked == SMOOTHED || asked == FOCAL ? &losses : NULL,
                                                 .breakdown = asked == PARTS ? &parts : NULL};
    struct plx_error error;
    struct plx_result *result = evaluate_bytes(model, text, strlen(text), tokens, &options, &error);
    if (!result)
        fail_msg("%s", error.message);
    return result_tree(result);
}

/* Text before \data\ makes a warning with a line, backoffs of the highest order another. */
static const char ARPA[] =
    "a title\n\\data\\\nngram 1=5\nngram 2=2\n\n\\1-grams:\n-1\t<unk>\n-1\t</s>\n-99\t<s>\t-0.5\n"
    "-0.75\ta\t-0.25\n-99\tz\n\\2-grams:\n-0.5\t<s> a\t-1\n-0.25\ta a\n\\end\\\n";
static const char TEXT[] = "a a b\n\nz <unk> a\na\n";

struct kind {
    const char *name, *model, *text, *protocol;
    enum plx_token_kind tokens;
    enum asked asked;
};

static const struct kind KINDS[] = {
    {"n-gram sentences", NULL, TEXT, "sentence", PLX_TOKENS_WORD, NOTHING},
    {"one token", NULL, "\n", "sentence", PLX_TOKENS_WORD, NOTHING},
    {"infinite", NULL, TEXT, "sentence unknown=zero", PLX_TOKENS_WORD, NOTHING},
    {"skipped", NULL, TEXT, "wikitext-eos unknown=skip limit=3", PLX_TOKENS_WORD, NOTHING},
    {"windows", NULL, TEXT,
     "exact window=4 stride=2 score=last:1 first_window=1 tail=drop unknown=floor:-7.5", PLX_TOKENS_WORD,
     NOTHING},
    {"means of windows", NULL, TEXT, "exact window=4 average=hf-2024 start=replace unknown=class:1000",
     PLX_TOKENS_WORD, NOTHING},
    {"means of units", NULL, TEXT, "sentence average=unit", PLX_TOKENS_WORD, NOTHING},
    {"small floor", NULL, TEXT, "sentence unknown=floor:-1e-05", PLX_TOKENS_WORD, NOTHING},
    {"the floor of KenLM", "kenlm/no-unknown.arpa", TEXT, "sentence unknown=floor:-100", PLX_TOKENS_WORD,
     NOTHING},
    {"joined", NULL, TEXT, "exact join=z", PLX_TOKENS_WORD, NOTHING},
    {"characters", NULL, "ab\n", "exact", PLX_TOKENS_CHARACTER, NOTHING},
    {"bytes", NULL, "a\xff\n", "exact", PLX_TOKENS_BYTE, NOTHING},
    {"table", "models/tiny.table.safetensors", "the sea rises\nthe sea the\n", "wikitext-eos",
     PLX_TOKENS_WORD, NOTHING},
    {"factored", "models/tiny.factored.safetensors", "the moon falls\nsun\n", "hf-stride", PLX_TOKENS_WORD,
     NOTHING},
    {"neural sentences", "models/tiny.table.safetensors", "the sea rises\n", "sentence", PLX_TOKENS_WORD,
     NOTHING},
    {"distributions", "models/tiny.table.safetensors", "the sea rises\n", "wikitext-eos", PLX_TOKENS_WORD,
     DISTRIBUTIONS},
    {"explained", NULL, TEXT, "sentence", PLX_TOKENS_WORD, EXPLAINED},
    {"distributions of n-grams", NULL, TEXT, "sentence", PLX_TOKENS_WORD, DISTRIBUTIONS},
    {"distributions without cost", NULL, TEXT, "sentence unknown=zero", PLX_TOKENS_WORD, DISTRIBUTIONS},
    {"smoothed", "models/tiny.table.safetensors", "the sea rises\n", "wikitext-eos", PLX_TOKENS_WORD,
     SMOOTHED},
    {"parts of n-grams", NULL, TEXT, "sentence", PLX_TOKENS_WORD, PARTS},
    {"parts without cost", NULL, TEXT, "sentence unknown=zero", PLX_TOKENS_WORD, PARTS},
    {"parts", "models/tiny.table.safetensors", "the sea rises\n", "wikitext-eos", PLX_TOKENS_WORD, PARTS},
    {"focal", NULL, TEXT, "sentence unknown=zero", PLX_TOKENS_WORD, FOCAL},
};

static cJSON *result_of_kind(const struct kind *kind)
{
    struct plx_model *model = kind->model ? inputs_model_file(kind->model) : inputs_model(ARPA);
    cJSON *result = result_of(model, kind->text, kind->tokens, kind->protocol, kind->asked);
    plx_model_close(model);
    return result;
}

static void schema__fits_real_results(void **state)
{
    cJSON *schema = read_schema();
    (void)state;
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
        char problem[512];
        cJSON *result = result_of_kind(KINDS + i);
        if (!schema_check(schema, result, problem, sizeof problem))
            fail_msg("%s: %s", KINDS[i].name, problem);
        cJSON_Delete(result);
    }
    cJSON_Delete(schema);
}

/* What may be absent: the other members are required. */
static bool optional(const char *path)
{
    static const char *const paths[] = {
        "$.model.symbols.start",
        "$.model.symbols.end",
        "$.model.symbols.unknown",
        "$.model.vocabulary_sha256",
        "$.warnings[].line",
        "$.runtime.peak_memory_bytes",
        "$.distribution",
        "$.losses",
        "$.explain",
        "$.accumulators.distribution",
        "$.accumulators.losses",
        "$.runtime.load",
        "$.breakdown",
        "$.worst",
        "$.worst[].token",
        "$.worst[].order",
        "$.best",
        "$.best[].token",
        "$.best[].order",
        "$.breakdown.document.bins[].below",
        "$.breakdown.frequency.counts.sha256",
        "$.accumulators.breakdown",
    };
    static const char *const breakdowns[] = {"$.breakdown.", "$.accumulators.breakdown."};
    static const char *const required[] = {"loss", "targets", "ignored", "infinite", "weight"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        if (strcmp(paths[i], path) == 0)
            return true;
    }
    /* One breakdown or the other may be absent. */
    for (size_t i = 0; i < sizeof breakdowns / sizeof *breakdowns; i++) {
        const size_t length = strlen(breakdowns[i]);
        if (strncmp(path, breakdowns[i], length) == 0 && !strchr(path + length, '.'))
            return true;
    }
    /* One loss or the other may be absent, and those parameters that it does not have. */
    const char *losses = strstr(path, "losses."), *member = losses ? strchr(losses + 7, '.') : NULL;
    bool needed = strncmp(path, "$.accumulators", 14) == 0;
    for (size_t i = 0; i < sizeof required / sizeof *required && member; i++)
        needed |= strcmp(member + 1, required[i]) == 0;
    return losses && (!member || !needed);
}

struct walk {
    const cJSON *schema;
    cJSON *result;
    unsigned changes;
};

static void assert_invalid(struct walk *walk, const char *path, const char *change)
{
    char problem[512];
    walk->changes++;
    if (schema_check(walk->schema, walk->result, problem, sizeof problem))
        fail_msg("%s: %s is not noticed", path, change);
}

/* Takes every member of the object away, one at a time, and adds one. */
static void break_object(struct walk *walk, cJSON *object, const char *path)
{
    const int count = cJSON_GetArraySize(object);
    for (int i = 0; i < count; i++) {
        char member_path[256];
        cJSON *item = cJSON_GetArrayItem(object, 0); /* the ones taken away come back at the end */
        snprintf(member_path, sizeof member_path, "%s.%s", path, item->string);
        cJSON_DetachItemViaPointer(object, item);
        /* The conventions may be absent together. */
        if (!optional(member_path) && (strcmp(path, "$.conventions") != 0 || count > 1))
            assert_invalid(walk, member_path, "its absence");
        char *name = strdup(item->string);
        cJSON_AddItemToObject(object, name, item);
        free(name);
    }
    cJSON_AddNumberToObject(object, "another", 1);
    assert_invalid(walk, path, "another member");
    cJSON_DeleteItemFromObjectCaseSensitive(object, "another");
}

/* Puts something of another type in the place of a leaf. */
static void break_leaf(struct walk *walk, cJSON *leaf, const char *path)
{
    cJSON *replacements[] = {cJSON_CreateNull(),       cJSON_CreateTrue(),  cJSON_CreateString("\n?"),
                             cJSON_CreateNumber(-1.5), cJSON_CreateArray(), cJSON_CreateObject()};
    for (size_t i = 0; i < sizeof replacements / sizeof *replacements; i++) {
        const cJSON kept = *leaf;
        /* A string may be any, a quantity any number, and `complete` is true. */
        const bool may_fit = (cJSON_IsString(leaf) && cJSON_IsString(replacements[i])) ||
                             (cJSON_IsNumber(leaf) && cJSON_IsNumber(replacements[i])) ||
                             (cJSON_IsBool(leaf) && cJSON_IsBool(replacements[i]));
        leaf->type = replacements[i]->type | (leaf->type & ~0xFF);
        leaf->valuestring = replacements[i]->valuestring;
        leaf->valuedouble = replacements[i]->valuedouble;
        leaf->valueint = replacements[i]->valueint;
        /* A token of a context may be unknown. */
        const bool context = strstr(path, ".before[") || strstr(path, ".after[");
        const bool null = context && cJSON_IsNull(replacements[i]);
        /* What is not finite is a string, so that a number may stand in the place of "inf". */
        const bool quantity =
            kept.valuestring &&
            (strcmp(kept.valuestring, "inf") == 0 || strcmp(kept.valuestring, "nan") == 0) &&
            cJSON_IsNumber(leaf);
        if (!may_fit && !null && !quantity)
            assert_invalid(walk, path, cJSON_IsNumber(leaf) ? "a number" : "another type");
        *leaf = kept;
        cJSON_Delete(replacements[i]);
    }
}

/* Of an array, the first two elements: the others are described by the same words. */
static void break_everything(struct walk *walk, cJSON *value, const char *path)
{
    cJSON *child;
    int left = 2;
    if (cJSON_IsObject(value))
        break_object(walk, value, path);
    else if (!cJSON_IsArray(value))
        break_leaf(walk, value, path);
    for (child = value->child; child && left > 0; child = child->next) {
        char child_path[256];
        left -= cJSON_IsArray(value);
        if (child->string)
            snprintf(child_path, sizeof child_path, "%s.%s", path, child->string);
        else
            snprintf(child_path, sizeof child_path, "%s[]", path);
        break_everything(walk, child, child_path);
    }
}

static void schema__refuses_broken_results(void **state)
{
    cJSON *schema = read_schema();
    (void)state;
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
        char problem[512];
        if ((KINDS[i].asked == DISTRIBUTIONS && !KINDS[i].model) ||
            (KINDS[i].asked == PARTS && KINDS[i - 1].asked == PARTS))
            continue; /* another one has the same members */
        struct walk walk = {schema, result_of_kind(KINDS + i), 0};
        break_everything(&walk, walk.result, "$");
        assert_true(walk.changes > 300);
        /* Everything is as it was. */
        if (!schema_check(schema, walk.result, problem, sizeof problem))
            fail_msg("%s", problem);
        cJSON_Delete(walk.result);
    }
    cJSON_Delete(schema);
}

/* The first kind of result that has such members. */
static const struct kind *kind_with(const char *path)
{
    const enum asked asked = strstr(path, "distribution")   ? DISTRIBUTIONS
                             : strstr(path, "losses.focal") ? FOCAL
                             : strstr(path, "losses.")      ? SMOOTHED
                                                            : NOTHING;
    const struct kind *kind = KINDS;
    while (kind->asked != asked)
        kind++;
    return kind;
}

/* Values of the right type that are none all the same. The path is of members only. */
static void assert_value_refused(const cJSON *schema, const char *path, const char *value)
{
    char problem[512], copy[128], *rest;
    cJSON *result = result_of_kind(kind_with(path)), *object = NULL, *place = result;
    snprintf(copy, sizeof copy, "%s", path);
    const char *name = NULL;
    for (char *key = strtok_r(copy, ".", &rest); key; key = strtok_r(NULL, ".", &rest)) {
        object = place;
        place = cJSON_GetObjectItemCaseSensitive(object, key);
        name = key;
        assert_non_null(place);
    }
    cJSON *wrong = cJSON_Parse(value);
    assert_non_null(wrong);
    cJSON_ReplaceItemInObjectCaseSensitive(object, name, wrong);
    if (schema_check(schema, result, problem, sizeof problem))
        fail_msg("%s: %s is taken", path, value);
    cJSON_Delete(result);
}

static void schema__refuses_wrong_values(void **state)
{
    static const char *const cases[][2] = {
        {"schema", "\"perplex.result/2\""},
        {"complete", "false"},
        {"perplexity", "\"Infinity\""},
        {"nats_per_token", "\"5.4\""},
        {"uncertainty.method", "\"bootstrap\""},
        {"uncertainty.interval95_perplexity", "[1, 2, 3]"},
        {"uncertainty.interval95_perplexity", "[1]"},
        {"uncertainty.interval95_perplexity", "[1, \"high\"]"},
        {"counts.bytes", "-1"},
        {"counts.tokens", "1.5"},
        {"unknown.share", "1.5"},
        {"unknown.share", "\"nan\""},
        {"orders", "[{\"order\": 0, \"tokens\": 1, \"nats\": 1}]"},
        {"conventions", "{\"kenlm\": {}}"},
        {"protocol.name", "\"\""},
        {"protocol.unit", "\"lines\""},
        {"protocol.start", "\"context:\""},
        {"protocol.end", "\"auto\""},
        {"protocol.score", "\"last\""},
        {"protocol.score", "\"last:0\""},
        {"protocol.score", "\"all:1\""},
        {"protocol.unknown", "\"floor:\""},
        {"protocol.unknown", "\"floor:inf\""},
        {"protocol.unknown", "\"class:0\""},
        {"protocol.unknown", "\"skip:1\""},
        {"protocol.average", "\"tokens\""},
        {"model.kind", "\"neural net\""},
        {"model.order", "-1"},
        {"model.ngrams", "[]"},
        {"model.fingerprint", "\"part\""},
        {"model.fingerprint", "\"none\""},
        {"model.sha256", "\"\""},
        {"model.sha256", "\"E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855\""},
        {"corpus.tokenization", "\"words\""},
        {"accumulators.unit", "\"2^-32\""},
        {"accumulators.nats.sum", "\"-0\""},
        {"accumulators.nats.sum", "\"007\""},
        {"accumulators.nats.sum", "\"1e5\""},
        {"accumulators.nats.sum", "12345"},
        {"accumulators.nats.squares", "\"-5\""},
        {"accumulators.nats.count", "\"5\""},
        {"accumulators.orders_nats", "[]"},
        {"warnings", "[{\"code\": \"Some Code\", \"message\": \"m\", \"count\": 1}]"},
        {"warnings", "[{\"code\": \"some-code\", \"message\": \"m\", \"count\": 1, \"line\": 0}]"},
        {"distribution.calibration.bins", "[]"},
        {"distribution.temperature.at_limit", "1"},
        {"losses.combined.label_smoothing", "0"},
        {"losses.combined.label_smoothing", "1.5"},
        {"losses.combined.temperature", "0"},
        {"losses.combined.ignored_ids", "[-1]"},
        {"losses.focal.focal_gamma", "-1"},
        {"accumulators.distribution.bins", "[]"},
        {"accumulators.losses.combined.loss.sum", "5"},
        {"runtime.version", "\"0.1\""},
        {"runtime.threads", "0"},
        {"runtime.seconds", "\"inf\""},
    };
    cJSON *schema = read_schema();
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_value_refused(schema, cases[i][0], cases[i][1]);
    cJSON_Delete(schema);
}

/* N-gram models have counts of their n-grams. */
static void schema__kinds_of_models(void **state)
{
    cJSON *schema = read_schema(), *result = result_of_kind(KINDS);
    cJSON *model = cJSON_GetObjectItemCaseSensitive(result, "model");
    char problem[512];
    (void)state;
    cJSON_DeleteItemFromObjectCaseSensitive(model, "ngrams");
    assert_false(schema_check(schema, result, problem, sizeof problem));
    cJSON_ReplaceItemInObjectCaseSensitive(model, "kind", cJSON_CreateString("neural"));
    assert_true(schema_check(schema, result, problem, sizeof problem));
    cJSON_Delete(result);
    cJSON_Delete(schema);
}

/* Every member that a result may have is described, and every definition. */
static unsigned assert_described(const cJSON *value)
{
    unsigned members = 0;
    const cJSON *child, *member;
    for (child = value->child; child; child = child->next) {
        const bool named = child->string &&
                           (strcmp(child->string, "properties") == 0 || strcmp(child->string, "$defs") == 0);
        for (member = named ? child->child : NULL; member; member = member->next, members++) {
            const cJSON *description = cJSON_GetObjectItemCaseSensitive(member, "description");
            const bool elsewhere =
                strcmp(value->string ? value->string : "", "") == 0 &&
                cJSON_GetObjectItemCaseSensitive(member, "$ref"); /* one that has its own */
            const bool narrowed = cJSON_GetObjectItemCaseSensitive(member, "const") != NULL;
            if (!elsewhere && !narrowed &&
                (!cJSON_IsString(description) || strlen(description->valuestring) < 2))
                fail_msg("%s has no description", member->string);
        }
        members += assert_described(child);
    }
    return members;
}

static void schema__describes_everything(void **state)
{
    cJSON *schema = read_schema();
    (void)state;
    assert_true(assert_described(schema) > 100);
    assert_string_equal(cJSON_GetObjectItemCaseSensitive(schema, "$schema")->valuestring,
                        "https://json-schema.org/draft/2020-12/schema");
    cJSON_Delete(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schema_check__keywords),       cmocka_unit_test(schema_check__says_where),
        cmocka_unit_test(schema__fits_real_results),    cmocka_unit_test(schema__refuses_broken_results),
        cmocka_unit_test(schema__refuses_wrong_values), cmocka_unit_test(schema__kinds_of_models),
        cmocka_unit_test(schema__describes_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
