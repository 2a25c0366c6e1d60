import type { Command } from './command.ts';

/** The commands that hold what runs, let it go on, end it, and begin it again. */
export const holdCommands: readonly Command[] = [
  {
    name: 'halt',
    summary:
      'stop every write to every target, ways back too; works without the console where the instance is of this folder',
    options: [['--comment <text>', 'why; needed']],
    examples: [['tidegate halt --comment "clusters misbehave, cause unknown"', 'then look; tidegate resume goes on']],
    load: () => import('./commands/halt.ts'),
  },
  {
    name: 'pause',
    args: '<rollout>',
    summary: 'hold one rollout where it is, with nothing more written for it',
    options: [['--comment <text>', 'why; needed']],
    examples: [
      ['tidegate pause ro-5a0c2f19b7d4e3c8a961 --comment "looking at eks-a"', 'tidegate resume lets it go on'],
    ],
    load: () => import('./commands/pause.ts'),
  },
  {
    name: 'resume',
    args: '[rollout]',
    summary: 'let a paused rollout go on; without one, the fleet that was halted',
    options: [['--comment <text>', 'kept with it']],
    examples: [['tidegate resume', 'after a halt']],
    load: () => import('./commands/resume.ts'),
  },
  {
    name: 'abort',
    args: '<rollout>',
    summary: 'end a rollout; what it changed goes back',
    options: [['--comment <text>', 'why; needed']],
    examples: [
      ['tidegate abort ro-5a0c2f19b7d4e3c8a961 --comment "wrong version"', 'and see: tidegate status --watch'],
    ],
    load: () => import('./commands/abort.ts'),
  },
  {
    name: 'hold',
    args: '<rollout>',
    summary: 'end a rollout where it is; what it has written stays, its flags too, and nothing goes back',
    options: [['--comment <text>', 'why; needed']],
    examples: [
      ['tidegate hold ro-5a0c2f19b7d4e3c8a961 --comment "fixed forward"', 'it ends partial; tidegate retry goes on'],
    ],
    load: () => import('./commands/hold.ts'),
  },
  {
    name: 'retry',
    args: '<rollout>',
    summary: 'begin a rollout that ended partial or failed once more; what has the release already is not written',
    options: [
      ['--wait', 'until it has ended'],
      ['--timeout <duration>', 'with --wait: exit 6 when it still runs after this long, as 30m'],
    ],
    examples: [['tidegate retry ro-5a0c2f19b7d4e3c8a961 --wait', 'when the target that was lost is there again']],
    load: () => import('./commands/retry.ts'),
  },
  {
    name: 'freeze',
    args: '<what>',
    summary:
      'let nothing be released to the fleet, or to wave/NAME, target/NAME, of service/NAME, from source/REPOSITORY',
    options: [
      ['--comment <text>', 'why; needed'],
      ['--for <duration>', 'until then, as 30m, 12h or 7d (until it is thawed)'],
      ['--no-rollback', 'hold ways back and rollbacks too'],
    ],
    examples: [
      [
        'tidegate freeze wave/external --for 12h --comment "sale"',
        'what is under way there waits from its next write on',
      ],
      ['tidegate freeze target/eks-a --comment "node upgrade"', 'the others go on'],
    ],
    load: () => import('./commands/freeze.ts'),
  },
  {
    name: 'thaw',
    args: '<what>',
    summary: 'lift a freeze',
    options: [['--comment <text>', 'kept with it']],
    examples: [['tidegate thaw wave/external', 'what waits goes on']],
    load: () => import('./commands/thaw.ts'),
  },
  {
    name: 'waive',
    args: '<what>',
    summary: 'let releases by while alerts fire for target/NAME, wave/NAME or service/NAME, in your name',
    options: [['--comment <text>', 'why; needed']],
    examples: [
      ['tidegate waive target/eks-a --comment "known, INC-4711"', 'what begins to fire there later holds again'],
    ],
    load: () => import('./commands/waive.ts'),
  },
];
