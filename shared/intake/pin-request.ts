import type { Artifact } from './artifact-event.ts';
import { shortName, shown } from './image.ts';
import type { Pin } from './plan-pin.ts';

/** The service the pull request is named after: as the sender says, else the short name of the image. */
export const serviceOf = (artifact: Artifact): string =>
  artifact.service ??
  (shortName(artifact.repository)
    .replace(/[^a-z0-9-]+/g, '-')
    .slice(0, 63) ||
    'image');

/** `tidegate/<service>-<12 digits of the digest>`: one branch, and so one pull request, for one image. */
export const branchOf = (artifact: Artifact): string =>
  `tidegate/${serviceOf(artifact)}-${artifact.digest.slice(7, 19)}`;

/** Text of others inside a code span: nothing can end the span or start a mention. */
const code = (text: string): string => `\`${shown(text).replace(/`/g, "'")}\``;

/** What the pull request says: which image, from where, and which lines change. `older` are open ones for the same service. */
export const pinRequest = (
  artifact: Artifact,
  pins: readonly Pin[],
  older: readonly number[],
): { readonly title: string; readonly body: string } => {
  const called = artifact.tag === undefined ? '' : ` (${artifact.tag})`;
  const lines = pins.map(({ path, line, from }) => `| ${code(`${path}:${line}`)} | ${code(from.slice(0, 19))} |`);
  const others = older.map((number) => `#${number}`).join(', ');
  const body = [
    `Pins ${code(artifact.repository)} by digest. Merging this starts its rollout.`,
    '',
    `- image: ${code(`${artifact.repository}@${artifact.digest}`)}`,
    ...(artifact.tag === undefined ? [] : [`- published as: ${code(artifact.tag)}`]),
    `- reported by: ${code(artifact.source)}, event ${code(artifact.id)}`,
    '',
    '| where | from |',
    '| --- | --- |',
    ...lines,
    ...(others === ''
      ? []
      : ['', `Also open for ${code(serviceOf(artifact))}: ${others}. Merge the newest and close the others.`]),
  ].join('\n');
  return { title: `Pin ${serviceOf(artifact)} to ${artifact.digest.slice(0, 19)}${called}`, body };
};
