// Canonical forms by jsonld.js in safe mode, contexts offline.
//
//   node canonize.mjs CONTEXTS < documents.jsonl
//
// CONTEXTS is a JSON file {url: document}. Each input line is {"number": ..., "document": {...}}; each output line
// is {"number", "sha256"} of the canonical N-Quads, or {"number", "error"}.
import {createHash} from 'node:crypto';
import {createInterface} from 'node:readline';
import {readFileSync} from 'node:fs';
import jsonld from 'jsonld';

const contexts = JSON.parse(readFileSync(process.argv[2], 'utf8'));

async function documentLoader(url) {
  if(url in contexts) {
    return {contextUrl: null, documentUrl: url, document: contexts[url], tag: 'static'};
  }
  throw new Error(`not loaded: ${url}`);
}

const options = {algorithm: 'RDFC-1.0', format: 'application/n-quads', safe: true, base: null, documentLoader,
  maxWorkFactor: 3};
for await (const line of createInterface({input: process.stdin})) {
  if(!line.trim()) {
    continue;
  }
  const {number, document} = JSON.parse(line);
  try {
    const nquads = await jsonld.canonize(document, options);
    console.log(JSON.stringify({number, sha256: createHash('sha256').update(nquads).digest('hex')}));
  } catch(error) {
    console.log(JSON.stringify({number, error: String(error?.details?.event?.code ?? error?.message ?? error).slice(0, 200)}));
  }
}
