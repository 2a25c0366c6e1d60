import type { JsonObject, KubeObject } from '../object.ts';
import { type Included, partial, shapeOf, tableOf } from '../table/table.ts';
import type { ApiRequest, Asked } from './asked.ts';
import { inVersion, type Listing, listBody } from './list-objects.ts';

const includedBy = ({ query }: ApiRequest): Included => {
  const included = query.get('includeObject');
  return included === 'Object' || included === 'None' ? included : 'Metadata';
};

/** One object in the form that was asked for. */
export const shownBy =
  ({ plane, resource, request }: Asked) =>
  (object: KubeObject): JsonObject => {
    const { resourceVersion = '' } = object.metadata;
    switch (shapeOf(request.accept)) {
      case 'table':
        return tableOf(resource, [object], { resourceVersion }, includedBy(request), plane.clock.now());
      case 'metadata':
        return partial(object);
      default:
        return object;
    }
  };

/** A list in the form that was asked for. */
export const listShown = ({ plane, resource, request }: Asked, { metadata, objects }: Listing): JsonObject => {
  const found = objects.map((object) => inVersion(resource, object));
  switch (shapeOf(request.accept)) {
    case 'table':
      return tableOf(resource, found, metadata, includedBy(request), plane.clock.now());
    case 'metadata':
      return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items: found.map(partial) };
    default:
      return listBody(resource, { metadata, objects });
  }
};
