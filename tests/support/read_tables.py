#!/usr/bin/env python3
"""Reads one table in each of its formats, as programs and browsers do, and compares what they say.

    read_tables.py FOLDER SCHEMA

FOLDER holds t.markdown, t.html, t.csv, t.tsv and t.json. Ends with 77 where a module is not installed.
"""
import csv
import json
import sys
import xml.etree.ElementTree as ElementTree

try:
    import jsonschema
    import markdown
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

folder, schema_path = sys.argv[1:]


def text_of(name):
    with open(f"{folder}/t.{name}", encoding="utf-8", newline="") as file:
        return file.read()


def check(condition, message):
    if not condition:
        sys.exit(f"FAILED: {message}")


def plain(element):
    return "".join(element.itertext()).strip()


# Values: the same fields with commas and with tabs.
fields = list(csv.reader(text_of("csv").splitlines(keepends=True), strict=True))
check(len({len(row) for row in fields}) == 1, "rows of the CSV have different lengths")
unescape = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\"}
tabs = []
for line in text_of("tsv").removesuffix("\n").split("\n"):
    row = []
    for field in line.split("\t"):
        out, at = "", 0
        while at < len(field):
            pair = field[at : at + 2]
            out += unescape[pair] if pair in unescape else field[at]
            at += 2 if pair in unescape else 1
        row.append(out)
    tabs.append(row)
check(tabs == fields, f"the TSV says something else than the CSV: {tabs}\n{fields}")

# JSON: valid, and the same numbers.
table = json.loads(text_of("json"))
with open(schema_path, encoding="utf-8") as file:
    jsonschema.Draft202012Validator(json.load(file)).validate(table)
names = len(table["row_dimensions"])
for row, line in zip(fields[1:], table["rows"], strict=True):
    check(row[:names] == [line[d] for d in table["row_dimensions"]], f"other names: {row} {line}")
head = fields[0]
found = 0
for cell in table["cells"]:
    row = fields[1 + cell["row"]]
    label = " / ".join(table["columns"][cell["column"]].values()) + " " if "column" in cell else ""
    leaf = cell["metric"] if cell["metric"].startswith("unknown.") else cell["metric"].split(".")[-1]
    check(float(row[head.index(label + leaf)]) == float(cell["value"]), f"other values: {row} {cell}")
    for key, at in (("low", 0), ("high", 1)):
        if "interval95" in cell:
            check(float(row[head.index(f"{label}{leaf}_{key}")]) == cell["interval95"][at], f"other {key}: {cell}")
    for key in ("difference", "ratio"):
        if key in cell:
            check(float(row[head.index(f"{label}{leaf}_{key}")]) == float(cell[key]), f"other {key}: {cell}")
    found += 1
check(found > 0, "no cells")

# HTML: well-formed, rows of one width; nothing in it but what belongs to tables.
page = ElementTree.fromstring(text_of("html"))
allowed = {"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "strong", "sup", "bdi"}
check({element.tag for element in page.iter()} <= allowed, "strange elements")
check([child.tag for child in page][:3] == ["caption", "thead", "tbody"], "strange order")
body = [[plain(cell) for cell in row] for row in page.find("tbody")]
width = len(body[0])
for row in page.find("thead"):
    spans = sum(int(cell.get("colspan", 1)) for cell in row)
    spans += names if row is not page.find("thead")[0] and page.find("thead")[0][0].get("rowspan") else 0
    check(spans == width, f"a head of {spans} columns instead of {width}")
check({len(row) for row in body} == {width}, "rows of different widths")

# Markdown: what a renderer makes of it is what the HTML says, name by name and number by number.
html = markdown.markdown(text_of("markdown"), extensions=["tables"])
rendered = ElementTree.fromstring(f"<div>{html}</div>")
check({element.tag for element in rendered.iter()} <= allowed | {"div", "p"}, f"strange elements in {html}")
check(len(rendered.findall("table")) == 1, "no table in the Markdown")
cells = [[plain(cell).replace(" †", "†").replace(" ‡", "‡") for cell in row] for row in rendered.find("table/tbody")]
check(cells == body, f"the Markdown says something else than the HTML:\n{cells}\n{body}")
check(plain(rendered[0]) == plain(page.find("caption")), "another caption")
bold = [[cell.find("strong") is not None for cell in row] for row in rendered.find("table/tbody")]
check(bold == [[cell.find("strong") is not None for cell in row] for row in page.find("tbody")], "others are bold")
notes = [plain(element) for element in rendered[2:]]
check(notes == [plain(row) for row in page.find("tfoot") or []], f"other notes: {notes}")
