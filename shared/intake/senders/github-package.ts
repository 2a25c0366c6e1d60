import { z } from 'zod';
import type { Sender } from '../artifact-event.ts';
import { imageFrom, shown, splitTag } from '../image.ts';
import { ignored, refused } from '../refusal.ts';

const tag = z.object({ name: z.string().optional(), digest: z.string().optional() });
const published = z.object({
  name: z.string(),
  package_type: z.string(),
  owner: z.object({ login: z.string() }),
  package_version: z
    .object({
      version: z.string().optional(),
      package_url: z.string().nullish(),
      container_metadata: z.object({ tag: tag.nullish() }).nullish(),
    })
    .nullable(),
});
const schema = z.object({
  action: z.string(),
  repository: z.object({ full_name: z.string() }).optional(),
  registry_package: published.optional(),
  package: published.optional(),
});

/**
 * GitHub's `registry_package` and `package` webhooks for a container on ghcr.io
 * (https://docs.github.com/en/webhooks/webhook-events-and-payloads#registry_package). The version of a container is its digest.
 */
export const readGitHubPackage: Sender = (event, bodyId) => {
  const { success, data } = schema.safeParse(event);
  const found = data?.registry_package ?? data?.package;
  if (!success || found === undefined) return undefined;
  if (data.action !== 'published' && data.action !== 'updated')
    return ignored(`the package was ${shown(data.action)}, not published`);
  const type = found.package_type.toLowerCase();
  if (type !== 'container' && type !== 'docker')
    return ignored(`package_type ${shown(found.package_type)} is not a container image`);
  const version = found.package_version;
  const metadata = version?.container_metadata?.tag;
  const digest = metadata?.digest ?? version?.version;
  if (
    metadata?.digest !== undefined &&
    version?.version?.startsWith('sha256:') &&
    metadata.digest !== version.version
  ) {
    const both = `${shown(version.version)} and ${shown(metadata.digest)}`;
    return refused(422, 'DIGEST_INVALID', `package ${shown(found.name)} names two digests, ${both}; expected one`);
  }
  const url = version?.package_url ?? '';
  const named = url.startsWith('ghcr.io/') ? splitTag(url).repository : `ghcr.io/${found.owner.login}/${found.name}`;
  const image = imageFrom(named.toLowerCase(), digest, metadata?.name || undefined);
  const source = `github ${shown(data.repository?.full_name ?? found.owner.login)}`;
  return 'code' in image ? image : { outcome: 'artifact', ...image, source, id: bodyId };
};
