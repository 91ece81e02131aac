"""The documentation of the catalog file is what its models say."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from data_hist.catalog.document import PACKAGED_FILE, load_document
from data_hist.catalog.reference import json_schema, reference
from data_hist.catalog.yaml_file import parse_yaml

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "catalog.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_the_page_lists_the_keys_of_the_models() -> None:
    assert PAGE.endswith(f"## All keys\n\n{reference()}"), "run scripts/catalog-docs"


def test_the_schema_is_that_of_the_models() -> None:
    stored = json.loads((DOCS / "catalog.schema.json").read_text(encoding="utf-8"))

    assert stored == json_schema(), "run scripts/catalog-docs"


def test_each_key_is_described() -> None:
    assert not re.search(r"\|\s*\|$", reference(), re.MULTILINE)


@pytest.mark.parametrize("text", [*EXAMPLES, PACKAGED_FILE.read_text(encoding="utf-8")])
def test_the_examples_are_right(tmp_path: Path, text: str) -> None:
    file = tmp_path / "catalog.yaml"
    file.write_text(text, encoding="utf-8")

    assert EXAMPLES
    assert load_document(file)
    jsonschema.validate(parse_yaml(text), json_schema())


def test_an_editor_sees_an_unknown_key() -> None:
    content = parse_yaml(EXAMPLES[0])
    content["sources"]["audit"]["foldr"] = "x"

    with pytest.raises(jsonschema.ValidationError, match="foldr"):
        jsonschema.validate(content, json_schema())
