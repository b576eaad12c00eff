/* The same tokens as a text, as strings and as ids: everything in a result outside "model", "corpus" and
   "runtime" is identical, byte for byte. Through the public interface only. */
#include <perplex/perplex.h>

#include "support/fixtures.h"
#include "support/folder.h"
#include "support/inputs.h"
#include "support/random.h"
#include "support/result_text.h"
#include "support/safetensors_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(a) (sizeof(a) / sizeof *(a))

/* A text that its tokens give back, and the tokens. */
struct corpus {
    char *text;
    size_t size;
    struct plx_word *tokens; /* into the text, or a symbol */
    uint32_t *ids;
    size_t count;
};

struct file {
    const char *format;
    char *bytes;
    size_t size;
};

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count + 1, size);
    if (!memory)
        abort();
    return memory;
}

static bool is_registered(const char *format)
{
    const char *name;
    for (size_t i = 0; (name = plx_corpus_format_name(i)) != NULL; i++) {
        if (strcmp(name, format) == 0)
            return true;
    }
    printf("SKIPPED: this build does not read %s\n", format);
    return false;
}

/* Making the corpora. */

/* The words of a text that the model knows, others as <unk>, joined by single spaces; every line ends with
   the model's end symbol. What would be a heading of WikiText is left out. */
static struct corpus words_of(const struct plx_model *model, const char *text, size_t size)
{
    const struct plx_word end = plx_model_token(model, plx_model_info(model)->end);
    struct corpus corpus = {.text = allocate(2 * size + 8, 6),
                            .tokens = allocate(2 * size, sizeof(struct plx_word))};
    for (const char *at = text, *newline; at < text + size; at = newline + 1) {
        newline = memchr(at, '\n', (size_t)(text + size - at));
        newline = newline ? newline : text + size;
        if (newline - at > 2 && memcmp(at, " = ", 3) == 0)
            continue;
        bool first = true;
        for (const char *word = at; word < newline;) {
            const size_t length = strcspn(word, " \t\r\n");
            struct plx_word token = {word, length};
            uint32_t id;
            word += length + (length == 0);
            if (length == 0)
                continue;
            plx_model_lookup(model, &token, 1, &id);
            token = id == PLX_NO_TOKEN ? (struct plx_word){"<unk>", 5} : token;
            if (!first)
                corpus.text[corpus.size++] = ' ';
            first = false;
            memcpy(corpus.text + corpus.size, token.text, token.length);
            corpus.tokens[corpus.count++] = (struct plx_word){corpus.text + corpus.size, token.length};
            corpus.size += token.length;
        }
        corpus.text[corpus.size++] = '\n';
        corpus.tokens[corpus.count++] = end;
    }
    corpus.ids = allocate(corpus.count, sizeof *corpus.ids);
    plx_model_lookup(model, corpus.tokens, corpus.count, corpus.ids);
    return corpus;
}

/* The characters of a text, of which the model has all. */
static struct corpus characters_of(const struct plx_model *model, const char *text, size_t size)
{
    struct corpus corpus = {
        .text = allocate(size, 1), .size = size, .tokens = allocate(size, sizeof(struct plx_word))};
    memcpy(corpus.text, text, size);
    for (size_t at = 0; at < size;) {
        size_t length = 1;
        while (at + length < size && ((unsigned char)text[at + length] & 0xC0) == 0x80)
            length++;
        corpus.tokens[corpus.count++] = (struct plx_word){corpus.text + at, length};
        at += length;
    }
    corpus.ids = allocate(corpus.count, sizeof *corpus.ids);
    plx_model_lookup(model, corpus.tokens, corpus.count, corpus.ids);
    for (size_t i = 0; i < corpus.count; i++)
        assert_int_not_equal(corpus.ids[i], PLX_NO_TOKEN);
    return corpus;
}

static void corpus_free(struct corpus *corpus)
{
    free(corpus->text);
    free(corpus->tokens);
    free(corpus->ids);
}

static void print_string(FILE *out, struct plx_word word)
{
    fputc('"', out);
    for (size_t i = 0; i < word.length; i++) {
        const unsigned char c = (unsigned char)word.text[i];
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < 0x20)
            fprintf(out, "\\u%04x", c);
        else
            fputc(c, out);
    }
    fputc('"', out);
}

enum shape { TEXT, TEXT_RECORD, STRINGS, ID_LIST, ID_WORDS, SHAPES };

/* The corpus as a file; false, with a note, where this build has no such format. */
static bool make_file(const struct corpus *corpus, enum shape shape, struct file *file)
{
    static const char *const formats[] = {"text", "jsonl", "jsonl", "jsonl", "u16"};
    *file = (struct file){.format = formats[shape]};
    if (!is_registered(file->format))
        return false;
    FILE *out = open_memstream(&file->bytes, &file->size);
    if (!out)
        abort();
    if (shape == TEXT)
        fwrite(corpus->text, 1, corpus->size, out);
    if (shape == TEXT_RECORD) {
        fprintf(out, "{\"text\":");
        print_string(out, (struct plx_word){corpus->text, corpus->size});
        fprintf(out, "}\n");
    }
    if (shape == STRINGS || shape == ID_LIST)
        fprintf(out, shape == STRINGS ? "{\"tokens\":[" : "{\"input_ids\":[");
    for (size_t i = 0; i < corpus->count && shape > TEXT_RECORD; i++) {
        if (shape == ID_WORDS) {
            fputc((int)(corpus->ids[i] & 0xFF), out);
            fputc((int)(corpus->ids[i] >> 8), out);
            continue;
        }
        fprintf(out, i ? "," : "");
        if (shape == STRINGS)
            print_string(out, corpus->tokens[i]);
        else
            fprintf(out, "%u", (unsigned)corpus->ids[i]);
    }
    if (shape == STRINGS || shape == ID_LIST)
        fprintf(out, "]}\n");
    fclose(out);
    return true;
}

/* Evaluating them. */

static char *evaluate(const struct plx_model *model, const struct file *file, enum plx_token_kind kind,
                      const struct plx_protocol *protocol, unsigned threads)
{
    const struct plx_source_options source_options = {.fingerprint = true};
    const struct plx_corpus_options corpus_options = {.format = file->format, .tokens = kind};
    const struct plx_evaluate_options options = {
        .protocol = protocol, .threads = threads, .batch = threads * 50};
    struct plx_source *source;
    struct plx_corpus *corpus = NULL;
    struct plx_result *result = NULL;
    struct plx_error error;
    if (plx_source_open_memory(file->bytes, file->size, "corpus", &source_options, &source, &error) ||
        plx_corpus_open_source(source, &corpus_options, &corpus, &error) ||
        plx_evaluate(model, corpus, &options, &result, &error))
        fail_msg("%s as %s: %s", protocol->name, file->format, error.message);
    char *json = result_text(result);
    result_text_remove(json, "model");
    result_text_remove(json, "corpus");
    result_text_remove(json, "runtime");
    plx_result_free(result);
    plx_corpus_close(corpus);
    return json;
}

static void assert_same(const char *one, const char *other, const char *protocol, enum shape shape)
{
    static const char *const shapes[] = {"text", "text in JSON", "strings", "ids in JSON", "ids of 16 bits"};
    size_t at = 0;
    if (strcmp(one, other) == 0)
        return;
    while (one[at] == other[at])
        at++;
    at = at > 100 ? at - 100 : 0;
    fail_msg("%s: \"%.200s\" of the text is \"%.200s\" of %s", protocol, one + at, other + at, shapes[shape]);
}

static void check_protocol(const struct plx_model *model, const struct file *files, enum plx_token_kind kind,
                           const char *fields)
{
    const struct plx_protocol protocol = inputs_protocol(fields);
    char *expected = evaluate(model, files + TEXT, kind, &protocol, 1);
    for (enum shape shape = TEXT; shape < SHAPES; shape++) {
        for (unsigned threads = 1; threads <= 3 && files[shape].bytes; threads += 2) {
            char *found = evaluate(model, files + shape, kind, &protocol, threads);
            assert_same(expected, found, fields, shape);
            plx_text_free(found);
        }
    }
    plx_text_free(expected);
}

static void check(const struct plx_model *model, struct corpus corpus, enum plx_token_kind kind,
                  const char *const *protocols, size_t count)
{
    struct file files[SHAPES];
    assert_true(corpus.count > 1000);
    for (enum shape shape = TEXT; shape < SHAPES; shape++)
        make_file(&corpus, shape, files + shape);
    for (size_t i = 0; i < count; i++)
        check_protocol(model, files, kind, protocols[i]);
    for (enum shape shape = TEXT; shape < SHAPES; shape++)
        free(files[shape].bytes);
    corpus_free(&corpus);
}

static struct file_bytes almanac(void)
{
    char *path = source_path("corpora/almanac/test.txt");
    const struct file_bytes file = file_read(path);
    free(path);
    return file;
}

/* Only protocols under which the ends of lines are tokens, as they are in the corpora of tokens. */
static const char *const OF_WORDS[] = {
    "sentence",
    "sentence average=unit",
    "sentence blank=skip",
    "sentence first=skip unknown=skip",
    "wikitext-eos",
    "wikitext-eos start=none",
    "wikitext-eos unknown=floor:-7 limit=777",
    "exact",
    "exact blank=skip unknown=skip",
    "hf-stride window=32 stride=7",
    "hf-stride-doc window=20 stride=10",
    "exact window=16 score=all tail=drop average=window",
    "exact window=16 stride=8 score=last:5 start=replace tail=left-extend",
    "sentence window=5 stride=2",
};

/* And one of SRILM's, which n-gram models are for. */
static const char *const OF_WORDS_AND_NGRAMS[] = {"srilm", "srilm unknown=skip"};

static void same_tokens__words_of_ngrams(void **state)
{
    struct plx_model *model = inputs_model_file("models/almanac.o3.arpa");
    const struct file_bytes text = almanac();
    (void)state;
    check(model, words_of(model, (const char *)text.bytes, text.size), PLX_TOKENS_WORD, OF_WORDS,
          LENGTH(OF_WORDS));
    check(model, words_of(model, (const char *)text.bytes, text.size), PLX_TOKENS_WORD, OF_WORDS_AND_NGRAMS,
          LENGTH(OF_WORDS_AND_NGRAMS));
    free(text.bytes);
    plx_model_close(model);
}

static void same_tokens__words_of_neural_models(void **state)
{
    static const char *const models[] = {"models/almanac.bigram/model.safetensors",
                                         "models/tiny.table.safetensors"};
    const struct file_bytes text = almanac();
    (void)state;
    for (size_t i = 0; i < LENGTH(models); i++) {
        struct plx_model *model = inputs_model_file(models[i]);
        check(model, words_of(model, (const char *)text.bytes, text.size), PLX_TOKENS_WORD, OF_WORDS,
              LENGTH(OF_WORDS));
        plx_model_close(model);
    }
    free(text.bytes);
}

/* A table of characters with a vocabulary beside it. */

static const char CHARACTERS[] = " \n\t\"\\abcde\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x8a";

#define TYPES 13

static size_t character_length(const char *at)
{
    size_t length = 1;
    while (((unsigned char)at[length] & 0xC0) == 0x80)
        length++;
    return length;
}

static struct plx_model *model_of_characters(void)
{
    float logits[TYPES * TYPES];
    struct random random = {5};
    char header[128];
    size_t types = 0;
    FILE *out = fopen(folder_path("vocab.json"), "wb");
    assert_non_null(out);
    for (const char *at = CHARACTERS; *at; at += character_length(at)) {
        fprintf(out, types ? "," : "{");
        print_string(out, (struct plx_word){at, character_length(at)});
        fprintf(out, ":%zu", types++);
    }
    fprintf(out, "}\n");
    fclose(out);
    assert_int_equal(types, TYPES);
    for (size_t i = 0; i < LENGTH(logits); i++)
        logits[i] = (float)random_below(&random, 1000) / 200.0f;
    snprintf(header, sizeof header,
             "{\"logits\":{\"dtype\":\"F32\",\"shape\":[%d,%d],\"data_offsets\":[0,%zu]}}", TYPES, TYPES,
             sizeof logits);
    const struct safetensors_file file = safetensors_file(header, logits, sizeof logits);
    struct plx_model *model;
    struct plx_error error;
    file_write(folder_path("model.safetensors"), file.bytes, file.size);
    if (plx_model_open(folder_path("model.safetensors"), NULL, &model, &error))
        fail_msg("%s", error.message);
    free(file.bytes);
    return model;
}

static void same_tokens__characters(void **state)
{
    static const char *const protocols[] = {
        "exact",
        "exact first=skip",
        "exact average=unit limit=4000",
        "hf-stride window=32 stride=7",
        "exact end=scored:\n", /* the newline as the end symbol */
        "exact end=scored:\n unit=line start=none average=unit",
        "exact end=scored:\n blank=skip",
        "exact window=16 score=all tail=drop average=window",
    };
    struct plx_model *model = model_of_characters();
    struct random random = {6};
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    for (size_t i = 0; i < 100000; i++) {
        const char *at = CHARACTERS;
        for (size_t skip = random_below(&random, TYPES); skip > 0; skip--)
            at += character_length(at);
        fwrite(at, 1, character_length(at), out);
    }
    fprintf(out, "a\n");
    fclose(out);
    (void)state;
    check(model, characters_of(model, text, size), PLX_TOKENS_CHARACTER, protocols, LENGTH(protocols));
    free(text);
    plx_model_close(model);
}

/* Bytes for a model that has no vocabulary: ids are the bytes. */
static void same_tokens__bytes(void **state)
{
    static const char *const protocols[] = {"exact", "hf-stride window=50 stride=20",
                                            "exact limit=100 average=unit"};
    struct plx_model *model = inputs_bare_model(256);
    const struct file_bytes text = almanac();
    struct corpus corpus = {.text = allocate(text.size, 1),
                            .tokens = allocate(text.size, sizeof(struct plx_word)),
                            .ids = allocate(text.size, sizeof(uint32_t))};
    (void)state;
    for (size_t i = 0; i < text.size; i++) {
        /* Strings of JSON are characters: only ASCII has one of a byte. And no headings. */
        if (text.bytes[i] >= 0x80 || text.bytes[i] == '=')
            continue;
        corpus.text[corpus.size] = (char)text.bytes[i];
        corpus.tokens[corpus.count] = (struct plx_word){corpus.text + corpus.size++, 1};
        corpus.ids[corpus.count++] = text.bytes[i];
    }
    check(model, corpus, PLX_TOKENS_BYTE, protocols, LENGTH(protocols));
    free(text.bytes);
    plx_model_close(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_tokens__words_of_ngrams),
        cmocka_unit_test(same_tokens__words_of_neural_models),
        cmocka_unit_test_setup_teardown(same_tokens__characters, folder_make, folder_remove),
        cmocka_unit_test(same_tokens__bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
