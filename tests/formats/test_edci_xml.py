"""EDCI XML: read in all its published spellings, written valid, and equal after the round trip."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lxml import etree

from gateway.envelopes import open_envelope, read_xml, write_xml
from gateway.errors import GatewayError, NoSubject, NotACredential
from gateway.formats import WriteOptions, read_document, recognise, write_document
from gateway.formats.edci_xml import CARRIER_ID, EDCI_XML, ORIGINAL_ID
from gateway.model import Concept, Credential, LearningAchievement, Organisation, Person, text
from gateway.model.values import LangString

SPACES = (
    'xmlns="http://data.europa.eu/snb" xmlns:cred="http://data.europa.eu/europass/model/credentials/w3c#"'
)
CONTENT = """
  <primaryLanguage>en</primaryLanguage>
  <availableLanguages><language>en</language><language>fr</language></availableLanguages>
  <cred:issued>2024-05-01T10:00:00+02:00</cred:issued>
  <cred:issuer idref="urn:org:1"/>
  <title><text lang="en" content-type="text/plain">Knots</text></title>
  <credentialSubject id="urn:person:1">
    <achievements><learningAchievement id="urn:claim:1">
      <title><text lang="en" content-type="text/plain">Knots I</text></title>
      <specifiedBy idref="urn:spec:1"/>
    </learningAchievement></achievements>
  </credentialSubject>
  <learningSpecificationReferences><learningSpecification id="urn:spec:1">
    <volumeOfLearning>PT60H</volumeOfLearning>
    <hasECTSCreditPoints>2.0</hasECTSCreditPoints>
  </learningSpecification></learningSpecificationReferences>
  <agentReferences><organization id="urn:org:1">
    <registration spatialID="FR">R-1</registration>
    <prefLabel><text lang="en" content-type="text/plain">School of Rope</text></prefLabel>
    <hasLocation/>
  </organization></agentReferences>"""
ROOT = f'<europassCredential {SPACES} cred:id="urn:credential:1" xsdVersion="0.10.0">'
SAMPLE = f"{ROOT}{CONTENT}</europassCredential>"


def hub_of(xml: str) -> Credential:
    envelope = open_envelope(xml.encode())
    assert recognise(envelope) is EDCI_XML
    return read_document(EDCI_XML, envelope.tree).hub


def test_references_lead_to_the_nodes_of_the_pools() -> None:
    hub = hub_of(SAMPLE)
    assert isinstance(hub.issuer, Organisation)
    assert hub.issuer.legal_name == (LangString("School of Rope", "en"),)
    claim = hub.has_claim[0]
    assert isinstance(claim, LearningAchievement)
    assert claim.specified_by is not None
    assert claim.specified_by.volume_of_learning == "PT60H"
    assert claim.specified_by.credit_point[0].point == "2.0"


def test_languages_are_read_in_both_spellings() -> None:
    assert hub_of(SAMPLE.replace("availableLanguages", "language")) == hub_of(SAMPLE)


def test_a_presentation_is_read_as_the_credential_inside_it() -> None:
    wrapped = f'<vp:verifiablePresentation xmlns:vp="http://data.europa.eu/snb/vp">{SAMPLE}'
    assert hub_of(f"{wrapped}</vp:verifiablePresentation>") == hub_of(SAMPLE)


def test_a_presentation_without_a_credential_is_refused() -> None:
    empty = b'<vp:verifiablePresentation xmlns:vp="http://data.europa.eu/snb/vp"/>'
    with pytest.raises(NotACredential):
        recognise(open_envelope(empty))


def test_a_credential_without_a_subject_is_refused() -> None:
    with pytest.raises(NoSubject):
        hub_of(f"{ROOT}</europassCredential>")


def test_the_original_is_passed_over_like_the_carrier() -> None:
    hub = hub_of(SAMPLE)
    options = WriteOptions(digest="d", original=SAMPLE.encode(), media_type="application/xml")
    written = write_document(EDCI_XML, hub, options)
    ids = [media["@id"] for media in written.tree["attachmentList"][0]["Attachment"]]
    assert ids == [CARRIER_ID, ORIGINAL_ID]
    assert read_document(EDCI_XML, written.tree).hub == hub


HARD = [
    Credential(),
    Credential(subject=Person(full_name=text([LangString("bell \x07", "und")])), issued="2024-05-01"),
    Credential(id="not an iri", issuer=Organisation(id="also [not] one"), has_claim=(LearningAchievement(),)),
    Credential(
        issuer=Organisation(id="urn:o"),
        has_claim=(LearningAchievement(id="urn:c", source=Organisation(id="urn:o", official="A")),),
        credential_profiles=(Concept(id="urn:profile"), Concept(notation="")),
    ),
]


@pytest.mark.parametrize("hub", HARD)
def test_what_the_schema_refuses_comes_back_by_the_carrier(hub: Credential) -> None:
    written = write_document(EDCI_XML, hub, WriteOptions(digest="d"))
    assert EDCI_XML.root is not None
    _, tree = read_xml(write_xml(EDCI_XML.root, written.tree))
    assert read_document(EDCI_XML, tree).hub.has_claim == hub.has_claim
    assert read_document(EDCI_XML, tree).hub == hub


def test_published_valid_samples_are_read_and_everything_written_is_valid(corpora: Path) -> None:
    elm = corpora / "elm"
    expected = json.loads((elm / "expected.json").read_text())
    schema = etree.XMLSchema(etree.parse(str(elm / "edci-xml/xsd/edc-1.7/genericschema_1.2.xsd")))
    assert EDCI_XML.root is not None
    for path in sorted(
        [*elm.glob("edci-xml/samples/*/*.xml"), *elm.glob("elm-jsonld/samples/**/*.json*"),
         *corpora.glob("ob/examples/ob3/*.json")]
    ):  # fmt: skip
        name = path.relative_to(elm).as_posix() if path.is_relative_to(elm) else path.name
        try:
            envelope = open_envelope(path.read_bytes())
            hub = read_document(recognise(envelope), envelope.tree).hub
        except GatewayError:
            xml_and_valid = path.suffix == ".xml" and expected.get(name, {}).get("xsdValidWith")
            assert not xml_and_valid, name
            continue
        written = write_document(EDCI_XML, hub, WriteOptions(digest="d"))
        data = write_xml(EDCI_XML.root, written.tree)
        assert read_document(EDCI_XML, read_xml(data)[1]).hub == hub, name
        assert schema.validate(etree.fromstring(data)), (name, schema.error_log)


EDITIONS = [
    "credential/genericschema.xsd", "credential/genericschema_1.1.xsd", "credential/genericschema_1.2.xsd",
    "credential/diplomasupplementschema_1.2.xsd", "credential/accreditationschema_1.2.xsd",
]  # fmt: skip
"""Every edition has the same version number; only the address of its schema tells it."""


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_edition_is_read_alike(edition: str) -> None:
    location = (
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://data.europa.eu/snb '
        f'http://publications.europa.eu/resource/schema/{edition}"'
    )
    told = hub_of(SAMPLE.replace("<europassCredential ", f"<europassCredential {location} ", 1))
    assert (told.has_claim, told.issuer, told.subject) == (
        hub_of(SAMPLE).has_claim, hub_of(SAMPLE).issuer, hub_of(SAMPLE).subject,
    )  # fmt: skip
