// A holder: a did:key, and what is made with it: presentations, tokens, key proofs.
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import * as jose from 'jose';
import * as vc from '@digitalbazaar/vc';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {Ed25519Signature2020} from '@digitalbazaar/ed25519-signature-2020';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {documentLoader, keyOf} from './world.mjs';

/** The holder of a key: {did, method, key (a Multikey with its secret half), jwk (private)}. */
export async function holderOf({did, method, key, jwk}) {
  const pair = await Ed25519Multikey.from({...key, id: method, controller: did});
  const secret = await jose.importJWK(jwk, 'EdDSA');
  return {did, method, signer: pair.signer(), jwk, signJwt: (header, payload) => new jose.SignJWT(payload)
    .setProtectedHeader({alg: 'EdDSA', ...header}).sign(secret)};
}

/** A presentation of a credential, JSON, a token or none, for a verifier in answer to its nonce. */
export async function present(holder, credential, {challenge, domain, suite = 'eddsa-rdfc-2022'}) {
  if(typeof credential === 'string') {
    const vp = {
      '@context': ['https://www.w3.org/2018/credentials/v1'], type: ['VerifiablePresentation'],
      verifiableCredential: [credential]};
    const now = Math.floor(Date.now() / 1000);
    return holder.signJwt({typ: 'JWT', kid: holder.method}, {
      iss: holder.did, aud: domain, nonce: challenge, iat: now, nbf: now, exp: now + 300, vp});
  }
  const presentation = vc.createPresentation({
    ...(credential ? {verifiableCredential: [credential]} : {}), holder: holder.did, verify: false});
  return vc.signPresentation({
    presentation, challenge, domain, documentLoader,
    suite: suite === 'eddsa-rdfc-2022' ?
      new DataIntegrityProof({signer: holder.signer, cryptosuite}) :
      new Ed25519Signature2020({signer: holder.signer})});
}

/** The public key of a did:key URL as a JWK. */
export async function jwkOf(url) {
  const raw = (await (await keyOf(url)).export({publicKey: true, raw: true})).publicKey;
  return {kty: 'OKP', crv: 'Ed25519', x: Buffer.from(raw).toString('base64url')};
}
