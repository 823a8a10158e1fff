// The client of @digitalbazaar/oid4-client: OpenID4VCI and OpenID4VP.
import * as jose from 'jose';
import {OID4Client, oid4vp} from '@digitalbazaar/oid4-client';
import {jwkOf, present as presentationOf} from './holder.mjs';

/** Answers a request for a presentation; the verifier's answer to that. */
export async function present({holder, link, query, credential}) {
  const {authorizationRequest} = await oid4vp.authzRequest.get({
    url: link,
    getVerificationKey: async ({protectedHeader: {kid, alg}}) => jose.importJWK(await jwkOf(kid), alg)});
  const {nonce, client_id: domain} = authorizationRequest;
  const shown = await presentationOf(holder, credential, {challenge: nonce, domain});
  const {result} = await oid4vp.authzResponse.send({
    authorizationRequest, vpToken: JSON.stringify({[query]: [shown]}), vpTokenMediaType: 'application/json'});
  return {status: 200, answer: result};
}

/** Fetches the credential of an offer, in the one configuration that the offer has for this client. */
export async function obtain({holder, offer, configuration}) {
  const parsed = new URL(offer.replace('openid-credential-offer://', 'https://offer.example/'));
  const address = parsed.searchParams.get('credential_offer_uri');
  const told = address ? await (await fetch(address)).json() :
    JSON.parse(parsed.searchParams.get('credential_offer'));
  const client = await OID4Client.fromCredentialOffer({
    offer: {...told, credential_configuration_ids: [configuration]}});
  const {nonce} = await client.getNonce();
  const {credential} = await client.requestCredentials({
    did: holder.did, didProofSigner: {...holder.signer, algorithm: 'Ed25519'}, nonce});
  return {credential};
}
