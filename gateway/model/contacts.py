"""Where agents are and how they are reached (ELM Location, ContactPoint; Open Badges Address)."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.model.values import Concept, Identifier, LegalIdentifier, Note, Text, WebResource
from gateway.records import quick

__all__ = ["Address", "ContactPoint", "Geometry", "IdentityObject", "Location", "Mailbox", "Phone"]


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address. ELM keeps it whole (``full_address``), Open Badges in parts."""

    id: str | None = None
    identifier: tuple[Identifier | LegalIdentifier, ...] = ()
    full_address: tuple[Note, ...] = ()
    country_code: Concept | None = None
    address_country: str | None = None
    address_region: str | None = None
    address_locality: str | None = None
    street_address: str | None = None
    post_office_box_number: str | None = None
    postal_code: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Geometry:
    """Coordinates, as texts: ELM Geometry, Open Badges GeoCoordinates."""

    id: str | None = None
    latitude: tuple[str, ...] = ()
    longitude: tuple[str, ...] = ()


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place: ELM Location."""

    id: str | None = None
    identifier: tuple[Identifier | LegalIdentifier, ...] = ()
    geographic_name: Text = ()
    description: Text = ()
    description_note: tuple[Note, ...] = ()
    address: tuple[Address, ...] = ()
    spatial_code: tuple[Concept, ...] = ()
    geometry: tuple[Geometry, ...] = ()


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A telephone number, whole or in parts: ELM Phone."""

    id: str | None = None
    phone_number: str | None = None
    country_dialing: str | None = None
    area_dialing: str | None = None
    dial_number: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """An electronic mailbox; ``id`` is its ``mailto:`` IRI."""

    id: str | None = None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPoint:
    """How to reach an agent: ELM ContactPoint."""

    id: str | None = None
    description: Text = ()
    additional_note: tuple[Note, ...] = ()
    address: tuple[Address, ...] = ()
    phone: tuple[Phone, ...] = ()
    email_address: tuple[Mailbox, ...] = ()
    wallet_address: tuple[str, ...] = ()
    contact_form: tuple[WebResource, ...] = ()


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityObject:
    """An identifier of the subject, in clear or hashed: Open Badges 3.0 IdentityObject."""

    hashed: bool | None = None
    identity_hash: str | None = None
    identity_type: str | None = None
    salt: str | None = None
