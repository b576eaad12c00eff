#include "base/foreign.h"

#include <stdbool.h>
#include <string.h>

/* A kind that its first bytes give away. */
struct magic {
    size_t size;
    const char *bytes;
    struct plx_foreign kind;
};

/* clang-format off */
#define MAGIC(bytes, what, hint) {sizeof(bytes) - 1, bytes, {what, hint}}
/* clang-format on */

static const struct magic MAGICS[] = {
    MAGIC("ARROW1\0\0", "an Arrow file",
          "write JSONL from it, for example with pandas: read_feather(FILE).to_json(OUT, orient='records', "
          "lines=True)"),
    MAGIC("\xFF\xFF\xFF\xFF", "an Arrow stream",
          "write JSONL from it, for example with datasets: Dataset.from_file(FILE).to_json(OUT)"),
    MAGIC("PK\3\4", "a zip archive", "only corpora are read out of archives: unpack it first"),
    MAGIC("PK\5\6", "an empty zip archive", "is it the right file?"),
    MAGIC("\x28\xB5\x2F\xFD", "a file compressed by zstd",
          "`zstd -dc FILE | perplex eval MODEL -`; outside of tar only gzip is undone here"),
    MAGIC("\xFD\067zXZ\0", "a file compressed by xz",
          "`xz -dc FILE | perplex eval MODEL -`; outside of tar only gzip is undone here"),
    MAGIC("\x04\x22\x4D\x18", "a file compressed by lz4",
          "`lz4 -dc FILE | perplex eval MODEL -`; only gzip is undone here"),
    MAGIC("mmap lm http://kheafield.com/code", "a KenLM binary",
          "that is a model: the model is named before the corpus"),
    MAGIC("\\data\\", "an ARPA file", "that is a model: the model is named before the corpus"),
    MAGIC("\x8A\xD8\x34\x01", "an evaluation set of llm.c",
          "a corpus is a text, JSONL or token ids in a row, not questions with their answers"),
    MAGIC("TNTIDX\0\0", "the index of fairseq's older data sets",
          "write them anew: fairseq-preprocess --dataset-impl mmap"),
    MAGIC("HUFFIDX\0\0", "the index of fairseq's Huffman-coded data sets",
          "write them anew: fairseq-preprocess --dataset-impl mmap"),
    MAGIC("Obj\x01", "an Avro file", "write its text column as JSONL or plain text"),
    MAGIC("%PDF-", "a PDF document", "extract its text: pdftotext FILE"),
    MAGIC("{\\rtf", "an RTF document", "save it as plain text"),
    MAGIC("\177ELF", "an ELF program or library", "is it the right file?"),
    MAGIC("\x1F\x8B", "gzip inside gzip", "it was compressed twice; undo one of the two"),
    MAGIC("\x1F\x9D\x90", "a file compressed by compress (.Z)", "`gzip -dc FILE | perplex eval MODEL -`"),
    MAGIC("7z\xBC\xAF\x27\x1C", "a 7z archive", "unpack it first"),
    MAGIC("Rar!\x1A\x07", "a rar archive", "unpack it first"),
    MAGIC("!<arch>\n", "an ar archive", "unpack it first"),
    MAGIC("\x89HDF\r\n\x1A\n", "an HDF5 file", "save weights as safetensors, texts as JSONL"),
    MAGIC("GGUF\2\0\0\0", "a GGUF model of llama.cpp", "that is a model, in a format that is not read"),
    MAGIC("GGUF\3\0\0\0", "a GGUF model of llama.cpp", "that is a model, in a format that is not read"),
    MAGIC("\xD6\xFD\xB2\x7E", "an OpenFst transducer", "of OpenGrm? write it as ARPA: ngramprint --ARPA"),
    MAGIC("blmt", "an IRSTLM binary", "write it as ARPA: compile-lm --text=yes MODEL out.arpa"),
    MAGIC("Qblmt", "a quantised IRSTLM binary", "write it as ARPA: compile-lm --text=yes MODEL out.arpa"),
    MAGIC("SQLite format 3\0", "an SQLite database", "write its text column as JSONL or plain text"),
    MAGIC("\x89PNG\r\n\x1A\n", "a PNG image", "is it the right file?"),
    MAGIC("\xFF\xD8\xFF", "a JPEG image", "is it the right file?"),
    MAGIC("version https://git-lfs.github.com/spec/", "a Git LFS pointer, in the place of the file",
          "fetch what it stands for: git lfs pull"),
    MAGIC("\xFF\xFE\0\0", "UTF-32 text", "convert it: iconv -f UTF-32 -t UTF-8"),
    MAGIC("\0\0\xFE\xFF", "UTF-32 text", "convert it: iconv -f UTF-32 -t UTF-8"),
    MAGIC("\xFF\xFE", "UTF-16 text", "convert it: iconv -f UTF-16 -t UTF-8"),
    MAGIC("\xFE\xFF", "UTF-16 text", "convert it: iconv -f UTF-16 -t UTF-8"),
};

/* POSIX's form, and GNU's, which is older. What stands before is the first member's name and numbers. */
static bool is_tar(const uint8_t *head, size_t size)
{
    const size_t at = 257;
    return size >= at + 8 && (memcmp(head + at, "ustar\0", 6) == 0 || memcmp(head + at, "ustar  \0", 8) == 0);
}

/* Its magic is a word, with which a text may begin too: a control character follows, or no ASCII. */
static bool is_parquet(const uint8_t *head, size_t size)
{
    return size > 4 && (memcmp(head, "PAR1", 4) == 0 || memcmp(head, "PARE", 4) == 0) &&
           (head[4] < '\t' || (head[4] > '\r' && head[4] < ' ') || head[4] >= 0x80);
}

/* The protocol's number, and an opcode that objects begin with: two bytes alone may be a token's id. */
static bool is_pickle(const uint8_t *head, size_t size)
{
    static const uint8_t opcodes[] = {'}', ']', '(', 'c', ')', 'X', 0x8A, 0x95};
    return size > 2 && head[0] == 0x80 && head[1] >= 2 && head[1] <= 5 &&
           memchr(opcodes, head[2], sizeof opcodes) != NULL;
}

static bool is_bzip2(const uint8_t *head, size_t size)
{
    return size >= 10 && memcmp(head, "BZh", 3) == 0 && memcmp(head + 4, "1AY&SY", 6) == 0;
}

/* The length of the header, below 2^32, and its JSON. */
static bool is_safetensors(const uint8_t *head, size_t size)
{
    return size > 9 && memcmp(head + 4, "\0\0\0\0{", 5) == 0 && (head[9] == '"' || head[9] == '}');
}

const struct plx_foreign *plx_foreign_recognise(const uint8_t *head, size_t size)
{
    static const struct plx_foreign tar = {"a tar archive",
                                           "only corpora are read out of archives: unpack it first"};
    static const struct plx_foreign parquet = {
        "a Parquet file",
        "write JSONL from it, for example with pandas: read_parquet(FILE).to_json(OUT, orient='records', "
        "lines=True)"};
    static const struct plx_foreign pickle = {"a Python pickle",
                                              "save weights as safetensors, texts as JSONL"};
    static const struct plx_foreign bzip2 = {
        "a file compressed by bzip2",
        "`bzip2 -dc FILE | perplex eval MODEL -`; outside of tar only gzip is undone here"};
    static const struct plx_foreign safetensors = {"a safetensors file",
                                                   "that is a model: the model is named before the corpus"};
    for (size_t i = 0; i < sizeof MAGICS / sizeof *MAGICS; i++) {
        const struct magic *magic = &MAGICS[i];
        if (size >= magic->size && memcmp(head, magic->bytes, magic->size) == 0)
            return &magic->kind;
    }
    if (is_tar(head, size))
        return &tar;
    if (is_parquet(head, size))
        return &parquet;
    if (is_pickle(head, size))
        return &pickle;
    if (is_bzip2(head, size))
        return &bzip2;
    return is_safetensors(head, size) ? &safetensors : NULL;
}
