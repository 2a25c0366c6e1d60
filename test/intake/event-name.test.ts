import { expect, it } from 'vitest';
import { executionName } from '../../shared/intake/event-name.ts';

it('names the execution of a merge the same way every time, legal for Step Functions', () => {
  const commit = 'a'.repeat(40);
  const name = executionName('acme/config', commit);
  expect(name).toBe(executionName('Acme/Config', commit.toUpperCase()));
  expect(name).toMatch(/^ro-[0-9a-f]{20}$/);
  expect(
    new Set([name, executionName('acme/confi', `g${commit}`), executionName('acme/config', 'b'.repeat(40))]).size,
  ).toBe(3);
});
