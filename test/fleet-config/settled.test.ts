import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toSettledRule } from '../../shared/fleet/settled.ts';
import { parse, problemsOf, soundConfig } from './configs.ts';

const configWith = (settled: unknown) => JSON.stringify({ ...soundConfig, settled }, null, 2);
const lineOf = (text: string, part: string) => text.slice(0, text.indexOf(part)).split('\n').length;

describe('rules of the config', () => {
  it('come with the core group where none is said, and no member that was not written', async () => {
    const ready = 'object.status.phase == "Active"';
    const parsed = await parse('fleet.json', configWith([{ kind: 'Namespace', ready }]));
    expect(parsed.ok && parsed.config.settled.map(toSettledRule)).toEqual([{ group: '', kind: 'Namespace', ready }]);
  });

  it('are none where none are written', async () => {
    const parsed = await parse('fleet.json', JSON.stringify(soundConfig));
    expect(parsed.ok && parsed.config.settled).toEqual([]);
  });

  it('are in the documents as they can be written', async () => {
    const page = readFileSync(new URL('../../docs/config.md', import.meta.url), 'utf8');
    const [, example] = /```jsonnet\n(settled: \[\n[\s\S]*?\n\],)\n```/.exec(page) ?? [];
    const parsed = await parse('fleet.jsonnet', `${JSON.stringify(soundConfig)} + {\n${example}\n}`);
    expect(parsed.ok && parsed.config.settled.map(({ group, kind }) => `${group}/${kind}`)).toEqual([
      'cert-manager.io/Certificate',
      'argoproj.io/Rollout',
      'postgresql.cnpg.io/Cluster',
    ]);
  });

  it('are refused with every mistake at its line', async () => {
    const text = configWith([
      { kind: 'Widget', group: 'example.com/v1', ready: 'object.status.ready ==' },
      { kind: 'Gadget', group: 'example.com', ready: 'objekt.ok', failed: '"no"', progress: 'size(object.status)' },
      { kind: 'Gadget', group: 'example.com', ready: 'object.status.name.matches("a")', faild: 'true' },
      { kind: 'no kind', ready: '' },
      { group: 'example.com' },
    ]);
    const condition = 'a CEL expression over object that is true or false';
    const fields = 'one of group, kind, ready, failed, progress';
    const at = (part: string) => lineOf(text, part);
    expect(await problemsOf('fleet.json', text)).toEqual([
      `NAME_INVALID fleet.json:${at('"example.com/v1"')}:16 /settled/0/group: "example.com/v1" is not accepted; expected an API group, as cert-manager.io; empty for the core group`,
      `EXPRESSION fleet.json:${at('object.status.ready')}:16 /settled/0/ready: at character 23: Unexpected token: EOF; expected ${condition}`,
      `EXPRESSION fleet.json:${at('objekt')}:16 /settled/1/ready: at character 1: Unknown variable: objekt; expected ${condition}`,
      `EXPRESSION fleet.json:${at('\\"no\\"')}:17 /settled/1/failed: it gives string, not bool; expected ${condition}`,
      `EXPRESSION fleet.json:${at('size(')}:19 /settled/1/progress: it gives int, not string; expected a CEL expression over object that gives text`,
      expect.stringMatching(
        /^DUP_RULE fleet\.json:\d+:\d+ \/settled\/2\/kind: Gadget has a rule already, at \/settled\/1; expected one rule for each kind$/,
      ),
      `EXPRESSION fleet.json:${at('matches')}:16 /settled/2/ready: at character 1: function matches is not to be had here; expected ${condition}`,
      `UNKNOWN_FIELD fleet.json:${at('faild')}:7 /settled/2/faild: unknown field "faild"; expected ${fields}; did you mean failed?`,
      expect.stringMatching(/^NAME_INVALID .* \/settled\/3\/kind: /),
      expect.stringMatching(/^EXPRESSION .* \/settled\/3\/ready: /),
      expect.stringMatching(/^MISSING_FIELD .* \/settled\/4\/kind: /),
      expect.stringMatching(/^MISSING_FIELD .* \/settled\/4\/ready: /),
    ]);
  });

  it.each(['x', 7, { a: 1 }, [null], [[]], ['x']])('are refused without a throw where they are %j', async (settled) => {
    expect(await problemsOf('fleet.json', configWith(settled))).not.toEqual([]);
  });
});
