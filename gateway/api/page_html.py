"""The page for people, in the language asked for: a form that works without a script, and what programs can ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from gateway.core import POLICIES
from gateway.formats import FORMATS
from gateway.messages import LANGUAGES, words

__all__ = ["page"]

NAMES = {"en": "English", "de": "Deutsch", "fr": "Français"}


def page(
    language: str, address: str, described: Mapping[str, Any], *, answer: str = "", chosen: Mapping[str, str]
) -> str:
    """The whole page. ``answer`` is the HTML of what came out; ``chosen`` what the form was sent with."""
    said = words(language)["page"]
    return f"""<!doctype html>
<html lang="{escape(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(said["title"])}</title>
<link rel="stylesheet" href="style.css">
<script src="page.js" defer></script>
</head>
<body>
<header>
<nav aria-label="{escape(said["language"])}">{_languages(language)}</nav>
<h1>{escape(said["title"])}</h1>
<p>{escape(said["lead"])}</p>
</header>
<main>
{answer}
{_form(language, chosen)}
<p class="aside">{escape(said["kept"])}</p>
</main>
{_programs(said, address, described)}
</body>
</html>
"""


def _languages(language: str) -> str:
    current = {language: ' aria-current="true"'}
    return " ".join(
        f'<a href="?language={tag}" hreflang="{tag}" lang="{tag}"{current.get(tag, "")}>{NAMES.get(tag, tag)}</a>'
        for tag in LANGUAGES
    )


def _form(language: str, chosen: Mapping[str, str]) -> str:
    said, policies = words(language)["page"], words(language)["policies"]
    written = [(form.name, f"{form.name}: {form.title}") for form in FORMATS if form.write is not None]
    judged = [(name, policies.get(name, name)) for name in POLICIES]
    checked = " checked" if chosen.get("unsigned") else ""
    return f"""<form method="post" enctype="multipart/form-data" action="?language={escape(language)}">
<label for="file">{escape(said["file"])}</label>
<input type="file" id="file" name="file">
<p id="drop" class="aside" hidden>{escape(said["drop"])}</p>
<label for="text">{escape(said["text"])}</label>
<textarea id="text" name="text" rows="6" spellcheck="false" autocomplete="off"></textarea>
<div class="ways">
<div>
<label for="policy">{escape(said["policy"])}</label>
{_select("policy", judged, chosen.get("policy", ""))}
<button name="do" value="verify">{escape(said["verify"])}</button>
</div>
<div>
<label for="to">{escape(said["to"])}</label>
{_select("to", written, chosen.get("to", ""))}
<p><input type="checkbox" id="unsigned" name="unsigned" value="true"{checked}>
<label class="beside" for="unsigned">{escape(said["unsigned"])}</label></p>
<button name="do" value="convert">{escape(said["convert"])}</button>
</div>
</div>
</form>"""


def _select(name: str, options: Iterable[tuple[str, str]], chosen: str) -> str:
    entries = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(label)}</option>'
        for value, label in options
    )
    return f'<select id="{name}" name="{name}">{entries}</select>'


# --- for programs ----------------------------------------------------------------------------------


def _programs(said: Mapping[str, str], address: str, described: Mapping[str, Any]) -> str:
    operations = "".join(
        _operation(path, method, operation, said)
        for path, item in described["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    )
    examples = "\n".join(
        f"curl --data-binary @credential.json '{address}/v1/{ask}'"
        for ask in ("verify?policy=strict", "convert?to=ob3")
    )
    return f"""<details>
<summary>{escape(said["interface"])}</summary>
<p>{escape(said["interface_lead"])}</p>
<pre>{escape(examples)}</pre>
<p>{escape(said["interface_more"])} <a href="openapi.json">openapi.json</a>.
{escape(said["identity"])}: <a href=".well-known/did.json">did.json</a>.</p>
<div lang="en">{operations}</div>
</details>"""


def _operation(path: str, method: str, operation: Mapping[str, Any], said: Mapping[str, str]) -> str:
    required = f" ({escape(said['required'])})"
    terms = "".join(
        f"<dt>{escape(p['name'])}{required if p.get('required') else ''}</dt>"
        f"<dd>{escape(p['description'])} {escape(' | '.join(map(str, p['schema'].get('enum', []))))}</dd>"
        for p in operation.get("parameters", ())
    )
    listed = f'<dl class="said">{terms}</dl>' if terms else ""
    return (
        f"<h3><code>{method.upper()} {escape(path)}</code></h3><p>{escape(operation['summary'])}.</p>{listed}"
    )
