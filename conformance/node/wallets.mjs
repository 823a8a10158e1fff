// Wallets' own client libraries before a running gateway, over https.
//
//   NODE_EXTRA_CA_CERTS=cert.pem node wallets.mjs CONTEXTS < orders.jsonl
//
// Each line is {"name", "client", "act": "present" | "obtain", "holder", ...}; each output line is {"name", "done",
// "error", and what the act gave: "status" and "answer" of a verifier, or the "credential"}.
import {createInterface} from 'node:readline';
import * as animo from './animo.mjs';
import * as digitalbazaar from './digitalbazaar.mjs';
import * as lcw from './lcw.mjs';
import * as sphereon from './sphereon.mjs';
import {holderOf} from './holder.mjs';

const clients = {animo, digitalbazaar, lcw, sphereon};

for await (const line of createInterface({input: process.stdin})) {
  if(!line.trim()) {
    continue;
  }
  const {name, client, act, holder, ...order} = JSON.parse(line);
  const told = await perform(clients[client][act], await holderOf(holder), order);
  console.log(JSON.stringify({name, ...told}));
}

async function perform(act, holder, order) {
  try {
    return {done: true, ...await act({holder, ...order})};
  } catch(error) {
    return {done: false, error: reasons(error).slice(0, 1000)};
  }
}

function reasons(error) {
  return error ? [error.message, reasons(error.cause)].filter(Boolean).join(': ') : '';
}
