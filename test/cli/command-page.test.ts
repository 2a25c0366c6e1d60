import { expect, test } from 'vitest';
import { commandPage } from '../../cli/command-page.ts';
import { commands } from '../../cli/command-table.ts';

test('docs/cli.md says what the commands say of themselves (vitest --update writes it)', async () => {
  await expect(commandPage(commands)).toMatchFileSnapshot('../../docs/cli.md');
});
