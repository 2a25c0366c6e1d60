import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { collectObjects } from '../../shared/render/collect-objects.ts';
import { parseJson, parseYaml } from '../../shared/render/parse-yaml.ts';

const corpus = new URL('../../../shared/corpus/', import.meta.url).pathname;

/** Objects in each folder, as the corpus' own README states. */
const folders: Readonly<Record<string, number>> = {
  'microservices-demo': 40,
  'argo-cd': 59,
  'cert-manager': 51,
  podinfo: 65,
  strimzi: 31,
  'kubernetes-examples': 8,
  'kubernetes-website': 6,
};

const filesOf = (folder: string, ending: RegExp): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();

if (!existsSync(corpus)) {
  test('the corpus is there', ({ skip }) => {
    if (process.env.CI === 'true') throw new Error('corpus: ../shared/corpus is missing');
    skip('skipped: no corpus');
  });
} else {
  describe('the manifests of others', () => {
    it.each(Object.entries(folders))('of %s are %i objects', (folder, count) => {
      const parsed = filesOf(join(corpus, folder), /\.ya?ml$/).map((file) =>
        parseYaml(relative(corpus, file), readFileSync(file)),
      );
      const collected = parsed.flatMap(({ documents }) =>
        documents.map(({ value, source }) => collectObjects(value, source)),
      );
      expect({
        objects: collected.flatMap(({ objects }) => objects).length,
        problems: [...parsed, ...collected].flatMap(({ problems }) => problems),
      }).toEqual({ objects: count, problems: [] });
    });

    it('keep an octal file mode, which YAML 1.2 would read as another number', () => {
      const file = 'podinfo/helm-rendered.yaml';
      const parsed = filesOf(join(corpus, 'podinfo'), /\.ya?ml$/).map((each) => parseYaml(file, readFileSync(each)));
      const modes = JSON.stringify(parsed).match(/"defaultMode":\d+/g);
      expect(new Set(modes)).toEqual(new Set(['"defaultMode":493']));
    });
  });

  test('the JSON files of others are one value each, without a key written twice', () => {
    const files = filesOf(join(corpus, 'events'), /\.json$/);
    const parsed = files.map((file) => ({ file, ...parseJson('event.json', readFileSync(file)) }));
    expect(parsed.filter(({ documents, problems }) => documents.length !== 1 || problems.length > 0)).toEqual([]);
    expect(parsed.map(({ file, documents }) => [file, documents[0]?.value])).toEqual(
      files.map((file) => [file, JSON.parse(readFileSync(file, 'utf8'))]),
    );
  });
}
