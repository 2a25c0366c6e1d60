import type { Evaluate } from './jsonnet.ts';
import { compileJsonnet, runJsonnet } from './jsonnet-wasm.ts';
import { encodeRequest, readAnswer } from './jsonnet-wire.ts';

/**
 * Evaluates in this thread, for virtual mode, where there is no worker. Memory, stack and output are bounded as in a worker, but
 * **the deadline is not kept**: nothing can stop an endless loop here, so it is for files that are known, never for those of a user.
 */
export const evaluateInThread = (module: WebAssembly.Module = compileJsonnet()): Evaluate => {
  return async (request) => readAnswer(runJsonnet(module, encodeRequest(request)), request);
};
