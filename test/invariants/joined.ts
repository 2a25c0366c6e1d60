import type { AcceptedWrite, Histories } from './histories.ts';

/** What a write says of itself in its User-Agent: the join between an API server's log and the ledger. */
export interface Claim {
  readonly intent: string;
  readonly token: number;
  readonly plan: string;
}

/** A write in the ledger; with an outcome once that is known. */
export interface Intent {
  readonly intent: string;
  readonly deployment: string;
  readonly target: string;
  readonly fence: number;
  readonly at: number;
  readonly id: string;
  readonly verb: string;
  readonly path: string;
  readonly hash: string;
  readonly plan: string;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly outcome?: { readonly status: string };
  readonly endedAt?: number;
}

/** A write that an API server took, what it claims, and what the ledger has of it. */
export interface JoinedWrite extends AcceptedWrite {
  readonly target: string;
  readonly claim: Claim | undefined;
  /** More than one where the ledger contradicts itself. */
  readonly intents: readonly Intent[];
}

/** Every write to every target, in the order of its API server. */
export const joinWrites = ({ ledger, writes }: Histories): readonly JoinedWrite[] => {
  const intents = Map.groupBy(intentsOf(ledger), ({ intent }) => intent);
  return [...writes].flatMap(([target, taken]) =>
    taken.map((write) => {
      const claim = claimOf(write.userAgent);
      return { ...write, target, claim, intents: intents.get(claim?.intent ?? '') ?? [] };
    }),
  );
};

export const intentsOf = (ledger: Histories['ledger']): readonly Intent[] =>
  ledger
    .filter(
      ({ partition, sort }) =>
        (partition.startsWith('target#') && sort.startsWith('open#')) ||
        (partition.startsWith('deployment#') && sort.startsWith('write#')),
    )
    .map(({ data }) => data as unknown)
    .map((data) => data as Intent);

const claimOf = (userAgent: string): Claim | undefined => {
  const found = /^tidegate\/\S+ \(intent=(\S+); token=(\d+); plan=(sha256:[0-9a-f]{64})\)$/.exec(userAgent);
  const [, intent = '', token = '', plan = ''] = found ?? [];
  return found === null ? undefined : { intent, token: Number(token), plan };
};

/** Of a deployment's name, `deployment#rollout#wave#direction#target`. */
export const deploymentParts = (name: string) => {
  const [, rollout = '', , direction = ''] = name.split('#');
  return { rollout, direction };
};

/** `PATCH /api/v1/… of target`, for people. */
export const spokenWrite = ({ method, path, target, number }: JoinedWrite): string =>
  `${target} request ${number}: ${method} ${path}`;
