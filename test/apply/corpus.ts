import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { collectObjects } from '../../shared/render/collect-objects.ts';
import { parseYaml } from '../../shared/render/parse-yaml.ts';
import type { Manifest, RenderedObject } from '../../shared/rollout/release.ts';

const folder = fileURLToPath(new URL('../../../shared/corpus/', import.meta.url));

/** The title of a suite that can not run. In CI the corpus must be there. */
export const noCorpus = 'skipped: no corpus';
export const hasCorpus = existsSync(folder) || process.env.CI === 'true';

/** The objects of one file of the corpus, in document order. */
export const corpusObjects = (file: string): readonly Manifest[] => renderedFile(file).map(({ object }) => object);

const renderedFile = (file: string): readonly RenderedObject[] =>
  parseYaml(file, readFileSync(`${folder}${file}`)).documents.flatMap(
    ({ value, source }) => collectObjects(value, source).objects,
  );

/** The objects of a file, or of every YAML file below a folder by name, of the corpus. */
export const corpusSet = (path: string): readonly RenderedObject[] => {
  if (path.endsWith('.yaml')) return renderedFile(path);
  return readdirSync(`${folder}${path}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .flatMap((name) => renderedFile(`${path}/${name}`));
};
