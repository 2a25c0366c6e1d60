import type { Command } from './command.ts';
import { gateCommands } from './gate-commands.ts';
import { holdCommands } from './hold-commands.ts';
import { signInCommands } from './sign-in-commands.ts';

/** Every command, in the order of a first day with Tidegate. */
export const commands: readonly Command[] = [
  {
    name: 'demo',
    offline: true,
    summary: 'bring up a simulated fleet of 12 targets and roll a release out over it',
    options: [
      ['--yes', 'approve by itself; ends when the rollout has ended'],
      ['--break <what>', 'make the new version bad: probe, metrics, crashloop, cluster-down'],
      ['--port <number>', 'port of the console on 127.0.0.1 (4180)'],
      ['--fresh', 'forget what an earlier demo kept'],
    ],
    examples: [
      ['tidegate demo', 'watch it, and approve in the console or from a second terminal'],
      ['tidegate demo --yes', 'from beginning to end without a hand'],
      ['tidegate demo --yes --break metrics', 'see a gate stop it, and the way back'],
    ],
    load: () => import('./demo.ts'),
  },
  {
    name: 'start',
    offline: true,
    summary: 'start an instance on this machine, and go on with what was unfinished',
    options: [
      ['--port <number>', 'port of the console on 127.0.0.1 (4180)'],
      ['--fresh', 'forget what the instance kept'],
      ['--config <dir>', 'git work tree that the config is in (this folder)'],
      ['--simulate', 'rehearse on a simulated fleet; targets in a cloud are refused without it'],
    ],
    examples: [['tidegate start --config .', 'your own config, as `tidegate init` made it']],
    load: () => import('./start.ts'),
  },
  {
    name: 'init',
    offline: true,
    args: '[dir]',
    summary: 'write a first config and one example service; overwrites nothing',
    options: [['--kubeconfig <file>', 'whose current context becomes the first target (KUBECONFIG, ~/.kube/config)']],
    examples: [['tidegate init my-fleet', 'a folder to begin with']],
    load: () => import('./commands/init.ts'),
  },
  {
    name: 'check',
    offline: true,
    args: '[dir]',
    summary: 'find every mistake in a config and in what it renders to, offline',
    options: [
      ['--config <file>', 'the config file in the folder (tidegate.jsonnet, .yaml, .yml or .json)'],
      ['--probers <regions>', 'regions of AWS that probe, by commas: warns of targets that no other sees'],
    ],
    examples: [
      ['tidegate check', 'the config in this folder'],
      ['tidegate check fleet --json', 'one problem per line, for an editor or CI'],
    ],
    load: () => import('./commands/check.ts'),
  },
  {
    name: 'rehearse',
    offline: true,
    args: '[scenario...]',
    summary: 'run scenarios of what may go wrong over your config: simulated fleet, virtual time, hours in seconds',
    options: [
      ['--config <path>', 'folder of the config, or its file (this folder)'],
      ['--seed <number>', 'what chance is drawn from; the same seed is the same run (1)'],
      ['--seeds <number>', 'each scenario with so many seeds, from that of --seed on'],
      ['--record <file>', 'write what came of it as Markdown, to be kept'],
      ['--list', 'name the scenarios and whether they fit the config; run none'],
      ['--show <name>', 'print a scenario that comes with Tidegate, to begin one of your own with'],
      ['--faults', 'name what a scenario can let happen'],
    ],
    examples: [
      [
        'tidegate rehearse',
        'all that come with Tidegate and fit; exit 0 only when everything came as expected, else 3',
      ],
      ['tidegate rehearse unhealthy-version --config fleet', 'one, with its timeline'],
      ['tidegate rehearse game-day.yaml --seeds 20 --record game-day.md', 'your own, with twenty seeds'],
    ],
    load: () => import('./commands/rehearse.ts'),
  },
  {
    name: 'doctor',
    summary:
      'look whether the instance works and reaches every target, hop by hop, and say what to do where it does not',
    options: [['--target <name>', 'go the way to this target only']],
    examples: [
      ['tidegate doctor', 'after a first deployment, and when something is odd; exit 3 when something failed'],
      ['tidegate doctor --target eks-prod --json', 'one check per line, with every right that is missing'],
    ],
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'render',
    offline: true,
    args: '[dir]',
    summary: 'print the objects of one target, offline',
    options: [
      ['--target <name>', 'the target to render for'],
      ['--service <name>', 'only this service'],
      ['--config <file>', 'the config file in the folder'],
    ],
    examples: [['tidegate render --target aws-us-east-1-staging | kubectl diff -f -', 'against what is live']],
    load: () => import('./commands/render.ts'),
  },
  {
    name: 'plan',
    args: '[commit]',
    summary: 'show what releasing a merged commit would change, wave by wave; writes nothing',
    options: [
      ['--target <target>', 'one private target, which follows when the fleet has the release'],
      ['--exit-code', 'exit 10 when something differs'],
    ],
    examples: [
      ['tidegate plan', 'the head of the config repository against what is live now'],
      ['tidegate plan --target acme-prod', 'the same for the one private target, to whom it may be shown'],
    ],
    load: () => import('./commands/plan.ts'),
  },
  {
    name: 'release',
    args: '<commit>',
    summary: 'start the rollout of a merged commit; the same commit again starts nothing',
    options: [
      ['--wait', 'until it has ended'],
      ['--timeout <duration>', 'with --wait: exit 6 when it still runs after this long, as 30m'],
    ],
    examples: [['tidegate release 1f5db82c8a1e0b6f0f3f3f0f9c0b1a2d3e4f5a6b --wait', 'exit 0 only when it succeeded']],
    load: () => import('./commands/release.ts'),
  },
  {
    name: 'status',
    args: '[id]',
    summary: 'where the fleet is, or one rollout, and what it waits for',
    options: [['--watch', 'until the rollout has ended']],
    examples: [
      ['tidegate status', 'the fleet, and what waits for a person'],
      ['tidegate status --watch', 'the newest rollout as it moves'],
    ],
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'approve',
    args: '[id]',
    summary: 'approve the plan of a wave: the one that is open, or of this approval or rollout',
    options: [
      ['--digest <digest>', 'the plan digest you have looked at'],
      ['--deletes <number>', 'how many objects it deletes, where an approval has to name them'],
      ['--comment <text>', 'kept with the approval'],
    ],
    examples: [
      ['tidegate approve', 'show what changes, and the digest to give'],
      ['tidegate approve ap-0f3c9a1b2c4d --digest sha256:5be0…', 'without a question'],
      [
        'tidegate approve ap-0f3c9a1b2c4d --digest sha256:5be0… --deletes 12',
        'having read the list of what it deletes',
      ],
    ],
    load: () => import('./commands/approve.ts'),
  },
  {
    name: 'reject',
    args: '[id]',
    summary: 'reject the plan of a wave; the rollout ends and nothing of it is written there',
    options: [
      ['--digest <digest>', 'the plan digest you have looked at'],
      ['--comment <text>', 'why; needed'],
    ],
    examples: [['tidegate reject --digest sha256:5be0… --comment "freeze until Monday"', 'the one that is open']],
    load: () => import('./commands/reject.ts'),
  },
  {
    name: 'drift',
    summary:
      'which targets no longer have what was deployed to them: object by object, who holds what, who wrote it last, and who lets it by',
    examples: [
      ['tidegate drift', 'exit 3 where something has drifted, 7 where a target could not be looked at'],
      ['tidegate drift --json', 'one target per line'],
    ],
    load: () => import('./commands/drift.ts'),
  },
  {
    name: 'audit',
    args: '[verify]',
    summary:
      'who did what when, on which plan; with verify, whether the log is whole: judged here, not by the instance',
    options: [
      ['--actor <name>', 'only what they did'],
      ['--target <name>', 'only what is about it'],
      ['--rollout <rollout>', 'only what is about it'],
      ['--since <time>', 'all since then, as 12h, 7d or 2026-03-01T12:00:00Z (the newest 100)'],
      ['--export <file>', 'write links, entries and anchored heads to a new file, to verify them elsewhere'],
      ['--file <file>', 'verify an export and not the instance'],
      [
        '--key <file>',
        'the public keys (PEM) that may sign, as you keep them; without it those that the instance names',
      ],
      ['--heads <path>', 'anchored heads as you keep them, a file or a folder, beside those that the instance names'],
    ],
    examples: [
      ['tidegate audit --target eks-a --since 7d', 'who did what to it this week'],
      ['tidegate audit verify --key audit.pem --heads heads/', 'exit 0 only where it is whole, 3 where it was changed'],
      ['tidegate audit verify --file audit.jsonl --key audit.pem', 'the same of an export, without the instance'],
    ],
    load: () => import('./commands/audit.ts'),
  },
  {
    name: 'why',
    args: '[id]',
    summary: 'why a rollout was stopped, refused or does not go on: measured, limit, query, evidence',
    examples: [['tidegate why', 'the newest rollout']],
    load: () => import('./commands/why.ts'),
  },
  {
    name: 'rollback',
    args: '<rollout>',
    summary: 'start a rollout that takes the fleet back to what was verified before',
    options: [
      ['--wait', 'until it has ended'],
      ['--timeout <duration>', 'with --wait: exit 6 when it still runs after this long, as 30m'],
    ],
    examples: [['tidegate rollback ro-5a0c2f19b7d4e3c8a961 --wait', 'and watch it']],
    load: () => import('./commands/rollback.ts'),
  },
  ...holdCommands,
  {
    name: 'apply',
    args: '<path...>',
    summary:
      'apply files and folders to one cluster by a kubeconfig: no instance, no waves, what left the set is removed',
    options: [
      ['--set <name>', 'the set these objects are; what it had before and has no more is removed'],
      ['--namespace <namespace>', "for objects that name none, and for the set itself (the context's, else default)"],
      ['--kubeconfig <file>', 'instead of those in KUBECONFIG, merged, or ~/.kube/config'],
      ['--context <name>', 'instead of its current context'],
      ['--no-prune', 'remove nothing'],
      ['--dry-run', 'say what would be done, write nothing'],
      ['--no-wait', 'do not wait until objects are ready'],
      ['--timeout <duration>', 'wait at most this long for them, as 90s or 10m (5m)'],
    ],
    examples: [
      ['tidegate apply deploy/ --set web --namespace shop', 'exit 0 only when all is applied and ready'],
      ['tidegate apply deploy/ --set web --dry-run --json', 'one line per object, then a summary'],
    ],
    load: () => import('./commands/apply.ts'),
  },
  {
    name: 'settled',
    offline: true,
    args: '<path...>',
    summary:
      'judge objects as they stand in files, without a cluster: ready, in-progress, failed, terminating, unknown',
    options: [
      ['--rules <set>', 'tidegate, as rollouts wait (the default), or kstatus, exactly as upstream has it'],
      ['--now <time>', 'judge as of this moment, as 2026-03-01T12:00:00Z'],
    ],
    examples: [
      ['kubectl get deploy,job -o yaml > live.yaml; tidegate settled live.yaml', 'exit 0 only when all are ready'],
      ['tidegate settled live.yaml --rules kstatus --json', 'what kstatus would say, one line per object'],
    ],
    load: () => import('./commands/settled.ts'),
  },
  {
    name: 'engine',
    offline: true,
    summary: 'Step Functions alone on this machine, for any AWS client, until SIGTERM',
    options: [
      ['--port <number>', 'port on 127.0.0.1 (0, a free one)'],
      ['--data <file>', 'keep everything in this file and go on with it at the next start (in memory)'],
      ['--functions <dir>', 'each <name>.mjs in it exports handler(event, context): the Lambda function of that name'],
    ],
    examples: [
      [
        'tidegate engine --port 8083 --functions lambdas',
        'then: aws stepfunctions --endpoint-url http://127.0.0.1:8083 …',
      ],
    ],
    load: () => import('./commands/engine.ts'),
  },
  ...gateCommands,
  ...signInCommands,
];
