#!/usr/bin/env python3
"""Estimates an interpolated modified Kneser-Ney model and writes it as ARPA.

Chen and Goodman, "An empirical study of smoothing techniques for language modeling" (1998), section 3, with
the conventions of KenLM's lmplz (Heafield et al., "Scalable modified Kneser-Ney language model estimation",
2013):

- every line, a blank one too, is wrapped in <s> and </s>; <s> is never predicted and is written with
  log10 p = 0;
- an n-gram below the highest order counts as often as there are different words before it; one that begins
  with <s>, which nothing precedes, counts as often as it occurs;
- the unigrams are interpolated with the uniform distribution over all words but <s>; <unk>, the class of
  unknown words, has no counts and so gets one share of that;
- an n-gram that is left out (--prune) gives its whole count to the backoff of its context before anything is
  interpolated, so that the distribution of every context still sums to one.

Only Python's standard library is used. The same text gives the same bytes.
"""

import argparse
import collections
import math
import re
import sys

UNKNOWN, START, END = 0, 1, 2
SPECIAL = [b"<unk>", b"<s>", b"</s>"]
SEPARATORS = re.compile(rb"[ \t]+")


def read_sentences(path):
    """The words by id, and each line as a tuple of ids from <s> to </s>."""
    ids = {word: number for number, word in enumerate(SPECIAL)}
    sentences = []
    with open(path, "rb") as file:
        for number, line in enumerate(file, 1):
            words = [word for word in SEPARATORS.split(line.rstrip(b"\r\n")) if word]
            for word in words:
                if word in SPECIAL:
                    sys.exit(f"{path}:{number}: {word.decode()} stands in the text")
            middle = [ids.setdefault(word, len(ids)) for word in words]
            sentences.append((START, *middle, END))
    return list(ids), sentences


def count_ngrams(sentences, order):
    """How often each n-gram occurs, a Counter for each length from 1."""
    counts = [collections.Counter() for _ in range(order)]
    for sentence in sentences:
        for length, counter in enumerate(counts, 1):
            counter.update(sentence[i : i + length] for i in range(len(sentence) - length + 1))
    return counts


def adjust_counts(counts):
    """The counts that Kneser-Ney works with, in place of how often an n-gram occurs."""
    adjusted = []
    for raw, longer in zip(counts, counts[1:]):
        preceded = collections.Counter(ngram[1:] for ngram in longer)
        adjusted.append({ngram: raw[ngram] if ngram[0] == START else preceded[ngram] for ngram in raw})
    adjusted.append(dict(counts[-1]))
    del adjusted[0][START,]
    return adjusted


def discounts_of(adjusted):
    """What is taken off a count of 0, 1, 2, and 3 or more (Chen and Goodman, equation 26)."""
    having = collections.Counter(count for count in adjusted.values() if count <= 4)
    if any(having[count] == 0 for count in (1, 2, 3, 4)):
        sys.exit("too little text: no n-grams with an adjusted count of 1, 2, 3 or 4")
    share = having[1] / (having[1] + 2 * having[2])
    discounts = [0.0] + [k - (k + 1) * share * having[k + 1] / having[k] for k in (1, 2, 3)]
    if any(not 0 <= discount <= k for k, discount in enumerate(discounts)):
        sys.exit(f"these counts give no sound discounts: {discounts}")
    return discounts


def context_weights(adjusted, kept, discounts):
    """For each context: the sum of its counts, and its interpolation weight, which is also its backoff."""
    totals, spare = collections.Counter(), collections.defaultdict(float)
    for ngram, count in adjusted.items():
        totals[ngram[:-1]] += count
        spare[ngram[:-1]] += discounts[min(count, 3)] if ngram in kept else count
    return totals, {context: spare[context] / totals[context] for context in totals}


def estimate(counts, thresholds, vocabulary_size):
    """A list of {n-gram: p} and a list of {context: backoff}, one of each for every length from 1."""
    probabilities, backoffs = [], []
    for length, adjusted in enumerate(adjust_counts(counts), 1):
        raw, threshold = counts[length - 1], thresholds[length - 1]
        kept = {ngram for ngram in adjusted if raw[ngram] > threshold}
        discounts = discounts_of(adjusted)
        totals, weights = context_weights(adjusted, kept, discounts)
        uniform = 1 / (vocabulary_size - 1)
        current = {(UNKNOWN,): weights[()] * uniform} if length == 1 else {}
        for ngram in kept:
            context, count = ngram[:-1], adjusted[ngram]
            lower = probabilities[-1][ngram[1:]] if length > 1 else uniform
            current[ngram] = (count - discounts[min(count, 3)]) / totals[context] + weights[context] * lower
        probabilities.append(current)
        backoffs.append(weights)
    return probabilities, backoffs[1:]


def write_arpa(path, words, probabilities, backoffs):
    entries = [{ngram: math.log10(p) for ngram, p in table.items()} for table in probabilities]
    entries[0][START,] = 0.0
    with open(path, "wb") as file:
        file.write(b"\\data\\\n")
        for length, table in enumerate(entries, 1):
            file.write(b"ngram %d=%d\n" % (length, len(table)))
        for length, table in enumerate(entries, 1):
            file.write(b"\n\\%d-grams:\n" % length)
            weights = backoffs[length - 1] if length < len(entries) else None
            for ngram, logarithm in sorted(table.items()):
                line = b"%.7g\t%s" % (logarithm, b" ".join(words[word] for word in ngram))
                if weights is not None:
                    line += b"\t%.7g" % math.log10(weights.get(ngram, 1.0))
                file.write(line + b"\n")
        file.write(b"\n\\end\\\n")


def thresholds_of(given, order):
    thresholds = (given + given[-1:] * order)[:order]
    if thresholds[0] != 0 or thresholds != sorted(thresholds):
        sys.exit("--prune: the first threshold must be 0, and none may be below the one before")
    return thresholds


def main():
    parser = argparse.ArgumentParser(description="modified Kneser-Ney estimates of a text, as ARPA")
    parser.add_argument("text", help="one sentence a line, words separated by spaces or tabs")
    parser.add_argument("arpa", help="what to write")
    parser.add_argument("--order", type=int, default=3)
    parser.add_argument("--prune", type=int, nargs="+", default=[0], metavar="COUNT",
                        help="for each length, leave out n-grams that occur at most so often")
    arguments = parser.parse_args()
    thresholds = thresholds_of(arguments.prune, arguments.order)
    words, sentences = read_sentences(arguments.text)
    counts = count_ngrams(sentences, arguments.order)
    probabilities, backoffs = estimate(counts, thresholds, len(words))
    write_arpa(arguments.arpa, words, probabilities, backoffs)


if __name__ == "__main__":
    main()
