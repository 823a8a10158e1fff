// The JavaScript lineage: Data Integrity by @digitalbazaar, tokens by jose.
import * as ecdsaSd2023 from '@digitalbazaar/ecdsa-sd-2023-cryptosuite';
import * as ecdsaJcs2019 from '@digitalbazaar/ecdsa-jcs-2019-cryptosuite';
import * as eddsaJcs2022 from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import * as jose from 'jose';
import * as vc from '@digitalbazaar/vc';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {Ed25519Signature2020} from '@digitalbazaar/ed25519-signature-2020';
import {cryptosuite as ecdsaRdfc2019} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import {cryptosuite as eddsaRdfc2022} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {documentLoader, keyOf, momentOf, multikeyOf} from './world.mjs';

const VERIFYING = {
  'eddsa-rdfc-2022': eddsaRdfc2022,
  'ecdsa-rdfc-2019': ecdsaRdfc2019,
  'eddsa-jcs-2022': eddsaJcs2022.createVerifyCryptosuite(),
  'ecdsa-jcs-2019': ecdsaJcs2019.createVerifyCryptosuite(),
  'ecdsa-sd-2023': ecdsaSd2023.createVerifyCryptosuite(),
};
const SIGNING = {
  ...VERIFYING,
  'eddsa-jcs-2022': eddsaJcs2022.createSignCryptosuite(),
  'ecdsa-jcs-2019': ecdsaJcs2019.createSignCryptosuite(),
};

/** Errors of a credential, or of a token; none when it verifies. */
export async function verify(credential) {
  if(typeof credential === 'string') {
    return verifyToken(credential);
  }
  const suite = Object.values(VERIFYING).map(cryptosuite => new DataIntegrityProof({cryptosuite}));
  const result = await vc.verifyCredential({
    credential, suite: [...suite, new Ed25519Signature2020()], documentLoader, now: momentOf(credential)});
  return result.verified ? [] : describe(result.error);
}

async function verifyToken(token) {
  const header = jose.decodeProtectedHeader(token);
  const key = await keyOf(header.kid);
  const jwk = await jwkOf(key);
  const {payload} = await jose.jwtVerify(token, await jose.importJWK(jwk, header.alg), {
    algorithms: ['EdDSA', 'ES256', 'ES384'], currentDate: momentOf(jose.decodeJwt(token).vc ?? jose.decodeJwt(token))});
  return payload.iss === key.controller ? [] : ['iss is another'];
}

async function jwkOf(key) {
  const library = multikeyOf(key.publicKeyMultibase);
  if(library.toJwk) {
    return library.toJwk({keyPair: key});
  }
  const raw = (await key.export({publicKey: true, raw: true})).publicKey;
  return {kty: 'OKP', crv: 'Ed25519', x: Buffer.from(raw).toString('base64url')};
}

function describe(error) {
  const inner = error?.errors ?? [error];
  return inner.map(e => [e?.message, e?.details?.event?.code, JSON.stringify(e?.details ?? '')]
    .filter(Boolean).join(' ').slice(0, 400));
}

/** A credential with a proof, or a token, made with the key that is handed in. */
export async function sign({suite, credential, key, jwk, header, payload}) {
  if(jwk) {
    const text = new TextEncoder().encode(JSON.stringify(payload));
    return new jose.CompactSign(text).setProtectedHeader(header).sign(await jose.importJWK(jwk, header.alg));
  }
  const pair = await multikeyOf(key.publicKeyMultibase).from(key);
  const signer = pair.signer();
  const date = '2026-05-01T12:00:00Z';
  if(suite === 'Ed25519Signature2020') {
    return vc.issue({credential, suite: new Ed25519Signature2020({signer, date}), documentLoader});
  }
  if(suite === 'ecdsa-sd-2023') {
    return derived(credential, signer, date);
  }
  return vc.issue({
    credential, suite: new DataIntegrityProof({signer, date, cryptosuite: SIGNING[suite]}), documentLoader});
}

/** A derived proof: the issuer signs a base proof, the holder shows what it must and one thing more. */
async function derived(credential, signer, date) {
  const base = ecdsaSd2023.createSignCryptosuite({mandatoryPointers: ['/issuer', '/validFrom']});
  const verifiableCredential = await vc.issue({
    credential, suite: new DataIntegrityProof({signer, date, cryptosuite: base}), documentLoader});
  const shown = ecdsaSd2023.createDiscloseCryptosuite({selectivePointers: ['/credentialSubject']});
  return vc.derive({
    verifiableCredential, suite: new DataIntegrityProof({cryptosuite: shown}), documentLoader});
}
