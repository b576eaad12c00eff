/* The words that arguments can be: most come from the library's registries. */
#include "cli.h"

#include <string.h>

static const char *const COMPARISON_FORMATS[] = {[PLX_COMPARISON_TEXT] = "text",
                                                 [PLX_COMPARISON_JSON] = "json",
                                                 [PLX_COMPARISON_JUNIT] = "junit",
                                                 [PLX_COMPARISON_GITHUB] = "github"};

static const char *const INSPECTED[] = {"model", "corpus"}; /* enum plx_inspect_as, from 1 */

static const char *const LOADS[] = {[PLX_LOAD_MAP] = "map", [PLX_LOAD_COPY] = "copy"};

static const char *const RESAMPLINGS[] = {
    [PLX_RESAMPLE_AUTO] = "auto", [PLX_RESAMPLE_DOCUMENTS] = "documents", [PLX_RESAMPLE_BLOCKS] = "blocks"};

static const char *const PROMPTS[] = {
    [PLX_PROMPTS_AUTO] = "auto", [PLX_PROMPTS_IDS] = "ids", [PLX_PROMPTS_TEXT] = "text"};

static const char *const FINGERPRINTS[] = {
    [PLX_FINGERPRINT_FULL] = "full", [PLX_FINGERPRINT_QUICK] = "quick", [PLX_FINGERPRINT_NONE] = "none"};

#define RESAMPLING_COUNT        (sizeof RESAMPLINGS / sizeof *RESAMPLINGS)
#define PROMPTS_COUNT           (sizeof PROMPTS / sizeof *PROMPTS)
#define LOAD_COUNT              (sizeof LOADS / sizeof *LOADS)
#define FINGERPRINT_COUNT       (sizeof FINGERPRINTS / sizeof *FINGERPRINTS)
#define INSPECTED_COUNT         (sizeof INSPECTED / sizeof *INSPECTED)
#define COMPARISON_FORMAT_COUNT (sizeof COMPARISON_FORMATS / sizeof *COMPARISON_FORMATS)

static const char *preset_name(size_t index)
{
    const struct plx_protocol *preset = plx_protocol_preset(index);
    return preset ? preset->name : NULL;
}

/* Formats of models that are files, or of those that are names. */
static const char *model_format(size_t index, bool named)
{
    const char *name;
    for (size_t i = 0; (name = plx_model_format_name(i)) != NULL; i++) {
        if (plx_model_format_named(i) == named && index-- == 0)
            return name;
    }
    return NULL;
}

static const char *field_word(enum cli_option option, size_t index)
{
    const struct plx_protocol *any = plx_protocol_preset(0);
    const char *name;
    char text[2 * PLX_SYMBOL_TEXT];
    for (size_t i = 0; plx_protocol_field(any, i, &name, text, sizeof text, NULL); i++) {
        if (cli_find_option(name) != option)
            continue;
        const char *const *words = plx_protocol_field_values(i);
        for (size_t k = 0; words && words[k]; k++) {
            if (k == index)
                return words[k];
        }
    }
    return NULL;
}

const char *cli_word(enum cli_takes takes, enum cli_option option, size_t index)
{
    switch (takes) {
    case CLI_TAKES_FIELD: return field_word(option, index);
    case CLI_TAKES_PRESET: return preset_name(index);
    case CLI_TAKES_TOKEN_KIND:
        index += PLX_TOKENS_WORD; /* "auto" is nothing to ask for */
        return index <= PLX_TOKENS_PIECE ? plx_token_kind_name((enum plx_token_kind)index) : NULL;
    case CLI_TAKES_TEXT_KIND:
        index += PLX_TOKENS_WORD;
        return index < PLX_TOKENS_PIECE ? plx_token_kind_name((enum plx_token_kind)index) : NULL;
    case CLI_TAKES_MODEL_FORMAT: return model_format(index, false);
    case CLI_TAKES_CORPUS_FORMAT: return plx_corpus_format_name(index);
    case CLI_TAKES_TABLE_FORMAT: return plx_table_format_name(index);
    case CLI_TAKES_COMPARISON_FORMAT:
        return index < COMPARISON_FORMAT_COUNT ? COMPARISON_FORMATS[index] : NULL;
    case CLI_TAKES_DIMENSION: return plx_table_dimension_name(index);
    case CLI_TAKES_IDS_FORMAT: return plx_ids_format_name(index);
    case CLI_TAKES_LOAD: return index < LOAD_COUNT ? LOADS[index] : NULL;
    case CLI_TAKES_FINGERPRINT: return index < FINGERPRINT_COUNT ? FINGERPRINTS[index] : NULL;
    case CLI_TAKES_INSPECTED: return index < INSPECTED_COUNT ? INSPECTED[index] : NULL;
    case CLI_TAKES_BREAKDOWN: return plx_breakdown_name(index);
    case CLI_TAKES_SUMMARY: return plx_summary_name(index);
    case CLI_TAKES_PROMPTS: return index < PROMPTS_COUNT ? PROMPTS[index] : NULL;
    case CLI_TAKES_RESAMPLING: return index < RESAMPLING_COUNT ? RESAMPLINGS[index] : NULL;
    case CLI_TAKES_CORPUS: return plx_manifest_own_name(index);
    case CLI_TAKES_COMMAND: return cli_command(index) ? cli_command(index)->name : NULL;
    case CLI_TAKES_CACHE_ACTION: return cli_cache_action(index);
    case CLI_TAKES_MODEL: return model_format(index, true);
    case CLI_TAKES_NOTHING:
    case CLI_TAKES_TEXT:
    case CLI_TAKES_NUMBER:
    case CLI_TAKES_COUNT:
    case CLI_TAKES_BASE:
    case CLI_TAKES_IDS:
    case CLI_TAKES_FILE:
    case CLI_TAKES_RESULT: break;
    }
    return NULL;
}

void cli_list_words(enum cli_takes takes, enum cli_option option, const char *last, char *text,
                    size_t capacity)
{
    const char *word;
    size_t size = 0;
    *text = '\0';
    for (size_t i = 0; (word = cli_word(takes, option, i)) != NULL && size < capacity; i++) {
        const char *before = i == 0 ? "" : cli_word(takes, option, i + 1) ? ", " : last;
        size += (size_t)snprintf(text + size, capacity - size, "%s%s", before, word);
    }
}

void cli_nearest_try(struct cli_nearest *nearest, const char *candidate)
{
    const size_t distance = plx_text_slips(nearest->given, strlen(nearest->given), candidate);
    if (distance == SIZE_MAX || (nearest->best && distance >= nearest->distance))
        return;
    nearest->best = candidate;
    nearest->distance = distance;
}
