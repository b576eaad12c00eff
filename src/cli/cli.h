/* The program: commands, their options, and what they share. It uses the public library alone. */
#ifndef PLX_CLI_CLI_H
#define PLX_CLI_CLI_H

#include <perplex/perplex.h>

#include <stdio.h>

/* Exit codes beside those of plx_status_exit_code. */
#define CLI_OK    0
#define CLI_USAGE 2

/* X(ID, long name, letter or 0, argument or NULL, commands, help). The one list of options: parsing and help
   are made from it. */
#define CLI_EVAL    1u
#define CLI_TABLE   2u
#define CLI_FORMATS 4u
#define CLI_INSPECT 8u
#define CLI_ALL     (CLI_EVAL | CLI_TABLE | CLI_FORMATS | CLI_INSPECT)
#define CLI_OPTION_LIST(X)                                                                                \
    X(PROTOCOL, "protocol", 'p', "NAME", CLI_EVAL, "preset: %s (default: by model and tokens)")           \
    X(UNIT, "unit", 0, "UNIT", CLI_EVAL, "context starts afresh at every: line, document, stream")        \
    X(START, "start", 0, "START", CLI_EVAL, "begin symbol: none, context, replace; or the symbol itself") \
    X(END, "end", 0, "END", CLI_EVAL, "end symbol: none, scored, auto; or the symbol itself")             \
    X(JOIN, "join", 0, "TOKEN", CLI_EVAL, "token that stands between the lines of a stream of words")     \
    X(WINDOW, "window", 0, "N", CLI_EVAL,                                                                 \
      "most tokens that one scoring sees, context included; 0: no limit")                                 \
    X(STRIDE, "stride", 0, "N", CLI_EVAL, "how far the window moves (default: the window)")               \
    X(SCORE, "score", 0, "WHICH", CLI_EVAL, "targets of a window that count: new, all, last:K")           \
    X(FIRST_WINDOW, "first-window", 0, "N", CLI_EVAL, "targets of the first window, where that differs")  \
    X(TAIL, "tail", 0, "HOW", CLI_EVAL, "partial last window: keep, drop, left-extend")                   \
    X(FIRST, "first", 0, "HOW", CLI_EVAL, "a target without context: score, skip")                        \
    X(UNKNOWN, "unknown", 0, "COST", CLI_EVAL,                                                            \
      "unknown tokens: unk, skip, error, zero, unk-or-skip, floor:X, class:N")                            \
    X(CONTROL_WORDS, "control-words", 0, "WHAT", CLI_EVAL,                                                \
      "start and end symbols in the text: refuse, score, word, unk")                                      \
    X(BLANK, "blank", 0, "HOW", CLI_EVAL, "end symbols of blank lines: score, skip")                      \
    X(AVERAGE, "average", 0, "OVER", CLI_EVAL, "mean over: token, window, hf-2024, unit")                 \
    X(LIMIT, "limit", 0, "N", CLI_EVAL, "score at most N tokens; 0: all")                                 \
    X(TOKENS, "tokens", 't', "KIND", CLI_EVAL | CLI_INSPECT,                                              \
      "tokens of a text: word, char, byte (default: word)")                                               \
    X(CORPUS_FORMAT, "corpus-format", 0, "NAME", CLI_EVAL | CLI_INSPECT,                                  \
      "format of the corpus (default: recognised)")                                                       \
    X(MODEL_FORMAT, "model-format", 0, "NAME", CLI_EVAL | CLI_INSPECT,                                    \
      "format of the model (default: recognised)")                                                        \
    X(VOCAB, "vocab", 0, "FILE", CLI_EVAL | CLI_INSPECT,                                                  \
      "vocabulary of a neural model (default: beside the weights)")                                       \
    X(ALLOW_POSITIVE, "allow-positive", 0, NULL, CLI_EVAL | CLI_INSPECT,                                  \
      "ARPA: clamp positive log-probabilities to 0")                                                      \
    X(ALLOW_COUNT_MISMATCH, "allow-count-mismatch", 0, NULL, CLI_EVAL | CLI_INSPECT,                      \
      "ARPA: believe the sections rather than the header's counts")                                       \
    X(THREADS, "threads", 'j', "N", CLI_EVAL, "threads in all (default: one for each processor)")         \
    X(BATCH, "batch", 0, "N", CLI_EVAL,                                                                   \
      "targets scored together (default 4096); does not change the result")                               \
    X(OUTPUT, "output", 'o', "FILE", CLI_EVAL | CLI_TABLE | CLI_INSPECT,                                  \
      "write there, whole or not at all (default: stdout)")                                               \
    X(FORMAT, "format", 'f', "NAME", CLI_TABLE, "markdown or csv (default: markdown)")                    \
    X(AS, "as", 0, "KIND", CLI_INSPECT, "take the first file for a: model, corpus (default: recognised)") \
    X(TOP, "top", 0, "N", CLI_INSPECT, "list the N most frequent unknown tokens (default 20)")            \
    X(JSON, "json", 0, NULL, CLI_INSPECT, "JSON (perplex.inspection/1) in the place of text")             \
    X(QUIET, "quiet", 'q', NULL, CLI_EVAL | CLI_INSPECT, "no progress, summary or warnings on stderr")    \
    X(HELP, "help", 'h', NULL, CLI_ALL, "this help")

#define CLI_OPTION_ENUM(id, name, letter, argument, commands, help) CLI_##id,
enum cli_option { CLI_OPTION_LIST(CLI_OPTION_ENUM) CLI_OPTION_COUNT };
#undef CLI_OPTION_ENUM

struct cli_arguments {
    const char *values[CLI_OPTION_COUNT]; /* NULL: not given; "" for an option without argument */
    const char *const *operands;
    int operand_count;
};

struct cli_command {
    const char *name;
    const char *operands;                              /* for the usage line */
    const char *summary;                               /* one line */
    const char *details;                               /* examples and what else the help says; may be NULL */
    unsigned mask;                                     /* which options it takes */
    int least, most;                                   /* operands */
    int (*run)(const struct cli_arguments *arguments); /* returns the exit code */
};

extern const struct cli_command cli_command_eval, cli_command_table, cli_command_formats, cli_command_inspect;

/* options.c: fills *arguments; on a mistake says so on stderr and returns CLI_USAGE. */
int cli_parse(const struct cli_command *command, int argc, char **argv, struct cli_arguments *arguments);
void cli_print_help(const struct cli_command *command, FILE *stream);

/* A number given to an option: false, with a message, if it is none within the bounds. */
bool cli_number(const struct cli_arguments *arguments, enum cli_option option, unsigned long long least,
                unsigned long long most, unsigned long long *value);

/* The name of an option, without "--". */
const char *cli_option_name(enum cli_option option);

/* The option of that name, in which "_" may stand for "-"; CLI_OPTION_COUNT if there is none. */
enum cli_option cli_find_option(const char *name);

/* output.c: says so and returns the exit code if a file there could surely not be written, before the work is
 * done. */
int cli_check_output(const char *path);

/* Writes text to the file, or to stdout where path is NULL. Returns the exit code, having said what
 * failed. */
int cli_write(const char *path, const char *text, size_t length);

/* Says "perplex: …" on stderr, visibly; returns the exit code of the status. */
int cli_fail(const struct plx_error *error);

/* terminal.c: interruption and progress. */
void cli_catch_signals(void);
bool cli_interrupted(void *user);
bool cli_is_terminal(FILE *stream);

/* A line on stderr that is overwritten; nothing where stderr is no terminal or `quiet`. */
struct cli_progress {
    bool shown; /* a line stands there */
    bool enabled;
    double last; /* when it was written */
};

void cli_progress_init(struct cli_progress *progress, bool quiet);
void cli_progress_model(void *user, uint64_t done, uint64_t size);
void cli_progress_corpus(void *user, const struct plx_progress *state);
void cli_progress_reading(void *user, uint64_t done, uint64_t size);
void cli_progress_clear(struct cli_progress *progress);

#endif
