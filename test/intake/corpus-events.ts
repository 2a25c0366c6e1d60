import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../../../shared/corpus/events');

/** Events as their senders deliver them. Not part of this repository: without them the tests that need them are skipped, but not in CI. */
export const hasEvents = existsSync(folder) || process.env.CI === 'true';

export const missingEvents = 'skipped: no corpus';

/** Every event, by its path below the folder; throws where CI lacks the corpus. */
export const corpusEvents = (): readonly string[] =>
  hasEvents
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.json'))
        .sort()
    : [];

export const corpusBytes = (path: string): Uint8Array => readFileSync(join(folder, path));

export const corpusEvent = (path: string): unknown => JSON.parse(readFileSync(join(folder, path), 'utf8'));
