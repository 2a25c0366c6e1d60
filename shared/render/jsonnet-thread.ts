import { parentPort, workerData } from 'node:worker_threads';
import { runJsonnet } from './jsonnet-wasm.ts';

/** The worker's side of jsonnet-worker.ts: one request in, one answer out. It is killed, not asked to stop. */
const module: WebAssembly.Module = workerData;

parentPort?.on('message', (request: Uint8Array) => {
  parentPort?.postMessage(runJsonnet(module, request));
});
