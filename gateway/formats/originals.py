"""The original beside the converted credential, in VCDM 2.0 documents: embedded, or by its digest (D3)."""

from __future__ import annotations

import base64

from gateway.formats.format import Tree, WriteOptions

__all__ = ["supply_original"]


def supply_original(tree: Tree, options: WriteOptions) -> tuple[str, ...]:
    """Add the original as evidence (a ``data:`` URL), or its digest as related resource (section 5.3).

    Gives the pointers of what was added.
    """
    if options.original is not None:
        data = base64.b64encode(options.original).decode()
        evidence = {
            "id": f"data:{options.media_type};base64,{data}",
            "type": ["Evidence"],
            "name": "The credential as it was before conversion",
        }
        items = tree.setdefault("evidence", [])
        items.append(evidence)
        return (f"/evidence/{len(items) - 1}",)
    if options.original_digest and options.vcdm != "1.1":  # VCDM 1.1 has no such member; the carrier says it
        tree["relatedResource"] = [
            {
                "id": f"urn:microcredential-gateway:original:{options.original_digest}",
                "mediaType": options.media_type,
                "digestMultibase": options.original_digest,
            }
        ]
        return ("/relatedResource",)
    return ()
