import type { ConfigDocument, Place } from './document.ts';
import { jsonDocument } from './json-document.ts';
import { type EvaluateJsonnet, jsonnetDocument } from './jsonnet-document.ts';
import { type Finding, orderProblems, type Problem } from './problem.ts';
import { yamlDocument } from './yaml-document.ts';

/** Reads a file as data, by the end of its name: `.jsonnet`, `.yaml`, `.yml` or `.json`. `files`: what jsonnet may import. */
export const readDocument = async (
  text: string,
  files: ReadonlyMap<string, Uint8Array>,
  path: string,
  evaluate: EvaluateJsonnet,
): Promise<ConfigDocument> => {
  if (text.trim() === '') return { value: null, findings: [], placeOf: () => undefined };
  if (/\.ya?ml$/.test(path)) return yamlDocument(text);
  if (/\.json$/.test(path)) return jsonDocument(text);
  if (/\.jsonnet$/.test(path)) return jsonnetDocument(text, files, path, evaluate);
  const finding = { code: 'CONFIG_FORMAT', path: '', what: 'the name does not tell the format' };
  const expected = '.jsonnet, .yaml, .yml or .json at its end';
  return { value: undefined, findings: [{ ...finding, expected }], placeOf: () => undefined };
};

/** Findings as problems of `file`, each at its place in it, in their order. */
export const placeFindings = (
  findings: readonly Finding[],
  file: string,
  document?: ConfigDocument,
): readonly Problem[] =>
  orderProblems(
    findings.map(({ at, ...finding }) => {
      const place = finding.line === undefined ? document && nearestPlace(document, finding.path, at ?? 'value') : {};
      return { file, ...finding, ...place };
    }),
  );

/** The place of a value, or of what is around it where it is missing. */
const nearestPlace = (document: ConfigDocument, path: string, at: 'key' | 'value'): Place | undefined =>
  document.placeOf(path, at) ??
  (path === '' ? undefined : nearestPlace(document, path.slice(0, path.lastIndexOf('/')), 'key'));
