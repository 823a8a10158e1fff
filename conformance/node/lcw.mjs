// The exchange of the VC API as Learner Credential Wallet goes through it (app/lib/exchanges.ts): an empty message, the
// request that answers it, a presentation that authenticates the holder by Ed25519Signature2020, the credential back.
import {present} from './holder.mjs';

/** The credential of an exchange; ``deep`` as by the wallet's deep link: the presentation itself, without a domain. */
export async function obtain({holder, exchange, deep}) {
  const suite = 'Ed25519Signature2020';
  if(deep) {
    const {verifiablePresentationRequest: {challenge}} = await (await fetch(`${exchange}/request`)).json();
    const answer = await post(exchange, await present(holder, undefined, {challenge, suite}));
    return {credential: [answer.verifiableCredential].flat()[0]};
  }
  const {verifiablePresentationRequest: asked} = await post(exchange, {});
  const {challenge, domain} = asked;
  const verifiablePresentation = await present(holder, undefined, {challenge, domain, suite});
  const given = await post(exchange, {verifiablePresentation});
  const found = given.verifiablePresentation?.verifiableCredential ?? given.verifiableCredential;
  return {credential: Array.isArray(found) ? found[0] : found};
}

async function post(url, message) {
  const answer = await fetch(url, {
    method: 'POST', headers: {'content-type': 'application/json', accept: 'application/json'},
    body: JSON.stringify(message)});
  const told = await answer.json();
  if(!answer.ok) {
    throw new Error(`${answer.status} ${told.detail ?? JSON.stringify(told)}`);
  }
  return told;
}
