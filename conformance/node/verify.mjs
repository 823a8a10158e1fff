// Verifies credentials with two independent implementations, contexts offline.
//
//   node verify.mjs CONTEXTS < credentials.jsonl
//
// CONTEXTS is a JSON file {url: document}. Each input line is {"name": ..., "credential": {...} or "token"};
// each output line is {"name", "javascript": true|false, "rust": true|false, "errors": [...]}.
import {createInterface} from 'node:readline';
import {verify as byJavaScript} from './javascript.mjs';
import {verify as byRust} from './rust.mjs';

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
