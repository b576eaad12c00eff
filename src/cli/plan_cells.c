/* The cells of a plan: what it multiplies, and what each takes. */
#include "evaluation.h"
#include "plan.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void cli_fail_cell(struct plan_cell *cell, int code, const char *format, ...)
{
    char message[2048];
    va_list arguments;
    va_start(arguments, format);
    /* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): it is initialized */
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    free(cell->error);
    cell->error = cli_text("%s", message);
    cell->exit_code = code;
    cell->state = PLX_CELL_FAILED;
}

void cli_cell_title(const struct plan_cell *cell, char *title, size_t capacity)
{
    char names[512];
    snprintf(names, sizeof names, "%.150s, %.150s, %.150s", cell->of[PLAN_MODEL]->name,
             cell->of[PLAN_CORPUS]->name, cell->of[PLAN_PROTOCOL]->name);
    plx_text_visible(names, title, capacity);
}

/* Whether the choice is of the cell. */
static bool chooses(const struct plx_setting *choice, const struct plan_cell *cell)
{
    for (int axis = 0; axis < PLAN_AXES; axis++) {
        const struct plx_setting *name = plx_setting_member(choice, cli_axis_name((enum plan_axis)axis));
        if (name && strcmp(name->value, cell->of[axis]->name) != 0)
            return false;
    }
    return true;
}

static bool any_chooses(const struct plx_setting *array, const struct plan_cell *cell)
{
    for (size_t i = 0; i < array->member_count; i++) {
        if (chooses(array->members + i, cell))
            return true;
    }
    return false;
}

static bool is_wanted(const struct cli_plan *plan, const struct plan_cell *cell)
{
    return (!plan->only || any_chooses(plan->only, cell)) && !(plan->skip && any_chooses(plan->skip, cell));
}

/* Each option from where it is said: what is said of model, corpus or protocol alone comes before what is
   said of all; of these three only one may say it. */
static bool settle(const struct cli_plan *plan, struct plan_cell *cell)
{
    struct cli_arguments *arguments = &cell->arguments;
    *arguments = plan->options;
    arguments->config = plx_config_name(plan->config);
    for (int option = 0; option < CLI_OPTION_COUNT; option++) {
        const char *place = NULL;
        for (int axis = 0; axis < PLAN_AXES; axis++) {
            const struct cli_arguments *own = &cell->of[axis]->options;
            if (!own->paths[option])
                continue;
            if (place) {
                fprintf(stderr, "perplex: %s: %s and %s are said of one cell\n", arguments->config, place,
                        own->paths[option]);
                return false;
            }
            place = own->paths[option];
            arguments->values[option] = own->values[option];
            arguments->paths[option] = place;
        }
    }
    const struct cli_arguments *mixed = &cell->of[PLAN_MODEL]->options;
    memcpy(arguments->mixed, mixed->mixed, sizeof arguments->mixed);
    arguments->mixed_count = mixed->mixed_count;
    return true;
}

/* With a journal, unless the plan says otherwise, or the model has no fingerprint, by which a journal knows
   it. */
static void settle_journal(struct plan_cell *cell)
{
    struct cli_arguments *arguments = &cell->arguments;
    const char *fingerprint = arguments->values[CLI_FINGERPRINT];
    cell->resumes = arguments->paths[CLI_RESUME] ? arguments->values[CLI_RESUME] != NULL
                                                 : !fingerprint || strcmp(fingerprint, "none") != 0;
    arguments->values[CLI_RESUME] = NULL;
}

/* The model, and the files of the corpus. */
static void take_operands(struct plan_cell *cell)
{
    const struct plan_entry *corpus = cell->of[PLAN_CORPUS];
    cell->operands = cli_allocate((size_t)corpus->file_count + 1, sizeof *cell->operands);
    cell->operands[0] = cell->of[PLAN_MODEL]->files[0];
    for (int i = 0; i < corpus->file_count; i++)
        cell->operands[i + 1] = corpus->files[i];
    cell->arguments.operands = cell->operands;
    cell->arguments.operand_count = corpus->file_count + 1;
}

/* What can be wrong with it before its files are opened. */
static int check_cell(const struct plan_cell *cell)
{
    struct cli_evaluation settings;
    struct cli_progress progress;
    struct plx_error error;
    char title[512], file[512], message[1536];
    cli_progress_init(&progress, true);
    if (!cli_read_evaluation(&cell->arguments, &progress, &settings))
        return CLI_USAGE;
    if (cli_check_protocol(&cell->arguments, &error) == PLX_OK)
        return CLI_OK;
    plx_text_visible(cell->arguments.config, file, sizeof file);
    plx_error_format(&error, message, sizeof message);
    if (strncmp(message, file, strlen(file)) == 0) /* it has its place in the plan */
        return cli_fail(&error);
    cli_cell_title(cell, title, sizeof title);
    fprintf(stderr, "perplex: %s: %s: %s\n", file, title, message);
    return plx_status_exit_code(error.status);
}

int cli_make_cells(const struct cli_plan *plan, struct plan_cell **cells, size_t *count)
{
    const size_t *counts = plan->counts;
    struct plan_cell cell = {0};
    *count = 0;
    *cells = cli_allocate(counts[PLAN_MODEL] * counts[PLAN_CORPUS] * counts[PLAN_PROTOCOL], sizeof **cells);
    for (size_t i = 0; i < counts[PLAN_MODEL] * counts[PLAN_CORPUS] * counts[PLAN_PROTOCOL]; i++) {
        cell.of[PLAN_MODEL] = plan->entries[PLAN_MODEL] + i / counts[PLAN_PROTOCOL] / counts[PLAN_CORPUS];
        cell.of[PLAN_CORPUS] = plan->entries[PLAN_CORPUS] + i / counts[PLAN_PROTOCOL] % counts[PLAN_CORPUS];
        cell.of[PLAN_PROTOCOL] = plan->entries[PLAN_PROTOCOL] + i % counts[PLAN_PROTOCOL];
        if (!is_wanted(plan, &cell))
            continue;
        struct plan_cell *made = *cells + (*count)++;
        *made = cell;
        if (!settle(plan, made))
            return CLI_USAGE;
        settle_journal(made);
        take_operands(made);
        const int code = check_cell(made);
        if (code != CLI_OK)
            return code;
    }
    if (*count > 0)
        return CLI_OK;
    fprintf(stderr, "perplex: %s: \"only\" and \"skip\" leave nothing to do\n",
            plx_config_name(plan->config));
    return CLI_USAGE;
}

void cli_release_cells(struct plan_cell *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(cells[i].operands);
        free(cells[i].stem);
        free(cells[i].error);
    }
    free(cells);
}
