import { z } from 'zod';
import type { RuleName } from './rules.ts';
import { alertRuleSchema } from './schema-alerts.ts';
import {
  allow,
  awsAccount,
  count,
  countFromOne,
  duration,
  image,
  kindName,
  labelSelector,
  labels,
  name,
  repositoryPath,
  text,
  waveName,
  workload,
} from './schema-fields.ts';
import { flagSchema, flagStoreSchema } from './schema-flags.ts';
import { gateSchema } from './schema-gates.ts';
import { metricsSchema } from './schema-metrics.ts';
import { presetSchema } from './schema-presets.ts';
import { settledSchema } from './schema-settled.ts';
import { windowSchema } from './schema-windows.ts';

const rule = (ruleName: RuleName): RuleName => ruleName;

const approval = z.strictObject({
  roles: z.array(text).min(1, rule('countFromOne')).describe('Who may approve: holders of any of these roles.'),
  people: countFromOne.default(1).describe('How many different people must; 1.'),
  expires: duration.default('24h').describe('How long it may take; 24h.'),
});

const service = {
  images: z
    .record(name, image)
    .default({})
    .describe('Container name -> repository@sha256:digest. Handed to jsonnet as std.extVar("images").'),
  overrides: z
    .array(
      z.strictObject({
        targets: labelSelector,
        jsonnet: repositoryPath.describe('Evaluated on these targets in place of the base, which it imports.'),
      }),
    )
    .default([])
    .describe('The last one whose targets match wins.'),
  onFailure: z
    .enum(['rollback', 'hold'])
    .default('rollback')
    .describe('What a failure means for this service: rollback takes it back, hold keeps what it got; rollback.'),
  dependsOn: z
    .array(text)
    .default([])
    .describe('Services that are applied before this one, and whose workloads restart before those of this one.'),
  workloads: z
    .record(
      workload,
      z.strictObject({
        dependsOn: z
          .array(workload)
          .default([])
          .describe('Workloads that restart before it: name, Kind/name, or service/name of another service.'),
      }),
    )
    .default({})
    .describe('Workload of the service, by name or Kind/name -> what it depends on.'),
  restartOnConfigChange: z
    .boolean()
    .default(false)
    .describe(
      'Whether pods restart, in their order, when a ConfigMap or Secret of the release that they read changes.',
    ),
  targets: labelSelector.default({}).describe('The targets that have this service; all where nothing is said.'),
  maxDeletes: count
    .optional()
    .describe('Objects of this service that a release may delete on one target; counted apart from the others.'),
};

/** An entry of `services`. */
export const serviceSchema = z.union([
  z.strictObject({ jsonnet: repositoryPath.describe('Entry file.'), ...service }),
  z.strictObject({ manifests: repositoryPath.describe('A YAML or JSON file, or a folder of them.'), ...service }),
]);

const privateInstance = z.strictObject({
  roles: z
    .array(text)
    .min(1, rule('countFromOne'))
    .describe('Who sees the target, its data and its logs; nobody else does.'),
  approval: approval.optional().describe('Who has to agree before anything is written to it.'),
  maxLag: duration.optional().describe('How long it may stay behind the fleet; then that shows as debt.'),
  notify: z
    .string(rule('notifySecret'))
    .regex(/^notify-[a-z0-9-]{1,40}$/, rule('notifySecret'))
    .optional()
    .describe('Secret with the address at which its people are told, in place of everybody.'),
});

const target = {
  labels: labels.default({}).describe('What waves, services and overrides select by.'),
  namespace: name.default('default').describe('Where objects go that name no namespace.'),
  allow,
  admissionPolicy: z
    .enum(['install', 'expect', 'never'])
    .default('install')
    .describe(
      'Whether the API server is to refuse stale writers: by a policy that is installed where that may be done, by one that has to be there, or not; install.',
    ),
  maxDeletes: count
    .optional()
    .describe('Objects of all services that a release may delete here without an approval by name.'),
  window: text.optional().describe('Name of the window within which a deployment to it may begin.'),
  restartsPerMinute: countFromOne
    .optional()
    .describe('Pods that may restart within any 60 s because of a rollout or its way back; 40.'),
  private: privateInstance
    .optional()
    .describe("A customer's own instance: seen by its roles alone, and never holding up its wave."),
};

/** An entry of `targets`: one Kubernetes cluster and how it is found. */
export const targetSchema = z.union([
  z.strictObject({
    eks: z.strictObject({
      account: awsAccount,
      region: text,
      cluster: text,
      role: text.optional().describe('ARN of the role to assume.'),
      externalId: text.optional(),
    }),
    ...target,
  }),
  z.strictObject({
    gke: z.strictObject({
      project: text,
      location: text,
      cluster: text,
      serviceAccount: text.optional().describe('E-mail of the service account to act as there.'),
      membership: z
        .string(rule('membership'))
        .regex(/^projects\/\d{1,20}\/locations\/[a-z0-9-]{1,40}\/memberships\/[a-z0-9-]{1,63}$/, rule('membership'))
        .optional()
        .describe("Its membership in a fleet of Google's: it is reached by the Connect gateway, and by nothing else."),
    }),
    ...target,
  }),
  z.strictObject({
    aks: z.strictObject({
      subscription: text,
      resourceGroup: text,
      cluster: text,
      tenant: text.optional(),
      client: text.optional(),
    }),
    ...target,
  }),
  z.strictObject({ kubeconfig: z.strictObject({ path: text, context: text.optional() }), ...target }),
]);

const batch = z.union([z.int(rule('batch')).min(1, rule('batch')), z.templateLiteral([z.int(), '%'])], rule('batch'));

const shareOf = (size: z.output<typeof batch>): number => (typeof size === 'number' ? 0 : Number(size.slice(0, -1)));

const isBatch = (size: z.output<typeof batch>): boolean =>
  typeof size === 'number' || (shareOf(size) >= 1 && shareOf(size) <= 100);

/** Counts grow, then shares grow, and the last takes all that is left. */
const areBatches = (sizes: readonly z.output<typeof batch>[]): boolean =>
  sizes.at(-1) === '100%' &&
  sizes.every((size, at) => {
    const before = sizes[at - 1];
    if (before === undefined) return true;
    if (typeof size === 'number') return typeof before === 'number' && size >= before;
    return shareOf(size) > shareOf(before);
  });

/** An item of `waves`. */
export const waveSchema = z.strictObject({
  name: waveName,
  targets: labelSelector,
  soak: duration.optional().describe('How long the wave must run well before the next one.'),
  soakInfrastructure: duration
    .default('12h')
    .describe(
      'The soak where the plan changes what others stand on: DaemonSets, ingress, RBAC, custom kinds, admission; 12h.',
    ),
  monitoring: z
    .literal('required')
    .optional()
    .describe('Refuses the wave unless it has an availability probe, a gate of errors and one of alerts.'),
  gates: z.array(text).default([]).describe('Names of gates, judged before the first batch and through the soak.'),
  approval: approval.optional(),
  window: text.optional().describe('Name of the window within which a batch of the wave may begin.'),
  batches: z
    .array(batch)
    .min(1, rule('batches'))
    .refine((sizes) => sizes.every(isBatch), { error: rule('batch'), abort: true })
    .refine(areBatches, rule('batches'))
    .default(['100%'])
    .describe('Growing parts of the wave that are taken one after the other.'),
  maxConcurrent: countFromOne.default(10).describe('Targets worked on at the same time; 10.'),
  maxFailures: count.default(0).describe('Targets that may be lost without the wave failing; 0.'),
  whenTaken: z
    .enum(['queue', 'supersede'])
    .default('queue')
    .describe('What a rollout does that finds the wave taken: wait its turn, or end those that wait.'),
  settleWithin: duration.default('10m').describe('How long the objects of one target may take to settle; 10m.'),
  inconclusiveWithin: duration.default('10m').describe('How long gates may stay inconclusive; 10m.'),
});

const holders = z.array(text).min(1, rule('countFromOne')).optional();

/** What is kept to roles. */
export const accessSchema = z.strictObject({
  read: holders.describe('Who may look at anything at all; whoever signs in where nothing is said, here and below.'),
  plan: holders.describe('Who may plan a release, which reads every target.'),
  diagnose: holders.describe('Who may run the doctor.'),
  release: holders.describe('Who may start or retry a rollout by hand; a merge starts one whoever made it.'),
  rollback: holders.describe('Who may start a rollback.'),
  hold: holders.describe('Who may freeze, halt and pause.'),
  abort: holders.describe('Who may abort a rollout.'),
  lift: holders.describe('Who may thaw and resume.'),
});

/** What a release may delete. */
export const deletesSchema = z.strictObject({
  max: count.default(5).describe('Objects that a release may delete on one target without an approval by name; 5.'),
  protect: z
    .array(kindName)
    .default([])
    .describe('Kinds, beside those that serve, that only an approval by name may delete.'),
  approval: approval.optional().describe('Who may approve more by name. Without it, more is refused.'),
});

/** The whole file. */
export const fleetSchema = z
  .strictObject({
    $schema: z.string().optional(),
    services: z.record(name, serviceSchema).describe('What is versioned and deployed together.'),
    targets: z.record(name, targetSchema).describe('All Kubernetes clusters that services are deployed to.'),
    waves: z.array(waveSchema).describe('In order. Every target is in exactly one.'),
    gates: z.record(name, gateSchema).default({}).describe('What may stop a promotion; waves name them.'),
    presets: z.array(presetSchema).default([]).describe('Gates for well-known software, each a few with thresholds.'),
    metrics: z.record(name, metricsSchema).default({}).describe('Stores that gates of metrics and alerts ask.'),
    settled: z.array(settledSchema).default([]).describe('When objects of a kind have become what they state.'),
    monitoring: z
      .literal('required')
      .optional()
      .describe('As monitoring of a wave, for all with a target labelled stage: external or with an approval.'),
    drift: z
      .enum(['hold', 'report'])
      .default('hold')
      .describe(
        'What it means that a target no longer has what was deployed: hold lets nothing be released to it until it has again or somebody waives it, report tells; hold.',
      ),
    access: accessSchema.prefault({}).describe('What is kept to holders of roles.'),
    roles: z.record(name, z.array(text)).default({}).describe('Role -> names of the users who hold it.'),
    alerts: z
      .array(alertRuleSchema)
      .default([])
      .describe(
        'What alerts that are sent here are about, by their labels, where no label target names one; the first that fits.',
      ),
    windows: z.record(name, windowSchema).default({}).describe('Times at which waves and targets may be entered.'),
    flagStores: z.record(name, flagStoreSchema).default({}).describe('Where feature flags are kept.'),
    flags: z.record(name, flagSchema).default({}).describe('Feature flags, and what they are to be in each wave.'),
    deletes: deletesSchema.prefault({}).describe('What a release may delete by itself, and who may approve more.'),
  })
  .meta({ title: 'Tidegate fleet', description: 'What is rolled out, where, in which order, and what must be true.' });
