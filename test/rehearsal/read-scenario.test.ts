import { describe, expect, it, test } from 'vitest';
import { readScenario, scenarioJsonSchema } from '../../local/rehearsal/read-scenario.ts';
import { printProblem } from '../../shared/fleet/problem.ts';
import { evaluateInThread } from '../../shared/render/jsonnet-in-thread.ts';

const evaluate = evaluateInThread();

const problemsOf = async (text: string, path = 'day.yaml'): Promise<readonly string[]> => {
  const read = await readScenario(text, path, evaluate);
  return read.ok ? [] : read.problems.map(printProblem);
};

describe('a mistake in a scenario is told with its line', () => {
  test.each([
    [
      'name: a\nfaults:\n  - fault: api-dwn\n',
      /^SCHEMA_VALUE day\.yaml:3:12 \/faults\/0\/fault: "api-dwn" is not known here; expected one of api-down, .*; did you mean api-down\?$/,
    ],
    [
      'name: a\nexpects: { outcome: succeeded }\n',
      /^UNKNOWN_FIELD day\.yaml:2:1 \/expects: unknown field "expects"; expected one of .*; did you mean expect\?$/,
    ],
    ['shows: nothing\n', /^MISSING_FIELD day\.yaml:1:1 \/name: name is missing; expected 1 to 63 of/],
    [
      'name: a\npeople: { after: 5 min }\n',
      /^DURATION day\.yaml:2:18 \/people\/after: "5 min" is not accepted; expected a whole number above 0 and one unit; write 5s, 5m or 5h$/,
    ],
    [
      'name: a\nto: { behaves: { errors: 5 } }\n',
      /^GATE_INVALID day\.yaml:2:26 \/to\/behaves\/errors: .*expected a share/,
    ],
    [
      'name: a\nexpect: { outcome: rolled-back }\n',
      /^SCHEMA_VALUE day\.yaml:2:20 \/expect\/outcome: "rolled-back" is not known here; expected one of succeeded, .*; did you mean rolled_back\?$/,
    ],
    [
      'name: a\nexpect: { outcome: [failed, rolled-back] }\n',
      /^SCHEMA_VALUE day\.yaml:2:\d+ \/expect\/outcome\/1: "rolled-back" is not known here; .*did you mean rolled_back\?$/,
    ],
    ['name: a\nexpect: { outage: 3x }\n', /^DURATION day\.yaml:2:19 \/expect\/outage: "3x" is not accepted/],
    [
      'name: a\nfaults: [{ for: 5m }]\n',
      /^MISSING_FIELD .* \/faults\/0\/fault: fault is missing; expected one of api-down, /,
    ],
    ['name: a\nname: b\n', /^DUP_KEY day\.yaml:2:1 \/name: key "name" is written twice/],
    ['', /^MISSING_FIELD day\.yaml \/name/],
  ])('%j', async (text, problem) => {
    expect(await problemsOf(text)).toEqual([expect.stringMatching(problem)]);
  });
});

it('is read from jsonnet and JSON as well', async () => {
  const asJsonnet = await readScenario(
    "local bad = { crash: 'x' }; { name: 'a', to: { behaves: bad } }",
    'a.jsonnet',
    evaluate,
  );
  const asJson = await readScenario('{ "name": "a", "to": { "behaves": { "crash": "x" } } }', 'a.json', evaluate);
  expect(asJsonnet).toEqual(asJson);
  expect(asJson.ok).toBe(true);
});

it('has a JSON Schema in docs/scenario.schema.json that is the one of the code (vitest --update writes it)', async () => {
  const text = `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../../docs/scenario.schema.json');
});
