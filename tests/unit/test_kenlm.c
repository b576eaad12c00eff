/* KenLM's binaries. The fixtures are of KenLM's own build_binary, made of the ARPA files beside them
   (tests/data/recipes/make_kenlm.py), which say what must come out. */
#include "model/kenlm.h"
#include "model/ngram_key.h"
#include "support/fixtures.h"
#include "support/random.h"
#include "support/sanitized.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FLIPS ((size_t)(SANITIZED_THREADS ? 500 : 10000))

#define TINY "models/kenlm/tiny.o4"

/* All binaries, and the ARPA files that they are of. */
static const struct {
    const char *file, *arpa, *type;
    unsigned
        blanks; /* n-grams that build_binary has added, of orders 2 and 3 together, where it counts them */
} BINARIES[] = {
    {TINY ".probing.bin", TINY ".arpa", "probing", 0},
    {TINY ".rest-probing.bin", TINY ".arpa", "rest-probing", 0},
    {TINY ".trie.bin", TINY ".arpa", "trie", 0},
    {TINY ".trie-q8b8.bin", TINY ".arpa", "trie-quantised", 0},
    {TINY ".trie-a255.bin", TINY ".arpa", "trie-array", 0},
    {TINY ".trie-a255-q8b8.bin", TINY ".arpa", "trie-quantised-array", 0},
    {"kenlm/no-words.probing.bin", TINY ".arpa", "probing", 0},
    {"kenlm/no-words.trie.bin", TINY ".arpa", "trie", 0},
    {"kenlm/blanks.probing.bin", "kenlm/blanks.arpa", "probing", 2},
    {"kenlm/blanks.trie.bin", "kenlm/blanks.arpa", "trie", 2},
    {"kenlm/no-unknown.probing.bin", "kenlm/no-unknown.arpa", "probing", 0},
    {"kenlm/no-unknown.trie.bin", "kenlm/no-unknown.arpa", "trie", 0},
};

#define BINARY_COUNT (sizeof BINARIES / sizeof *BINARIES)

static struct plx_model *open_named(const char *name)
{
    char *path = fixture_path(name);
    struct plx_model *model = fixture_open(path);
    free(path);
    return model;
}

static struct file_bytes read_named(const char *name)
{
    char *path = fixture_path(name);
    const struct file_bytes file = file_read(path);
    free(path);
    return file;
}

static uint32_t look_up(const struct plx_model *model, const char *word, size_t length)
{
    const struct plx_word words[] = {{word, length}};
    uint32_t id = 0;
    plx_model_lookup(model, words, 1, &id);
    return id;
}

static void plx_kenlm_home__is_the_remainder(void **state)
{
    (void)state;
    const uint64_t edges[] = {1, 2, 3, 5, 7, 64, 65535, 65536, UINT32_MAX, (UINT64_C(1) << 40) - 87};
    struct random random = {51};
    for (size_t i = 0; i < 200; i++) {
        const uint64_t count = i < sizeof edges / sizeof *edges ? edges[i] : 1 + (random_next(&random) >> 20);
        const struct plx_kenlm_slots slots = {.count = count, .reciprocal = UINT64_MAX / count};
        const uint64_t keys[] = {0, 1, count - 1, count, count + 1, 2 * count, UINT64_MAX, UINT64_MAX - 1};
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            assert_int_equal(plx_kenlm_home(&slots, keys[k]), keys[k] % count);
        for (size_t k = 0; k < 1000; k++) {
            const uint64_t key = random_next(&random);
            assert_int_equal(plx_kenlm_home(&slots, key), key % count);
        }
    }
}

/* Without a name where there is none. */
static struct plx_model_property property(const struct plx_model_info *info, const char *name)
{
    for (size_t i = 0; i < info->property_count; i++) {
        if (strcmp(info->properties[i].name, name) == 0)
            return info->properties[i];
    }
    return (struct plx_model_property){NULL, "", 0};
}

static void plx_model_info__of_every_type(void **state)
{
    (void)state;
    for (size_t i = 0; i < BINARY_COUNT; i++) {
        struct plx_model *model = open_named(BINARIES[i].file);
        const struct plx_model_info *info = plx_model_info(model);
        const bool trie = strstr(BINARIES[i].file, "trie"), quantised = strstr(BINARIES[i].file, "q8");
        assert_string_equal(info->format, "kenlm");
        assert_int_equal(info->order, 4);
        assert_true(info->inserted_blanks);
        assert_string_equal(property(info, "type").text, BINARIES[i].type);
        assert_int_equal(property(info, "version").number, 5);
        assert_string_equal(property(info, "words").text,
                            strstr(BINARIES[i].file, "no-words") ? "hashes only" : "stored");
        assert_true((property(info, "probing_multiplier").name != NULL) == !trie);
        assert_true((property(info, "probability_bits").name != NULL) == quantised);
        if (quantised)
            assert_int_equal(property(info, "backoff_bits").number, 8);
        if (strstr(BINARIES[i].file, "a255"))
            assert_int_equal(property(info, "array_bits").number, 255);
        if (strstr(BINARIES[i].file, "rest"))
            assert_string_equal(property(info, "probing_multiplier").text, "1.2");
        plx_model_close(model);
    }
}

/* KenLM writes the unknown symbol into all files; whether the ARPA file had it can be told. */
static void plx_model_lookup__of_symbols_and_strangers(void **state)
{
    (void)state;
    for (size_t i = 0; i < BINARY_COUNT; i++) {
        struct plx_model *model = open_named(BINARIES[i].file);
        const uint32_t unknown = strstr(BINARIES[i].file, "no-unknown") ? PLX_NO_TOKEN : 0;
        assert_int_equal(plx_model_info(model)->unknown, unknown);
        assert_int_equal(look_up(model, "<unk>", 5), unknown);
        assert_int_equal(look_up(model, "<UNK>", 5), unknown);
        assert_int_equal(look_up(model, "<Unk>", 5), PLX_NO_TOKEN);
        assert_int_equal(look_up(model, "", 0), PLX_NO_TOKEN);
        assert_int_equal(look_up(model, "stranger", 8), PLX_NO_TOKEN);
        assert_int_equal(plx_model_info(model)->start, look_up(model, "<s>", 3));
        assert_int_equal(plx_model_info(model)->end, look_up(model, "</s>", 4));
        assert_int_equal(plx_model_info(model)->ngrams[0], 19 - (unknown == PLX_NO_TOKEN));
        assert_int_equal(plx_model_info(model)->vocabulary, 19);
        plx_model_close(model);
    }
}

static void plx_model_token__of_every_id(void **state)
{
    (void)state;
    for (size_t i = 0; i < BINARY_COUNT; i++) {
        struct plx_model *model = open_named(BINARIES[i].file);
        for (uint32_t id = 0; id < 19; id++) {
            const struct plx_word word = plx_model_token(model, id);
            if (strstr(BINARIES[i].file, "no-words"))
                assert_null(word.text);
            else if (id > 0)
                assert_int_equal(look_up(model, word.text, word.length), id);
            else
                assert_memory_equal(word.text, "<unk>", 6);
        }
        assert_null(plx_model_token(model, 19).text);
        assert_null(plx_model_token(model, PLX_NO_TOKEN).text);
        plx_model_close(model);
    }
}

/* A sink that keeps all records of one order. */
struct kept {
    struct plx_ngram_sink sink;
    struct plx_ngram_record records[1024];
    size_t count;
    unsigned begun, ended;
};

static struct kept *kept_of(struct plx_ngram_sink *sink)
{
    return (struct kept *)(void *)sink;
}

static enum plx_status keep_begin(struct plx_ngram_sink *sink, unsigned order, uint64_t expected,
                                  struct plx_error *error)
{
    (void)expected;
    (void)error;
    kept_of(sink)->begun += order;
    return PLX_OK;
}

static enum plx_status keep_add(struct plx_ngram_sink *sink, const struct plx_ngram_record *records,
                                size_t count, struct plx_error *error)
{
    struct kept *kept = kept_of(sink);
    (void)error;
    assert_true(count > 0 && kept->count + count <= 1024);
    memcpy(kept->records + kept->count, records, count * sizeof *records);
    kept->count += count;
    return PLX_OK;
}

static enum plx_status keep_end(struct plx_ngram_sink *sink, struct plx_error *error)
{
    (void)error;
    kept_of(sink)->ended++;
    return PLX_OK;
}

static const struct plx_ngram_record *kept_find(const struct kept *kept, uint64_t key)
{
    for (size_t i = 0; i < kept->count; i++) {
        if (kept->records[i].key == key)
            return kept->records + i;
    }
    return NULL;
}

/* One line of an ARPA file: what it says must be among the records. */
static void check_line(const struct plx_model *model, const struct kept *kept, unsigned order, char *line)
{
    uint32_t ids[4];
    char *words, *at, *backoff;
    const float probability = strtof(line, &words);
    words++;
    backoff = strchr(words, '\t');
    if (backoff)
        *backoff++ = '\0';
    at = words;
    for (unsigned k = 0; k < order; k++) {
        const size_t length = strcspn(at, " ");
        ids[k] = look_up(model, at, length);
        assert_int_not_equal(ids[k], PLX_NO_TOKEN);
        at += length + 1;
    }
    const struct plx_ngram_record *record = kept_find(kept, plx_ngram_key_of(ids, order));
    if (!record) {
        fail_msg("%s: \"%s\" is missing", plx_model_name(model), words);
        return;
    }
    assert_true(record->ngram.probability == probability);
    assert_true(record->ngram.backoff == (backoff ? strtof(backoff, NULL) : 0.0f));
    assert_true(!signbit(record->ngram.backoff) || record->ngram.backoff < 0);
}

/* How many n-grams the section of an ARPA file has, all of them looked for. */
static size_t check_section(const struct plx_model *model, const struct kept *kept, unsigned order,
                            const struct file_bytes *arpa)
{
    char heading[32], line[256];
    size_t count = 0;
    snprintf(heading, sizeof heading, "\\%u-grams:\n", order);
    const char *at = memmem(arpa->bytes, arpa->size, heading, strlen(heading));
    assert_non_null(at);
    for (at += strlen(heading); *at != '\n'; count++) {
        const size_t length = strcspn(at, "\n");
        assert_true(length < sizeof line);
        memcpy(line, at, length);
        line[length] = '\0';
        check_line(model, kept, order, line);
        at += length + 1;
    }
    return count;
}

static void plx_kenlm_export__gives_the_ngrams_of_the_arpa_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < BINARY_COUNT; i++) {
        struct plx_model *model = open_named(BINARIES[i].file);
        const struct file_bytes arpa = read_named(BINARIES[i].arpa);
        const struct plx_ngram_model *ngram = (const struct plx_ngram_model *)(const void *)model;
        size_t extra = 0;
        for (unsigned order = 2; order <= 4; order++) {
            struct plx_error error = {0};
            struct kept kept = {.sink = {.begin = keep_begin, .add = keep_add, .end = keep_end}};
            assert_int_equal(ngram->export(ngram, order, &kept.sink, &error), PLX_OK);
            assert_int_equal(kept.begun, order);
            assert_int_equal(kept.ended, 1);
            extra += kept.count - check_section(model, &kept, order, &arpa);
        }
        assert_int_equal(extra, BINARIES[i].blanks);
        free(arpa.bytes);
        plx_model_close(model);
    }
}

/* The 2-grams of a copy of the file with bytes[0 … count − 1] at `at`, which must be refused. */
static void assert_no_export(const char *name, uint64_t at, const void *bytes, size_t count,
                             const char *message)
{
    const struct file_bytes file = read_named(name);
    struct plx_model *model;
    struct plx_error error = {0};
    memcpy(file.bytes + at, bytes, count);
    assert_int_equal(model_open_bytes(file.bytes, file.size, "a.bin", NULL, &model, &error), PLX_OK);
    const struct plx_ngram_model *ngram = (const struct plx_ngram_model *)(const void *)model;
    struct kept kept = {.sink = {.begin = keep_begin, .add = keep_add, .end = keep_end}};
    assert_int_equal(ngram->export(ngram, 2, &kept.sink, &error), PLX_MALFORMED);
    assert_int_equal(kept.ended, 0);
    if (!strstr(error.message, message))
        fail_msg("%s", error.message);
    plx_model_close(model);
    free(file.bytes);
}

static void plx_kenlm_export__refuses_what_is_not_there(void **state)
{
    static const uint8_t zeros[16];
    (void)state;
    struct plx_model *probing = open_named(TINY ".probing.bin"), *trie = open_named(TINY ".trie.bin");
    const struct plx_kenlm *tables = (const struct plx_kenlm *)(const void *)probing;
    const struct plx_kenlm *tree = (const struct plx_kenlm *)(const void *)trie;
    const struct plx_kenlm_slots *slots = tables->header.slots;
    uint64_t slot = slots->begin;
    while (memcmp(tables->data + slot, zeros, 8) == 0)
        slot += slots->bytes;
    assert_no_export(TINY ".probing.bin", slot, zeros, sizeof zeros, "2-grams, ");
    /* The children of a word, once more from the first on; and of the last, not to the end. */
    const uint64_t unigram = tree->header.unigrams + 5 * 16, last = tree->header.vocabulary * 16;
    assert_no_export(TINY ".trie.bin", unigram + 8, zeros, 8, "tree of the 2-grams");
    assert_no_export(TINY ".trie.bin", tree->header.unigrams + last + 8, "\1\0\0\0\0\0\0\0", 8,
                     "tree of the 2-grams");
    plx_model_close(probing);
    plx_model_close(trie);
}

/* A change to a file, and what must be said of it. */
static const struct {
    const char *file;
    size_t at, count;
    const char *bytes;
    enum plx_status status;
    uint64_t offset; /* PLX_NOWHERE: none */
    const char *message, *hint;
} DAMAGES[] = {
    {TINY ".probing.bin", 33, 12, " incomplete\n", PLX_MALFORMED, 33, "never finished", "build_binary"},
    {TINY ".probing.bin", 49, 1, "4", PLX_UNSUPPORTED, PLX_NOWHERE, "format version 4, not 5", "ARPA"},
    {TINY ".probing.bin", 49, 2, "51", PLX_MALFORMED, 0, "first line", "damaged"},
    {TINY ".probing.bin", 40, 1, "F", PLX_MALFORMED, 0, "first line", "damaged"},
    {TINY ".probing.bin", 60, 4, "\x3F\x80\0\0", PLX_UNSUPPORTED, PLX_NOWHERE, "big-endian", "ARPA"},
    {TINY ".probing.bin", 76, 12, "\1\0\0\0\0\0\0\0\4\0\0\0", PLX_UNSUPPORTED, PLX_NOWHERE, "32-bit", "ARPA"},
    {TINY ".probing.bin", 67, 1, "\xBE", PLX_MALFORMED, 67, "test values", "damaged"},
    {TINY ".probing.bin", 88, 1, "\1", PLX_MALFORMED, 88, "order 1", "damaged"},
    {TINY ".trie.bin", 88, 1, "\0", PLX_MALFORMED, 88, "order 0", "damaged"},
    {TINY ".trie.bin", 88, 1, "\xFF", PLX_MALFORMED, PLX_NOWHERE, "", ""},
    {TINY ".probing.bin", 92, 4, "\0\0\0\x3F", PLX_MALFORMED, 92, "multiplier of 0.5", "damaged"},
    {TINY ".probing.bin", 92, 4, "\0\0\xC0\x7F", PLX_MALFORMED, 92, "multiplier of nan", "damaged"},
    {TINY ".probing.bin", 92, 4, "\0\0\0\x7F", PLX_MALFORMED, 3332, "far less", "cut off"},
    {TINY ".probing.bin", 96, 1, "\6", PLX_MALFORMED, 96, "type 6", "damaged"},
    {TINY ".probing.bin", 100, 1, "\2", PLX_MALFORMED, 100, "whether words are stored", "damaged"},
    {TINY ".probing.bin", 100, 1, "\0", PLX_MALFORMED, 3244, "more than its header says", "damaged"},
    {"kenlm/no-words.trie.bin", 100, 1, "\1", PLX_MALFORMED, 1589, "does not begin with <unk>", "completely"},
    {TINY ".probing.bin", 104, 1, "\1", PLX_UNSUPPORTED, 104, "version 1 of its probing", "damaged"},
    {TINY ".trie.bin", 104, 1, "\0", PLX_UNSUPPORTED, 104, "version 0 of its trie", "damaged"},
    {TINY ".trie.bin", 108, 8, "\0\0\0\0\0\0\0\x80", PLX_MALFORMED, 108, "1-grams", "completely"},
    {TINY ".trie.bin", 124, 8, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", PLX_MALFORMED, 124, "3-grams",
     "completely"},
    {TINY ".trie.bin", 124, 1, "\x90", PLX_MALFORMED, 1677, "at least", "cut off"},
    {TINY ".probing.bin", 144, 1, "\1", PLX_UNSUPPORTED, 144, "version 1 of its lookup", "damaged"},
    {TINY ".probing.bin", 148, 1, "\x15", PLX_MALFORMED, 148, "has 21 of them, the header 19", "damaged"},
    {TINY ".probing.bin", 148, 1, "\x12", PLX_MALFORMED, 148, "has 18 of them, the header 19", "damaged"},
    {TINY ".trie.bin", 144, 1, "\x13", PLX_MALFORMED, 144, "has 20 of them, the header 19", "damaged"},
    {TINY ".trie-q8b8.bin", 304, 1, "\1", PLX_UNSUPPORTED, 304, "version 1 of its quantisation", "damaged"},
    {TINY ".trie-q8b8.bin", 305, 1, "\0", PLX_MALFORMED, 305, "0 and 8 bits", "damaged"},
    {TINY ".trie-q8b8.bin", 306, 1, "\x1A", PLX_MALFORMED, 305, "8 and 26 bits", "damaged"},
    {TINY ".trie-q8b8.bin", 306, 1, "\x19", PLX_MALFORMED, 6218, "at least", "cut off"},
    {TINY ".trie-a255.bin", 640, 1, "\1", PLX_UNSUPPORTED, 640, "version 1 of its array", "damaged"},
    {TINY ".probing.bin", 3331, 1, "x", PLX_MALFORMED, 3332, "ends after 18 of 19", "completely"},
    {TINY ".probing.bin", 3329, 1, "\0", PLX_MALFORMED, 3330, "2 bytes stand behind the last", "completely"},
};

struct values {
    uint64_t count;
    double probabilities, backoffs;
};

static bool take_values(void *user, const struct plx_ngram *ngrams, size_t count)
{
    struct values *values = user;
    for (size_t i = 0; i < count; i++) {
        values->probabilities += (double)ngrams[i].probability;
        values->backoffs += (double)ngrams[i].backoff;
        assert_false(ngrams[i].backoff == 0.0f && signbit(ngrams[i].backoff));
    }
    values->count += count;
    return true;
}

/* Sums of the values of an order in an ARPA file, each as float32. */
static void add_up_arpa(const char *name, unsigned order, struct values *sums)
{
    const struct file_bytes file = read_named(name);
    char *text = calloc(file.size + 1, 1), heading[16], *rest = NULL;
    bool inside = false;
    assert_non_null(text);
    memcpy(text, file.bytes, file.size);
    snprintf(heading, sizeof heading, "\\%u-grams:", order);
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        if (*line == '\\') {
            inside = strcmp(line, heading) == 0;
            continue;
        }
        const char *first = strchr(line, '\t'), *last = strrchr(line, '\t');
        if (!inside || !first)
            continue;
        sums->probabilities += (double)strtof(line, NULL);
        sums->backoffs += last > first ? (double)strtof(last, NULL) : 0;
        sums->count++;
    }
    free(text);
    free(file.bytes);
}

/* All six types; of the tiny model quantisation loses nothing. */
static void plx_kenlm_each__gives_the_values_of_the_arpa_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < BINARY_COUNT; i++) {
        struct plx_model *model = open_named(BINARIES[i].file);
        const struct plx_model_info *info = plx_model_info(model);
        uint64_t extra = 0;
        assert_true(plx_model_has_stored(model));
        for (unsigned k = 1; k <= info->order; k++) {
            struct values values = {0}, expected = {0};
            assert_true(plx_model_each_stored(model, k, take_values, &values));
            add_up_arpa(BINARIES[i].arpa, k, &expected);
            extra += values.count - expected.count;
            if (values.count != expected.count)
                continue;
            assert_int_equal(values.count, info->ngrams[k - 1]);
            assert_true(fabs(values.probabilities - expected.probabilities) < 1e-9);
            assert_true(fabs(values.backoffs - expected.backoffs) < 1e-9);
        }
        assert_int_equal(extra, BINARIES[i].blanks);
        plx_model_close(model);
    }
}

static bool take_first(void *user, const struct plx_ngram *ngrams, size_t count)
{
    (void)ngrams;
    *(size_t *)user += count;
    return false;
}

static void plx_kenlm_each__ends_when_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < BINARY_COUNT; i++) {
        struct plx_model *model = open_named(BINARIES[i].file);
        size_t taken = 0;
        assert_false(plx_model_each_stored(model, 1 + (unsigned)(i % 3), take_first, &taken));
        assert_true(taken > 0);
        plx_model_close(model);
    }
}

static void plx_model_open__of_damaged_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof DAMAGES / sizeof *DAMAGES; i++) {
        const struct file_bytes file = read_named(DAMAGES[i].file);
        struct plx_model *model;
        struct plx_error error = {0};
        assert_true(DAMAGES[i].at + DAMAGES[i].count <= file.size);
        memcpy(file.bytes + DAMAGES[i].at, DAMAGES[i].bytes, DAMAGES[i].count);
        const enum plx_status status = model_open_bytes(file.bytes, file.size, "a.bin", NULL, &model, &error);
        if (status != DAMAGES[i].status || !strstr(error.message, DAMAGES[i].message) ||
            !strstr(error.hint, DAMAGES[i].hint) || strcmp(error.input, "a.bin") != 0 ||
            (*DAMAGES[i].message && error.offset != DAMAGES[i].offset))
            fail_msg("change %zu of %s: status %d, byte %lld: %s (%s)", i, DAMAGES[i].file, (int)status,
                     (long long)error.offset, error.message, error.hint);
        assert_null(model);
        free(file.bytes);
    }
}

static void plx_model_open__does_not_take_a_vocabulary(void **state)
{
    (void)state;
    const struct file_bytes file = read_named(TINY ".trie.bin");
    const struct plx_model_options options = {.vocabulary = "vocab.txt"};
    struct plx_model *model;
    struct plx_error error = {0};
    assert_int_equal(model_open_bytes(file.bytes, file.size, "a.bin", &options, &model, &error), PLX_USAGE);
    assert_null(model);
    free(file.bytes);
}

/* Scores a text of all words, three times, and looks at all of them. A damaged model may say anything, or
   that it is damaged, but no NaN. */
static void use(const struct plx_model *model)
{
    static const char *const words[] = {"moon", "the", "sea", "rises", "<s>", "</s>", "cat", "tides"};
    const struct plx_model_info *info = plx_model_info(model);
    struct plx_error error = {0};
    struct plx_session *session = plx_session_new(model, &error);
    uint32_t ids[57];
    double nats[57];
    assert_non_null(session);
    for (size_t i = 0; i < 57; i++) {
        ids[i] = (uint32_t)(i * (1 + i / 19) % info->vocabulary);
        (void)plx_model_token(model, ids[i]);
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const uint32_t id = look_up(model, words[i], strlen(words[i]));
        assert_true(id < info->vocabulary || id == PLX_NO_TOKEN);
    }
    const struct plx_window window = {ids, 0, 57, 0};
    const struct plx_scores scores = {.nats = nats};
    const enum plx_status status = plx_session_score(session, &window, 1, &scores, &error);
    assert_true(status == PLX_OK || status == PLX_MALFORMED);
    for (size_t i = 0; i < 57 && status == PLX_OK; i++)
        assert_true(nats[i] > -(double)INFINITY);
    plx_session_free(session);
}

static void plx_session_score__of_files_with_a_bit_flipped(void **state)
{
    (void)state;
    for (size_t i = 0; i < BINARY_COUNT; i++) {
        const struct file_bytes file = read_named(BINARIES[i].file);
        struct random random = {i};
        for (size_t n = 0; n < FLIPS; n++) {
            struct plx_model *model;
            struct plx_error error = {0};
            const size_t bit = random_below(&random, 8 * file.size);
            file.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
            if (model_open_bytes(file.bytes, file.size, "a.bin", NULL, &model, &error) == PLX_OK)
                use(model);
            else
                assert_true(error.status == PLX_MALFORMED || error.status == PLX_UNSUPPORTED);
            plx_model_close(model);
            file.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        free(file.bytes);
    }
}

/* Everything behind the header is noise, with no empty slot in any table. */
static void plx_session_score__of_noise(void **state)
{
    (void)state;
    for (size_t i = 0; i < BINARY_COUNT; i++) {
        const struct file_bytes file = read_named(BINARIES[i].file);
        struct plx_model *sound = open_named(BINARIES[i].file);
        const struct plx_kenlm *kenlm = (const struct plx_kenlm *)(const void *)sound;
        const size_t begin = (size_t)kenlm->header.unigrams, end = (size_t)kenlm->header.list;
        struct random random = {52};
        for (size_t n = 0; n < 50; n++) {
            struct plx_model *model;
            struct plx_error error = {0};
            for (size_t at = begin; at < end; at++)
                file.bytes[at] = (uint8_t)(random_next(&random) | 1);
            if (model_open_bytes(file.bytes, file.size, "a.bin", NULL, &model, &error) == PLX_OK)
                use(model);
            plx_model_close(model);
        }
        plx_model_close(sound);
        free(file.bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plx_kenlm_home__is_the_remainder),
        cmocka_unit_test(plx_model_info__of_every_type),
        cmocka_unit_test(plx_model_lookup__of_symbols_and_strangers),
        cmocka_unit_test(plx_model_token__of_every_id),
        cmocka_unit_test(plx_kenlm_export__gives_the_ngrams_of_the_arpa_file),
        cmocka_unit_test(plx_kenlm_export__refuses_what_is_not_there),
        cmocka_unit_test(plx_kenlm_each__gives_the_values_of_the_arpa_file),
        cmocka_unit_test(plx_kenlm_each__ends_when_told),
        cmocka_unit_test(plx_model_open__of_damaged_files),
        cmocka_unit_test(plx_model_open__does_not_take_a_vocabulary),
        cmocka_unit_test(plx_session_score__of_files_with_a_bit_flipped),
        cmocka_unit_test(plx_session_score__of_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
