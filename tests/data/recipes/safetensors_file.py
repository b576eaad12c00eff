"""Writes safetensors files (https://github.com/huggingface/safetensors, section "Format")."""

import json
import struct


def write(path, metadata, tensors):
    """tensors: {name: (dtype, shape, bytes)}. Spaces after the header align the data to eight bytes."""
    header, begin = {"__metadata__": metadata}, 0
    for name, (dtype, shape, content) in tensors.items():
        end = begin + len(content)
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end]}
        begin = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, _, content in tensors.values():
            file.write(content)
