#include "model/ngram_memory.h"

#include "base/error.h"
#include "base/prefetch.h"
#include "model/ngram_table.h"

/* Records whose lines are fetched together. */
#define BATCH 32

static struct plx_ngram_memory *memory_of(struct plx_ngram_sink *sink)
{
    return (struct plx_ngram_memory *)(void *)sink;
}

static struct plx_ngram_table *table_of(const struct plx_ngram_memory *memory, unsigned order)
{
    return memory->model->tables + (order - 2);
}

static enum plx_status begin(struct plx_ngram_sink *sink, unsigned order, uint64_t expected,
                             struct plx_error *error)
{
    struct plx_ngram_memory *memory = memory_of(sink);
    memory->order = order;
    return expected > 0 ? plx_ngram_table_reserve(table_of(memory, order), expected, error) : PLX_OK;
}

static enum plx_status add(struct plx_ngram_sink *sink, const struct plx_ngram_record *records, size_t count,
                           struct plx_error *error)
{
    const struct plx_ngram_memory *memory = memory_of(sink);
    struct plx_ngram_table *table = table_of(memory, memory->order);
    for (size_t done = 0; done < count; done += BATCH) {
        const size_t end = count - done < BATCH ? count : done + BATCH;
        for (size_t i = done; table->homes > 0 && i < end; i++)
            plx_prefetch(plx_ngram_home(table, plx_ngram_scatter(records[i].key)));
        for (size_t i = done; i < end; i++) {
            bool duplicate;
            const enum plx_status status =
                plx_ngram_table_insert(table, records[i].key, &records[i].ngram, &duplicate, error);
            if (status)
                return status;
            if (duplicate) {
                sink->duplicate_line = records[i].line;
                return plx_error_set(error, PLX_MALFORMED, "a %u-gram is there twice", memory->order);
            }
        }
    }
    return PLX_OK;
}

static enum plx_status end(struct plx_ngram_sink *sink, struct plx_error *error)
{
    (void)sink;
    (void)error;
    return PLX_OK;
}

static const struct plx_ngram_table *table(struct plx_ngram_sink *sink, unsigned order)
{
    return table_of(memory_of(sink), order);
}

void plx_ngram_memory_init(struct plx_ngram_memory *memory, struct plx_ngram_hash *model)
{
    *memory = (struct plx_ngram_memory){.sink = {.begin = begin, .add = add, .end = end, .table = table},
                                        .model = model};
}
