import type { AssessQuery } from './assess-query.ts';
import { checkFleet } from './check-fleet.ts';
import type { FleetConfig } from './config.ts';
import { decodeText } from './decode-text.ts';
import type { ConfigDocument } from './document.ts';
import { followingTargets, freezeWaves } from './freeze-waves.ts';
import type { EvaluateJsonnet } from './jsonnet-document.ts';
import { nearestOf } from './nearest.ts';
import type { Finding, Problem } from './problem.ts';
import { readCalendars } from './read-calendars.ts';
import { placeFindings, readDocument } from './read-document.ts';
import { toTargets } from './targets.ts';

export type ParsedConfig =
  | { readonly ok: true; readonly config: FleetConfig }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Reads and checks the config file at `path` among all files of the config repository at one commit. Every mistake is reported at
 * once, in the order of the file, up to `MOST_PROBLEMS`. Never throws for what is in the files; writes nothing.
 */
export const parseConfig = async (
  files: ReadonlyMap<string, Uint8Array>,
  path: string,
  evaluate: EvaluateJsonnet,
  assess: AssessQuery,
): Promise<ParsedConfig> => {
  const bytes = files.get(path);
  if (bytes === undefined) return { ok: false, problems: [missing(path, files.keys())] };
  const decoded = decodeText(bytes);
  if ('finding' in decoded) return refused([decoded.finding], path);
  const document = await readDocument(decoded.text, files, path, evaluate);
  if (document.value === undefined || document.findings.some(isFatal))
    return refused(document.findings, path, document);
  if (document.value === null) return refused([...document.findings, EMPTY], path);
  const checked = checkFleet(document.value, new Set(files.keys()), assess);
  const found = 'findings' in checked ? checked.findings : [];
  const findings = [...document.findings, ...found.filter((finding) => !document.findings.some(covers(finding)))];
  if (findings.length > 0 || !('file' in checked)) return refused(findings, path, document);
  const { windows, findings: unreadable } = readCalendars(checked.file.windows, files);
  if (unreadable.length > 0) return refused(unreadable, path, document);
  const { waves, targets } = checked.file;
  const all = toTargets(targets);
  const frozen = freezeWaves(waves, all, checked.groups);
  const following = followingTargets(waves, all, checked.groups);
  return { ok: true, config: { ...checked.file, windows, frozen, following } };
};

const EMPTY: Finding = {
  code: 'EMPTY_CONFIG',
  path: '',
  what: 'the config is empty',
  expected: 'services, targets and waves',
};

/** What was read after such a mistake says nothing of what was meant. */
const isFatal = ({ code }: Finding): boolean => ['YAML_SYNTAX', 'JSON_SYNTAX', 'TOO_DEEP'].includes(code);

/** Whether a mistake in how a value is written is also the reason for a finding about the value. */
const covers =
  (finding: Finding) =>
  ({ path }: Finding): boolean =>
    path !== '' && `${finding.path}/`.startsWith(`${path}/`);

const refused = (findings: readonly Finding[], file: string, document?: ConfigDocument): ParsedConfig => ({
  ok: false,
  problems: placeFindings(findings, file, document),
});

const missing = (path: string, names: Iterable<string>): Problem => {
  const nearest = nearestOf(path, names);
  const problem = { code: 'CONFIG_MISSING', file: path, path: '', what: 'the config file is not in the repository' };
  return { ...problem, expected: 'a file at this path', ...(nearest === undefined ? {} : { nearest }) };
};
