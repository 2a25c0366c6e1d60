import { expect, it } from 'vitest';
import { type ApprovalAsk, approvalAsk } from '../../shared/rollout/approval-ask.ts';
import type { WavePlan } from '../../shared/rollout/plan.ts';

const none = { create: 0, change: 0, migrate: 0, recreate: 0, prune: 0, unchanged: 3 };
const planOf = (more: Partial<WavePlan> = {}, counts = { ...none, change: 1 }) => ({
  direction: 'forward' as const,
  targets: [{ target: 't', planned: 'sha256:1' as const, counts }],
  ...more,
});
const managers = { roles: ['release-managers'], people: 2, expiresMs: 1000 };
const sre = { roles: ['sre'], people: 1, expiresMs: 500 };
const list = { count: 12, objects: 'sha256:2' as const };
const named = { ...list, roles: ['sre'], people: 1 };
const lifting = { deletes: { max: 5, protect: [], approval: sre } };

it.each<[string, Parameters<typeof approvalAsk>, ApprovalAsk | undefined]>([
  ['nobody, where nothing asks', [lifting, {}, planOf()], undefined],
  ['the people of the wave', [lifting, { approval: managers }, planOf()], managers],
  ['nobody about nothing', [lifting, { approval: managers }, planOf({}, none)], undefined],
  [
    'those who may name deletes, where the wave asks for nobody',
    [lifting, {}, planOf({ deletes: list })],
    { ...sre, deletes: named },
  ],
  [
    'both in one question, within the shorter time',
    [lifting, { approval: managers }, planOf({ deletes: list })],
    { ...managers, expiresMs: 500, deletes: named },
  ],
  [
    'nobody on the way back',
    [lifting, { approval: managers }, planOf({ direction: 'back', deletes: list })],
    undefined,
  ],
])('asks %s', (_, given, expected) => {
  expect(approvalAsk(...given)).toEqual(expected);
});
