"""Renderers of diagnostics: as full text, as one line each, as JSON, and as SARIF.

Each takes diagnostics and the sources that their spans name, and only reads them.
"""

from .concise import render_concise
from .full import render_text
from .json import render_json
from .sarif import render_sarif

__all__ = ["render_concise", "render_json", "render_sarif", "render_text"]
