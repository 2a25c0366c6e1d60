import { statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { InvokeAnswer, InvokeCall } from '../calls.ts';
import { jsonText } from '../json.ts';
import { createHost, type FunctionHost, type FunctionSource, type HostOptions } from './function-host.ts';

/** The names of Lambda functions, so that none leads out of the folder. */
const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** Whether there is a folder at the path. */
export const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** Lambda's own limit for one call. */
const TIMEOUT_MS = 900_000;

const failed = (error: string, cause: string): InvokeAnswer => ({ ok: false, error, cause });

/**
 * Calls `<folder>/<name>.mjs` as the Lambda function of that name, in any account and region; a version or alias in the ARN is
 * ignored. Each function has a thread of its own; a file that was changed is read anew at the next call, while calls that run end on
 * the old one (what a module imports is not watched). Failures are told as Lambda tells them; a function that is not there fails as
 * `Lambda.ResourceNotFoundException`, and `print` is told which file was expected.
 */
export const functionFolder = (
  folder: string | undefined,
  options: Omit<HostOptions, 'timeoutMs'> & { readonly timeoutMs?: number },
): ((call: InvokeCall) => Promise<InvokeAnswer>) => {
  const hosts = new Map<string, FunctionHost>();

  const sourceOf = (name: string): FunctionSource | undefined => {
    if (folder === undefined || !NAME.test(name)) return undefined;
    const file = join(folder, `${name}.mjs`);
    const found = statSync(file, { throwIfNoEntry: false });
    if (!found?.isFile()) return undefined;
    const version = `${found.mtimeMs.toString(16).replace('.', '')}${found.size.toString(16)}`;
    return { name, version, url: `${pathToFileURL(file).href}?${version}` };
  };

  const hostOf = (source: FunctionSource): FunctionHost => {
    const known = hosts.get(source.name);
    if (known?.source.version === source.version) return known;
    known?.retire();
    const host = createHost(source, { timeoutMs: TIMEOUT_MS, ...options });
    hosts.set(source.name, host);
    return host;
  };

  return async ({ functionArn, payload, attemptId }) => {
    const name = functionArn.split(':')[6] ?? functionArn;
    const source = sourceOf(name);
    if (source === undefined) {
      const expected = folder === undefined ? 'start with --functions DIR' : `expected ${name}.mjs in ${folder}`;
      options.print(`engine: function ${name} was called and is not there; ${expected}\n`);
      return failed(
        'Lambda.ResourceNotFoundException',
        `Function not found: ${functionArn} (Service: Lambda, Status Code: 404, Request ID: ${attemptId})`,
      );
    }
    const answer = await hostOf(source).call({ event: jsonText(payload), functionArn, requestId: attemptId });
    if ('text' in answer) return { ok: true, payload: JSON.parse(answer.text) };
    return failed(answer.failure.errorType, jsonText(answer.failure));
  };
};
