import { readFileSync } from 'node:fs';
import type { ModuleAnswer } from './jsonnet-wire.ts';

/** Where the committed module lies: beside this file. */
export const jsonnetWasm = new URL('./jsonnet/jsonnet.wasm', import.meta.url);

/** Reads and compiles the module, about 10 ms, in this thread. The same module serves any number of evaluations and threads. */
export const compileJsonnet = (wasm: URL = jsonnetWasm): WebAssembly.Module =>
  new WebAssembly.Module(readFileSync(wasm));

/**
 * Runs one request in an instance of its own, which is then dropped: no state or memory passes from one evaluation to the next.
 * Never throws for what the request holds; a trap is an answer. Does not return while the jsonnet runs.
 */
export const runJsonnet = (module: WebAssembly.Module, request: Uint8Array): ModuleAnswer => {
  const { memory, alloc, evaluate, trapped } = new WebAssembly.Instance(module).exports;
  if (!(memory instanceof WebAssembly.Memory) || !isCall(alloc) || !isCall(evaluate) || !isCall(trapped)) {
    throw new TypeError('jsonnet.wasm: memory, alloc, evaluate or trapped is missing; build it again with build.sh');
  }
  const read = (packed: unknown): Uint8Array => {
    const place = BigInt.asUintN(64, BigInt(String(packed)));
    return new Uint8Array(memory.buffer, Number(place >> 32n), Number(place & 0xffff_ffffn)).slice();
  };
  try {
    const start = Number(alloc(request.length)) >>> 0;
    new Uint8Array(memory.buffer).set(request, start);
    return { answer: read(evaluate(start, request.length)) };
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return { trap: new TextDecoder().decode(read(trapped())) };
    if (error instanceof RangeError) return { trap: '' };
    throw error;
  }
};

const isCall = (value: unknown): value is (...args: readonly number[]) => unknown => typeof value === 'function';
