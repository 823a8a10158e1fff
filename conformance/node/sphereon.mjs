// The client of @sphereon/oid4vci-client: OpenID4VCI as draft 15 has it.
import {OpenID4VCIClientV1_0_15} from '@sphereon/oid4vci-client';

/** Fetches the credential of an offer in one configuration. */
export async function obtain({holder, offer, configuration, format, txCode}) {
  const client = await OpenID4VCIClientV1_0_15.fromURI({
    uri: await byCode(offer), kid: holder.method, alg: 'EdDSA', clientId: holder.did});
  await client.acquireAccessToken(txCode ? {pin: txCode} : {});
  const {credentials, credential} = await client.acquireCredentials({
    credentialConfigurationId: configuration, format, kid: holder.method, alg: 'EdDSA',
    proofCallbacks: {signCallback: async ({header, payload}) => holder.signJwt(header, payload)}});
  return {credential: credential ?? credentials[0].credential};
}

// Of two grants it takes the authorization code, which needs a browser: the offer by its other grant alone.
async function byCode(offer) {
  const address = new URL(offer.replace('openid-credential-offer://', 'https://offer.example/'));
  const told = await (await fetch(address.searchParams.get('credential_offer_uri'))).json();
  delete told.grants.authorization_code;
  return `openid-credential-offer://?credential_offer=${encodeURIComponent(JSON.stringify(told))}`;
}
