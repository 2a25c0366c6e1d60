import { z } from 'zod';
import {
  count,
  countFromOne,
  duration,
  image,
  labels,
  name,
  repositoryPath,
  text,
} from '../../shared/fleet/schema-fields.ts';
import { faultNames } from './fault-names.ts';

const share = z.number({ error: 'share' }).gt(0, 'share').max(1, 'share');

const waveReference = text.describe('A wave by its name, or first, second, last.');

const targets = z
  .strictObject({
    wave: waveReference.optional(),
    labels: labels.optional().describe('Labels that must all be equal, as in a wave.'),
    names: z.array(text).min(1).optional(),
    first: countFromOne.optional().describe('So many of those, in the order of their names; all.'),
  })
  .describe('Targets of the fleet; all where nothing is said.');

const behaviour = z
  .strictObject({
    health: z.literal('failing').optional().describe('Its pods become ready, and its health check fails.'),
    errors: share.optional().describe('The share of requests that fail with a 5xx, 0.05 for one in twenty.'),
    latency: duration.optional().describe('What it adds to the 99th percentile.'),
    crash: text.optional().describe('Its process ends right after it began, with these last words.'),
    hangs: z.literal(true).optional().describe('It runs and never becomes ready.'),
    pull: z.literal('not-found').optional().describe('The registry has no such image.'),
  })
  .describe('What is bad in the new version; nothing where nothing is said.');

const when = z
  .strictObject({
    event: z
      .enum([
        'before-release',
        'rollout-begins',
        'wave-begins',
        'approval-asked',
        'batch-begins',
        'target-written',
        'soak-begins',
        'way-back-begins',
      ])
      .default('rollout-begins'),
    wave: waveReference.optional().describe('Of this wave alone; the first time in any.'),
    after: duration.optional().describe('So long after it; at once.'),
    within: duration.optional().describe('At a moment of so long after that, which the seed draws.'),
  })
  .describe('When it happens.');

const fault = z.strictObject({
  fault: z.enum(faultNames).describe('What happens: `tidegate rehearse --faults` has the list.'),
  when: when.prefault({}),
  for: duration.optional().describe('How long; until the end of the rehearsal.'),
  where: targets.prefault({}),
  latency: duration.optional().describe('api-slow, region-slow, slow: by so much; 5s.'),
  share: share.optional().describe('errors: of requests; 0.05.'),
  replicas: count.optional().describe('drift: what somebody scales a workload to; 0.'),
  region: text.optional().describe('region-…: where probes come from; the home region.'),
});

const act = z.strictObject({
  does: z.enum(['abort', 'hold', 'halt', 'resume', 'pause', 'freeze', 'thaw']).describe('As the command of that name.'),
  when: when.prefault({}),
  wave: waveReference.optional().describe('freeze, thaw: this wave alone; the fleet.'),
});

const outcome = z.enum([
  'succeeded',
  'partial',
  'failed',
  'rolled_back',
  'aborted',
  'refused',
  'superseded',
  'running',
]);

const expected = z
  .strictObject({
    outcome: z
      .union([outcome, z.array(outcome).min(1)])
      .optional()
      .describe(
        'How the rollout ends, or one of several; running: that it has not. rolled_back with a bad version, else succeeded.',
      ),
    within: duration.optional().describe('The rollout ends within this.'),
    stoppedBy: z
      .array(text)
      .min(1)
      .optional()
      .describe(
        'What stopped it, one of these: a gate by its name or kind (probe, metric, alerts), or deployment, plan, approval, people.',
      ),
    stoppedIn: waveReference.optional().describe('The wave in which it was stopped.'),
    noticedWithin: duration.optional().describe('From the first harm or fault until something notices.'),
    restoredWithin: duration
      .optional()
      .describe('From there until every target serves well again and what goes back is back.'),
    untouched: targets.optional().describe('Targets that nothing is written to.'),
    changed: targets.optional().describe('Targets that run the new version in the end.'),
    failedCalls: count.optional().describe('At most so many failed calls of users on each target.'),
    outage: z
      .union([duration, z.literal(0)])
      .optional()
      .describe('At most so long below 99.9 % of calls or health checks on each target; 0 for none.'),
    told: z.array(text).optional().describe('People are told of this: text that must be in a message.'),
    happens: z.array(text).optional().describe('Text that must stand in the history of the rollout.'),
  })
  .describe('What is to come true.');

/** A scenario as it is written. */
export const scenarioSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name,
    shows: text.optional().describe('What it shows, in a sentence.'),
    needs: z
      .strictObject({
        gates: z
          .array(z.enum(['probe', 'errors', 'latency']))
          .default([])
          .describe('Kinds of gates that a wave must have.'),
        approval: z.literal(true).optional().describe('A wave that asks for an approval.'),
        waves: countFromOne.default(1).describe('At least so many waves.'),
        targets: countFromOne.default(1).describe('At least so many targets.'),
        soak: z.literal(true).optional().describe('A wave with a soak.'),
        cloud: z.literal(true).optional().describe('A target on EKS, GKE or AKS.'),
      })
      .prefault({})
      .describe('What a config must have for the scenario to say anything of it.'),
    begins: z.iso
      .datetime()
      .default('2026-03-02T09:00:00Z')
      .describe('The time it then is, in UTC: windows and calendars are by it.'),
    settled: duration
      .optional()
      .describe(
        'How long the version before has run when the new one comes; twice the longest window of a gate, at least 1m.',
      ),
    ends: duration.default('3d').describe('When a rollout that has not ended is given up; 3d.'),
    to: z
      .strictObject({
        service: name.optional().describe('Whose image it is; the first service that pins one.'),
        image: image.optional().describe('The new image; one that is made up.'),
        files: z
          .record(repositoryPath, z.string().nullable())
          .optional()
          .describe(
            'Files as they then are, null for one that is gone; with them no image changes unless it is named.',
          ),
        loses: name
          .optional()
          .describe(
            'A service that renders to next to nothing, as by a wrong name or an empty import; `first` is the first one.',
          ),
        behaves: behaviour.prefault({}),
        where: targets.prefault({}).describe('Where it behaves so.'),
      })
      .prefault({})
      .describe('The version that is released.'),
    faults: z.array(fault).default([]),
    people: z
      .strictObject({
        decide: z
          .enum(['approve', 'reject', 'nothing'])
          .default('approve')
          .describe('What they say when they are asked.'),
        after: duration.default('1m').describe('How long that takes them; 1m.'),
        acts: z.array(act).default([]),
      })
      .prefault({}),
    expect: expected.prefault({}),
  })
  .meta({ title: 'Tidegate scenario', description: 'A rollout, what goes wrong in it, and what is to come of that.' });

export type Scenario = z.output<typeof scenarioSchema>;
export type ScenarioFault = Scenario['faults'][number];
export type TargetsReference = ScenarioFault['where'];
export type When = ScenarioFault['when'];
export type Expectations = Scenario['expect'];
export type Act = Scenario['people']['acts'][number];
