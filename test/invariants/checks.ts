import { createHash } from 'node:crypto';
import { chain } from './chain.ts';
import type { Histories } from './histories.ts';
import { freezes, halts } from './holds.ts';
import { deploymentParts, type Intent, intentsOf, type JoinedWrite, joinWrites, spokenWrite } from './joined.ts';

/** An invariant that does not hold, and where. */
export interface Violation {
  readonly invariant: 'V2 one writer' | 'V4 one end' | 'V10 deletes' | 'V12 halt' | 'V13 freeze' | 'V16 audit';
  readonly because: string;
}

/**
 * What does not hold of a run, by its ledger and its API servers' logs alone. `isOver`: nothing is under way any more, so that every
 * rollout has an end and every write an outcome.
 */
export const checkHistories = (
  histories: Histories,
  { isOver }: { readonly isOver: boolean },
): readonly Violation[] => {
  const joined = joinWrites(histories);
  const found: Readonly<Record<Violation['invariant'], readonly string[]>> = {
    'V2 one writer': oneWriter(joined),
    'V4 one end': oneEnd(joined, histories, isOver),
    'V10 deletes': deletes(joined, histories),
    'V12 halt': halts(joined, histories),
    'V13 freeze': freezes(joined, histories),
    'V16 audit': [...audit(joined, histories, isOver), ...chain(histories)],
  };
  return (Object.keys(found) as (keyof typeof found)[]).flatMap((invariant) =>
    found[invariant].map((because) => ({ invariant, because })),
  );
};

/** Tokens never decrease in the order of the API server; the writes of two rollouts on their way forward do not interleave. */
const oneWriter = (joined: readonly JoinedWrite[]): readonly string[] =>
  [...Map.groupBy(joined, ({ target }) => target).values()].flatMap((writes) => {
    const stale = writes.flatMap((write, place) => {
      const highest = Math.max(0, ...writes.slice(0, place).map(({ claim }) => claim?.token ?? 0));
      const token = write.claim?.token ?? highest;
      return token < highest ? [`${spokenWrite(write)}: token ${token} after ${highest}`] : [];
    });
    const forward = writes.flatMap(({ intents: [intent] }) => {
      const { rollout, direction } = deploymentParts(intent?.deployment ?? '');
      return direction === 'forward' ? [rollout] : [];
    });
    const spans = forward.filter((rollout, place) => rollout !== forward[place - 1]);
    const again = spans.filter((rollout, place) => spans.indexOf(rollout) !== place);
    return [...stale, ...again.map((rollout) => `${writes[0]?.target}: ${rollout} wrote before and after another`)];
  });

/** One end row and one event of it per rollout, and no write of it later. */
const oneEnd = (joined: readonly JoinedWrite[], { ledger }: Histories, isOver: boolean): readonly string[] =>
  ledger
    .filter(({ partition, sort }) => partition.startsWith('rollout#') && sort === 'head')
    .flatMap(({ partition, data }) => {
      const rollout = partition.slice('rollout#'.length);
      const end = data.end as { readonly at: number } | undefined;
      const told = ledger.filter(
        (row) => row.partition === partition && row.sort.startsWith('event#') && row.data.kind === 'ended',
      );
      const count = end === undefined ? 0 : 1;
      const late = joined.filter(
        ({ at, intents }) =>
          end !== undefined &&
          at > end.at &&
          intents.some((intent) => deploymentParts(intent.deployment).rollout === rollout),
      );
      return [
        ...(end === undefined && isOver ? [`${rollout} has no end`] : []),
        ...(told.length > count || (isOver && told.length < count) ? [`${rollout} tells of ${told.length} ends`] : []),
        ...late.map((write) => `${spokenWrite(write)}: after the end of ${rollout}`),
      ];
    });

/** Never deleted, whatever a plan says. */
const neverDeleted = /\/(namespaces|customresourcedefinitions|persistentvolumes|persistentvolumeclaims)\/[^/]+$/;

/** Each delete is of an object that the plan deletes, named by uid over the wire. */
const deletes = (joined: readonly JoinedWrite[], histories: Histories): readonly string[] =>
  joined
    .filter(({ method }) => method === 'DELETE')
    .flatMap((write) => {
      const intent = write.intents[0];
      const uid = intent?.preconditions?.uid;
      const isListed = plannedObjects(write, histories).some(
        ({ id, uid: planned, action }) =>
          id === intent?.id && planned === uid && (action === 'prune' || action === 'recreate'),
      );
      const isOfJob = deletedJobs(write, histories).some((job) => job.id === intent?.id && job.uid === uid);
      const problems = [
        ...(neverDeleted.test(write.path) ? ['it may never be deleted'] : []),
        ...(isListed || isOfJob || isLeftInventory(write, histories) ? [] : ['the plan does not list it']),
        ...(hasPreconditions(write, intent) ? [] : ['its body has no precondition of uid']),
      ];
      return problems.map((problem) => `${spokenWrite(write)}: ${problem}`);
    });

interface PlannedObject {
  readonly id: string;
  readonly uid?: string;
  readonly action: string;
  readonly service: string;
}

interface DeletedJob {
  readonly id: string;
  readonly uid?: string;
}

/** What of a target's plan the check reads. */
interface Planned {
  readonly objects: readonly PlannedObject[];
  readonly jobs?: {
    readonly runs: readonly { readonly id: string; readonly replaces?: string }[];
    readonly cleans: readonly DeletedJob[];
  };
}

/** Jobs of earlier releases that the plan clears away, and those whose place another one takes. */
const deletedJobs = (write: JoinedWrite, histories: Histories): readonly DeletedJob[] => {
  const jobs = plannedFor(write, histories)?.jobs;
  const replaced = (jobs?.runs ?? []).flatMap(({ id, replaces }) =>
    replaces === undefined ? [] : [{ id, uid: replaces }],
  );
  return [...(jobs?.cleans ?? []), ...replaced];
};

const plannedObjects = (write: JoinedWrite, histories: Histories): readonly PlannedObject[] =>
  plannedFor(write, histories)?.objects ?? [];

const plannedFor = ({ claim, target }: JoinedWrite, { blob }: Histories): Planned | undefined => {
  const wave = blob(claim?.plan ?? '') as
    | { readonly targets?: readonly { target: string; planned: string }[] }
    | undefined;
  const planned = wave?.targets?.find((each) => each.target === target)?.planned;
  const found = blob(planned ?? '') as { readonly plan: Planned } | undefined;
  return found?.plan;
};

/** The inventory of a service that has left: the plan has nothing of that service but what it prunes. */
const isLeftInventory = (write: JoinedWrite, histories: Histories): boolean => {
  const [, service] = /\/configmaps\/tidegate-([^/]+)$/.exec(write.path) ?? [];
  const objects = plannedObjects(write, histories);
  return service !== undefined && objects.every((each) => each.service !== service || each.action === 'prune');
};

/** What was sent is known by its digest: it is that of a DeleteOptions with these preconditions, or it is something else. */
const hasPreconditions = ({ bodyDigest }: JoinedWrite, intent: Intent | undefined): boolean => {
  const { uid, resourceVersion } = intent?.preconditions ?? {};
  if (!uid) return false;
  return ['Background', 'Orphan'].some((propagationPolicy) => {
    const preconditions = { uid, resourceVersion };
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy, preconditions };
    return bodyDigest === `sha256:${createHash('sha256').update(JSON.stringify(body)).digest('hex')}`;
  });
};

const methods: Readonly<Record<string, string>> = { apply: 'PATCH', delete: 'DELETE', evict: 'POST' };

/**
 * Each write has one intent from before it and one outcome from after it that does not deny it, and each `done` has its write, where the
 * target's API server keeps a log of them.
 */
const audit = (
  joined: readonly JoinedWrite[],
  { ledger, writes: logs }: Histories,
  isOver: boolean,
): readonly string[] => {
  const taken = Map.groupBy(joined, ({ claim }) => claim?.intent ?? '');
  const ended = new Set(
    ledger
      .filter(
        ({ partition, sort, data }) => partition.startsWith('rollout#') && sort === 'head' && data.end !== undefined,
      )
      .map(({ partition }) => partition.slice('rollout#'.length)),
  );
  const isDue = ({ deployment }: Intent) => isOver || ended.has(deploymentParts(deployment).rollout);
  const intents = intentsOf(ledger);
  return [
    ...joined.flatMap((write) => doubtsOf(write).map((doubt) => `${spokenWrite(write)}: ${doubt}`)),
    ...[...taken].flatMap(([intent, writes]) =>
      intent !== '' && writes.length > 1 ? [`${intent} was taken ${writes.length} times`] : [],
    ),
    ...intents
      .filter((intent) => intent.outcome === undefined && isDue(intent))
      .map(({ intent }) => `${intent} has no outcome`),
    ...intents
      .filter(({ intent, target, outcome }) => outcome?.status === 'done' && logs.has(target) && !taken.has(intent))
      .map(({ intent }) => `${intent} is done by the ledger, and its target took no such write`),
  ];
};

const doubtsOf = ({ claim, intents, method, path, target, at, bodyDigest }: JoinedWrite): readonly string[] => {
  if (claim === undefined) return ['it names no intent'];
  const [intent, ...others] = intents;
  if (intent === undefined) return [`its intent ${claim.intent} is not in the ledger`];
  const { outcome, endedAt = Number.POSITIVE_INFINITY } = intent;
  const doubts: Readonly<Record<string, boolean>> = {
    'it has several intents': others.length > 0,
    'its intent is of another target': intent.target !== target,
    'its intent is from after it': intent.at > at,
    'its intent has another token': intent.fence !== claim.token,
    'its intent has another plan': intent.plan !== claim.plan,
    'its intent is of another verb': methods[intent.verb] !== method,
    'its intent is of another object': intent.path !== path.replace(/\/eviction$/, ''),
    'its intent has another body': intent.hash !== bodyDigest,
    'its outcome is from before it': endedAt < at,
    'its outcome says that it was refused': outcome?.status === 'refused',
  };
  return Object.keys(doubts).filter((doubt) => doubts[doubt]);
};
