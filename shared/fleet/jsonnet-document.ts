import type { RenderProblem } from '../render/render-failed.ts';
import { decodeText } from './decode-text.ts';
import type { ConfigDocument, Place } from './document.ts';
import { jsonDocument } from './json-document.ts';
import { placesIn } from './line-places.ts';
import { stepsOf } from './pointer.ts';
import type { Finding } from './problem.ts';

/** Evaluates a jsonnet file and gives JSON text; what is wrong in the files is thrown as an error that carries `problems`. */
export type EvaluateJsonnet = (request: {
  readonly files: ReadonlyMap<string, string>;
  readonly entry: string;
  readonly ext: Readonly<Record<string, unknown>>;
}) => Promise<string>;

/**
 * Reads jsonnet through its output. Where a value came from is not told by jsonnet: a finding is placed at the only line of the
 * entry file that writes its key, else at that of the nearest key around it that is written once, else nowhere. Files that are not
 * text can not be imported.
 */
export const jsonnetDocument = async (
  text: string,
  files: ReadonlyMap<string, Uint8Array>,
  entry: string,
  evaluate: EvaluateJsonnet,
): Promise<ConfigDocument> => {
  const sources = new Map<string, string>();
  for (const [name, bytes] of files) {
    const decoded = decodeText(bytes);
    if ('text' in decoded) sources.set(name, decoded.text);
  }
  let output: string;
  try {
    output = await evaluate({ files: sources, entry, ext: {} });
  } catch (error) {
    return { value: undefined, findings: problemsOf(error).map(findingOf), placeOf: () => undefined };
  }
  return outputDocument(output, text);
};

const outputDocument = (output: string, entry: string): ConfigDocument => {
  const { value, findings } = jsonDocument(output);
  const placeAt = placesIn(entry);
  const placeOf = (pointer: string): Place | undefined => {
    for (const step of stepsOf(pointer).toReversed()) {
      const offsets = /^[0-9]+$/.test(step) ? [] : offsetsOfKey(entry, step);
      if (offsets[0] !== undefined && offsets.length === 1) return placeAt(offsets[0]);
    }
    return undefined;
  };
  // Lines of the output are not lines of the file.
  const unplaced = findings.map(({ line, column, ...finding }) => finding);
  return { value, findings: unplaced, placeOf };
};

/** Where `key:`, `'key':` or `"key":` is written, also as `key+:` and `key::`. */
const offsetsOfKey = (text: string, key: string): readonly number[] => {
  const name = key.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  const written = new RegExp(`(?<![\\w-])(?:'${name}'|"${name}"|${name})\\s*\\+?:`, 'g');
  return [...text.matchAll(written)].map((match) => match.index);
};

/** The problems an evaluation was refused for. What carries none is a fault of ours and goes on up. */
const problemsOf = (error: unknown): readonly RenderProblem[] => {
  if (error instanceof Error && 'problems' in error && Array.isArray(error.problems)) return error.problems;
  throw error;
};

const findingOf = ({ code, source, what }: RenderProblem): Finding => {
  const [, file, line, column] = /^(.*?)(?::(\d+))?(?::(\d+))?$/.exec(source) ?? [];
  return {
    code,
    ...(file === undefined || file === '' ? {} : { file }),
    ...(line === undefined ? {} : { line: Number(line) }),
    ...(column === undefined ? {} : { column: Number(column) }),
    path: '',
    what,
    expected: 'jsonnet that evaluates to the config',
  };
};
