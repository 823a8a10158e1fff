// What a verifier asks the outside for: contexts from a file, did:key documents computed. Nothing else.
import {readFileSync} from 'node:fs';
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';

const contexts = JSON.parse(readFileSync(process.argv[2], 'utf8'));

/** The library for a key, by how its Multikey begins. */
export function multikeyOf(publicKeyMultibase) {
  return publicKeyMultibase.startsWith('z6Mk') ? Ed25519Multikey : EcdsaMultikey;
}

/** The key of a did:key with its id, as a Multikey. */
export async function keyOf(url) {
  const [did] = url.split('#');
  const fingerprint = did.slice('did:key:'.length);
  return multikeyOf(fingerprint).from({
    '@context': 'https://w3id.org/security/multikey/v1', id: `${did}#${fingerprint}`, controller: did,
    type: 'Multikey', publicKeyMultibase: fingerprint});
}

async function didKeyDocument(url) {
  const [did] = url.split('#');
  const key = await (await keyOf(url)).export({publicKey: true, includeContext: true});
  if(url.includes('#')) {
    return key;
  }
  return {'@context': 'https://www.w3.org/ns/did/v1', id: did, assertionMethod: [key], authentication: [key]};
}

/** Answers known contexts and did:key documents; everything else is refused. */
export async function documentLoader(url) {
  if(url in contexts) {
    return {contextUrl: null, documentUrl: url, document: contexts[url], tag: 'static'};
  }
  if(url.startsWith('did:key:')) {
    return {contextUrl: null, documentUrl: url, document: await didKeyDocument(url)};
  }
  throw new Error(`not loaded: ${url}`);
}

/** The signature is the question here, not the calendar: a moment within the credential's period. */
export function momentOf(credential) {
  const dates = names => names.map(name => Date.parse(credential[name])).filter(date => !Number.isNaN(date));
  const from = dates(['validFrom', 'issuanceDate']);
  const until = dates(['validUntil', 'expirationDate']);
  return new Date(from.length ? Math.max(...from) + 1000 : until.length ? Math.min(...until) - 1000 : Date.now());
}
