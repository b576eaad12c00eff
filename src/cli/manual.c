#include "manual.h"

#include <stdlib.h>
#include <string.h>

/* When what the page says last changed. */
#define MANUAL_DATE "November 22, 2026"

static const char DESCRIPTION[] =
    "perplex tells how well a language model predicts a corpus. It loads a model and a text, computes the "
    "cross-entropy of every token given the tokens before it, and writes nats and bits per token, bits per "
    "byte and perplexity as JSON, with the whole protocol and the fingerprints of model and corpus beside "
    "the "
    "numbers.\n\n"
    "It does not bring a tokenizer: tokens are the words, characters or bytes of a text, or what somebody "
    "else has made of it.\n\n"
    "Everything in a result but its member `runtime` is the same, byte for byte, whatever the number of "
    "threads.\n\n"
    "On a terminal, progress and a summary go to standard error. Standard output holds results and nothing "
    "else.";

static const char PROTOCOLS[] =
    "A perplexity is a number and a protocol: where context starts, which positions are scored, what an "
    "unknown word costs, what is averaged. `--protocol` names one of the presets below, and every field of "
    "it "
    "has an option of its own. Where none is named, the model and its tokens decide. Fields that would score "
    "a target twice are refused.";

static const char RECORDS[] =
    "Answers that belong to one corpus, token by token. Logarithms are natural unless `--logprob-base` tells "
    "another base. They may be given as\n"
    "JSON Lines, a record each: `tokens` with `token_logprobs`, as in OpenAI's completions with echo, in the "
    "record itself, under `logprobs` or under `choices[0].logprobs`; or vLLM's `prompt_logprobs`, in the "
    "record or under `choices[0]`, with `prompt_token_ids` beside them or in the record. The first answer of "
    "a record may be null, since nothing precedes it.\n"
    "Lines of numbers: logarithms, 0 or less. The first of the file, or of a line that holds several, may be "
    "`null`.\n"
    "A .npy of one dimension, float32 or float64, that holds nats: minus the natural logarithm, 0 or more. "
    "So are the arrays that `--per-token` writes.\n"
    "Another number of tokens than the corpus has, another token, a positive logarithm, and a null elsewhere "
    "are refused with their place.";

static const char ARRAYS[] = "Both hold nats, 0 or more, of the scored tokens, in the order of the corpus.";

struct entry {
    const char *name, *meaning;
};

static const struct entry ENVIRONMENT[] = {
    {"TERM", "Where it is `dumb`, nothing is written to a terminal over and over: no progress, no summary."},
    {"PERPLEX_OFFLINE",
     "Where it is set, and neither empty nor 0, nothing is transferred: of URLs and corpora that have names, "
     "what is in the cache is used."},
    {"PERPLEX_CACHE",
     "Folder of the download cache; where it is empty, nothing is kept, and URLs are read anew each time."},
    {"XDG_CACHE_HOME, HOME",
     "Where `PERPLEX_CACHE` is not set, the cache is `perplex` in the first, or in `.cache` in "
     "the second."},
    {"XDG_CONFIG_HOME, HOME", "Manifests of further corpora are in `perplex/corpora` in the first, or in "
                              "`.config/perplex/corpora` in the "
                              "second."},
    {"PERPLEX_TRIES",
     "How often a transfer is tried in all where it fails for what may pass: timeouts, broken connections, "
     "answers like 429 and 503. From 1 to 100; 5 without it."},
    {"PERPLEX_API_KEY, OPENAI_API_KEY",
     "The first that is set and not empty holds the key that models behind an endpoint are asked with, "
     "unless "
     "`--api-key-file` names a file of it. It is sent to the host of the model's URL, to no other."},
    {"http_proxy, https_proxy, all_proxy, no_proxy",
     "What libcurl, which makes the transfers, takes from them: see curl(1)."},
    {"CURL_CA_BUNDLE, SSL_CERT_FILE", "The first that is set names a file of certificates (PEM) of the "
                                      "authorities that are trusted, instead of "
                                      "those of the system."},
};

static const struct entry FILES[] = {
    {"vocab.txt, vocab.json, dict.txt",
     "Beside the weights of a neural model, its vocabulary: a token a line, an object of tokens and ids, or "
     "fairseq's dictionary. `--vocab` names another."},
    {"share/perplex/configs/", "Below the folder of the installation: protocols for `--config`, and in "
                               "`schema` the JSON Schemas of what "
                               "perplex reads and writes."},
};

/* A character that is not ASCII, by its number; returns its last byte. The text is UTF-8. */
static const char *print_character(FILE *stream, const char *at)
{
    const unsigned char first = (unsigned char)*at;
    const unsigned more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
    unsigned long number = first & (0x3Fu >> more);
    for (unsigned i = 1; i <= more && at[1]; i++)
        number = number << 6 | ((unsigned char)*++at & 0x3F);
    fprintf(stream, "\\[u%04lX]", number);
    return at;
}

/* Text of mdoc, where a backslash and what stands first in a line mean something; `code` becomes bold. */
static void print_text(FILE *stream, const char *text)
{
    bool bold = false;
    for (const char *at = text; *at; at++) {
        if (at == text && (*at == '.' || *at == '\''))
            fputs("\\&", stream);
        switch (*at) {
        case '\\': fputs("\\e", stream); break;
        case '-': fputs("\\-", stream); break;
        case '\'': fputs("\\(aq", stream); break;
        case '"': fputs("\\(dq", stream); break;
        case '^': fputs("\\(ha", stream); break;
        case '~': fputs("\\(ti", stream); break;
        case '`':
            bold = !bold;
            fputs(bold ? "\\fB\\%" : "\\fR", stream);
            break;
        default:
            if ((unsigned char)*at < 0x80)
                fputc(*at, stream);
            else
                at = print_character(stream, at);
        }
    }
}

/* A line of its own for every sentence, a paragraph behind every line end. */
static void print_paragraphs(FILE *stream, const char *text)
{
    while (*text) {
        char sentence[1024];
        const char *end = text;
        while (*end && *end != '\n' && !(end[0] == '.' && end[1] == ' ' && end[2] >= 'A' && end[2] <= 'Z'))
            end++;
        end += *end == '.';
        snprintf(sentence, sizeof sentence, "%.*s", (int)(end - text), text);
        print_text(stream, sentence);
        fputc('\n', stream);
        if (*end == '\n')
            fputs(".Pp\n", stream);
        text = end + strspn(end, " \n");
    }
}

/* The argument of a macro: what looks like a macro is none. */
static void print_argument(FILE *stream, const char *text)
{
    fputs("\\&", stream);
    print_text(stream, text);
}

/* "MODEL CORPUS... [options]" */
static void print_operands(FILE *stream, const char *operands)
{
    while (*operands) {
        const bool optional = *operands == '[';
        operands += optional;
        const size_t length = strcspn(operands, " ].");
        fprintf(stream, "%s %.*s", optional ? ".Op Ar" : ".Ar", (int)length, operands);
        operands += length;
        const size_t dots = strspn(operands, ".");
        fprintf(stream, "%s\n", dots ? " ..." : "");
        operands += dots;
        operands += strspn(operands, "] ");
    }
}

static void print_option(FILE *stream, const struct cli_command *command, enum cli_option option)
{
    const struct cli_option_row *row = cli_option_row(option);
    char help[512];
    fputs(".It ", stream);
    if (row->letter)
        fprintf(stream, "Fl %c , ", row->letter);
    fputs("Fl \\-", stream);
    print_text(stream, row->name);
    if (row->argument)
        fprintf(stream, " Ar \\&%s", row->argument);
    fputc('\n', stream);
    cli_help(command, option, help, sizeof help);
    print_text(stream, help);
    fputc('\n', stream);
}

static void print_command(FILE *stream, const struct cli_command *command)
{
    fprintf(stream, ".Ss perplex %s\n", command->name);
    print_paragraphs(stream, command->summary);
    if (command->details) {
        fputs(".Pp\n", stream);
        print_paragraphs(stream, command->details);
    }
    fputs(".Bl -tag -width Ds\n", stream);
    for (int i = 0; i < CLI_OPTION_COUNT; i++) {
        if (cli_takes_option(command, (enum cli_option)i))
            print_option(stream, command, (enum cli_option)i);
    }
    fputs(".El\n", stream);
}

/* Where context starts, and what is not as in a protocol of zeros. */
static void print_fields(FILE *stream, const struct plx_protocol *preset)
{
    const char *name;
    char text[2 * PLX_SYMBOL_TEXT];
    bool number;
    fputs("Fields:\n", stream);
    for (size_t i = 0; plx_protocol_field(preset, i, &name, text, sizeof text, &number); i++) {
        const char *const *words = plx_protocol_field_values(i);
        const char *usual = number ? "0" : words ? words[0] : "";
        if (i > 2 && strcmp(text, usual) == 0)
            continue;
        char field[sizeof text + 64];
        snprintf(field, sizeof field, "%s%s %s", i ? ", " : "", name, text);
        for (char *at = field; *at; at++) {
            if (*at == '_')
                *at = '-';
        }
        print_text(stream, field);
    }
    fputs(".\n", stream);
}

static void print_protocols(FILE *stream)
{
    const struct plx_protocol *preset;
    print_paragraphs(stream, PROTOCOLS);
    fputs(".Bl -tag -width Ds\n", stream);
    for (size_t i = 0; (preset = plx_protocol_preset(i)) != NULL; i++) {
        fputs(".It Cm ", stream);
        print_argument(stream, preset->name);
        fputc('\n', stream);
        print_paragraphs(stream, plx_protocol_description(i));
        fputs(".Pp\n", stream);
        print_fields(stream, preset);
    }
    fputs(".El\n", stream);
}

static void print_values(FILE *stream, const struct cli_manual_field *field)
{
    print_paragraphs(stream, field->meaning);
    if (!field->values[0].name)
        return;
    fputs(".Bl -tag -width Ds -compact\n", stream);
    for (size_t i = 0; field->values[i].name; i++) {
        fputs(".It Cm ", stream);
        print_argument(stream, field->values[i].name);
        fputc('\n', stream);
        print_paragraphs(stream, field->values[i].meaning);
    }
    fputs(".El\n", stream);
}

/* What each option of a protocol does, value by value; and --tokens. */
static void print_meanings(FILE *stream)
{
    const struct cli_manual_field *field;
    fputs(".Ss Fields of a protocol\n.Bl -tag -width Ds\n", stream);
    for (size_t i = 0; (field = cli_manual_field(i)) != NULL; i++) {
        const struct cli_option_row *row = cli_option_row(field->option);
        fputs(".It Fl \\-", stream);
        print_text(stream, row->name);
        fprintf(stream, " Ar \\&%s\n", row->argument);
        print_values(stream, field);
    }
    fputs(".El\n.Ss Tokens\n", stream);
    for (size_t i = 0; (field = cli_manual_tokens(i)) != NULL; i++) {
        if (i > 0)
            fputs(".Pp\n", stream);
        print_values(stream, field);
    }
}

static void print_format(FILE *stream, const char *name, const char *description)
{
    fputs(".It Cm ", stream);
    print_argument(stream, name);
    fputc('\n', stream);
    print_paragraphs(stream, description);
}

static void print_registry(FILE *stream, const char *head, const char *(*name_of)(size_t),
                           const char *(*description_of)(size_t))
{
    const char *name;
    fprintf(stream, ".Ss %s\n.Bl -tag -width Ds\n", head);
    for (size_t i = 0; (name = name_of(i)) != NULL; i++)
        print_format(stream, name, description_of(i));
    fputs(".El\n", stream);
}

static void print_formats(FILE *stream)
{
    print_registry(stream, "Models", plx_model_format_name, plx_model_format_description);
    fputs(".Ss Records of logprobs\n", stream);
    print_paragraphs(stream, RECORDS);
    print_registry(stream, "Corpora", plx_corpus_format_name, plx_corpus_format_description);
    print_registry(stream, "Corpora as ids, written", plx_ids_format_name, plx_ids_format_description);
    print_registry(stream, "Files of scored tokens", plx_per_token_format_name,
                   plx_per_token_format_description);
    fputs(".Pp\n", stream);
    print_paragraphs(stream, ARRAYS);
    print_registry(stream, "Files of documents", plx_per_document_format_name,
                   plx_per_document_format_description);
    print_registry(stream, "Tables", plx_table_format_name, plx_table_format_description);
    print_registry(stream, "Summaries in the words of other tools", plx_summary_name,
                   plx_summary_description);
}

static void print_entries(FILE *stream, const char *macro, const struct entry *entries, size_t count)
{
    fputs(".Bl -tag -width Ds\n", stream);
    for (size_t i = 0; i < count; i++) {
        fprintf(stream, ".It %s ", macro);
        print_argument(stream, entries[i].name);
        fputc('\n', stream);
        print_paragraphs(stream, entries[i].meaning);
    }
    fputs(".El\n", stream);
}

#define PRINT_EXIT(code, commands, meaning) \
    fprintf(stream, ".It %d\n", code);      \
    print_exit(stream, (commands), (meaning));

/* With the commands that alone end so. */
static void print_exit(FILE *stream, unsigned commands, const char *meaning)
{
    const struct cli_command *command;
    const char *before = "`perplex ";
    for (size_t i = 0; commands != CLI_ALL && (command = cli_command(i)) != NULL; i++) {
        char text[64];
        if (!(commands & command->mask))
            continue;
        snprintf(text, sizeof text, "%s%s`", before, command->name);
        print_text(stream, text);
        before = ", `";
    }
    print_text(stream, commands == CLI_ALL ? "" : ": ");
    print_text(stream, meaning);
    fputs(".\n", stream);
}

static void print_exits(FILE *stream)
{
    fputs(".Bl -tag -width Ds\n", stream);
    CLI_EXIT_LIST(PRINT_EXIT)
    fputs(".El\n.Pp\nA closed pipe ends the program silently, by\n.Dv SIGPIPE .\n", stream);
}

static void print_examples(FILE *stream)
{
    const struct cli_command *command;
    const char *before = "";
    for (size_t i = 0; (command = cli_command(i)) != NULL; i++) {
        for (const struct cli_example *at = command->examples; at && at->command; at++) {
            fputs(before, stream);
            print_text(stream, at->does);
            fputs(":\n.Bd -literal\n", stream); /* as a line that is copied whole */
            print_argument(stream, at->command);
            fputs("\n.Ed\n", stream);
            before = ".Pp\n";
        }
    }
}

static void print_head(FILE *stream)
{
    const struct cli_command *command;
    fprintf(stream,
            ".\\\" Made by perplex-manual: changes here get lost.\n"
            ".Dd %s\n.Dt PERPLEX 1\n.Os perplex %s\n.Sh NAME\n.Nm perplex\n"
            ".Nd how well a language model predicts a corpus\n.Sh SYNOPSIS\n",
            MANUAL_DATE, plx_version());
    for (size_t i = 0; (command = cli_command(i)) != NULL; i++) {
        fprintf(stream, ".Nm\n.Cm %s\n", command->name);
        print_operands(stream, command->operands);
    }
    fputs(".Nm\n.Fl \\-version\n", stream);
}

void cli_write_manual(FILE *stream)
{
    const struct cli_command *command;
    print_head(stream);
    fputs(".Sh DESCRIPTION\n", stream);
    print_paragraphs(stream, DESCRIPTION);
    fputs(".Sh COMMANDS\n", stream);
    for (size_t i = 0; (command = cli_command(i)) != NULL; i++)
        print_command(stream, command);
    fputs(".Sh PROTOCOLS\n", stream);
    print_protocols(stream);
    print_meanings(stream);
    fputs(".Sh FORMATS\n", stream);
    print_formats(stream);
    fputs(".Sh ENVIRONMENT\n", stream);
    print_entries(stream, "Ev", ENVIRONMENT, sizeof ENVIRONMENT / sizeof *ENVIRONMENT);
    fputs(".Sh FILES\n", stream);
    print_entries(stream, "Pa", FILES, sizeof FILES / sizeof *FILES);
    fputs(".Sh EXIT STATUS\n", stream);
    print_exits(stream);
    fputs(".Sh EXAMPLES\n", stream);
    print_examples(stream);
    fputs(".Sh SEE ALSO\n.Xr curl 1 ,\n.Xr gzip 1\n", stream);
}

void cli_write_examples(FILE *stream)
{
    const struct cli_command *command;
    for (size_t i = 0; (command = cli_command(i)) != NULL; i++) {
        for (const struct cli_example *at = command->examples; at && at->command; at++)
            fprintf(stream, "%s\n", at->command);
    }
}
