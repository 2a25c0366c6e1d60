import { type Actor, isSamePerson } from '../../shared/access/authorise.ts';
import type { Approval } from '../../shared/approval/approval.ts';
import { readOpenApprovals } from '../../shared/approval/rows.ts';
import { durationMs } from '../../shared/fleet/duration.ts';
import { consoleActions } from '../console-actions.ts';
import type { Instance } from '../instance.ts';
import { type RehearsedWave, waveOf } from './choose-targets.ts';
import type { Act, Scenario } from './scenario-schema.ts';
import type { Stage } from './stage.ts';

const owner: Actor = { name: 'rehearsal', kind: 'person', roles: 'all' };

/** What people did, in words. */
export type Acted = (text: string) => void;

/** Answers what the instance asks as the scenario says, once each, after the time that it takes them. Returns who is to be called when something has changed. */
export const decideAs = (
  people: Scenario['people'],
  stage: Stage,
  acted: Acted,
): ((rollout: string) => Promise<void>) => {
  const asked = new Set<string>();
  return async (rollout) => {
    const { ledger } = stage.instance().outside;
    for (const approval of await readOpenApprovals(ledger)) {
      if (approval.rollout !== rollout || asked.has(approval.approval) || people.decide === 'nothing') continue;
      asked.add(approval.approval);
      const vote = people.decide;
      stage.clock.after(durationMs(people.after), () => void decide(approval, vote, stage.instance(), acted));
    }
  };
};

/** As many people as it takes say yes, or one says no. */
export const decide = async (
  approval: Approval,
  vote: 'approve' | 'reject',
  instance: Instance,
  acted: Acted = () => undefined,
): Promise<void> => {
  const { plan, wave, deletes, authors } = approval;
  const actions = consoleActions(instance.outside, instance.functions);
  const roles = [...approval.roles, ...(deletes?.roles ?? [])];
  const holders = [...new Set([...approval.holders, ...(deletes?.holders ?? [])])].filter(
    (name) => !authors.some((author) => isSamePerson(author, name)),
  );
  const needed = vote === 'reject' ? 1 : Math.max(approval.people, deletes?.people ?? 0);
  for (let person = 0; person < needed; person += 1) {
    const name = holders[person] ?? `person-${person + 1}`;
    const decision = { plan, vote, comment: 'rehearsed', ...(deletes === undefined ? {} : { deletes: deletes.count }) };
    const result = await actions.decide(approval.approval, decision, { name, kind: 'person', roles });
    const refused = result.status === 'refused' ? `, which is refused: ${result.because}` : '';
    acted(`${name} ${vote === 'approve' ? 'approves' : 'rejects'} ${wave}${refused}`);
  }
};

/** Does what a person does in a scenario. Throws where it is refused. */
export const act = async (
  { does, wave }: Act,
  rollout: string,
  waves: readonly RehearsedWave[],
  instance: Instance,
  acted: Acted,
): Promise<void> => {
  const actions = consoleActions(instance.outside, instance.functions);
  const because = 'rehearsed';
  const named = wave === undefined ? undefined : waveOf(wave, waves)?.name;
  const place =
    named === undefined ? ({ scope: 'fleet', name: '' } as const) : ({ scope: 'wave', name: named } as const);
  const ofRollout = { scope: 'rollout', name: rollout } as const;
  const hidden = new Set<string>();
  acted(`somebody asks for ${does}${named === undefined ? '' : ` of ${named}`}`);
  if (does === 'abort' || does === 'hold') await actions.abort(rollout, { because, keeps: does === 'hold' }, owner);
  if (does === 'halt')
    await actions.hold({ kind: 'halt', scope: 'fleet', name: '', because, allowsRollback: false }, owner, hidden);
  if (does === 'pause')
    await actions.hold({ kind: 'pause', ...ofRollout, because, allowsRollback: false }, owner, hidden);
  if (does === 'freeze') await actions.hold({ kind: 'freeze', ...place, because, allowsRollback: true }, owner, hidden);
  if (does === 'thaw') await actions.lift({ kind: 'freeze', ...place, because }, owner, hidden);
  if (does === 'resume') await resume(actions, ofRollout, because);
};

/** A halt of the fleet or a pause of the rollout, whichever there is. */
const resume = async (
  actions: ReturnType<typeof consoleActions>,
  ofRollout: { readonly scope: 'rollout'; readonly name: string },
  because: string,
): Promise<void> => {
  const hidden = new Set<string>();
  try {
    await actions.lift({ kind: 'halt', scope: 'fleet', name: '', because }, owner, hidden);
  } catch {
    await actions.lift({ kind: 'pause', ...ofRollout, because }, owner, hidden);
  }
};
