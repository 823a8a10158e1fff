"""The page on which a person lets a client in: no script, nothing from elsewhere, in the language asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from gateway.messages import words

__all__ = ["consent_page", "refused_page"]


def consent_page(
    language: str,
    client: Mapping[str, str],
    scopes: Iterable[str],
    fields: Mapping[str, str],
    wrong: str = "",
) -> str:
    """Who asks for what, and a field for the key that allows it. ``wrong`` says what was wrong with the last."""
    said, allowed = words(language)["consent"], words(language)["scopes"]
    listed = "".join(f"<li>{escape(allowed.get(_short(scope), scope))}</li>" for scope in scopes)
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )
    problem = f'<p class="answer invalid" role="alert">{escape(wrong)}</p>' if wrong else ""
    return _page(
        language,
        f"""<p><strong>{escape(client.get("client_name", ""))}</strong> {escape(said["asks"])}</p>
<p class="aside">{escape(said["returns"])} <code>{escape(client["host"])}</code></p>
<ul>{listed}</ul>
{problem}
<form method="post" action="authorize?language={escape(language)}">
{hidden}
<label for="key">{escape(said["key"])}</label>
<input type="password" id="key" name="key" autocomplete="off" spellcheck="false" required>
<p class="aside">{escape(said["kept"])}</p>
<button name="do" value="allow">{escape(said["allow"])}</button>
<button name="do" value="deny" formnovalidate>{escape(said["deny"])}</button>
</form>""",
    )


def refused_page(language: str, detail: str) -> str:
    """That a client cannot ask like this; nobody is sent anywhere."""
    said = words(language)["consent"]
    return _page(language, f'<p class="answer invalid">{escape(said["refused"])}: {escape(detail)}</p>')


def _page(language: str, content: str) -> str:
    title = escape(words(language)["consent"]["title"])
    return f"""<!doctype html>
<html lang="{escape(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="../style.css">
</head>
<body>
<main>
<h1>{title}</h1>
{content}
</main>
</body>
</html>
"""


def _short(scope: str) -> str:
    """A scope without the address before it."""
    return scope.rpartition("/")[2]
