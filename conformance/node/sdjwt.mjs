// Verifies SD-JWT VC with @sd-jwt/sd-jwt-vc, and shows them as their holder.
//
//   node sdjwt.mjs CONTEXTS < orders.jsonl
//
// Each line is {"name", "token", "show": null | [claims], "holder": private JWK, "nonce"}; each output line is
// {"name", "verified", "claims": [names], "shown": the presentation, where one was asked for, "error"}.
import {createHash, createPrivateKey, createPublicKey, sign, verify} from 'node:crypto';
import {createInterface} from 'node:readline';
import {SDJwtVcInstance} from '@sd-jwt/sd-jwt-vc';
import {keyOf} from './world.mjs';

const bytes = text => Buffer.from(text, 'base64url');
const hasher = (data, algorithm) => new Uint8Array(
  createHash(algorithm.replace('-', '')).update(typeof data === 'string' ? data : Buffer.from(data)).digest());
const header = token => JSON.parse(bytes(token.split('.')[0]));

function verifierOf(jwk) {
  const key = createPublicKey({key: jwk, format: 'jwk'});
  const dsa = jwk.kty === 'EC' ? {key, dsaEncoding: 'ieee-p1363'} : key;
  const digest = jwk.kty === 'EC' ? 'sha256' : null;
  return (data, signature) => verify(digest, Buffer.from(data), dsa, bytes(signature));
}

async function answer({name, token, show, holder, nonce}) {
  const multikey = await keyOf(header(token).kid);
  const jwk = jwkOf(await multikey.export({publicKey: true, includeContext: false}));
  const {d: _, ...publicHolder} = holder ?? {};
  const instance = new SDJwtVcInstance({
    verifier: verifierOf(jwk), hasher, hashAlg: 'sha-256',
    ...(holder ? {
      kbVerifier: verifierOf(publicHolder), kbSignAlg: 'EdDSA',
      kbSigner: data => sign(null, Buffer.from(data), createPrivateKey({key: holder, format: 'jwk'})).toString('base64url'),
    } : {}),
  });
  if(!show) {
    const {payload} = await instance.verify(token);
    return {name, verified: true, claims: Object.keys(payload)};
  }
  const shown = await instance.present(token, Object.fromEntries(show.map(claim => [claim, true])),
    {kb: {payload: {iat: Math.floor(Date.now() / 1000), aud: 'https://verifier.example', nonce}}});
  const {payload} = await instance.verify(shown, {keyBindingNonce: nonce, requiredClaimKeys: show});
  return {name, verified: true, claims: Object.keys(payload), shown};
}

// The public key of a Multikey as JWK: Ed25519, or a compressed point on P-256.
function jwkOf({publicKeyMultibase}) {
  const der = publicKeyMultibase.startsWith('z6Mk')
    ? Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), decoded(publicKeyMultibase)])
    : Buffer.concat([Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex'),
      decoded(publicKeyMultibase)]);
  return createPublicKey({key: der, format: 'der', type: 'spki'}).export({format: 'jwk'});
}

function decoded(multibase) {
  const letters = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
  let number = 0n;
  for(const letter of multibase.slice(1)) {
    number = number * 58n + BigInt(letters.indexOf(letter));
  }
  const hex = number.toString(16);
  return Buffer.from(hex.padStart(hex.length + hex.length % 2, '0'), 'hex').subarray(2);
}

for await (const line of createInterface({input: process.stdin})) {
  if(!line.trim()) {
    continue;
  }
  const order = JSON.parse(line);
  const told = await answer(order).catch(error => ({name: order.name, verified: false, error: String(error).slice(0, 300)}));
  console.log(JSON.stringify(told));
}
