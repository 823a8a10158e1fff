// The Rust lineage: ssi as LearnCard ships it.
import {createRequire} from 'node:module';
import {readFileSync} from 'node:fs';

const require = createRequire(import.meta.url);
const entry = require.resolve('@learncard/didkit-plugin');
const {getDidKitPlugin} = require('@learncard/didkit-plugin');
const wasm = readFileSync(entry.replace(/dist[\\/].*$/, 'dist/didkit_wasm_bg.wasm'));
const plugin = await getDidKitPlugin(wasm, false);
const learnCard = {context: {resolveDocument: async () => undefined}, invoke: {}};

/** Errors of a credential; none when it verifies. */
export async function verify(credential) {
  const result = await plugin.methods.verifyCredential(learnCard, credential, {});
  return result.errors.map(String);
}

/** A credential with a proof of a kind this lineage makes. */
export async function sign({suite, credential, jwk, method}) {
  const kind = suite === 'Ed25519Signature2020' ? {type: suite} : {type: 'DataIntegrityProof', cryptosuite: suite};
  return plugin.methods.issueCredential(
    learnCard, credential,
    {...kind, verificationMethod: method, proofPurpose: 'assertionMethod', created: '2026-05-01T12:00:00Z'}, jwk);
}
