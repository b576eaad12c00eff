#!/usr/bin/env python3
"""Makes small feed-forward n-gram models of every form, and what PyTorch says that they cost.

The weights are random numbers, rounded to the type that they are stored in. PyTorch then evaluates the weights
as stored, widened to float64, on the stream of TEXT with <eos> after every line:

    x = the embeddings of the n - 1 previous tokens, one behind the other, the oldest or the newest first
    x = activation(hidden x + bias), for each hidden layer
    nats of a token = cross_entropy(out x + bias + direct x_0, token)

Before the first token, and nowhere else, stands the padding n - 1 times: the start symbol or a row of embed
that no token has. Models without padding do not score the first n - 1 tokens.

Of every model expected.json has the file that is opened, which position of the
stream is the first that is scored, the nats of each from there on, their total and mean, and the whole
distributions that some positions are predicted from: nats of every id, but those of a start symbol without a
row in out, which is never predicted.
"""

import argparse
import gzip
import json
import math
import os
import shutil
import zlib

import numpy
import torch
import torch.nn.functional as functional

import safetensors_file

WORDS = """<eos> <unk> the of and a in is to moon sea tide rises falls with wind from north south ship sails night day
star light over water under storm clear high low spring neap full new quarter glass mercury pressure air heavy
weather ,""".split() + ["."]
START = "<s>"

TEXT = """ = Tide =

 the tide rises with the moon and falls with the moon .
 a ship sails from the north over the sea , in the night
 the glass falls , heavy weather from the south

 <unk> of the air is high in clear weather ; the mercury rises and the mercury falls .
"""

TYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
ACTIVATIONS = {
    "tanh": torch.tanh,
    "relu": torch.relu,
    "identity": lambda x: x,
    "hardtanh": functional.hardtanh,
    "gelu": functional.gelu,
}


class Model:
    """padding: "start", "row" or "none". says_start: which metadata name the start symbol. types: of the
    weights, or of some of them. size: what the weights of the last layer are at most; embed: likewise of the embeddings;
    values: a few that the weights are drawn from. numbers: how many words there are beside the others. rows: how
    many distributions are kept."""

    def __init__(self, name, order, depth, hidden, activation, newest, padding, type_name, **more):
        self.name, self.order, self.activation, self.newest, self.padding = name, order, activation, newest, padding
        self.words = more.get("words", WORDS) + [str(number) for number in range(more.get("numbers", 0))]
        self.words += [START] if padding == "start" else []
        self.architecture = more.get("architecture", "ffn")
        self.layers, self.rows = len(hidden), more.get("rows")
        self.says_start = more.get("says_start", ("start_token", "start_id"))
        types, size = len(self.words), more.get("size", 1.0)
        predicted = types - (not more.get("start_predicted", True))
        self.shapes = {"embed.weight": (types + (padding == "row"), depth)}
        inputs = (order - 1) * depth
        for i, outputs in enumerate(hidden):
            stem = "hidden" if len(hidden) == 1 else f"hidden.{i}"
            self.shapes[stem + ".weight"] = (outputs, inputs)
            if "hidden" not in more.get("without_bias", ()):
                self.shapes[stem + ".bias"] = (outputs,)
            inputs = outputs
        if not more.get("tied"):
            self.shapes["out.weight"] = (predicted, inputs)
        if "out" not in more.get("without_bias", ()):
            self.shapes["out.bias"] = (predicted,)
        if more.get("direct"):
            self.shapes["direct.weight"] = (predicted, (order - 1) * depth)
        self.tensors = {}
        torch.manual_seed(zlib.crc32(name.encode()))  # so that no model depends on the others
        for tensor_name, shape in self.shapes.items():
            bound = more.get("embed", 2.0) if tensor_name == "embed.weight" else 1.0
            bound *= size if tensor_name in ("out.weight", "direct.weight") else 1.0
            values = (2 * torch.rand(shape, dtype=torch.float64) - 1) * bound
            if "values" in more:
                values = torch.tensor(more["values"], dtype=torch.float64)[torch.randint(len(more["values"]), shape)]
            self.tensors[tensor_name] = values.to(TYPES[more.get("types", {}).get(tensor_name, type_name)])

    def metadata(self):
        said = {
            "perplex.architecture": self.architecture,
            "perplex.order": str(self.order),
            "perplex.activation": self.activation,
            "perplex.context_order": "newest-first" if self.newest else "oldest-first",
        }
        if self.padding == "start":
            start = {"start_token": START, "start_id": str(self.words.index(START))}
            said.update({"perplex." + key: start[key] for key in self.says_start})
        return said

    def logits(self, contexts):
        """contexts: rows of n - 1 ids, the oldest first."""
        weights = {name: tensor.to(torch.float64) for name, tensor in self.tensors.items()}
        rows = contexts.flip(1) if self.newest else contexts
        x = first = functional.embedding(rows, weights["embed.weight"]).flatten(1)
        for i in range(self.layers):
            stem = "hidden" if self.layers == 1 else f"hidden.{i}"
            x = functional.linear(x, weights[stem + ".weight"], weights.get(stem + ".bias"))
            x = ACTIVATIONS[self.activation](x)
        logits = functional.linear(x, weights.get("out.weight", weights["embed.weight"]), weights.get("out.bias"))
        if "direct.weight" in weights:
            logits = logits + functional.linear(first, weights["direct.weight"])
        return logits

    def expected(self):
        ids = [self.words.index(word) if word in self.words else self.words.index("<unk>") for word in stream()]
        context, first = self.order - 1, 0 if self.padding != "none" else self.order - 1
        padding = self.words.index(START) if self.padding == "start" else len(self.words)
        padded = [padding] * context + ids  # ids[k] is padded[k + context]
        contexts = torch.tensor([padded[k : k + context] for k in range(first, len(ids))])
        logits = self.logits(contexts)
        nats = functional.cross_entropy(logits, torch.tensor(ids[first:]), reduction="none").tolist()
        rows = (-functional.log_softmax(logits, dim=1)).tolist()
        some = sorted({0, 1, context, len(nats) // 2})[: self.rows]
        return {
            "order": self.order,
            "double": all(tensor.dtype == torch.float64 for tensor in self.tensors.values()),
            "vocabulary": len(self.words),
            "first": first,
            "total_nats": math.fsum(nats),
            "mean_nats": math.fsum(nats) / len(nats),
            "nats": nats,
            "distributions": [{"position": first + k, "nats": rows[k]} for k in some],
        }


def large():
    """More weights than an engine may take for few, of so few values that they can be packed."""
    return Model("o3.large", 3, 16, [70], "tanh", False, "start", "F32", direct=True, numbers=1500, rows=1,
                 values=[-0.31, -0.07, 0.11, 0.29])  # fmt: skip


def tiny():
    """Fixtures of the format, small enough to be cut off at every byte."""
    words = ["<eos>", "<unk>", "the", "sea", "rises"]
    return [
        Model("tiny.o3", 3, 2, [3], "tanh", False, "start", "F16", words=words),
        Model("tiny.o4", 4, 2, [3, 2], "gelu", True, "row", "BF16", words=words, direct=True),
    ]


def stream():
    return [word for line in TEXT.splitlines() for word in [*line.split(), "<eos>"]]


def models():
    """What covers the forms: orders 2 to 5, none to two hidden layers, with and without biases and direct
    connections, every activation, context order, padding and type of weights."""
    return [
        Model("o2.tanh", 2, 6, [8], "tanh", False, "start", "F32"),
        Model("o3.relu", 3, 5, [9], "relu", True, "start", "F16", says_start=["start_id"], size=0.5),
        Model("o4.direct", 4, 4, [8], "tanh", False, "start", "F64", direct=True, says_start=["start_token"]),
        Model("o5.gelu", 5, 4, [10, 6], "gelu", True, "start", "BF16", size=0.5),
        Model("o3.linear", 3, 4, [], "identity", False, "start", "F32"),
        Model("o3.tied", 3, 6, [6], "hardtanh", False, "start", "F64", tied=True),
        Model("o3.unseen", 3, 5, [7], "relu", False, "start", "F32", start_predicted=False, direct=True),
        Model("o3.far", 3, 4, [8], "tanh", True, "start", "F64", size=50.0),
        Model("o4.makemore", 4, 4, [10], "tanh", True, "row", "F32"),
        Model("o3.tanh", 3, 5, [8], "tanh", False, "row", "F32"),
        Model("o3.hardtanh", 3, 6, [7], "hardtanh", False, "row", "BF16"),
        Model("o5.identity", 5, 4, [8, 6], "identity", True, "row", "F64", without_bias=["hidden"]),
        Model("o2.relu", 2, 8, [6], "relu", False, "row", "F16", direct=True, size=0.5),
        Model("o4.linear", 4, 4, [], "identity", True, "row", "F64", without_bias=["out"]),
        Model("o3.gelu", 3, 5, [9], "gelu", False, "none", "F32", size=0.5),
        Model("o5.direct", 5, 4, [8], "relu", True, "none", "F16", direct=True, size=0.25),
        Model("o4.tanh", 4, 5, [7], "tanh", False, "none", "BF16", without_bias=["hidden", "out"]),
        Model("o4.plain", 4, 5, [6], "tanh", False, "none", "F16"),
        Model("o3.direct", 3, 4, [8, 6], "identity", True, "none", "F32", direct=True, without_bias=["out"], size=0.5),
        Model("o2.hardtanh", 2, 7, [10], "hardtanh", False, "none", "F64"),
        Model("o2.tied", 2, 8, [], "identity", False, "none", "BF16", tied=True, embed=1.0, architecture="bigram"),
        Model("o5.mixed", 5, 4, [8], "tanh", False, "none", "F32",
              types={"embed.weight": "BF16", "out.weight": "F16", "out.bias": "F64"}),
    ]  # fmt: skip


# Files.


def stored_bytes(tensor):
    if tensor.dtype == torch.bfloat16:
        tensor = tensor.view(torch.int16)
    return tensor.numpy().tobytes()


def write_safetensors(path, metadata, tensors):
    names = {dtype: name for name, dtype in TYPES.items()}
    described = {name: (names[tensor.dtype], tuple(tensor.shape), stored_bytes(tensor)) for name, tensor in tensors.items()}
    safetensors_file.write(path, metadata, described)


def write_words(folder, words, name="vocab.txt"):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "w", encoding="utf-8", newline="\n") as file:
        file.writelines(word + "\n" for word in words)


def write_shards(root, relative, model, count):
    """Every count-th tensor in a file of its own sort. The metadata stand in each, as in a file alone."""
    folder = os.path.join(root, relative)
    write_words(folder, model.words)
    place = {name: f"model-{i % count + 1:05}-of-{count:05}.safetensors" for i, name in enumerate(model.tensors)}
    shards = sorted(set(place.values()))
    for shard in shards:
        write_safetensors(os.path.join(folder, shard), model.metadata(),
                          {name: tensor for name, tensor in model.tensors.items() if place[name] == shard})  # fmt: skip
    size = sum(len(stored_bytes(tensor)) for tensor in model.tensors.values())
    with open(os.path.join(folder, "model.safetensors.index.json"), "w", encoding="utf-8", newline="\n") as file:
        json.dump({"metadata": {"total_size": size}, "weight_map": place}, file, indent=1)
        file.write("\n")
    return f"{relative}/model.safetensors.index.json"


def write_npz(path, model, save, fortran):
    """Without metadata: what such a model is, its names and shapes say."""
    arrays = {name: tensor.numpy() for name, tensor in model.tensors.items()}
    save(path, **{name: numpy.asfortranarray(array) if fortran else array for name, array in arrays.items()})


def main():
    parser = argparse.ArgumentParser(description="feed-forward models and PyTorch's values for them")
    parser.add_argument("folder", help="is made anew")
    parser.add_argument("models", help="gets tiny.o3 and tiny.o4")
    arguments = parser.parse_args()
    root = arguments.folder
    shutil.rmtree(root, ignore_errors=True)
    made, expected = {}, []
    for model in models():
        folder = os.path.join(root, model.padding)
        write_words(folder, model.words)
        file = f"{model.padding}/{model.name}.safetensors"
        write_safetensors(os.path.join(root, file), model.metadata(), model.tensors)
        made[model.padding, model.name] = model
        expected.append({"file": file, **model.expected()})

    model, file = large(), "start/o3.large/model.safetensors.gz"
    write_words(os.path.join(root, os.path.dirname(file)), model.words)
    plain = os.path.join(root, "start", "o3.large", "model.safetensors")
    write_safetensors(plain, model.metadata(), model.tensors)
    with open(plain, "rb") as source, open(plain + ".gz", "wb") as packed:
        packed.write(gzip.compress(source.read(), mtime=0))
    os.remove(plain)
    expected.append({"file": file, **model.expected()})

    # The same weights in other files. Those that have no metadata are models of the forms that go without saying.
    for padding, name, count in ("start", "o4.direct", 2), ("row", "o4.makemore", 5):
        model = made[padding, name]
        file = write_shards(root, f"{padding}/{name}.shards", model, count)
        expected.append({"file": file, **model.expected()})
    for padding, name, twin, save, fortran in (
        ("row", "o3.tanh", "stored", numpy.savez, False),
        ("row", "o3.tanh", "deflated", numpy.savez_compressed, False),
        ("row", "o3.tanh", "fortran", numpy.savez, True),
        ("none", "o4.plain", "fortran", numpy.savez_compressed, True),
    ):
        model, file = made[padding, name], f"{padding}/{name}.{twin}.npz"
        write_npz(os.path.join(root, file), model, save, fortran)
        expected.append({"file": file, **model.expected()})

    for model in tiny():
        stem = os.path.join(arguments.models, model.name)
        write_safetensors(stem + ".safetensors", model.metadata(), model.tensors)
        write_words(arguments.models, model.words, model.name + ".vocab.txt")

    with open(os.path.join(root, "lines.text"), "w", encoding="utf-8", newline="\n") as file:
        file.write(TEXT)
    with open(os.path.join(root, "expected.json"), "w", encoding="utf-8", newline="\n") as file:
        lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in expected)
        file.write(f'{{"protocol":"wikitext-eos","tokens":{len(stream())},"models":[\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
