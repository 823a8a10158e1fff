// The clients of @openid4vc: OpenID4VCI and OpenID4VP.
import * as jose from 'jose';
import {createHash, randomBytes} from 'node:crypto';
import {clientAuthenticationAnonymous} from '@openid4vc/oauth2';
import {Openid4vciClient} from '@openid4vc/openid4vci';
import {Openid4vpClient} from '@openid4vc/openid4vp';
import {jwkOf, present as presentationOf} from './holder.mjs';

function callbacksOf(holder) {
  return {
    fetch,
    hash: (data, algorithm) => createHash(algorithm.replace('-', '')).update(data).digest(),
    generateRandom: length => randomBytes(length),
    clientAuthentication: clientAuthenticationAnonymous(),
    signJwt: async (signer, {header, payload}) => ({
      jwt: await holder.signJwt(header, payload), signerJwk: await jwkOf(holder.method)}),
    verifyJwt: async (signer, {compact}) => {
      const signerJwk = await jwkOf(signer.didUrl);
      const verified = await jose.compactVerify(compact, await jose.importJWK(signerJwk, signer.alg))
        .then(() => true, () => false);
      return {verified, signerJwk};
    },
    decryptJwe: async () => ({decrypted: false}),
    encryptJwe: async () => { throw new Error('nothing is encrypted here'); },
  };
}

/** Answers a request for a presentation; the verifier's answer to that. */
export async function present({holder, link, query, credential}) {
  const client = new Openid4vpClient({callbacks: callbacksOf(holder)});
  const {params} = client.parseOpenid4vpAuthorizationRequest({authorizationRequest: link});
  const {authorizationRequestPayload} = await client.resolveOpenId4vpAuthorizationRequest({
    authorizationRequestPayload: params});
  const {nonce, client_id: domain} = authorizationRequestPayload;
  const shown = await presentationOf(holder, credential, {challenge: nonce, domain});
  const {authorizationResponsePayload} = await client.createOpenid4vpAuthorizationResponse({
    authorizationRequestPayload, authorizationResponsePayload: {vp_token: {[query]: [shown]}}});
  const {response} = await client.submitOpenid4vpAuthorizationResponse({
    authorizationRequestPayload, authorizationResponsePayload});
  return {status: response.status, answer: await response.json()};
}

/** Fetches the credential of an offer in one configuration, and says that it has it. */
export async function obtain({holder, offer, configuration, txCode}) {
  const client = new Openid4vciClient({callbacks: callbacksOf(holder)});
  const credentialOffer = await client.resolveCredentialOffer(offer);
  const issuerMetadata = await client.resolveIssuerMetadata(credentialOffer.credential_issuer);
  const {accessTokenResponse} = await client.retrievePreAuthorizedCodeAccessTokenFromOffer({
    credentialOffer, issuerMetadata, ...(txCode ? {txCode} : {})});
  const {c_nonce: nonce} = issuerMetadata.credentialIssuer.nonce_endpoint ?
    await client.requestNonce({issuerMetadata}) : accessTokenResponse;
  const {jwt} = await client.createCredentialRequestJwtProof({
    issuerMetadata, nonce, credentialConfigurationId: configuration, issuedAt: new Date(),
    signer: {method: 'did', didUrl: holder.method, alg: 'EdDSA'}});
  const accessToken = accessTokenResponse.access_token;
  const {credentialResponse} = await client.retrieveCredentials({
    accessToken, credentialConfigurationId: configuration, issuerMetadata, proofs: {jwt: [jwt]}});
  if(credentialResponse.notification_id) {
    await client.sendNotification({accessToken, issuerMetadata, notification: {
      event: 'credential_accepted', notificationId: credentialResponse.notification_id}});
  }
  const [{credential}] = credentialResponse.credentials;
  return {credential};
}
