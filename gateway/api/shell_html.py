"""The shell of the pages that ask or tell one thing: no script, nothing from elsewhere, not to be indexed."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from gateway.messages import words

__all__ = ["decision", "refused_page", "shell"]


def shell(language: str, title: str, content: str, style: str) -> str:
    """A whole page around ``content``, which is HTML; ``style`` is where the style sheet is from there."""
    return f"""<!doctype html>
<html lang="{escape(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{escape(title)}</title>
<link rel="stylesheet" href="{style}">
</head>
<body>
<main>
<h1>{escape(title)}</h1>
{content}
</main>
</body>
</html>
"""


def refused_page(language: str, title: str, detail: str, style: str) -> str:
    """That nobody can ask like this; nobody is sent anywhere."""
    said = words(language)["consent"]["refused"]
    return shell(language, title, f'<p class="answer invalid">{escape(said)}: {escape(detail)}</p>', style)


def decision(language: str, fields: Mapping[str, str], asked: str, wrong: str = "") -> str:
    """The form by which a person allows or denies; ``asked`` is the HTML of what they fill in, ``wrong`` what was."""
    said = words(language)["consent"]
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )
    problem = f'<p class="answer invalid" role="alert">{escape(wrong)}</p>' if wrong else ""
    return f"""{problem}
<form method="post" action="authorize?language={escape(language)}">
{hidden}
{asked}
<button name="do" value="allow">{escape(said["allow"])}</button>
<button name="do" value="deny" formnovalidate>{escape(said["deny"])}</button>
</form>"""
