import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Json } from '../../../local/fleet/kubernetes/object.ts';
import { describeOnControlPlane } from '../../control-plane/binaries.ts';
import { type ControlPlane, startControlPlane } from '../../control-plane/control-plane.ts';
import { essence } from './answers.ts';
import { startCluster } from './cluster.ts';
import { conversation } from './conversation.ts';
import type { Turn } from './turns.ts';

interface Heard {
  readonly says: string;
  readonly status: number;
  readonly warning: string | null;
  readonly body: Json | undefined;
}

const simulated = async (): Promise<readonly Heard[]> => {
  const cluster = await startCluster();
  const heard: Heard[] = [];
  for (const { says, method, path, body, type, accept } of conversation) {
    const reply = await cluster.ask(method, path, body, type, accept);
    heard.push({ says, status: reply.status, warning: reply.headers.get('warning'), body: reply.body });
    cluster.clock.advance(1000);
  }
  return heard;
};

/** Statuses and refusals as kube-apiserver v1.35.4 gave them: `[says, status, message]`. */
const recorded: readonly (readonly [string, number, string])[] = JSON.parse(
  readFileSync(join(import.meta.dirname, 'recorded-answers.json'), 'utf8'),
);

it('answers every request of the conversation with the status and the words of the real server', async () => {
  const heard = await simulated();
  const refusals = heard.map(({ says, status, body }) => {
    const answer = essence(body);
    const isStatus =
      typeof answer === 'object' && answer !== null && !Array.isArray(answer) && answer.kind === 'Status';
    return [says, status, isStatus ? (answer.message ?? '') : ''];
  });
  expect(refusals).toEqual(recorded);
});

const held = async (plane: ControlPlane, { says, method, path, body, type, accept }: Turn): Promise<Heard> => {
  const more = { ...(type === undefined ? {} : { type }), ...(accept === undefined ? {} : { accept }) };
  const response = await plane.request(path, { method, body, ...more });
  const text = await response.text();
  const answer: Json = text.startsWith('{') ? JSON.parse(text) : text;
  return { says, status: response.status, warning: response.headers.get('warning'), body: answer };
};

const isThere = ({ until, untilSays = '' }: Turn, { status, body }: Heard): boolean =>
  (until === undefined || status === until) && JSON.stringify(body).includes(untilSays);

/** A LimitRange is a map to the real server: it names what is too much in any order. */
const inOneOrder = (message: string): string =>
  message.replace(
    /\[(maximum .*)\]/,
    (_, several: string) =>
      `[${several
        .split(/, (?=maximum )/)
        .sort()
        .join(', ')}]`,
  );

/** The status that controllers write, and what they annotate, comes when it comes: not part of the comparison. */
const withoutControllers = (heard: Heard): unknown => {
  const answer = essence(heard.body);
  const strip = (value: Json | undefined): Json | undefined => {
    if (Array.isArray(value)) return value.map((item) => strip(item) ?? null);
    if (typeof value === 'string') return inOneOrder(value);
    if (typeof value !== 'object' || value === null) return value;
    const { annotations, status, managedFields, ...rest } = value;
    const entries = Array.isArray(managedFields)
      ? managedFields.filter((entry) => !JSON.stringify(entry).includes('kube-controller-manager'))
      : managedFields;
    const kept = Object.entries({ ...rest, ...(entries === undefined ? {} : { managedFields: entries }) });
    const other =
      typeof annotations === 'object' && annotations !== null && !Array.isArray(annotations) ? annotations : {};
    const own = Object.entries(other).filter(([name]) => !name.startsWith('deployment.kubernetes.io/'));
    return Object.fromEntries([
      ...kept.map(([name, member]): [string, Json | undefined] => [name, strip(member)]),
      ...(own.length === 0 ? [] : [['annotations', Object.fromEntries(own)] as [string, Json]]),
      ...(typeof status === 'string' ? [['status', status] as [string, Json]] : []),
    ]);
  };
  return { ...heard, body: strip(answer) };
};

describeOnControlPlane('the simulated API server beside the real one', 'controllers', (binaries) => {
  it('gives the same answers, bodies and owners of fields included', { timeout: 120_000 }, async () => {
    const plane = await startControlPlane(binaries);
    try {
      const real: Heard[] = [];
      for (const turn of conversation) {
        let answer = await held(plane, turn);
        while (!isThere(turn, answer)) answer = await held(plane, turn);
        real.push(answer);
      }
      expect((await simulated()).map(withoutControllers)).toEqual(real.map(withoutControllers));
    } finally {
      await plane.stop();
    }
  });
});
