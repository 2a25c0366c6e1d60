import type { InvokeAnswer, InvokeCall } from '../../local/engine/calls.ts';
import { createEngine, type Engine } from '../../local/engine/engine.ts';
import type { EngineClock } from '../../local/engine/given.ts';
import { seededRandom } from '../../shared/outside/random.ts';

/** A function of the tests; `attemptId` comes along so that a repeat can be seen. */
export type Handler = (payload: unknown, attemptId: string) => unknown;

export class HandlerFailure extends Error {
  override readonly name: string;
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

export interface OpenOptions {
  readonly clock: EngineClock;
  readonly functions?: Readonly<Record<string, Handler>>;
  readonly database?: string;
  readonly seed?: string;
  readonly objects?: Map<string, Uint8Array>;
  readonly calls?: InvokeCall[];
  readonly transitionsPerCommit?: number;
  readonly account?: string;
}

const answer = async (functions: OpenOptions['functions'], call: InvokeCall): Promise<InvokeAnswer> => {
  const name = call.functionArn.split(':').at(-1) ?? '';
  const handler = functions?.[name];
  if (!handler) return { ok: false, error: 'Lambda.ResourceNotFoundException', cause: `no function ${name}` };
  try {
    return { ok: true, payload: await handler(call.payload, call.attemptId) };
  } catch (thrown) {
    const { name: error, message } = thrown as Error;
    return { ok: false, error, cause: JSON.stringify({ errorMessage: message, errorType: error }) };
  }
};

/** An engine with functions of the test behind it and objects in memory. */
export const openEngine = ({ clock, objects = new Map(), calls = [], ...options }: OpenOptions): Engine =>
  createEngine({
    clock,
    random: seededRandom(options.seed ?? 'bench'),
    ...(options.transitionsPerCommit !== undefined && { transitionsPerCommit: options.transitionsPerCommit }),
    database: options.database ?? ':memory:',
    region: 'us-east-1',
    account: options.account ?? '111111111111',
    invoke: (call) => {
      calls.push(call);
      return answer(options.functions, call);
    },
    objects: {
      get: async (bucket, key) => {
        const found = objects.get(`${bucket}/${key}`);
        if (!found) throw new Error(`no object ${bucket}/${key}`);
        return found;
      },
      put: async (bucket, key, bytes) => void objects.set(`${bucket}/${key}`, bytes),
    },
  });
