import { expect, test } from 'vitest';
import { rulePage } from '../../cli/rule-page.ts';
import { lintRules } from '../../shared/apply/lint/lint-rules.ts';
import { roomRules } from '../../shared/apply/room/room-finding.ts';

test('docs/findings.md says what the rules say of themselves (vitest --update writes it)', async () => {
  const ofRoom = Object.entries(roomRules).map(([name, rule]) => ({ name, ...rule }));
  await expect(rulePage(lintRules, ofRoom)).toMatchFileSnapshot('../../docs/findings.md');
});
