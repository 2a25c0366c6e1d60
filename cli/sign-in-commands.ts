import type { Command } from './command.ts';

/** Signing in at a deployed console, and out. */
export const signInCommands: readonly Command[] = [
  {
    name: 'login',
    summary: 'sign in at a deployed console: open a link in any browser, on any machine, and let this terminal in',
    examples: [
      [
        'tidegate login --url https://tidegate.example.com',
        'until your session ends; commands with that --url act as you',
      ],
      ['export TIDEGATE_URL=https://tidegate.example.com; tidegate login', 'and no command needs --url'],
    ],
    load: () => import('./commands/login.ts'),
  },
  {
    name: 'logout',
    summary: 'end the session of this terminal at a deployed console',
    examples: [['tidegate logout --url https://tidegate.example.com', 'whoever has a copy of its token has nothing']],
    load: () => import('./commands/logout.ts'),
  },
];
