import type { Histories } from './histories.ts';
import { deploymentParts, type JoinedWrite, spokenWrite } from './joined.ts';

/** A hold as the history of holds tells it, from when it was set until it was lifted or had run out. */
interface Span {
  readonly kind: string;
  readonly scope: string;
  readonly name: string;
  readonly allowsRollback: boolean;
  readonly from: number;
  readonly to: number;
}

const haltedMs = 30_000;

/** No write arrives later than 30 s after a halt, or a pause of its rollout, until that is lifted. */
export const halts = (joined: readonly JoinedWrite[], histories: Histories): readonly string[] =>
  spansOf(histories)
    .filter(({ kind }) => kind === 'halt' || kind === 'pause')
    .flatMap(({ kind, scope, name, from, to }) =>
      joined
        .filter(({ at, intents: [intent] }) => {
          const isMeant = scope === 'fleet' || deploymentParts(intent?.deployment ?? '').rollout === name;
          return isMeant && at > from + haltedMs && at < to;
        })
        .map((write) => `${spokenWrite(write)}: ${write.at - from} ms after a ${kind}`),
    );

/**
 * No write is intended on its way forward where a freeze applies; on its way back only where the freeze lets it. Where an alert fires what runs
 * is stopped as by a halt, so that nothing is intended there half a minute later.
 */
export const freezes = (joined: readonly JoinedWrite[], histories: Histories): readonly string[] =>
  spansOf(histories)
    .filter(({ kind }) => kind === 'freeze' || kind === 'alert')
    .map((span) => (span.kind === 'alert' ? { ...span, from: span.from + haltedMs } : span))
    .flatMap((span) =>
      joined
        .filter(({ target, intents: [intent] }) => {
          if (intent === undefined || intent.at <= span.from || intent.at >= span.to) return false;
          const { rollout, direction } = deploymentParts(intent.deployment);
          const [, , wave = ''] = intent.deployment.split('#');
          const head = histories.ledger.find((row) => row.partition === `rollout#${rollout}` && row.sort === 'head');
          const goesBack = direction === 'back' || head?.data.rollback === true;
          if (goesBack && span.allowsRollback) return false;
          const names: Readonly<Record<string, unknown>> = { target, wave, source: head?.data.repository };
          return span.scope === 'fleet' || names[span.scope] === span.name;
        })
        .map(
          (write) =>
            `${spokenWrite(write)}: while ${span.scope} ${span.name} was ${span.kind === 'alert' ? 'alerting' : 'frozen'}`,
        ),
    );

const spansOf = ({ ledger }: Histories): readonly Span[] => {
  const rows = ledger.filter(({ partition }) => partition === 'hold-history').map(({ data }) => data);
  const nameOf = ({ kind, scope, name }: Readonly<Record<string, unknown>>) => `${kind} ${scope} ${name}`;
  const lifted = rows.flatMap(({ at, lifted: key }) =>
    key === undefined ? [] : [{ at: Number(at), name: nameOf(key as Record<string, unknown>) }],
  );
  return rows.flatMap(({ set }) => {
    if (set === undefined) return [];
    const hold = set as Omit<Span, 'from' | 'to'> & { readonly at: number; readonly until?: number };
    const end = lifted.find(({ at, name }) => at >= hold.at && name === nameOf({ ...hold }))?.at;
    const to = Math.min(end ?? Number.POSITIVE_INFINITY, hold.until ?? Number.POSITIVE_INFINITY);
    return [{ ...hold, from: hold.at, to }];
  });
};
