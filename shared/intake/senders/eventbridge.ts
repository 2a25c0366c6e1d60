import { z } from 'zod';
import type { Sender } from '../artifact-event.ts';
import { imageFrom, shown } from '../image.ts';
import { ignored } from '../refusal.ts';

const envelope = z.object({
  id: z.string(),
  source: z.string(),
  'detail-type': z.string(),
  account: z.string().regex(/^[0-9]{12}$/),
  region: z.string().regex(/^[a-z0-9-]+$/),
  detail: z.record(z.string(), z.unknown()),
});

const imageAction = z.object({
  result: z.string(),
  'action-type': z.string(),
  'repository-name': z.string(),
  'image-digest': z.string().optional(),
  'image-tag': z.string().optional(),
});

/**
 * An event in an EventBridge envelope: ECR's `ECR Image Action` for a push, or what another sender put into `detail`, which `inside`
 * reads. The bus has checked who sent it; which accounts may is its policy.
 */
export const readEventBridge =
  (inside: Sender): Sender =>
  (event) => {
    const { success, data } = envelope.safeParse(event);
    if (!success) return undefined;
    const type = data['detail-type'];
    if (!data.source.startsWith('aws.'))
      return inside(data.detail, data.id) ?? ignored(`${shown(type)} names no image`);
    const action = imageAction.safeParse(data.detail);
    if (data.source !== 'aws.ecr' || type !== 'ECR Image Action' || !action.success) {
      return ignored(`${shown(data.source)} ${shown(type)} is not the push of an image`);
    }
    const push = action.data;
    if (push['action-type'] !== 'PUSH' || push.result !== 'SUCCESS') {
      return ignored(`ECR reports ${shown(push['action-type'])} ${shown(push.result)}, not a push that succeeded`);
    }
    const domain = data.region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
    const repository = `${data.account}.dkr.ecr.${data.region}.${domain}/${push['repository-name']}`;
    const image = imageFrom(repository, push['image-digest'], push['image-tag']);
    return 'code' in image ? image : { outcome: 'artifact', ...image, source: 'aws.ecr', id: data.id };
  };
