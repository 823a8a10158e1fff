"""The pages about an offer: the code to scan and the ways on, and the question whether a wallet may have it.

No script, nothing from elsewhere, in the language asked for; the codes to scan stand in the page as SVG.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO

import segno

from gateway.api.shell_html import decision, refused_page, shell
from gateway.messages import words

__all__ = ["FormRow", "offer_page", "qr_code", "refused", "wallet_consent_page"]

LONGEST_QR = 400
"""Characters that a code to scan may have at most (VCALM section 3.7)."""
SCALE = 4
BELOW_TENANT = "../../style.css"
"""Where the style sheet is from the pages of an issuer."""


@dataclass(frozen=True, slots=True)
class FormRow:
    """A form on offer: its name, where it is downloaded (nowhere: empty), and where its loss report is."""

    name: str
    download: str
    report: str


def offer_page(
    language: str, issuer: str, address: str, ways: Sequence[tuple[str, str]], forms: Iterable[FormRow],
    *, asks_code: bool, ready: str = "",
) -> str:  # fmt: skip
    """An offer as people see it: ``ways`` are the links into wallets by the word for each."""
    said = words(language)["wallet"]
    links = "".join(
        f'<li><a rel="nofollow" href="{escape(link)}">{escape(said[word])}</a></li>' for word, link in ways
    )
    listed = "".join(_form(said, form) for form in forms)
    asked = f'<p class="aside">{escape(said["asks_code"])}</p>' if asks_code else ""
    waits = f'<p class="aside">{escape(said["ready"])} {escape(ready[:10])}</p>' if ready else ""
    return shell(
        language,
        said["title"],
        f"""<p><strong>{escape(issuer)}</strong> {escape(said["offers"])}</p>
{asked}{waits}
<h2>{escape(said["scan"])}</h2>
<div class="qr" role="img" aria-label="{escape(said["scan"])}">{qr_code(address)}</div>
<h2>{escape(said["here"])}</h2>
<ul>{links}</ul>
<h2>{escape(said["forms"])}</h2>
<ul>{listed}</ul>
<p class="aside">{escape(said["kept"])}</p>""",
        "../style.css",
    )


def _form(said: Mapping[str, str], form: FormRow) -> str:
    name = escape(form.name)
    if form.download:
        name = f'<a rel="nofollow" href="{escape(form.download)}" download>{name}</a>'
    return f'<li>{name} · <a rel="nofollow" href="{escape(form.report)}">{escape(said["loses"])}</a></li>'


def qr_code(text: str) -> str:
    """A code to scan as an SVG without scripts or styles; empty for a text that is too long to scan well."""
    if len(text) > LONGEST_QR:
        return ""
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", scale=SCALE, xmldecl=False, svgns=True, svgclass=None, lineclass=None, nl=False
    )
    return out.getvalue().decode()


def wallet_consent_page(
    language: str, issuer: str, wallet: str, forms: Iterable[str], fields: Mapping[str, str], *,
    asks_code: bool, wrong: str = "",
) -> str:  # fmt: skip
    """The question whether the wallet at ``wallet`` may have what ``issuer`` offers."""
    said, consent = words(language)["wallet"], words(language)["consent"]
    listed = "".join(f"<li>{escape(name)}</li>" for name in forms)
    code = (
        f'<label for="tx_code">{escape(said["code"])}</label>'
        '<input type="text" id="tx_code" name="tx_code" autocomplete="one-time-code" spellcheck="false" required>'
        if asks_code
        else ""
    )
    return shell(
        language,
        said["title"],
        f"""<p>{escape(said["asks"])} <strong>{escape(issuer)}</strong>:</p>
<ul>{listed}</ul>
<p class="aside">{escape(consent["returns"])} <code>{escape(wallet)}</code></p>
{decision(language, fields, code, wrong)}""",
        BELOW_TENANT,
    )


def refused(language: str, detail: str) -> str:
    """That a wallet cannot ask like this."""
    return refused_page(language, words(language)["wallet"]["title"], detail, BELOW_TENANT)
