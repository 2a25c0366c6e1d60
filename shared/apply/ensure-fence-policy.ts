import type { AdmissionPolicy, FenceStanding } from '../rollout/fence.ts';
import { brief } from '../rollout/outcome.ts';
import type { Manifest } from '../rollout/release.ts';
import { ask, liveObject } from './api-requests.ts';
import { applyRequest } from './apply-request.ts';
import { assessRefusal } from './assess-refusal.ts';
import { assessPolicy, policyName } from './fence-policy.ts';
import type { LiveObject } from './live-object.ts';
import { fenceParts, missingPart, readFencePart } from './look-at-fence.ts';
import { identityOf } from './object-id.ts';
import { preconditionsOf } from './preconditions.ts';
import { type Writing, write } from './writing.ts';

/**
 * Looks whether the API server refuses stale writers, and has it do so where `mode` says `install` and it may be done: the policy and its
 * binding are read, and written only where they are missing or of an older Tidegate. What somebody else made or changed is left alone.
 * Two requests where they are there. `undefined` when this slice ended before it was known. Twice is safe, and so is another instance of
 * Tidegate doing the same.
 * @throws as `write`.
 */
export const ensureFencePolicy = async (
  writing: Writing,
  mode: Exclude<AdmissionPolicy, 'never'>,
): Promise<FenceStanding | undefined> => {
  for (const part of fenceParts) {
    const { manifest, path } = part;
    const read = await readFencePart(part, writing.cluster, writing.invocation.signal);
    if ('unreadable' in read) return notEnforced(read.unreadable);
    const { found, live } = read;
    if (found.is === 'ours') continue;
    if ('because' in found) return notEnforced(found.because);
    if (mode === 'expect')
      return notEnforced(`${missingPart(manifest, found)}; it is expected to be installed by hand`);
    const installed = await install(writing, manifest, path, live);
    if (installed.is === 'unknown') return undefined;
    if (installed.is === 'refused') return notEnforced(installed.because);
  }
  return { isEnforced: true };
};

const notEnforced = (because: string): FenceStanding => ({ isEnforced: false, because });

type Installed = { readonly is: 'there' | 'unknown' } | { readonly is: 'refused'; readonly because: string };

/** Never forced: what another manager set stays. */
const install = async (
  writing: Writing,
  manifest: Manifest,
  path: string,
  live: LiveObject | undefined,
): Promise<Installed> => {
  const written = await write(writing, {
    id: identityOf(manifest),
    ...applyRequest(path, { ...manifest, metadata: { ...manifest.metadata, ...preconditionsOf(live) } }),
    ...(live === undefined ? {} : { preconditions: live.metadata }),
    readBack: async () => {
      const answer = await ask(writing.cluster, path, { signal: writing.invocation.signal });
      return answer.ok && assessPolicy(manifest, liveObject(answer.body)).is === 'ours' ? answer : undefined;
    },
  });
  if (written.status !== 'answered') return { is: 'unknown' };
  if (written.answer.ok) return { is: 'there' };
  const { refused } = written.answer;
  // Another instance was faster: what it wrote is what we would have written, or newer.
  if (assessRefusal(refused) === 'stale') return { is: 'there' };
  const because = `${manifest.kind} ${policyName} can not be installed: ${refused.code} ${refused.message}`;
  return { is: 'refused', because: brief(because) };
};
