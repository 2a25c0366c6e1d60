import type { HttpClient } from 'isomorphic-git';
import type { Outside } from '../outside/outside.ts';
import { ConfigRefused, throwFailure } from './config-failures.ts';

/** What git may send us in one answer. A config of 20 MB packs to less. */
const maxAnswer = 32 * 1024 * 1024;

/**
 * git's smart HTTP for isomorphic-git over the one egress client. The token goes as the password of Basic, as GitHub wants it. Throws
 * `ConfigRepositoryUnavailable`, `ConfigRepositoryRefused`, `ConfigRefused` above 32 MiB, and `Unreachable`.
 */
export const gitHttp = (outside: Outside, signal: AbortSignal): HttpClient => ({
  request: async ({ url, method = 'GET', headers = {}, body }) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body ?? []) chunks.push(chunk);
    const { tokenSecret } = outside.settings.configRepository;
    const token = tokenSecret === undefined ? undefined : (await outside.secrets.get(tokenSecret)).reveal().trim();
    const basic =
      token === undefined
        ? {}
        : { authorization: `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}` };
    const response = await outside.http(url, {
      method,
      headers: { ...headers, ...basic },
      signal,
      ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
    });
    if (response.status !== 200) throwFailure(`${method} ${new URL(url).pathname}`, response.status, response.headers);
    return {
      url,
      method,
      statusCode: response.status,
      statusMessage: response.statusText,
      headers: Object.fromEntries(response.headers),
      body: capped(response),
    };
  },
});

const capped = async function* (response: Response): AsyncIterableIterator<Uint8Array> {
  let read = 0;
  for await (const chunk of response.body ?? []) {
    read += chunk.length;
    if (read > maxAnswer)
      throw new ConfigRefused(
        '(fetching)',
        `git sent more than ${maxAnswer} bytes; keep large files out of the config repository`,
      );
    yield chunk;
  }
};
