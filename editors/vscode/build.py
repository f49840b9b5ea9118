"""Build the VS Code extension, without network and without tools of others.

    python editors/vscode/build.py [FOLDER]

writes `assent-VERSION.vsix` into a folder (`dist/` where none is named), to be installed with
`code --install-extension dist/assent-VERSION.vsix`. A .vsix is a zip after the Open Packaging
Conventions: what VS Code reads lies in `extension/`, and two XML files at its root say what it is.

The colours come from `syntaxes/assent.tmLanguage.json`, which is made here from the tables of the
language; a test holds that it is the one in the repository.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from engine.syntax import tree
from engine.syntax.glossary import MEANINGS
from engine.syntax.lexis import (
    CLAUSE_KEYWORDS,
    ITEM_KEYWORDS,
    NAME,
    RESERVED_WORDS,
    SCALAR_TYPES,
    TEST_KEYWORDS,
    Comparator,
    Unit,
    phrase_pattern,
)

HERE = Path(__file__).parent
GRAMMAR = HERE / "syntaxes" / "assent.tmLanguage.json"
FILES = (
    *("package.json", "README.md", "extension.js", "connection.js"),
    *("language-configuration.json", "syntaxes/assent.tmLanguage.json"),
)
_MADE = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the archive, so that the same files make the same archive."""

# --- colours ----------------------------------------------------------------------------------

_ALONE = r"(?<![\w.])"
_NO_NAME = r"(?![ \t]*[.:])"
_UNITS = tuple(word for unit in Unit for word in dict.fromkeys(unit.value))
_KEYWORDS = (*CLAUSE_KEYWORDS, *TEST_KEYWORDS)
_CLAUSES = tuple(
    words for words in MEANINGS if any(f"{words} ".startswith(f"{word} ") for word in _KEYWORDS)
)
_CHOICES = (tree.Gravity, tree.Enforcement, tree.UnknownTreatment, tree.Expected)


def grammar() -> dict[str, Any]:
    """Return the TextMate grammar of the language."""
    groups = (*ITEM_KEYWORDS, "rule", "record", "type")
    choices = [each.value for kind in _CHOICES for each in kind]
    return {
        "$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
        "name": "Assent policy",
        "scopeName": "source.assent",
        "fileTypes": ["policy"],
        "patterns": [
            {"name": "comment.line.number-sign.assent", "match": "#.*$"},
            {
                "name": "string.quoted.double.assent",
                "begin": '"',
                "end": '"|$',
                "patterns": [
                    {"name": "constant.character.escape.assent", "match": r"\\."},
                    {"name": "variable.other.placeholder.assent", "match": r"\{[\w.]*\}"},
                ],
            },
            {
                "match": rf"^\s*({phrase_pattern(*groups)})[ \t]+({NAME}(?:\.{NAME})*)(?!\s*:)",
                "captures": {
                    "1": {"name": "keyword.control.assent"},
                    "2": {"name": "entity.name.type.assent"},
                },
            },
            _words("keyword.control.assent", (*groups, "end")),
            {
                "name": "variable.other.property.assent",
                "match": rf"{_ALONE}(?!(?:{'|'.join(RESERVED_WORDS)})(?!\w)){NAME}(?:\[\d+\])?"
                rf"(?:\.{NAME}(?:\[\d+\])?)+",
            },
            _words("keyword.other.clause.assent", _CLAUSES),
            _words("keyword.operator.assent", (comparator.phrase for comparator in Comparator)),
            _words("constant.language.assent", ("yes", "today", *choices)),
            _words("support.type.assent", SCALAR_TYPES),
            _words("keyword.other.assent", MEANINGS),
            {"name": "constant.numeric.date.assent", "match": r"\b\d{4}-\d{2}-\d{2}\b"},
            {
                "name": "constant.numeric.assent",
                "match": r"(?:\b[A-Z]{3}\s+)?(?<!\w)-?\d+(?:\.\d+)?"
                rf"(?:\s*%|\s+{phrase_pattern(*_UNITS)})?",
            },
            {"name": "constant.other.assent", "match": r"\b[A-Z][A-Z0-9_]*(?:-[A-Z0-9]+)?\b"},
        ],
    }


def _words(scope: str, words: Iterable[str]) -> dict[str, str]:
    pattern = phrase_pattern(*dict.fromkeys(words))
    return {"name": scope, "match": f"{_ALONE}{pattern}{_NO_NAME}"}


def grammar_text() -> str:
    """Return the grammar as the file holds it."""
    return json.dumps(grammar(), indent=2, ensure_ascii=False) + "\n"


# --- the archive ------------------------------------------------------------------------------

_TYPES = """\
<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
  <Default Extension=".json" ContentType="application/json"/>
  <Default Extension=".js" ContentType="application/javascript"/>
  <Default Extension=".md" ContentType="text/markdown"/>
  <Default Extension=".txt" ContentType="text/plain"/>
  <Default Extension=".vsixmanifest" ContentType="text/xml"/>
</Types>
"""

_MANIFEST = """\
<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id={name} Version={version} Publisher={publisher}/>
    <DisplayName>{title}</DisplayName>
    <Description xml:space="preserve">{description}</Description>
    <Categories>{categories}</Categories>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value={engine}/>
      <Property Id="Microsoft.VisualStudio.Code.ExtensionKind" Value="workspace"/>
    </Properties>
    <License>extension/LICENSE.txt</License>
  </Metadata>
  <Installation>
    <InstallationTarget Id="Microsoft.VisualStudio.Code"/>
  </Installation>
  <Dependencies/>
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" \
Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.Details" Path="extension/README.md" \
Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.License" Path="extension/LICENSE.txt" \
Addressable="true"/>
  </Assets>
</PackageManifest>
"""


def manifest(package: dict[str, Any]) -> str:
    """Return what the root of the archive says of the extension."""
    return _MANIFEST.format(
        name=quoteattr(package["name"]),
        version=quoteattr(package["version"]),
        publisher=quoteattr(package["publisher"]),
        title=escape(package["displayName"]),
        description=escape(package["description"]),
        categories=escape(",".join(package["categories"])),
        engine=quoteattr(package["engines"]["vscode"]),
    )


def build(folder: Path) -> Path:
    """Write the extension into a folder and return where it is."""
    package = json.loads((HERE / "package.json").read_text(encoding="utf-8"))
    licence = HERE.parents[1] / "LICENSE"
    parts = {
        "[Content_Types].xml": _TYPES,
        "extension.vsixmanifest": manifest(package),
        "extension/LICENSE.txt": licence.read_text(encoding="utf-8"),
        **{f"extension/{name}": (HERE / name).read_text(encoding="utf-8") for name in FILES},
    }
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{package['name']}-{package['version']}.vsix"
    with ZipFile(target, "w") as archive:
        for name, text in parts.items():
            entry = ZipInfo(name, date_time=_MADE)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text)
    return target


if __name__ == "__main__":
    print(build(Path(sys.argv[1] if len(sys.argv) > 1 else "dist")))  # noqa: T201 - its answer.
