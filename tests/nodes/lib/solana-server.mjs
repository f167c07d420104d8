// A Solana node in a process of its own, as anvil is: listens on a free port of 127.0.0.1 and prints which one.
import { createJsonRpcServer } from './json-rpc-server.mjs';
import { SolanaLedger } from './solana-ledger.mjs';
import { solanaMethods } from './solana-methods.mjs';

const server = createJsonRpcServer(solanaMethods(new SolanaLedger()));
server.listen(0, '127.0.0.1', () => {
  console.log(`Listening on 127.0.0.1:${server.address().port}`);
});
