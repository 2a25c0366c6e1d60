import type { Request } from './control-plane.ts';

export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T;
}

/** The events of one watch until the server ends it. Leaving the loop ends the request. `path` has its query already. */
export async function* watch<T>(request: Request, path: string, signal?: AbortSignal): AsyncGenerator<WatchEvent<T>> {
  const { body } = await request(`${path}&watch=true`, signal ? { signal } : {});
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body ?? []) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line) as WatchEvent<T>;
  }
}
