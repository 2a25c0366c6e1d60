import type { WaveRef } from '../ledger/waves.ts';
import { inTurns } from '../outside/in-turns.ts';
import type { GateSpec, TestGate } from '../rollout/gate.ts';
import { placeholdersOf } from '../rollout/placeholders.ts';
import type { Release } from '../rollout/release.ts';
import type { Target } from '../rollout/target.ts';
import type { Judgement } from '../rollout/verdict.ts';
import type { Wave } from '../rollout/wave.ts';
import type { TestOrder } from '../test-gates/look-at-test.ts';

/** What judging tests needs of the capability that asks for them. */
export interface TestTools {
  /** One look at one test, which asks for it where nobody has. */
  lookAtTest(order: TestOrder, signal: AbortSignal): Promise<Judgement>;
}

/** Tests that are looked at at the same time: each is a request or two to somebody else. */
const CONCURRENCY = 8;

/** Looks at every test that a wave asks for at a moment: once for each target where its text or its Job is a target's, else once. */
export const lookAtTests = async (
  ref: WaveRef,
  release: Release,
  wave: Wave,
  asked: Pick<TestOrder, 'moment' | 'enteredAt'>,
  targets: readonly Target[],
  tools: TestTools,
  signal: AbortSignal,
): Promise<readonly Judgement[]> => {
  const orders = wave.gates.flatMap((gate): readonly TestOrder[] => {
    const spec = release.gates[gate];
    if (!isTest(spec) || !spec.moments.includes(asked.moment)) return [];
    const order = { ref, gate, spec, ...asked };
    return isOfOneTarget(spec) ? targets.map((target) => ({ ...order, target })) : [order];
  });
  const judged = new Map<TestOrder, Judgement>();
  await inTurns(orders, CONCURRENCY, async (order) => {
    judged.set(order, await tools.lookAtTest(order, signal));
  });
  return orders.flatMap((order) => judged.get(order) ?? []);
};

const isTest = (spec: GateSpec | undefined): spec is GateSpec & TestGate => spec?.kind === 'test';

const isOfOneTarget = ({ test }: TestGate): boolean => {
  if ('job' in test) return true;
  const texts = 'callback' in test ? [test.callback] : Object.values(test.inputs);
  return texts.some((text) => placeholdersOf(text).length > 0);
};
