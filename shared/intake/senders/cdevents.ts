import { z } from 'zod';
import type { Sender } from '../artifact-event.ts';
import { imageFrom, shown } from '../image.ts';
import { ignored, refused } from '../refusal.ts';

const schema = z.object({
  context: z.object({ id: z.string(), source: z.string(), type: z.string().startsWith('dev.cdevents.') }),
  subject: z.object({ id: z.string() }),
});

/**
 * CDEvents `artifact.published`, versions 0.x (https://cdevents.dev). The subject is a package URL; of those only `pkg:oci` names an
 * image: `pkg:oci/<name>@sha256%3A<hex>?repository_url=<registry/path/name>&tag=<tag>` (purl-spec, type oci).
 */
export const readCdEvents: Sender = (event) => {
  const { success, data } = schema.safeParse(event);
  if (!success) return undefined;
  const { id, source, type } = data.context;
  if (!/^dev\.cdevents\.artifact\.published\.0\.\d+\.\d+(-\w+)?$/.test(type))
    return ignored(`${shown(type)} publishes no artifact`);
  const purl = /^pkg:([^/]+)\/([^@?#]+)(?:@([^?#]+))?(?:\?([^#]*))?/.exec(data.subject.id);
  if (purl === null)
    return refused(
      422,
      'IMAGE_INVALID',
      `subject ${shown(data.subject.id)} is not a package URL; expected pkg:oci/...`,
    );
  const [, kind = '', name = '', version, qualifiers = ''] = purl;
  if (kind !== 'oci') return ignored(`pkg:${shown(kind)} is not a container image, only pkg:oci is`);
  const query = new URLSearchParams(qualifiers);
  const repository = query.get('repository_url');
  if (repository === null) {
    return refused(
      422,
      'IMAGE_INVALID',
      `pkg:oci/${shown(name)} does not say where it is; add ?repository_url=registry/path/${shown(name)}`,
    );
  }
  const digest = version === undefined ? undefined : decoded(version);
  const image = imageFrom(repository.replace(/^https:\/\//, ''), digest, query.get('tag') ?? undefined);
  return 'code' in image ? image : { outcome: 'artifact', ...image, source: `cdevents ${shown(source)}`, id };
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
