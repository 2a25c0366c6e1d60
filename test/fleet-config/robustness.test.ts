import { readdirSync, readFileSync } from 'node:fs';
import { expect, it, test } from 'vitest';
import { assessQuery } from '../../shared/analysis/assess-query.ts';
import { parseConfig } from '../../shared/fleet/parse-config.ts';
import { evaluateInThread } from '../../shared/render/jsonnet-in-thread.ts';
import { parse, problemsOf, soundConfig, withValue } from './configs.ts';

/** Every place of a value in it, from the outside in. */
const pathsIn = (value: unknown, path: readonly (string | number)[] = []): readonly (readonly (string | number)[])[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, member]) => {
        const inner = [...path, Array.isArray(value) ? Number(key) : key];
        return [inner, ...pathsIn(member, inner)];
      })
    : [];

const places = pathsIn(soundConfig);

test.each([
  ['a number', 7],
  ['a text', 'x'],
  ['an empty list', []],
  ['a list of lists', [[]]],
  ['an object of objects', { x: { y: {} } }],
  ['nothing', undefined],
])('with %s in any place the config is read or refused, never a throw', async (_, value) => {
  for (const path of places) {
    const parsed = await parse('c.json', JSON.stringify(withValue(path, value)));
    if (!parsed.ok) expect(parsed.problems, path.join('/')).not.toEqual([]);
  }
});

it('is refused with null in every single place', async () => {
  for (const path of places) {
    const printed = await problemsOf('c.json', JSON.stringify(withValue(path, null)));
    expect(printed, path.join('/')).not.toEqual([]);
  }
});

it('is refused when it is cut off anywhere', async () => {
  const text = JSON.stringify(soundConfig, null, 1);
  for (let end = 0; end < text.length; end += 37) {
    expect((await problemsOf('c.json', text.slice(0, end)))[0]).toMatch(/^(JSON_SYNTAX|EMPTY_CONFIG) /);
  }
});

it('of the example that ships has no mistake', async () => {
  const root = 'examples/demo';
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = new Map(
    entries.map(({ parentPath, name }) => {
      const path = `${parentPath}/${name}`;
      return [path.slice(root.length + 1), new Uint8Array(readFileSync(path))];
    }),
  );
  const parsed = await parseConfig(files, 'tidegate.jsonnet', evaluateInThread(), assessQuery);
  expect(parsed.ok ? parsed.config.frozen.map(({ name, targets }) => [name, targets.length]) : parsed.problems).toEqual(
    [
      ['staging', 3],
      ['internal', 3],
      ['external', 5],
    ],
  );
});
