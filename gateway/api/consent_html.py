"""The page on which a person lets a client in: no script, nothing from elsewhere, in the language asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from gateway.api.shell_html import decision, refused_page, shell
from gateway.messages import words

__all__ = ["consent_page", "refused"]

STYLE = "../style.css"


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
    key = f"""<label for="key">{escape(said["key"])}</label>
<input type="password" id="key" name="key" autocomplete="off" spellcheck="false" required>
<p class="aside">{escape(said["kept"])}</p>"""
    return shell(
        language,
        said["title"],
        f"""<p><strong>{escape(client.get("client_name", ""))}</strong> {escape(said["asks"])}</p>
<p class="aside">{escape(said["returns"])} <code>{escape(client["host"])}</code></p>
<ul>{listed}</ul>
{decision(language, fields, key, wrong)}""",
        STYLE,
    )


def refused(language: str, detail: str) -> str:
    """That a client cannot ask like this."""
    return refused_page(language, words(language)["consent"]["title"], detail, STYLE)


def _short(scope: str) -> str:
    """A scope without the address before it."""
    return scope.rpartition("/")[2]
