/* Files that were cut off or damaged: every byte-truncation of every small fixture, and single bytes changed
   at random, give one clear error or the documented result. Every piece lies in a block of memory of its own
   size, so that AddressSanitizer sees a read beyond it. */
#include "support/fixtures.h"
#include "support/gzip_member.h"
#include "support/random.h"
#include "support/result_text.h"
#include "support/sanitized.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Files up to this size are cut at every byte, larger ones at so many places. */
#define SMALL_BYTES ((size_t)64 << 10)
#define SAMPLES     ((size_t)(SANITIZED_THREADS ? 50 : 500))

#define MUTATIONS 2000

/* A copy in a block of just this size. */
static uint8_t *copy_bytes(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = calloc(1, size ? size : 1);
    if (!copy)
        abort();
    if (size > 0)
        memcpy(copy, bytes, size);
    return copy;
}

/* Where in the content the fault is: a line, byte, JSON path, tensor, key of the metadata, or the header. */
static bool names_place(const struct plx_error *error)
{
    return error->line != PLX_NOWHERE || error->offset != PLX_NOWHERE || strchr(error->message, '$') ||
           strstr(error->message, "tensor") || strstr(error->message, "perplex.") ||
           strstr(error->message, "header");
}

/* What cannot be read is refused in one sentence that names the input and, as far as there is any content,
   the place. `most` is the size of the uncompressed content. */
static void assert_clear_error(const char *path, size_t size, size_t most, enum plx_status status,
                               const struct plx_error *error)
{
    char text[1200];
    plx_error_format(error, text, sizeof text);
    const bool possible =
        error->line > 0 && error->column > 0 && (error->offset <= most || error->offset == PLX_NOWHERE);
    if ((status != PLX_MALFORMED && status != PLX_UNSUPPORTED) || error->status != status ||
        error->message[0] == '\0' || error->input[0] == '\0' || strchr(text, '\n') || !possible ||
        (status == PLX_MALFORMED && size > 0 && !names_place(error)))
        fail_msg("%s, %zu bytes of it: status %s, line %lld, offset %lld: \"%s\"", path, size,
                 plx_status_name(status), (long long)error->line, (long long)error->offset, text);
}

/* An opened model must work, whatever it was made of. */
static void use_model(const char *path, const struct plx_model *model)
{
    const struct plx_model_info *info = plx_model_info(model);
    struct plx_error error = {0};
    struct plx_session *session = plx_session_new(model, &error);
    uint32_t ids[8];
    double nats[7];
    assert_non_null(session);
    if (fixture_by_position(model)) { /* what it says depends on a corpus */
        assert_true(info->positions > 0 && info->parameters <= info->positions);
        plx_session_free(session);
        return;
    }
    if (info->vocabulary == 0) {
        fail_msg("a model without a vocabulary was opened");
        return;
    }
    for (size_t i = 0; i < 8; i++)
        ids[i] = (uint32_t)((i * 3 + 1) % info->vocabulary);
    const struct plx_window window = {ids, 1, 8, 0};
    const struct plx_scores scores = {.nats = nats};
    const enum plx_status status = plx_session_score(session, &window, 1, &scores, &error);
    for (size_t i = 0; i < 7 && status == PLX_OK; i++) {
        if (isnan(nats[i]))
            fail_msg("%s: a score is not a number", path);
    }
    if (status != PLX_OK && status != PLX_NOT_FINITE)
        fail_msg("%s: %s", path, error.message);
    plx_session_free(session);
}

/* Opens the bytes as the file `path`; true if they are a model. */
static bool try_model(const char *path, const uint8_t *bytes, size_t size)
{
    struct plx_model *model;
    struct plx_error error = {0};
    const bool gzip = size >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B;
    uint8_t *copy = copy_bytes(bytes, size);
    const enum plx_status status = model_open_bytes(copy, size, path, NULL, &model, &error);
    free(copy);
    assert_true((status == PLX_OK) == (model != NULL));
    if (status)
        assert_clear_error(path, size, gzip ? SIZE_MAX : size, status, &error);
    else
        use_model(path, model);
    plx_model_close(model);
    return status == PLX_OK;
}

/* The smallest size from which on a cut ARPA file is a whole model: that which has its mark of the end. Every
   other format is a model as a whole only. */
static size_t whole_from(const char *path, const struct file_bytes *file)
{
    static const char mark[] = "\n\\end\\";
    if (!strstr(path, ".arpa"))
        return file->size;
    const uint8_t *found = memmem(file->bytes, file->size, mark, sizeof mark - 1);
    return found ? (size_t)(found - file->bytes) + sizeof mark - 1 : file->size + 1;
}

/* How many answers a model by position has; 0 for any other. */
static uint64_t positions_of(const char *path, const uint8_t *bytes, size_t size)
{
    struct plx_model *model;
    struct plx_error error;
    if (model_open_bytes(bytes, size, path, NULL, &model, &error))
        return 0;
    const uint64_t positions = plx_model_info(model)->positions;
    plx_model_close(model);
    return positions;
}

/* A format of records is one after every record: but to a shorter corpus, so that the loss is seen. */
static bool visibly_shorter(const char *path, const struct file_bytes *file, size_t size)
{
    const uint64_t left = positions_of(path, file->bytes, size);
    return left > 0 && (left < positions_of(path, file->bytes, file->size) || size + 1 >= file->size);
}

static void check_cut(const char *path, const struct file_bytes *file, size_t whole, bool readable,
                      size_t size)
{
    const bool opened = try_model(path, file->bytes, size);
    if (opened != (readable && size >= whole) && !(opened && readable && visibly_shorter(path, file, size)))
        fail_msg("%s, %zu bytes of %zu: %s", path, size, file->size, opened ? "accepted" : "refused");
}

static void check_cuts(const char *path, bool readable)
{
    const struct file_bytes file = file_read(path);
    const size_t whole = whole_from(path, &file);
    struct random random = {11};
    if (file.size <= SMALL_BYTES) {
        for (size_t size = 0; size < file.size; size++)
            check_cut(path, &file, whole, readable, size);
    } else {
        for (size_t i = 0; i < SAMPLES; i++)
            check_cut(path, &file, whole, readable, random_below(&random, file.size));
    }
    check_cut(path, &file, whole, readable, file.size);
    free(file.bytes);
}

static void plx_model_open_source__truncated(void **state)
{
    (void)state;
    struct fixtures models = fixtures_models();
    for (size_t i = 0; i < models.count; i++) {
        if (fixture_is_file(models.paths[i]))
            check_cuts(models.paths[i], true);
    }
    fixtures_free(&models);
}

static void plx_model_open_source__refused_and_truncated(void **state)
{
    (void)state;
    struct fixtures models = fixtures_matching("messy", "n_", ".arpa");
    assert_true(models.count > 0);
    for (size_t i = 0; i < models.count; i++)
        check_cuts(models.paths[i], false);
    fixtures_free(&models);
}

/* The last byte of a gzip file belongs to its checksum: nothing less is accepted. */
static void plx_model_open_source__compressed_and_truncated(void **state)
{
    (void)state;
    const char *const names[] = {"messy/y_order7.arpa", "models/tiny.factored.safetensors"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        uint8_t packed[4096];
        char *path = fixture_path(names[i]);
        const struct file_bytes file = file_read(path);
        const size_t size = gzip_member(file.bytes, file.size, 9, "name", packed, sizeof packed);
        for (size_t cut = 0; cut < size; cut++)
            assert_false(try_model(path, packed, cut));
        assert_true(try_model(path, packed, size));
        free(file.bytes);
        free(path);
    }
}

static void check_mutations(const char *path, const struct file_bytes *file, uint64_t seed)
{
    struct random random = {seed};
    uint8_t *damaged = copy_bytes(file->bytes, file->size);
    size_t accepted = 0;
    for (size_t i = 0; i < MUTATIONS; i++) {
        const size_t at = random_below(&random, file->size);
        damaged[at] = (uint8_t)random_next(&random);
        accepted += try_model(path, damaged, file->size);
        damaged[at] = file->bytes[at];
    }
    print_message("%s: %zu of %d mutations are models\n", fixture_name(path), accepted, MUTATIONS);
    free(damaged);
}

static void plx_model_open_source__a_byte_changed(void **state)
{
    (void)state;
    struct fixtures models = fixtures_models();
    for (size_t i = 0; i < models.count; i++) {
        if (!fixture_is_file(models.paths[i]))
            continue;
        const struct file_bytes file = file_read(models.paths[i]);
        if (file.size <= SMALL_BYTES)
            check_mutations(models.paths[i], &file, i);
        free(file.bytes);
    }
    fixtures_free(&models);
}

static void plx_model_open_source__compressed_and_a_byte_changed(void **state)
{
    (void)state;
    uint8_t packed[4096];
    char *path = fixture_path("messy/y_order7.arpa");
    const struct file_bytes plain = file_read(path);
    const struct file_bytes file = {packed,
                                    gzip_member(plain.bytes, plain.size, 9, "name", packed, sizeof packed)};
    check_mutations(path, &file, 12);
    free(plain.bytes);
    free(path);
}

/* Vocabularies lie beside a model, in a folder that the test makes. */
struct place {
    char folder[64];
    char model[128], vocabulary[128];
};

static struct place place_new(const char *model_name, const char *model, const char *vocabulary)
{
    struct place place = {.folder = "/tmp/perplex-truncation-XXXXXX"};
    char *path = fixture_path(model_name);
    const struct file_bytes file = file_read(path);
    assert_non_null(mkdtemp(place.folder));
    snprintf(place.model, sizeof place.model, "%s/%s", place.folder, model);
    snprintf(place.vocabulary, sizeof place.vocabulary, "%s/%s", place.folder, vocabulary);
    file_write(place.model, file.bytes, file.size);
    free(file.bytes);
    free(path);
    return place;
}

static void place_free(const struct place *place)
{
    assert_int_equal(unlink(place->vocabulary), 0);
    assert_int_equal(unlink(place->model), 0);
    assert_int_equal(rmdir(place->folder), 0);
}

/* Whether the model opens with so much of the vocabulary; if not, the error is about the vocabulary. */
static bool try_vocabulary(const struct place *place, const uint8_t *bytes, size_t size)
{
    struct plx_model *model;
    struct plx_error error = {0};
    file_write(place->vocabulary, bytes, size);
    const enum plx_status status = plx_model_open(place->model, NULL, &model, &error);
    if (status == PLX_OK) {
        use_model(place->model, model);
        plx_model_close(model);
        return true;
    }
    assert_null(model);
    if (status != PLX_MALFORMED || error.message[0] == '\0' || strcmp(error.input, place->vocabulary) != 0)
        fail_msg("%s, %zu bytes of it: status %s, input %s: \"%s\"", place->vocabulary, size,
                 plx_status_name(status), error.input, error.message);
    return false;
}

/* Tokens of a list of lines, the last perhaps without its newline. */
static size_t count_lines(const uint8_t *bytes, size_t size)
{
    size_t lines = size > 0 && bytes[size - 1] != '\n';
    for (size_t i = 0; i < size; i++)
        lines += bytes[i] == '\n';
    return lines;
}

/* A list that has lost a token is refused. That its last word has lost a letter cannot be seen. */
static void check_vocabulary(const char *model, const char *vocabulary, bool every_byte)
{
    const struct place place = place_new(model, "model.safetensors", "vocab.txt");
    char *path = fixture_path(vocabulary);
    const struct file_bytes file = file_read(path);
    const size_t types = count_lines(file.bytes, file.size);
    struct random random = {13};
    for (size_t i = 0; i <= (every_byte ? file.size : SAMPLES); i++) {
        const size_t size = every_byte ? i : file.size - random_below(&random, file.size);
        const bool opened = try_vocabulary(&place, file.bytes, size);
        if (opened != (count_lines(file.bytes, size) == types))
            fail_msg("%s, %zu bytes of %zu: %s", path, size, file.size, opened ? "accepted" : "refused");
    }
    assert_true(try_vocabulary(&place, file.bytes, file.size));
    place_free(&place);
    free(file.bytes);
    free(path);
}

static void plx_model_open__vocabulary_truncated(void **state)
{
    (void)state;
    check_vocabulary("models/tiny.table.safetensors", "models/tiny.table.vocab.txt", true);
    check_vocabulary("models/tiny.factored.safetensors", "models/tiny.factored.vocab.txt", true);
    check_vocabulary("models/almanac.bigram/model.safetensors", "models/almanac.bigram/vocab.txt", false);
}

/* JSON ends with its last brace. */
static void plx_model_open__vocabulary_json_truncated(void **state)
{
    (void)state;
    static const char json[] =
        "{\"<eos>\": 0, \"<unk>\": 1, \"the\\u0301\": 2, \"s\xC3\xA9\x61\": 3, \"\\\"\": 4}";
    const struct place place = place_new("models/tiny.table.safetensors", "model.safetensors", "vocab.json");
    for (size_t size = 0; size + 1 < sizeof json; size++) {
        if (try_vocabulary(&place, (const uint8_t *)json, size))
            fail_msg("%zu bytes of vocab.json are accepted", size);
    }
    assert_true(try_vocabulary(&place, (const uint8_t *)json, sizeof json - 1));
    place_free(&place);
}

/* fairseq's four symbols and one more: of "the 12", "the 1" is a line too. */
static void plx_model_open__vocabulary_fairseq_truncated(void **state)
{
    (void)state;
    static const char list[] = "the 12\n";
    const struct place place = place_new("models/tiny.table.safetensors", "model.safetensors", "dict.txt");
    for (size_t size = 0; size < sizeof list; size++)
        assert_int_equal(try_vocabulary(&place, (const uint8_t *)list, size), size >= strlen("the 1"));
    place_free(&place);
}

/* A text with what texts have: blank lines of both kinds, CRLF, tabs, blanks at the ends of lines, a heading,
   characters of one to four bytes, and no newline at the end. */
static const char TEXT[] =
    "\n = The Sea = \n \n the sea  rises\r\n\r\n\tthe\tna\xC3\xAFve  moon \n"
    "\xE2\x82\xAC 5 \xF0\x9F\x8C\x8A\n\n\n  \t \r\n = The Moon = \n\nfalls \xC2\xA0 falls\r\n"
    "the s\xC3\xA9\x61 ";

/* Counts of a text, by walking over its bytes once. */
struct counts {
    size_t lines, words, characters;
    bool cut; /* in the middle of a character */
};

static size_t sequence_length(uint8_t first)
{
    return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

static struct counts count_text(const uint8_t *text, size_t size)
{
    struct counts counts = {.lines = count_lines(text, size)};
    bool inside = false;
    for (size_t i = 0; i < size; i++) {
        const bool line_end = text[i] == '\n' || (text[i] == '\r' && i + 1 < size && text[i + 1] == '\n');
        const bool part = !line_end && text[i] != ' ' && text[i] != '\t';
        counts.words += part && !inside;
        inside = part;
    }
    for (size_t i = 0; i < size; i += sequence_length(text[i])) {
        counts.characters++;
        counts.cut = i + sequence_length(text[i]) > size;
    }
    return counts;
}

static cJSON *evaluate_cut(const struct plx_model *model, size_t size, enum plx_token_kind tokens,
                           struct plx_error *error)
{
    uint8_t *copy = copy_bytes((const uint8_t *)TEXT, size);
    struct plx_result *result = evaluate_bytes(model, copy, size, tokens, NULL, error);
    free(copy);
    return result ? result_tree(result) : NULL;
}

/* A model that scores every token, so that every byte must be somebody's. */
static void check_text(const struct plx_model *model, size_t size, enum plx_token_kind tokens)
{
    const struct counts counts = count_text((const uint8_t *)TEXT, size);
    struct plx_error error = {0};
    cJSON *result = evaluate_cut(model, size, tokens, &error);
    const bool refused = size == 0 || (tokens == PLX_TOKENS_CHARACTER && counts.cut);
    if ((result == NULL) != refused)
        fail_msg("%zu bytes as %ss: %s", size, plx_token_kind_name(tokens),
                 result ? "accepted" : error.message);
    if (!result) {
        assert_int_equal(error.status, PLX_MALFORMED);
        assert_string_equal(error.input, "test.txt");
        return;
    }
    const size_t expected[] = {[PLX_TOKENS_WORD] = counts.words + counts.lines,
                               [PLX_TOKENS_CHARACTER] = counts.characters,
                               [PLX_TOKENS_BYTE] = size};
    assert_int_equal(result_count(result, "counts.tokens"), expected[tokens]);
    assert_int_equal(result_count(result, "counts.scored"), expected[tokens]);
    assert_int_equal(result_count(result, "counts.bytes"), size);
    assert_int_equal(result_count(result, "counts.scored_bytes"), size);
    assert_int_equal(result_count(result, "counts.lines"), counts.lines);
    assert_int_equal(result_count(result, "counts.words"), counts.words);
    assert_int_equal(result_count(result, "counts.scored_words"), counts.words);
    if (!counts.cut) {
        assert_int_equal(result_count(result, "counts.characters"), counts.characters);
        assert_int_equal(result_count(result, "counts.scored_characters"), counts.characters);
    }
    cJSON_Delete(result);
}

static void plx_evaluate__text_truncated(void **state)
{
    (void)state;
    const enum plx_token_kind kinds[] = {PLX_TOKENS_WORD, PLX_TOKENS_CHARACTER, PLX_TOKENS_BYTE};
    char *path = fixture_path("messy/y_crlf.arpa");
    struct plx_model *model = fixture_open(path);
    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
        for (size_t size = 0; size < sizeof TEXT; size++)
            check_text(model, size, kinds[kind]);
    }
    plx_model_close(model);
    free(path);
}

/* A model that cannot score the first token: its bytes are not among the scored ones. */
static void plx_evaluate__text_truncated_first_token_skipped(void **state)
{
    (void)state;
    char *path = fixture_path("models/tiny.table.safetensors");
    struct plx_model *model = fixture_open(path);
    for (size_t size = 0; size < sizeof TEXT; size++) {
        struct plx_error error = {0};
        cJSON *result = evaluate_cut(model, size, PLX_TOKENS_BYTE, &error);
        assert_int_equal(result != NULL, size > 1);
        if (!result)
            continue;
        assert_int_equal(result_count(result, "counts.scored_bytes"), size - 1);
        assert_int_equal(result_count(result, "counts.skipped.no_context"), 1);
        assert_int_equal(result_count(result, "counts.bytes"), size);
        cJSON_Delete(result);
    }
    plx_model_close(model);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_model_open_source__truncated),
        cmocka_unit_test(plx_model_open_source__refused_and_truncated),
        cmocka_unit_test(plx_model_open_source__compressed_and_truncated),
        cmocka_unit_test(plx_model_open_source__a_byte_changed),
        cmocka_unit_test(plx_model_open_source__compressed_and_a_byte_changed),
        cmocka_unit_test(plx_model_open__vocabulary_truncated),
        cmocka_unit_test(plx_model_open__vocabulary_json_truncated),
        cmocka_unit_test(plx_model_open__vocabulary_fairseq_truncated),
        cmocka_unit_test(plx_evaluate__text_truncated),
        cmocka_unit_test(plx_evaluate__text_truncated_first_token_skipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
