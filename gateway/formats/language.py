"""The one language of a document whose texts have but one."""

from __future__ import annotations

from gateway.codecs import LANGUAGE_TAG, UNDETERMINED, CodecContext, choose_language
from gateway.formats.format import WriteOptions
from gateway.model import Credential, LearningAchievement, Text

__all__ = ["language_for", "shown_text"]


def language_for(hub: Credential, options: WriteOptions) -> str:
    """The one language to write in: the achievement's own, as wished, English, the first."""
    claim = hub.has_claim[0] if hub.has_claim else None
    specification = claim.specified_by if isinstance(claim, LearningAchievement) else None
    own = getattr(specification, "in_language", None)
    if own and LANGUAGE_TAG.match(own):
        return str(own)
    texts = [getattr(specification, "title", ()), getattr(claim, "title", ())]
    if hub.display_parameter is not None:
        texts.append(hub.display_parameter.title)
    for text in texts:
        if text:
            return choose_language(text, CodecContext(languages=options.languages))
    return UNDETERMINED


def shown_text(text: Text, context: CodecContext) -> str:
    """A text in the language of the document, or the best there is; empty for no text."""
    if not text:
        return ""
    language = choose_language(text, CodecContext(languages=(context.language, *context.languages)))
    found = next(string.value for string in text if string.language == language)
    return found.replace("\t", " ")
