/* Makes an n-gram model of any size, and a text to score with it, without data: both come from one random
   process, whose words follow Zipf's law and whose contexts prefer a few successors, as those of natural text
   do.

   usage: zipf [--order N] [--vocabulary WORDS] [--tokens N] [--text-tokens N] [--seed N] [--arpa FILE]
   [--text FILE]

   A stream of --tokens words is counted, nothing is pruned, and what was counted is written as an ARPA model:
   interpolated absolute discounting, `<s>`, `</s>` and `<unk>` as lmplz has them. The text goes on where that
   stream ends, so that the model hits and misses as on held-out text. What was made, and how often each order
   is hit, goes to standard error. */
#include "base/memory.h"
#include "base/number.h"

#include <perplex/status.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ORDER_MOST 6
#define LETTERS    16 /* of a word, NUL included */
#define DISCOUNT   0.75

/* The process. Chosen such that the hits by order are near those of held-out English. */
#define ZIPF_EXPONENT   1.08
#define ZIPF_SHIFT      2.7
#define SENTENCE_WORDS  22.0
#define UNKNOWN_SHARE   0.012
#define SUCCESSOR_DECAY 0.35 /* the geometric distribution of a successor's rank */

/* How often the next word follows from the previous one, two, three words. Else it follows from none. */
static const double follows[] = {0.40, 0.26, 0.14};
#define MEMORY (sizeof follows / sizeof follows[0])

enum { START, END, UNKNOWN, FIRST_WORD }; /* numbers of words; beyond the vocabulary stand the unknown ones */

struct options {
    uint64_t order, vocabulary, tokens, text_tokens, seed;
    const char *arpa, *text;
};

struct process {
    uint64_t state;
    uint64_t vocabulary;
    uint32_t previous[MEMORY]; /* the latest first */
    double tail;               /* what is left of Zipf's curve behind the vocabulary */
};

/* The n-grams of one order. An n-gram's key is the number of its context, which is one of the order below,
   and its last word: two n-grams never share one. */
struct level {
    uint64_t *keys;
    uint32_t *counts;
    uint32_t *suffixes; /* the n-gram without its first word, in the order below */
    uint32_t *totals;   /* of the counts of the n-grams that go on from it */
    uint32_t *types;    /* how many those are */
    float *probabilities;
    size_t size;
    uint32_t *slots; /* number + 1; 0 where empty */
    size_t slot_count;
};

struct counts {
    struct level levels[ORDER_MOST]; /* [0] are the words */
    size_t order;
    uint32_t context[ORDER_MOST]; /* the n-grams of the words so far, [0] the last word */
    size_t context_order;
};

_Noreturn static void die(const char *what, const char *name)
{
    fprintf(stderr, "zipf: %s%s%s\n", what, name ? ": " : "", name ? name : "");
    exit(1);
}

static void resize(void *array, size_t count, size_t size)
{
    struct plx_error error;
    if (plx_resize_array(array, count, size, &error))
        die("out of memory", NULL);
}

static void *zeroed(size_t count, size_t size)
{
    struct plx_error error;
    void *array = plx_new_array(count, size, &error);
    if (!array)
        die("out of memory", NULL);
    return array;
}

/* The finalizer of SplitMix64 (Steele, Lea and Flood 2014). */
static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

/* In [0, 1). */
static double unit(uint64_t bits)
{
    return (double)(bits >> 11) * 0x1p-53;
}

static uint64_t draw(struct process *process)
{
    return mix(process->state += UINT64_C(0x9E3779B97F4A7C15));
}

/* The process. */

/* The continuous curve of Zipf and Mandelbrot, (rank + shift)^-exponent, turned round. */
static uint32_t zipf_word(const struct process *process, double u)
{
    const double rest = 1.0 - u * (1.0 - process->tail);
    const double rank = ZIPF_SHIFT * (pow(rest, 1.0 / (1.0 - ZIPF_EXPONENT)) - 1.0);
    const uint64_t most = process->vocabulary - 1;
    return FIRST_WORD + (uint32_t)(rank < (double)most ? (uint64_t)rank : most);
}

static void process_init(struct process *process, uint64_t seed, uint64_t vocabulary)
{
    *process = (struct process){.state = mix(seed + 1), .vocabulary = vocabulary};
    process->tail = pow(1.0 + (double)vocabulary / ZIPF_SHIFT, 1.0 - ZIPF_EXPONENT);
}

/* The word that follows the `n` previous ones at a random rank. It depends on nothing else but that rank. */
static uint32_t successor(struct process *process, size_t n)
{
    uint64_t hash = n;
    for (size_t i = 0; i < n; i++)
        hash = mix(hash ^ process->previous[i]) * UINT64_C(0x9E3779B97F4A7C15);
    const double rank = floor(log(1.0 - unit(draw(process))) / log(1.0 - SUCCESSOR_DECAY));
    return zipf_word(process, unit(mix(hash + (uint64_t)rank)));
}

static uint32_t next_word(struct process *process)
{
    uint32_t word;
    if (process->previous[0] != START && unit(draw(process)) * SENTENCE_WORDS < 1.0) {
        word = END;
    } else {
        double u = unit(draw(process));
        size_t n = 0;
        while (n < MEMORY && u >= follows[n])
            u -= follows[n++];
        word = n < MEMORY ? successor(process, n + 1) : zipf_word(process, unit(draw(process)));
    }
    memmove(process->previous + 1, process->previous, sizeof process->previous - sizeof process->previous[0]);
    process->previous[0] = word == END ? START : word;
    return word;
}

/* The counts. */

/* The number of a key's slot: where the key is, or the empty one where it belongs. */
static size_t find_slot(const struct level *level, uint64_t key)
{
    const size_t mask = level->slot_count - 1;
    size_t slot = (size_t)mix(key) & mask;
    while (level->slots[slot] != 0 && level->keys[level->slots[slot] - 1] != key)
        slot = (slot + 1) & mask;
    return slot;
}

static void grow(struct level *level)
{
    level->slot_count = level->slot_count > 0 ? 2 * level->slot_count : 1024;
    const size_t capacity = level->slot_count / 3 * 2;
    resize(&level->keys, capacity, sizeof *level->keys);
    resize(&level->counts, capacity, sizeof *level->counts);
    resize(&level->suffixes, capacity, sizeof *level->suffixes);
    free(level->slots);
    level->slots = zeroed(level->slot_count, sizeof *level->slots);
    for (size_t i = 0; i < level->size; i++)
        level->slots[find_slot(level, level->keys[i])] = (uint32_t)(i + 1);
}

/* The number of the n-gram, which is new if it has not been seen. */
static uint32_t add(struct level *level, uint64_t key, uint32_t suffix)
{
    if (level->size == level->slot_count / 3 * 2)
        grow(level);
    const size_t slot = find_slot(level, key);
    if (level->slots[slot] == 0) {
        if (level->size == UINT32_MAX - 1)
            die("more n-grams of one order than it can count", NULL);
        level->keys[level->size] = key;
        level->counts[level->size] = 0;
        level->suffixes[level->size] = suffix;
        level->slots[slot] = (uint32_t)++level->size;
    }
    const uint32_t number = level->slots[slot] - 1;
    level->counts[number]++;
    return number;
}

static void start_sentence(struct counts *counts)
{
    counts->context[0] = 0; /* <s>, the first n-gram of all */
    counts->context_order = 1;
}

/* The n-grams that end with the word, of 1 … n words, are the contexts of the next one. */
static void go_on(struct counts *counts, uint32_t word, const uint32_t *found, size_t n)
{
    memcpy(counts->context, found, n * sizeof *found);
    counts->context_order = n < counts->order ? n : counts->order - 1;
    if (word == END)
        start_sentence(counts);
}

static uint64_t key_of(const struct counts *counts, size_t n, uint32_t word)
{
    return (n > 0 ? (uint64_t)counts->context[n - 1] << 32 : 0) | word;
}

static void count_word(struct counts *counts, uint32_t word)
{
    uint32_t found[ORDER_MOST];
    size_t n = 0;
    for (; n < counts->order && n <= counts->context_order; n++)
        found[n] = add(&counts->levels[n], key_of(counts, n, word), n > 0 ? found[n - 1] : 0);
    go_on(counts, word, found, n);
}

/* How many words the longest n-gram has that ends with the word and is in the model: 0 for an unknown word.
 */
static size_t match_word(struct counts *counts, uint32_t word)
{
    uint32_t found[ORDER_MOST];
    size_t n = 0;
    for (; n < counts->order && n <= counts->context_order; n++) {
        const struct level *level = &counts->levels[n];
        const size_t slot = find_slot(level, key_of(counts, n, word));
        if (level->slots[slot] == 0)
            break;
        found[n] = level->slots[slot] - 1;
    }
    go_on(counts, word, found, n);
    return n;
}

static void sum_contexts(struct level *level, const struct level *longer)
{
    level->totals = zeroed(level->size, sizeof *level->totals);
    level->types = zeroed(level->size, sizeof *level->types);
    for (size_t i = 0; i < longer->size; i++) {
        level->totals[longer->keys[i] >> 32] += longer->counts[i];
        level->types[longer->keys[i] >> 32]++;
    }
}

static void counts_init(struct counts *counts, struct process *process, const struct options *options)
{
    *counts = (struct counts){.order = (size_t)options->order};
    add(&counts->levels[0], START, 0);
    counts->levels[0].counts[0] = 0; /* nothing predicts it */
    start_sentence(counts);
    uint32_t word = START;
    for (uint64_t i = 0; i < options->tokens || word != END; i++)
        count_word(counts, word = next_word(process));
    for (size_t n = 0; n + 1 < counts->order; n++)
        sum_contexts(&counts->levels[n], &counts->levels[n + 1]);
}

static void counts_release(struct counts *counts)
{
    for (size_t n = 0; n < counts->order; n++) {
        struct level *level = &counts->levels[n];
        free(level->keys);
        free(level->counts);
        free(level->suffixes);
        free(level->totals);
        free(level->types);
        free(level->probabilities);
        free(level->slots);
    }
}

/* The spelling. */

static void spell(char *text, size_t length, uint64_t hash)
{
    static const char consonants[] = "tnsrhldcmfpgwbvk", vowels[] = "eaoieuaoeiaeoyei";
    const size_t start = hash % 4 == 0; /* with a vowel */
    for (size_t i = 0; i < length; i++, hash = mix(hash + i))
        text[i] = ((i + start) % 2 ? vowels : consonants)[hash >> 60];
    text[length] = '\0';
}

/* Whether the text is new, after which it is not. The set keeps numbers of words, as a level does. */
static bool is_new(char (*words)[LETTERS], uint32_t *set, size_t mask, size_t number)
{
    uint64_t hash = 0;
    for (const char *p = words[number]; *p; p++)
        hash = mix(hash ^ (uint64_t)(unsigned char)*p);
    size_t slot = (size_t)hash & mask;
    for (; set[slot] != 0; slot = (slot + 1) & mask)
        if (strcmp(words[set[slot]], words[number]) == 0)
            return false;
    set[slot] = (uint32_t)number;
    return true;
}

/* [number] of each word, and of as many again that are unknown. The frequent ones are short, as Zipf has it.
 */
static char (*spell_words(uint64_t vocabulary))[LETTERS]
{
    const size_t size = (size_t)(FIRST_WORD + 2 * vocabulary);
    size_t mask = 1023;
    while (mask < 2 * size)
        mask = 2 * mask + 1;
    char(*words)[LETTERS] = zeroed(size, LETTERS);
    uint32_t *set = zeroed(mask + 1, sizeof *set);
    memcpy(words[START], "<s>", 4);
    memcpy(words[END], "</s>", 5);
    memcpy(words[UNKNOWN], "<unk>", 6);
    for (size_t i = FIRST_WORD; i < size; i++) {
        double length = 1.0 + 1.1 * log10((double)(i - FIRST_WORD + 1)) + 2.5 * unit(mix(i));
        for (uint64_t attempt = 0; attempt == 0 || !is_new(words, set, mask, i); attempt++, length += 0.25)
            spell(words[i], length < LETTERS - 1 ? (size_t)length : LETTERS - 1, mix(i << 20 | attempt));
    }
    free(set);
    return words;
}

/* The files. */

/* A logarithm to base 10 with seven digits behind the point, which is what a float holds. */
static char *put_log10(char *p, double probability)
{
    const double value = log10(probability);
    const uint64_t digits = (uint64_t)(-value * 1e7 + 0.5);
    uint64_t fraction = digits % 10000000;
    if (digits == 0) {
        *p++ = '0';
        return p;
    }
    *p++ = '-';
    p += plx_format_u64(digits / 10000000, p);
    *p = '.';
    for (int i = 7; i > 0; i--, fraction /= 10)
        p[i] = (char)('0' + fraction % 10);
    return p + 8;
}

static char *put_text(char *p, const char *text)
{
    const size_t length = strlen(text);
    memcpy(p, text, length);
    return p + length;
}

/* The words of n-gram `number` of order n + 1, which its contexts lead back to. */
static char *put_ngram(char *p, const struct counts *counts, char (*words)[LETTERS], size_t n,
                       uint32_t number)
{
    uint32_t ids[ORDER_MOST] = {0};
    for (size_t i = n + 1; i-- > 0;) {
        const uint64_t key = counts->levels[i].keys[number];
        ids[i] = (uint32_t)key;
        number = (uint32_t)(key >> 32);
    }
    for (size_t i = 0; i <= n; i++) {
        p = put_text(p, words[ids[i]]);
        *p++ = ' ';
    }
    return p - 1;
}

/* What a context leaves to the shorter one. */
static double backoff(const struct level *level, size_t number)
{
    return level->totals[number] > 0 ? DISCOUNT * level->types[number] / level->totals[number] : 1.0;
}

static void write_level(struct counts *counts, char (*words)[LETTERS], size_t n, double total, FILE *file)
{
    struct level *level = &counts->levels[n];
    const struct level *shorter = n > 0 ? &counts->levels[n - 1] : NULL;
    const double unknown = DISCOUNT / total; /* of each of the words and of <unk> */
    level->probabilities = zeroed(level->size, sizeof *level->probabilities);
    fprintf(file, "\\%zu-grams:\n", n + 1);
    if (n == 0)
        fprintf(file, "%.7f\t<unk>\t0\n", log10(unknown));
    for (size_t i = 0; i < level->size; i++) {
        char line[(ORDER_MOST + 3) * 24], *p = line;
        const uint32_t context = (uint32_t)(level->keys[i] >> 32);
        const double count = shorter ? shorter->totals[context] : total;
        const double lower =
            shorter ? backoff(shorter, context) * (double)shorter->probabilities[level->suffixes[i]]
                    : unknown;
        const double probability = (level->counts[i] - DISCOUNT) / count + lower;
        level->probabilities[i] = (float)probability;
        p = n == 0 && i == 0 ? put_text(p, "-99") : put_log10(p, probability);
        *p++ = '\t';
        p = put_ngram(p, counts, words, n, (uint32_t)i);
        if (n + 1 < counts->order) {
            *p++ = '\t';
            p = put_log10(p, backoff(level, i));
        }
        *p++ = '\n';
        fwrite(line, 1, (size_t)(p - line), file);
    }
    fputc('\n', file);
}

static FILE *open_output(const char *name)
{
    FILE *file = fopen(name, "wb");
    if (!file)
        die("cannot write", name);
    return file;
}

static void close_output(FILE *file, const char *name)
{
    const bool failed = ferror(file) != 0;
    if (fclose(file) != 0 || failed)
        die("cannot write", name);
}

static void write_arpa(struct counts *counts, char (*words)[LETTERS], const char *name)
{
    FILE *file = open_output(name);
    const struct level *unigrams = &counts->levels[0];
    double total = 0.0;
    for (size_t i = 0; i < unigrams->size; i++)
        total += unigrams->counts[i];
    fprintf(file, "\\data\\\n");
    for (size_t n = 0; n < counts->order; n++)
        fprintf(file, "ngram %zu=%zu\n", n + 1, counts->levels[n].size + (n == 0));
    fputc('\n', file);
    for (size_t n = 0; n < counts->order; n++)
        write_level(counts, words, n, total, file);
    fprintf(file, "\\end\\\n");
    close_output(file, name);
}

static void write_text(struct counts *counts, char (*words)[LETTERS], struct process *process,
                       uint64_t tokens, const char *name)
{
    FILE *file = open_output(name);
    uint64_t matched[ORDER_MOST + 1] = {0}, bytes = 0;
    uint32_t word = END;
    start_sentence(counts);
    for (uint64_t i = 0; i < tokens || word != END; i++) {
        const bool first = word == END;
        word = next_word(process);
        if (word != END && unit(draw(process)) < UNKNOWN_SHARE)
            word = (uint32_t)(FIRST_WORD + process->vocabulary + draw(process) % process->vocabulary);
        if (word == END)
            fputc('\n', file);
        else
            bytes += (uint64_t)fprintf(file, first ? "%s" : " %s", words[word]);
        bytes += word == END;
        matched[match_word(counts, word)]++;
    }
    close_output(file, name);
    fprintf(stderr, "%s: %.1f bytes\n", name, (double)bytes);
    for (size_t n = 0; n <= counts->order; n++)
        fprintf(stderr, "longest match %zu: %" PRIu64 "\n", n, matched[n]);
}

static struct options read_options(int argc, char **argv)
{
    struct options options = {4, 500000, 35000000, 5200000, 1, NULL, NULL};
    const struct {
        const char *name;
        uint64_t *number, least, most;
        const char **text;
    } known[] = {
        {"--order", &options.order, 1, ORDER_MOST, NULL},
        {"--vocabulary", &options.vocabulary, 2, 100000000, NULL},
        {"--tokens", &options.tokens, 1, 2000000000, NULL},
        {"--text-tokens", &options.text_tokens, 1, UINT64_MAX, NULL},
        {"--seed", &options.seed, 0, UINT64_MAX, NULL},
        {"--arpa", NULL, 0, 0, &options.arpa},
        {"--text", NULL, 0, 0, &options.text},
    };
    for (int i = 1; i < argc; i += 2) {
        const size_t count = sizeof known / sizeof known[0];
        size_t k = 0;
        while (k < count && strcmp(argv[i], known[k].name) != 0)
            k++;
        if (k == count)
            die("not an option", argv[i]);
        if (i + 1 == argc)
            die("a value is missing", argv[i]);
        if (known[k].text)
            *known[k].text = argv[i + 1];
        else if (!plx_parse_u64(argv[i + 1], strlen(argv[i + 1]), known[k].least, known[k].most,
                                known[k].number))
            die("not a number that it takes", argv[i]);
    }
    return options;
}

int main(int argc, char **argv)
{
    const struct options options = read_options(argc, argv);
    struct process process;
    struct counts counts;
    process_init(&process, options.seed, options.vocabulary);
    char(*words)[LETTERS] = spell_words(options.vocabulary);
    counts_init(&counts, &process, &options);
    for (size_t n = 0; n < counts.order; n++)
        fprintf(stderr, "%zu-grams: %zu\n", n + 1, counts.levels[n].size);
    if (options.arpa)
        write_arpa(&counts, words, options.arpa);
    if (options.text)
        write_text(&counts, words, &process, options.text_tokens, options.text);
    counts_release(&counts);
    free(words);
    return 0;
}
