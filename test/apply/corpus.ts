import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { collectObjects } from '../../shared/render/collect-objects.ts';
import { parseYaml } from '../../shared/render/parse-yaml.ts';
import type { Manifest } from '../../shared/rollout/release.ts';

const folder = fileURLToPath(new URL('../../../shared/corpus/', import.meta.url));

/** The title of a suite that can not run. In CI the corpus must be there. */
export const noCorpus = 'skipped: no corpus';
export const hasCorpus = existsSync(folder) || process.env.CI === 'true';

/** The objects of one file of the corpus, in document order. */
export const corpusObjects = (file: string): readonly Manifest[] =>
  parseYaml(file, readFileSync(`${folder}${file}`)).documents.flatMap(({ value, source }) =>
    collectObjects(value, source).objects.map(({ object }) => object),
  );
