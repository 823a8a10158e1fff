// Verifies credentials with two independent implementations, contexts offline.
//
//   node verify.mjs CONTEXTS < credentials.jsonl
//
// CONTEXTS is a JSON file {url: document}. Each input line is {"name": ..., "credential": {...}};
// each output line is {"name", "javascript": true|false, "rust": true|false, "errors": [...]}.
import {createInterface} from 'node:readline';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import * as vc from '@digitalbazaar/vc';

const contexts = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const require = createRequire(import.meta.url);

/** Answers known contexts and did:key documents; everything else is refused. */
async function documentLoader(url) {
  if(url in contexts) {
    return {contextUrl: null, documentUrl: url, document: contexts[url], tag: 'static'};
  }
  if(url.startsWith('did:key:')) {
    return {contextUrl: null, documentUrl: url, document: await didKeyDocument(url)};
  }
  throw new Error(`not loaded: ${url}`);
}

async function didKeyDocument(url) {
  const [did] = url.split('#');
  const fingerprint = did.slice('did:key:'.length);
  const method = `${did}#${fingerprint}`;
  const pair = await Ed25519Multikey.from(
    {id: method, controller: did, type: 'Multikey', publicKeyMultibase: fingerprint});
  const key = await pair.export({publicKey: true, includeContext: true});
  if(url.includes('#')) {
    return key;
  }
  return {'@context': 'https://www.w3.org/ns/did/v1', id: did, assertionMethod: [key], authentication: [key]};
}

async function byJavaScript(credential) {
  const suite = new DataIntegrityProof({cryptosuite});
  const result = await vc.verifyCredential({credential, suite, documentLoader, now: momentOf(credential)});
  return result.verified ? [] : describe(result.error);
}

/** The signature is the question here, not the calendar: a moment within the credential's period. */
function momentOf(credential) {
  const dates = names => names.map(name => Date.parse(credential[name])).filter(date => !Number.isNaN(date));
  const from = dates(['validFrom', 'issuanceDate']);
  const until = dates(['validUntil', 'expirationDate']);
  return new Date(from.length ? Math.max(...from) + 1000 : until.length ? Math.min(...until) - 1000 : Date.now());
}

function describe(error) {
  const inner = error?.errors ?? [error];
  return inner.map(e => [e?.message, e?.details?.event?.code, JSON.stringify(e?.details ?? '')]
    .filter(Boolean).join(' ').slice(0, 400));
}

async function rustVerifier() {
  const entry = require.resolve('@learncard/didkit-plugin');
  const {getDidKitPlugin} = require('@learncard/didkit-plugin');
  const wasm = readFileSync(entry.replace(/dist[\\/].*$/, 'dist/didkit_wasm_bg.wasm'));
  const plugin = await getDidKitPlugin(wasm, false);
  const learnCard = {context: {resolveDocument: async () => undefined}, invoke: {}};
  return async credential => {
    const result = await plugin.methods.verifyCredential(learnCard, credential, {});
    return result.errors.map(String);
  };
}

const byRust = await rustVerifier();
for await (const line of createInterface({input: process.stdin})) {
  if(!line.trim()) {
    continue;
  }
  const {name, credential} = JSON.parse(line);
  const [javascript, rust] = await Promise.all([byJavaScript, byRust].map(
    async verify => verify(credential).catch(error => [String(error).slice(0, 400)])));
  console.log(JSON.stringify({
    name, javascript: javascript.length === 0, rust: rust.length === 0,
    errors: [...javascript.map(e => `javascript: ${e}`), ...rust.map(e => `rust: ${e}`)],
  }));
}
