/** One request of the conversation that both servers are asked to hold. */
export interface Turn {
  readonly says: string;
  readonly method: string;
  readonly path: string;
  readonly type?: string;
  readonly body?: unknown;
  readonly accept?: string;
  /** The real server knows of a new kind, policy, or quota some moments later: it is asked again until it answers so. */
  readonly until?: number;
  /** The same, of what the answer says. */
  readonly untilSays?: string;
}

export const apply = 'application/apply-patch+yaml';
export const merge = 'application/merge-patch+json';
export const strategic = 'application/strategic-merge-patch+json';
export const jsonPatch = 'application/json-patch+json';

export const turn = (says: string, method: string, path: string, body?: unknown, type?: string): Turn => ({
  says,
  method,
  path,
  ...(body === undefined ? {} : { body }),
  ...(type === undefined ? {} : { type }),
});

export const metadata = (name: string) => ({ name, namespace: 'talk' });
export const core = '/api/v1/namespaces/talk';
