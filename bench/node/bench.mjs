// The Digital Bazaar stack at the same jobs. Answers one JSON line for each JSON line of standard input:
//   {"job": "canonicalize"|"relabel"|"sign"|"verify"|"output", "what": a job, "document": "…", "seconds": 0.3}
//   → {"times": [microseconds, …], "cpu": microseconds each} or {"output": "…"}
import {createInterface} from 'node:readline';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';

const require = createRequire(new URL(`file://${process.argv[3]}/package.json`));
const load = async name => import(require.resolve(name));
const {DataIntegrityProof} = await load('@digitalbazaar/data-integrity');
const {cryptosuite} = await load('@digitalbazaar/eddsa-rdfc-2022-cryptosuite');
const Ed25519Multikey = await load('@digitalbazaar/ed25519-multikey');
const vc = await load('@digitalbazaar/vc');
const jsonld = (await load('jsonld')).default;

const {contexts, seed, created, did, method} = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const pair = await Ed25519Multikey.generate(
  {id: method, controller: did, seed: Uint8Array.from(Buffer.from(seed, 'hex'))});
const published = await pair.export({publicKey: true, includeContext: true});
const controller = {'@context': 'https://www.w3.org/ns/did/v1', id: did,
  assertionMethod: [published], authentication: [published]};

async function documentLoader(url) {
  const document = contexts[url] ?? (url === did ? controller : url === method ? published : undefined);
  if(document === undefined) {
    throw new Error(`not loaded: ${url}`);
  }
  return {contextUrl: null, documentUrl: url, document, tag: 'static'};
}

const normal = {algorithm: 'RDFC-1.0', format: 'application/n-quads', safe: true, base: null, documentLoader};
const jobs = {
  canonicalize: tree => jsonld.canonize(tree, normal),
  relabel: nquads => jsonld.canonize(nquads, {...normal, inputFormat: 'application/n-quads'}),
  async sign(text) {
    const suite = new DataIntegrityProof({signer: pair.signer(), date: created, cryptosuite});
    const made = await vc.issue({credential: JSON.parse(text), suite, documentLoader});
    return JSON.stringify(made);
  },
  async verify(text) {
    const suite = new DataIntegrityProof({cryptosuite});
    const result = await vc.verifyCredential(
      {credential: JSON.parse(text), suite, documentLoader, now: new Date('2026-06-01T00:00:00Z')});
    if(!result.verified) {
      throw new Error('not verified: ' + JSON.stringify(result.error?.errors?.map(e => e.message) ?? result.error));
    }
  },
};

const timed = async ({job, document, seconds}) => {
  const input = job === 'canonicalize' ? JSON.parse(document) : document;
  if(seconds > 0) {
    await jobs[job](input);
  }
  const times = [];
  const cpu = process.cpuUsage();
  const end = performance.now() + seconds * 1000;
  do {
    const start = performance.now();
    await jobs[job](input);
    times.push((performance.now() - start) * 1000);
  } while(performance.now() < end);
  const used = process.cpuUsage(cpu);
  return {times, cpu: (used.user + used.system) / times.length};
};

for await (const line of createInterface({input: process.stdin})) {
  const asked = JSON.parse(line);
  try {
    const answer = asked.job === 'output' ?
      {output: await jobs[asked.what](asked.what === 'canonicalize' ? JSON.parse(asked.document) : asked.document)} :
      await timed(asked);
    console.log(JSON.stringify(answer));
  } catch(error) {
    console.log(JSON.stringify({error: String(error?.stack ?? error).slice(0, 500)}));
  }
}
