import { describe, expect, it } from 'vitest';
import type { SliceResult } from '../../shared/apply/slice.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import type { AdmissionPolicy } from '../../shared/rollout/fence.ts';
import type { RenderedTarget } from '../../shared/rollout/release.ts';
import { configMap, namespace as namespaceOf } from './manifests.ts';
import { renderedOf } from './rehearsal.ts';
import type { Server } from './server.ts';
import { playOn } from './theatre.ts';
import { type Accepted, openScene, type Pause, type Point } from './two-writers.ts';

const maps = (values: Readonly<Record<string, string>>): RenderedTarget =>
  renderedOf({ web: Object.entries(values).map(([name, key]) => configMap(name, { key })) });

/** What is there, what the slow writer brings, and what the newer one does. */
const first = { a: '5', b: '5', c: '5', p: '5', q: '5', u: '5' };
const slow = { a: '7', b: '7', c: '7', n: '7', o: '7', q: '7', u: '5' };
const newer = { a: '5', b: '9', c: '9', m: '9', o: '9', p: '5', u: '5' };
/** The slow writer's: four changes, two creates. The newer one leaves `a` as it is, has no `n`, and prunes `q`; `p` it keeps. */
const slowWrites = 6;

/** When what was held arrives: as seen from the newer writer. */
const moments = [
  'before its plan',
  'before its first write',
  'after its first write',
  'before its prune',
  'after all',
] as const;
type Moment = (typeof moments)[number];

interface Played {
  readonly late: SliceResult;
  /** How each step of the newer writer ended, with those of a second try where the first one stopped. */
  readonly steps: readonly string[];
  readonly because: readonly string[];
  readonly scene: Scene;
}

interface Cast {
  readonly server: Server;
  readonly namespace: string;
  readonly mode: AdmissionPolicy;
}

type Scene = ReturnType<typeof openScene>;
type Writer = ReturnType<Scene['writer']>;
/** An attempt whose last `held` writes have been stopped on their way. */
type Late = Awaited<ReturnType<Writer['attempt']>>;

const openStage = async ({ server, namespace, mode }: Cast): Promise<Scene> => {
  const scene = openScene(server, openSqliteLedger(':memory:', server.clock), namespace, mode);
  const base = scene.writer('base', maps(first));
  const brought = await (await base.attempt('apply', await base.plan())).ended;
  if (brought.status !== 'done') throw new Error(JSON.stringify(brought));
  await base.giveBack();
  return scene;
};

/** The newer writer's whole way, with the late one let go at a moment of it. */
const takeOver = async (scene: Scene, server: Server, late: Late, next: Writer, moment: Moment): Promise<Played> => {
  scene.leaseRunsOut();
  const letGo = async (now: Moment) => {
    if (now !== moment) return;
    late.letGo();
    await late.ended;
  };
  const results: SliceResult[] = [];
  const deploy = async (): Promise<void> => {
    await letGo('before its plan');
    const approved = await next.plan();
    await letGo('before its first write');
    const applying = await next.attempt('apply', approved, { after: 1, point: 'answer' });
    let isOver = false;
    const applied = applying.ended.finally(() => {
      isOver = true;
    });
    while (applying.held() === 0 && !isOver) await server.clock.sleep(1);
    await letGo('after its first write');
    applying.letGo();
    results.push(await applied);
    await letGo('before its prune');
    if (results.at(-1)?.status === 'done') results.push(await (await next.attempt('prune', approved)).ended);
    await letGo('after all');
  };
  await deploy();
  // What stopped for what it had not planned, or what a later look finds, is planned again: once is enough.
  if ((await next.plan()).objects.some(({ action }) => action !== 'unchanged')) await deploy();
  return {
    late: await late.ended,
    steps: results.map(({ status }) => status),
    because: results.flatMap((result) => ('because' in result ? [result.because] : [])),
    scene,
  };
};

const untilHeld = async (late: Late, writes: number, { clock }: Server): Promise<void> => {
  const early = { is: false };
  void late.ended.finally(() => {
    early.is = true;
  });
  while (late.held() < writes) {
    if (early.is) throw new Error(`the slow writer was never held: ${JSON.stringify(await late.ended)}`);
    await clock.sleep(1);
  }
};

/**
 * Accepted writes whose token is lower than that of one before them: of any object where the policy is there. Preconditions speak of one
 * object each; without it a late write may still come before the newer one's of the same object, and after one of another's.
 */
const stale = (accepted: readonly Accepted[], mode: AdmissionPolicy): readonly string[] => {
  const isOver = (one: Accepted, other: Accepted) => mode === 'install' || one.name === other.name;
  return accepted
    .filter((write, place) => accepted.slice(0, place).some((one) => one.token > write.token && isOver(one, write)))
    .map(({ verb, name }) => `${verb} ${name}`);
};

/** Every write that was taken has its intent with the outcome that it was, and no outcome claims one that was not. */
const audit = async ({ journal, accepted }: Scene): Promise<readonly string[]> => {
  const { ended, open } = await journal('base', 'slow', 'newer');
  const done = new Set(ended.filter(({ outcome }) => outcome.status === 'done').map(({ intent }) => intent));
  const taken = new Set(accepted.map(({ intent }) => intent));
  return [
    ...accepted
      .filter(({ intent }) => !done.has(intent))
      .map(({ intent, verb, name }) => `${verb} ${name} ${intent} was taken`),
    ...[...done].filter((intent) => !taken.has(intent)).map((intent) => `${intent} was not taken`),
    ...open.map(({ intent }) => `${intent} is open`),
  ];
};

const points: readonly Point[] = ['guard', 'request', 'answer'];
const pausesOf = (writes: number, from: readonly Point[] = points) =>
  from
    .flatMap((point) => Array.from({ length: writes }, (_, after): Pause => ({ after, point })))
    .map((pause, place) => ({ ...pause, place }));

/** So many of the moments, others with each pause of a table: each comes with each point of it, and not with each write. */
const momentsAt = (place: number, count: number): readonly Moment[] =>
  moments.filter((_, at) => (at + place) % moments.length < count);

/**
 * Two writers on one target, in every order that one of them can be delayed in. Without the policy there is one thing that no
 * precondition can stop: a create that was on its way when the right to write changed hands, of an object that the newer plan has not.
 * It is found by the next look, named, and pruned. `count` of the five moments are played with each pause.
 */
export const oneWriterSuite = (
  server: () => Server,
  mode: 'never' | 'install',
  count: number = moments.length,
): void => {
  const { drive, namespace, send } = playOn(server, `writer-${mode}`);
  let stages = 0;
  const cast = async (): Promise<Cast> => {
    const name = `${namespace()}-${++stages}`;
    await send('POST', '/api/v1/namespaces', namespaceOf(name));
    return { server: server(), namespace: name, mode };
  };
  const tell = (moment: Moment, { scene, ...played }: Played) =>
    JSON.stringify({ moment, ...played, accepted: scene.accepted }, null, 1);
  /** Plays it once for each of the moments at which what was held may arrive. */
  const playAll = async (
    at: readonly Moment[],
    expected: Readonly<Record<string, string>>,
    setUp: (scene: Scene, server: Server) => Promise<{ readonly late: Late; readonly next: Writer }>,
  ): Promise<void> => {
    for (const moment of at) {
      const players = await cast();
      const played = await drive(
        (async () => {
          const scene = await openStage(players);
          const { late, next } = await setUp(scene, players.server);
          return takeOver(scene, players.server, late, next, moment);
        })(),
      );
      const { scene, steps } = played;
      expect(stale(scene.accepted, mode), tell(moment, played)).toEqual([]);
      expect(await drive(scene.data()), tell(moment, played)).toEqual(expected);
      expect(steps.slice(-2), tell(moment, played)).toEqual(['done', 'done']);
      expect(await audit(scene), tell(moment, played)).toEqual([]);
    }
  };
  const whileApplying = (pause: Pause) => async (scene: Scene, onServer: Server) => {
    const old = scene.writer('slow', maps(slow));
    const late = await old.attempt('apply', await old.plan(), pause);
    await untilHeld(late, slowWrites - pause.after, onServer);
    return { late, old };
  };

  describe('a slow writer', () => {
    it.each(pausesOf(slowWrites))('held after $after writes, at the $point, changes nothing that is newer', (pause) =>
      playAll(momentsAt(pause.place, count), newer, async (scene, onServer) => {
        const { late } = await whileApplying(pause)(scene, onServer);
        return { late, next: scene.writer('newer', maps(newer)) };
      }),
    );

    it.each(pausesOf(1))('held before its delete, at the $point, deletes nothing that the newer one keeps', (pause) =>
      playAll(moments, first, async (scene, onServer) => {
        const { p: _pruned, ...without } = first;
        const old = scene.writer('slow', maps(without));
        const approved = await old.plan();
        await (await old.attempt('apply', approved)).ended;
        const late = await old.attempt('prune', approved, pause);
        await untilHeld(late, 1, onServer);
        return { late, next: scene.writer('newer', maps(first)) };
      }),
    );

    it.each(pausesOf(slowWrites))(
      'delivered twice, the first held after $after writes, at the $point, ends as delivered once',
      (pause) =>
        playAll(momentsAt(pause.place, Math.min(2, count)), slow, async (scene, onServer) => {
          const { late, old } = await whileApplying(pause)(scene, onServer);
          return { late, next: old };
        }),
    );

    if (mode !== 'install') return;
    it.each(pausesOf(slowWrites, ['unguarded']))(
      'that asks nobody, held after $after writes, is refused by the policy alone',
      (pause) =>
        playAll(momentsAt(pause.place, count), newer, async (scene, onServer) => {
          const { late } = await whileApplying(pause)(scene, onServer);
          return { late, next: scene.writer('newer', maps(newer)) };
        }),
    );
  });
};
