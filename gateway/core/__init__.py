"""The core: what the gateway knows how to do with a credential, without a clock, a network or a key.

``understand`` bytes, ``express`` them in another format, ``verify`` what secures them; signing is two
steps, ``prepare`` and ``attach``, with the signature made elsewhere in between.
"""

from gateway.core.bulk import Order, Outcome, Unsigned, attach_signatures, check_issuer, prepare_rows
from gateway.core.bundles import Bundle, Part, bundle_in, record_of
from gateway.core.checking import Verified, verify, verify_presentation
from gateway.core.expressing import (
    ORIGINALS,
    Converted,
    ConvertOptions,
    Identity,
    express,
    mapping_versions,
    render,
)
from gateway.core.holders import holder_jwk
from gateway.core.images import BAKED, bake_in, baked, image_for
from gateway.core.policies import POLICIES, STRICT, Policy, deciding, policy_named, policy_reported
from gateway.core.presentations import Inside, Presented, holding_check, is_presentation
from gateway.core.publishing_status import LIST_LIFETIME, TTL, StatusEntry, status_list_document, with_status
from gateway.core.question import Question
from gateway.core.recording import Recorded, record
from gateway.core.securing import (
    DEFAULT_SECURING,
    SD_JWT,
    SECURINGS,
    Disclosing,
    Key,
    Making,
    Securing,
    Way,
    attach,
    prepare,
    prepare_as_it_stands,
    prepare_presentation,
    securings_named,
    to_sign,
)
from gateway.core.understanding import (
    Inspected,
    Understanding,
    inspect,
    inspect_opened,
    read_of,
    understand,
    understand_opened,
)
from gateway.core.views import credential_of
from gateway.envelopes import write_json as render_json

__all__ = [
    "BAKED",
    "DEFAULT_SECURING",
    "LIST_LIFETIME",
    "ORIGINALS",
    "POLICIES",
    "SD_JWT",
    "SECURINGS",
    "STRICT",
    "Converted",
    "Bundle",
    "ConvertOptions",
    "Disclosing",
    "Identity",
    "Inside",
    "Inspected",
    "Key",
    "Making",
    "Order",
    "Outcome",
    "Part",
    "Policy",
    "Presented",
    "Question",
    "Recorded",
    "Securing",
    "StatusEntry",
    "TTL",
    "Understanding",
    "Unsigned",
    "Verified",
    "Way",
    "attach",
    "attach_signatures",
    "bake_in",
    "bundle_in",
    "baked",
    "check_issuer",
    "credential_of",
    "deciding",
    "express",
    "holder_jwk",
    "holding_check",
    "image_for",
    "inspect",
    "inspect_opened",
    "is_presentation",
    "mapping_versions",
    "policy_named",
    "policy_reported",
    "prepare",
    "prepare_as_it_stands",
    "prepare_presentation",
    "prepare_rows",
    "read_of",
    "record",
    "record_of",
    "render",
    "render_json",
    "securings_named",
    "status_list_document",
    "to_sign",
    "understand",
    "understand_opened",
    "verify",
    "verify_presentation",
    "with_status",
]
