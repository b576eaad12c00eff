/* Our own files of n-gram models: what the header of plx_file.h demands of every byte, and what must come of
   damage: with the checksums an error, without them at least nothing out of bounds. */
#include <perplex/convert.h>

#include "base/sha256.h"
#include "model/ngram_key.h"
#include "model/plx_file.h"
#include "model/plx_write.h"
#include "model/stored.h"
#include "support/fixtures.h"
#include "support/folder.h"
#include "support/inputs.h"
#include "support/random.h"
#include "support/sanitized.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FLIPS (SANITIZED_THREADS ? 1000 : 10000)

/* Two of these words are in no n-gram; one of three words lacks its suffix. */
static const char ARPA[] =
    "\\data\\\nngram 1=6\nngram 2=3\nngram 3=2\n\n"
    "\\1-grams:\n-1.5\t<unk>\n-99\t<s>\t-0.25\n-1\t</s>\n-0.5\tsea\t-0.125\n-0.75\tthe\t-0.5\n"
    "-2\trare\n\n"
    "\\2-grams:\n-0.25\t<s> the\t-0.375\n-0.5\tthe sea\t-0.0625\n-0.875\tsea </s>\n\n"
    "\\3-grams:\n-0.125\t<s> the sea\n-0.3125\tthe sea the\n\n\\end\\\n";

static struct file_bytes convert(const char *arpa, unsigned threads)
{
    const struct plx_model_options options = {.threads = threads};
    struct plx_error error = {0};
    char input[256], output[256];
    snprintf(input, sizeof input, "%s", folder_path("in.arpa"));
    snprintf(output, sizeof output, "%s", folder_path("out.plx"));
    file_write(input, arpa, strlen(arpa));
    if (plx_convert_model(input, output, &options, &error))
        fail_msg("%s", error.message);
    folder_holds("in.arpa out.plx");
    const struct file_bytes bytes = file_read(output);
    remove(input);
    remove(output);
    return bytes;
}

static enum plx_status open_bytes(const void *bytes, size_t size, bool verify, struct plx_model **model,
                                  struct plx_error *error)
{
    const struct plx_model_options options = {.format = "plx", .verify = verify};
    *error = (struct plx_error){0};
    return model_open_bytes(bytes, size, "test.plx", &options, model, error);
}

/* Whatever a damaged file holds, no log-probability of it is positive. */
static bool take_negative(void *user, const struct plx_ngram *ngrams, size_t count)
{
    (void)user;
    for (size_t i = 0; i < count; i++)
        assert_false(ngrams[i].probability > 0.0f);
    return true;
}

/* Scores and words of all ids, whatever they say. */
static void use(const struct plx_model *model)
{
    const struct plx_model_info *info = plx_model_info(model);
    struct plx_error error = {0};
    uint32_t ids[64];
    double nats[63];
    struct plx_session *session = plx_session_new(model, &error);
    assert_non_null(session);
    for (uint32_t i = 0; i < 64; i++) {
        const struct plx_word word = plx_model_token(model, i % (uint32_t)info->vocabulary);
        uint32_t id;
        for (size_t k = 0; k < word.length; k++)
            error.message[0] = word.text[k]; /* AddressSanitizer watches */
        plx_model_lookup(model, &word, 1, &id);
        assert_true(id < info->vocabulary || id == PLX_NO_TOKEN);
        ids[i] = (i * i + i / 7) % (uint32_t)info->vocabulary;
    }
    const struct plx_window window = {ids, 1, 64, 0};
    const struct plx_scores scores = {.nats = nats};
    const enum plx_status status = plx_session_score(session, &window, 1, &scores, &error);
    assert_true(status == PLX_OK || (status == PLX_MALFORMED && strstr(error.message, "not a number")));
    plx_session_free(session);
    for (unsigned order = 1; order <= plx_model_info(model)->order; order++)
        assert_true(plx_model_each_stored(model, order, take_negative, NULL));
}

static uint64_t u64_at(const struct file_bytes *file, size_t offset)
{
    uint64_t value;
    assert_true(offset + sizeof value <= file->size);
    memcpy(&value, file->bytes + offset, sizeof value);
    return value;
}

static uint32_t u32_at(const struct file_bytes *file, size_t offset)
{
    uint32_t value;
    assert_true(offset + sizeof value <= file->size);
    memcpy(&value, file->bytes + offset, sizeof value);
    return value;
}

static float f32_at(const struct file_bytes *file, size_t offset)
{
    float value;
    memcpy(&value, file->bytes + offset, sizeof value);
    return value;
}

static void hash(const void *data, size_t size, char hex[65])
{
    struct plx_error error;
    struct plx_sha256 *state = plx_sha256_new(&error);
    assert_non_null(state);
    assert_int_equal(plx_sha256_update(state, data, size, &error), PLX_OK);
    assert_int_equal(plx_sha256_finish(state, hex, &error), PLX_OK);
    plx_sha256_free(state);
}

/* Gives a header that has been changed the checksum of what it is now. */
static void seal(uint8_t *bytes, size_t header)
{
    char hex[65];
    memset(bytes + 32, 0, 64);
    hash(bytes, header, hex);
    memcpy(bytes + 32, hex, 64);
}

/* Where the sections of ARPA's model must be: kind, order, offset, bytes. By hand: V = 6; one home and a
   spare line of n-grams each; words have 2 homes and 8 spare lines; the words themselves are 22 bytes. */
static const uint64_t SECTIONS[7][4] = {
    {1, 2, 12288, 128},   {1, 3, 16384, 128}, {2, 0, 20480, 48}, {3, 0, 24576, 640},
    {4, 0, 28672, 7 * 8}, {5, 0, 32768, 22},  {6, 0, 36864, 64},
};

#define HEADER    12288 /* 320 + 3 · 24 + 7 · 32 + 24 · 320 = 8296, in whole pages */
#define FILE_SIZE (36864 + 64)

static void plx_file__header_as_documented(void **state)
{
    (void)state;
    struct file_bytes file = convert(ARPA, 1);
    char hex[65], fingerprint[65] = "";
    assert_int_equal(file.size, FILE_SIZE);
    assert_memory_equal(file.bytes, "perplex n-gram model 2\n\0\0\0\0\0\0\0\0\0", 32);
    assert_true(f32_at(&file, 96) == 1.0f && f32_at(&file, 100) == -0.5f && f32_at(&file, 104) == 0.1f);
    assert_int_equal(u32_at(&file, 108), 0x01020304);
    assert_true(u64_at(&file, 112) == UINT64_C(0x0102030405060708));
    assert_int_equal(u64_at(&file, 120), HEADER);
    assert_int_equal(u64_at(&file, 128), FILE_SIZE);
    assert_int_equal(u64_at(&file, 136), 6);
    assert_int_equal(u32_at(&file, 144), 3);
    assert_int_equal(u32_at(&file, 148), 0);
    assert_int_equal(u32_at(&file, 152), 7);
    assert_int_equal(u32_at(&file, 156), 2);
    static const char *const codes[2] = {"missing-suffix", "missing-backoff"};
    /* Count, line, kind: the suffix of "the sea the" is not there; four lines without backoffs. */
    static const uint64_t warnings[2][3] = {{1, 21, 1}, {4, 7, 2}};
    for (size_t i = 0; i < 2; i++) {
        const size_t row = 392 + 32 * 7 + 320 * i;
        assert_string_equal((const char *)file.bytes + row, codes[i]);
        for (size_t k = 0; k < 3; k++)
            assert_int_equal(u64_at(&file, row + 296 + 8 * k), warnings[i][k]);
    }
    hash(ARPA, sizeof ARPA - 1, hex);
    assert_memory_equal(file.bytes + 224, hex, 64);
    assert_int_equal(u64_at(&file, 288), sizeof ARPA - 1);
    assert_memory_equal(file.bytes + 296, "arpa\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 24);
    static const uint64_t orders[3][3] = {{6, 0, 0}, {3, 1, 1}, {2, 2, 0}};
    for (size_t k = 0; k < 3; k++) {
        assert_int_equal(u64_at(&file, 320 + 24 * k), orders[k][0]);
        assert_int_equal(u64_at(&file, 328 + 24 * k), k > 0 ? orders[k][0] : 0);
        assert_int_equal(u32_at(&file, 336 + 24 * k), orders[k][1]);
    }
    for (size_t i = 0; i < 7; i++) {
        const size_t row = 392 + 32 * i;
        assert_int_equal(u32_at(&file, row), SECTIONS[i][0]);
        assert_int_equal(u32_at(&file, row + 4), SECTIONS[i][1]);
        for (size_t k = 2; k < 4; k++)
            assert_int_equal(u64_at(&file, row + 8 * (k - 1)), SECTIONS[i][k]);
    }
    hash(file.bytes + HEADER, 36864 - HEADER, hex);
    assert_memory_equal(file.bytes + 36864, hex, 64);
    hash(hex, 64, hex);
    assert_memory_equal(file.bytes + 160, hex, 64);
    memcpy(fingerprint, file.bytes + 32, 64);
    seal(file.bytes, HEADER);
    assert_memory_equal(file.bytes + 32, fingerprint, 64);
    free(file.bytes);
}

static void plx_file__sections_as_documented(void **state)
{
    static const float unigrams[12] = {-1.5f, 0, -99, -0.25f, -1, 0, -0.5f, -0.125f, -0.75f, -0.5f, -2, 0};
    static const uint64_t offsets[7] = {0, 5, 8, 12, 15, 18, 22};
    (void)state;
    const struct file_bytes file = convert(ARPA, 1);
    struct plx_ngram ngram;
    assert_memory_equal(file.bytes + 20480, unigrams, sizeof unigrams);
    assert_memory_equal(file.bytes + 28672, offsets, sizeof offsets);
    assert_memory_equal(file.bytes + 32768, "<unk><s></s>seatherare", 22);
    const struct plx_ngram_table pairs = {file.bytes + 12288, 1, 1, 3, PLX_NGRAM_NARROW, NULL};
    assert_true(plx_ngram_find(&pairs, plx_ngram_key(4, 1), &ngram)); /* <s> the */
    assert_true(ngram.probability == -0.25f && ngram.backoff == -0.375f);
    assert_false(plx_ngram_find(&pairs, plx_ngram_key(1, 4), &ngram));
    const struct plx_ngram_table triples = {file.bytes + 16384, 1, 1, 2, PLX_NGRAM_COMPACT, NULL};
    assert_true(plx_ngram_find(&triples, plx_ngram_key(plx_ngram_key(4, 3), 4), &ngram)); /* the sea the */
    assert_true(ngram.probability == -0.3125f);
    for (size_t i = 0, section = 0; i < file.size; i++) { /* zeros between the sections */
        if (section < 7 && i >= SECTIONS[section][2] + SECTIONS[section][3])
            section++;
        if (i >= HEADER && section < 7 && i < SECTIONS[section][2])
            assert_int_equal(file.bytes[i], 0);
    }
    free(file.bytes);
}

static void plx_model_open__what_it_was_made_from(void **state)
{
    (void)state;
    const struct file_bytes file = convert(ARPA, 1);
    struct plx_model *model;
    struct plx_error error;
    size_t count;
    assert_int_equal(open_bytes(file.bytes, file.size, true, &model, &error), PLX_OK);
    const struct plx_model_info *info = plx_model_info(model);
    assert_string_equal(info->fingerprint, "stored");
    assert_memory_equal(info->sha256, file.bytes + 32, 64);
    assert_int_equal(info->property_count, 3);
    assert_string_equal(info->properties[0].text, "arpa");
    assert_int_equal(info->properties[2].number, sizeof ARPA - 1);
    const struct plx_warning *warnings = plx_model_warnings(model, &count);
    assert_int_equal(count, 1);
    assert_string_equal(warnings[0].code, "missing-suffix");
    assert_true(warnings[0].note && warnings[0].line == 21 && warnings[0].count == 1);
    plx_model_close(model);
    free(file.bytes);
}

static void assert_refused(const uint8_t *bytes, size_t size, bool verify, enum plx_status status,
                           const char *message)
{
    struct plx_model *model;
    struct plx_error error;
    uint8_t *copy = malloc(size ? size : 1); /* of just that size: AddressSanitizer watches */
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    const enum plx_status found = open_bytes(copy, size, verify, &model, &error);
    if (found != status || !strstr(error.message, message))
        fail_msg("%zu bytes: %s: \"%s\" instead of \"%s\"", size, plx_status_name(found), error.message,
                 message);
    assert_null(model);
    free(copy);
}

static void plx_file_decode__cut_short(void **state)
{
    (void)state;
    struct file_bytes file = convert(ARPA, 1);
    for (size_t size = 1; size < file.size; size += size < 330 ? 1 : 61)
        assert_refused(file.bytes, size, false, PLX_MALFORMED,
                       size < HEADER ? "ends in its header" : "the file has");
    for (size_t i = 0; i < 7; i++) {
        const size_t begin = SECTIONS[i][2], end = begin + SECTIONS[i][3];
        assert_refused(file.bytes, begin, false, PLX_MALFORMED, "the file has");
        assert_refused(file.bytes, begin + 1, false, PLX_MALFORMED, "the file has");
        assert_refused(file.bytes, end - 1, false, PLX_MALFORMED, "the file has");
    }
    file.bytes = realloc(file.bytes, file.size + 1);
    assert_non_null(file.bytes);
    file.bytes[file.size] = 0;
    assert_refused(file.bytes, file.size + 1, false, PLX_MALFORMED,
                   "the file has 36929 bytes, its header says 36928");
    free(file.bytes);
}

static void plx_file_decode__another_machine_or_version(void **state)
{
    (void)state;
    struct file_bytes file = convert(ARPA, 1);
    file.bytes[21] = '1';
    assert_refused(file.bytes, file.size, false, PLX_UNSUPPORTED, "another version");
    file.bytes[21] = '2';
    file.bytes[0] = 'P';
    assert_refused(file.bytes, file.size, false, PLX_MALFORMED, "does not begin as a model of perplex");
    file.bytes[0] = 'p';
    for (size_t i = 0; i < 2; i++) { /* as the other byte order writes it */
        const uint8_t byte = file.bytes[108 + i];
        file.bytes[108 + i] = file.bytes[111 - i];
        file.bytes[111 - i] = byte;
    }
    assert_refused(file.bytes, file.size, false, PLX_UNSUPPORTED, "the other byte order");
    file.bytes[108] = 9;
    assert_refused(file.bytes, file.size, false, PLX_UNSUPPORTED, "other numbers");
    free(file.bytes);
}

/* Every change of the header is found at once, every other one when it is looked for; and what is not looked
   for reads nothing out of bounds. */
static void plx_model_open__every_flip(void **state)
{
    (void)state;
    const struct file_bytes file = convert(ARPA, 1);
    struct random random = {1};
    for (unsigned i = 0; i < FLIPS; i++) {
        /* Half of them where something stands, not in what is only filled up. */
        const size_t section = random_below(&random, 7);
        const size_t at = random_chance(&random, 2)
                              ? SECTIONS[section][2] + random_below(&random, SECTIONS[section][3])
                              : random_below(&random, file.size);
        const uint8_t bit = (uint8_t)(1u << random_below(&random, 8));
        struct plx_model *model;
        struct plx_error error;
        file.bytes[at] ^= bit;
        if (open_bytes(file.bytes, file.size, true, &model, &error) == PLX_OK)
            fail_msg("bit %u of byte %zu may change", bit, at);
        assert_true(error.status == PLX_MALFORMED || error.status == PLX_UNSUPPORTED);
        const enum plx_status status = open_bytes(file.bytes, file.size, false, &model, &error);
        assert_int_equal(status == PLX_OK, at >= HEADER);
        if (status == PLX_OK)
            use(model);
        plx_model_close(model);
        file.bytes[at] ^= bit;
    }
    free(file.bytes);
}

/* Headers that say anything at all, with the right checksum: an error, or a model that stays within its file.
 */
static void plx_file_decode__any_figures(void **state)
{
    (void)state;
    const struct file_bytes file = convert(ARPA, 1);
    struct random random = {2};
    unsigned refused = 0;
    uint8_t *copy = malloc(file.size);
    assert_non_null(copy);
    for (unsigned i = 0; i < FLIPS; i++) {
        memcpy(copy, file.bytes, file.size);
        for (size_t changes = 1 + random_below(&random, 2); changes > 0; changes--) {
            const size_t at = 96 + random_below(&random, 500);
            const uint64_t values[] = {0, 1, UINT64_MAX, UINT64_MAX / 2 + 1,
                                       (uint64_t)1 << random_below(&random, 64)};
            const uint64_t value = values[random_below(&random, 5)];
            if (random_chance(&random, 2))
                memcpy(copy + at / 8 * 8, &value, 8);
            else
                copy[at] = (uint8_t)random_next(&random);
        }
        seal(copy, HEADER);
        struct plx_model *model;
        struct plx_error error;
        if (open_bytes(copy, file.size, false, &model, &error) == PLX_OK &&
            plx_model_info(model)->vocabulary > 0)
            use(model);
        refused += model == NULL;
        plx_model_close(model);
    }
    assert_true(refused > FLIPS / 2);
    free(copy);
    free(file.bytes);
}

/* Text, ids and notes of a file say anything at all. */
static void plx_model_open__any_sections(void **state)
{
    (void)state;
    const struct file_bytes file = convert(ARPA, 1);
    struct random random = {3};
    for (unsigned i = 0; i < FLIPS / 10; i++) {
        uint8_t *copy = malloc(file.size);
        assert_non_null(copy);
        memcpy(copy, file.bytes, file.size);
        for (size_t section = 0; section < 6; section++) {
            for (size_t k = 0; k < SECTIONS[section][3]; k++)
                copy[SECTIONS[section][2] + k] =
                    random_chance(&random, 2) ? 0xFF : (uint8_t)random_next(&random);
        }
        struct plx_model *model;
        struct plx_error error;
        assert_int_equal(open_bytes(copy, file.size, false, &model, &error), PLX_OK);
        use(model);
        plx_model_close(model);
        free(copy);
    }
    free(file.bytes);
}

/* A model of two orders and few words, whose longer n-grams come from the test. */
static struct plx_ngram_hash *new_model(void)
{
    static const char *const words[] = {"<unk>", "<s>", "</s>", "a"};
    struct plx_error error;
    struct plx_ngram_hash *model = plx_ngram_hash_new(&error);
    assert_non_null(model);
    assert_int_equal(plx_ngram_hash_set_order(model, 3, &error), PLX_OK);
    model->ngram.base.vocabulary = plx_vocabulary_new(4, &error);
    model->unigram_memory = calloc(4, sizeof *model->unigram_memory);
    model->unigrams = (const uint8_t *)model->unigram_memory;
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t id;
        assert_int_equal(plx_vocabulary_add(model->ngram.base.vocabulary,
                                            (struct plx_word){words[i], strlen(words[i])}, &id, &error),
                         PLX_OK);
    }
    model->ngram.base.info.vocabulary = 4;
    model->ngram.counts[0] = 4;
    assert_int_equal(plx_ngram_describe(&model->ngram, &error), PLX_OK);
    return model;
}

struct input {
    struct plx_ngram_record *records;
    size_t count;
    uint64_t expected;
    size_t batch; /* the most that are added at once; 0: as many as it likes */
    unsigned threads;
};

static struct plx_ngram values(uint64_t number)
{
    return (struct plx_ngram){-(float)(number % 1000) / 8, (float)(number % 17) - 8};
}

static struct plx_ngram_record *new_records(size_t count)
{
    struct plx_ngram_record *records = calloc(count, sizeof *records);
    struct random random = {4};
    assert_non_null(records);
    for (size_t i = 0; i < count; i++)
        records[i] = (struct plx_ngram_record){random_next(&random), values(i), i + 10};
    return records;
}

/* Both orders get the same n-grams. Returns what the sink says; the file is at `path` if that is PLX_OK. */
static enum plx_status write_model(const struct input *input, const char *path, uint64_t *duplicate_line)
{
    const struct plx_model_options options = {.threads = input->threads};
    struct plx_ngram_hash *model = new_model();
    struct plx_error error;
    struct plx_writer *writer = plx_writer_new(path, model, &options, &error);
    struct random random = {input->batch};
    assert_non_null(writer);
    struct plx_ngram_sink *sink = plx_writer_sink(writer);
    enum plx_status status = PLX_OK;
    for (unsigned order = 2; order < 4 && status == PLX_OK; order++) {
        assert_int_equal(sink->begin(sink, order, input->expected, &error), PLX_OK);
        for (size_t done = 0; done < input->count;) {
            const size_t left = input->count - done;
            size_t batch = input->batch ? 1 + random_below(&random, input->batch) : left;
            batch = batch < left ? batch : left;
            assert_int_equal(sink->add(sink, input->records + done, batch, &error), PLX_OK);
            done += batch;
        }
        status = sink->end(sink, &error);
        *duplicate_line = sink->duplicate_line;
        model->ngram.counts[order - 1] = input->count;
        for (size_t i = 0; status == PLX_OK && i < input->count; i++) {
            struct plx_ngram ngram;
            assert_true(plx_ngram_find(sink->table(sink, order), input->records[i].key, &ngram));
            assert_true(ngram.probability == input->records[i].ngram.probability);
            assert_true(ngram.backoff == (order == 2 ? input->records[i].ngram.backoff : 0.0f));
        }
        if (status == PLX_OK)
            assert_int_equal(sink->table(sink, order)->count, input->count);
    }
    const struct plx_writer_source source = {"test", "", 0};
    if (status == PLX_OK && plx_writer_finish(writer, &source, &error))
        fail_msg("%s", error.message);
    plx_writer_free(writer);
    plx_model_close(&model->ngram.base);
    return status;
}

/* Writes the file, which must be sound, and gives its bytes. */
static struct file_bytes written(const struct input *input)
{
    struct plx_model *model;
    struct plx_error error;
    uint64_t line;
    char path[256];
    snprintf(path, sizeof path, "%s", folder_path("m.plx"));
    assert_int_equal(write_model(input, path, &line), PLX_OK);
    folder_holds("m.plx");
    const struct file_bytes file = file_read(path);
    assert_int_equal(open_bytes(file.bytes, file.size, true, &model, &error), PLX_OK);
    plx_model_close(model);
    return file;
}

static void plx_writer__the_same_bytes(void **state)
{
    enum { COUNT = SANITIZED ? 60000 : 300000 };
    (void)state;
    struct plx_ngram_record *records = new_records(COUNT);
    const struct input inputs[] = {
        {records, COUNT, COUNT, 0, 1}, {records, COUNT, COUNT, 1000, 1}, {records, COUNT, COUNT, 3, 2},
        {records, COUNT, COUNT, 0, 3}, {records, COUNT, COUNT, 77, 20},
    };
    const struct file_bytes first = written(inputs);
    for (size_t i = 1; i < sizeof inputs / sizeof *inputs; i++) {
        const struct file_bytes other = written(inputs + i);
        assert_int_equal(other.size, first.size);
        assert_memory_equal(other.bytes, first.bytes, first.size);
        free(other.bytes);
    }
    free(first.bytes);
    free(records);
}

/* However many n-grams were announced, of whatever number there are, all are found. */
static void plx_writer__any_expectation(void **state)
{
    static const uint64_t expected[] = {0, 1, 1000, 50000, 100000000, UINT64_MAX};
    static const size_t counts[] = {0, 1, 2, 7, 300, 5000, 40000};
    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
            struct plx_ngram_record *records = new_records(counts[k] + 1);
            const struct input input = {records, counts[k], expected[i], 100, 2};
            const struct file_bytes file = written(&input);
            free(file.bytes);
            free(records);
        }
    }
}

/* The key whose scattered value that is: see test_ngram_table.c. */
static uint64_t gather(uint64_t scattered)
{
    uint64_t inverse = 1;
    for (int i = 0; i < 6; i++)
        inverse *= 2 - UINT64_C(0x9E3779B97F4A7C15) * inverse;
    const uint64_t x = scattered * inverse;
    return x ^ x >> 32;
}

/* N-grams that crowd around the seams of the bins and at the end, so that they pass from bin to bin. */
static void plx_writer__crowded_seams(void **state)
{
    enum { COUNT = 6000 };
    (void)state;
    struct plx_ngram_record *records = new_records(COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        const uint64_t seam = i % 3 == 0 ? 0 : (uint64_t)(i % 7 * 40) << 56;
        records[i].key = gather(seam - 1 - i * UINT64_C(0x10000001));
    }
    struct input input = {records, COUNT, COUNT, 50, 1};
    const struct file_bytes first = written(&input);
    input.threads = 5;
    const struct file_bytes other = written(&input);
    assert_int_equal(first.size, other.size);
    assert_memory_equal(first.bytes, other.bytes, first.size);
    free(first.bytes);
    free(other.bytes);
    free(records);
}

static void plx_writer__duplicates(void **state)
{
    enum { COUNT = 30000 };
    (void)state;
    for (unsigned crowded = 0; crowded < 2; crowded++) {
        struct plx_ngram_record *records = new_records(COUNT);
        for (size_t i = 0; crowded && i < COUNT; i++)
            records[i].key = gather(UINT64_MAX - i * UINT64_C(0x100000001));
        records[20000].key = records[3].key;
        records[25000].key = records[17].key;
        records[15001].key = records[15000].key;
        const struct input input = {records, COUNT, COUNT, 500, 2};
        uint64_t line = 0;
        assert_int_equal(write_model(&input, folder_path("m.plx"), &line), PLX_MALFORMED);
        assert_int_equal(line, 15011);
        folder_holds("");
        free(records);
    }
}

static void plx_convert_model__leaves_nothing(void **state)
{
    static const struct {
        const char *name;
        enum plx_status status;
        const char *message;
    } refused[] = {
        {"messy/n_duplicate_ngram.arpa", PLX_MALFORMED, ""},
        {"messy/n_no_end.arpa", PLX_MALFORMED, ""},
        {"messy/n_positive_prob.arpa", PLX_MALFORMED, "positive"},
        {"models/tiny.table.safetensors", PLX_UNSUPPORTED, "only n-gram models can be converted"},
        {"models/plx/tiny.o4.plx", PLX_UNSUPPORTED, "has been converted"},
        {"models/none.arpa", PLX_IO, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        char *path = fixture_path(refused[i].name);
        struct plx_error error = {0};
        assert_int_equal(plx_convert_model(path, folder_path("m.plx"), NULL, &error), refused[i].status);
        assert_non_null(strstr(error.message, refused[i].message));
        assert_string_equal(error.input, path);
        folder_holds("");
        free(path);
    }
    struct plx_error error;
    assert_int_equal(plx_convert_model("uniform:7", folder_path("m.plx"), NULL, &error), PLX_UNSUPPORTED);
    folder_holds("");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(plx_file__header_as_documented),
        IN_FOLDER(plx_file__sections_as_documented),
        IN_FOLDER(plx_model_open__what_it_was_made_from),
        IN_FOLDER(plx_file_decode__cut_short),
        IN_FOLDER(plx_file_decode__another_machine_or_version),
        IN_FOLDER(plx_model_open__every_flip),
        IN_FOLDER(plx_file_decode__any_figures),
        IN_FOLDER(plx_model_open__any_sections),
        IN_FOLDER(plx_writer__the_same_bytes),
        IN_FOLDER(plx_writer__any_expectation),
        IN_FOLDER(plx_writer__crowded_seams),
        IN_FOLDER(plx_writer__duplicates),
        IN_FOLDER(plx_convert_model__leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
