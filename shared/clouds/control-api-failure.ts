import { Unreachable } from '../outside/http.ts';
import { Throttled } from '../outside/throttled.ts';
import { AccessRefused, ClusterUnreachable, ClusterUnresolved } from './cluster.ts';

/** What was asked of a cloud: a token of its token service, or where a cluster is of its control API. */
export type Asked = 'token' | 'cluster';

// The SDKs nest their own errors a few deep; a cycle would otherwise never end.
const DEEPEST_CAUSE = 8;
const LONGEST_MESSAGE = 300;

const fieldOf = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null ? Reflect.get(at, name) : undefined),
    value,
  );

const causesOf = (error: unknown): readonly unknown[] => {
  const causes = [error];
  while (causes.length < DEEPEST_CAUSE) {
    const cause = fieldOf(causes.at(-1), 'cause');
    if (cause === undefined) break;
    causes.push(cause);
  }
  return causes;
};

/** The HTTP status an SDK's error carries: AWS, then Azure, then Google's two. */
const statusOf = (error: unknown): number | undefined => {
  for (const one of causesOf(error)) {
    const statuses = [
      fieldOf(one, '$metadata', 'httpStatusCode'),
      fieldOf(one, 'statusCode'),
      fieldOf(one, 'httpStatusCode'),
      fieldOf(one, 'response', 'status'),
      fieldOf(one, 'status'),
    ];
    const status = statuses.find((value) => typeof value === 'number');
    if (typeof status === 'number') return status;
  }
  return undefined;
};

/** AWS says some of its throttling and all of its authentication failures with status 400 and a name. */
const THROTTLING = /throttl|toomanyrequests|requestlimitexceeded|slowdown/i;
const IDENTITY =
  /expiredtoken|invalidclienttoken|unrecognizedclient|invalididentitytoken|signaturedoesnotmatch|accessdenied/i;

/** `Token refresh failed: ` for a message of many lines would hide what is wrong: the first 300 characters on one line. */
const messageOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, ' ').slice(0, LONGEST_MESSAGE);
};

/**
 * The one of our errors that says what a failed call of a cloud's SDK means for the rollout. `subject` starts its message. An error
 * that says nothing of what happened counts as no response: the state machine tries again.
 */
export const controlApiFailure = (subject: string, asked: Asked, error: unknown): Error => {
  const unreachable = causesOf(error).find((cause) => cause instanceof Unreachable);
  if (unreachable) return new ClusterUnreachable(`${subject}: ${unreachable.message}`, { cause: unreachable });

  const status = statusOf(error);
  const name = String(fieldOf(error, 'name') ?? '');
  const what = status === undefined ? messageOf(error) : `${status} ${messageOf(error)}`;
  if (status === 429 || THROTTLING.test(name)) return new Throttled(`${subject}: asked to slow down: ${what}`);
  if (status === undefined || status >= 500) return new ClusterUnreachable(`${subject}: no usable answer: ${what}`);
  if (asked === 'token' || status === 401 || status === 403 || IDENTITY.test(name)) {
    return new AccessRefused(
      `${subject}: our identity is refused: ${what}; check the trust between it and this account`,
    );
  }
  return new ClusterUnresolved(`${subject}: can not be resolved: ${what}; check the target's locator in the config`);
};
