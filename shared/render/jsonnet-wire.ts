import { type Evaluation, evaluationLimits } from './jsonnet.ts';
import { limitReached, problemAt, type RenderCode, RenderFailed, type RenderProblem } from './render-failed.ts';

/** What the module said: its answer (a status byte and text), or that it trapped. */
export type ModuleAnswer = { readonly answer: Uint8Array } | { readonly trap: string };

/** The request as the module reads it; see jsonnet/src/request.rs. */
export const encodeRequest = (request: Evaluation): Uint8Array => {
  const ext = Object.entries(request.ext).map(([name, value]) => [name, JSON.stringify(value ?? null)] as const);
  const { maxOutputBytes = evaluationLimits.maxOutputBytes } = request;
  return Buffer.concat([
    number(maxOutputBytes),
    ...text(request.entry),
    number(ext.length),
    ...ext.flatMap(([name, json]) => [...text(name), ...text(json)]),
    number(request.files.size),
    ...[...request.files].flatMap(([path, content]) => [...text(path), ...text(content)]),
  ]);
};

/** The JSON text of an answer. Throws `RenderFailed` for every other; `request` is named where the module could not. */
export const readAnswer = (said: ModuleAnswer, request: Pick<Evaluation, 'entry' | 'maxOutputBytes'>): string => {
  if ('trap' in said) throw new RenderFailed([trapped(said.trap, request.entry)]);
  const [status, ...rest] = [said.answer[0], new TextDecoder().decode(said.answer.subarray(1))];
  const body = rest[0] ?? '';
  if (status === 0) return body;
  if (status === 4) {
    const most = request.maxOutputBytes ?? evaluationLimits.maxOutputBytes;
    throw new RenderFailed([
      limitReached('output', request.entry, `${body} bytes of JSON; at most ${most} are allowed`),
    ]);
  }
  const at = body.indexOf('\n');
  const [site, what] = [body.slice(0, at), body.slice(at + 1)];
  if (status === 3) throw new RenderFailed([limitReached('stack', site, what)]);
  throw new RenderFailed([problemAt(failures[status ?? 1] ?? 'JSONNET_ERROR', site, what)]);
};

/** The statuses of jsonnet/src/lib.rs that carry a site and a text. */
const failures: Readonly<Record<number, RenderCode>> = { 1: 'JSONNET_ERROR', 2: 'IMPORT_DENIED' };

const trapped = (reason: string, entry: string): RenderProblem => {
  if (reason === 'memory') return limitReached('memory', entry, 'the evaluation needs more than 256 MiB');
  if (reason === '') return limitReached('stack', entry, 'the file is nested too deeply');
  return problemAt('JSONNET_ERROR', entry, `the evaluator gave up: ${reason}`);
};

const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

const text = (value: string): readonly [Buffer, Buffer] => {
  const bytes = Buffer.from(value, 'utf8');
  return [number(bytes.length), bytes];
};
