// Signs credentials with two independent implementations, contexts offline.
//
//   node sign.mjs CONTEXTS < orders.jsonl
//
// Each input line is {"name", "by": "javascript"|"rust", "suite", ...} with what that implementation needs;
// each output line is {"name", "credential": {...} or "token"} or {"name", "error"}.
import {createInterface} from 'node:readline';
import {sign as byJavaScript} from './javascript.mjs';
import {sign as byRust} from './rust.mjs';

const SIGNERS = {javascript: byJavaScript, rust: byRust};

for await (const line of createInterface({input: process.stdin})) {
  if(!line.trim()) {
    continue;
  }
  const {name, by, ...order} = JSON.parse(line);
  const done = await SIGNERS[by](order)
    .then(credential => ({credential}), error => ({error: String(error?.stack ?? error).slice(0, 600)}));
  console.log(JSON.stringify({name, ...done}));
}
