import type { FieldError } from '../api/status-error.ts';
import type { KubeObject } from '../object.ts';
import type { Resource } from '../schema/resource.ts';
import { invalidValue, required } from './field-error.ts';

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;
const isLabel = new RegExp(`^${label}$`);
const isSubdomain = new RegExp(`^${subdomain}$`);
const isLabel1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const isLabelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const isQualifiedName =
  /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

export const labelComplaint =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const subdomainComplaint = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomain}')`;
const label1035Complaint =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const labelValueComplaint =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const qualifiedNameComplaint =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

export const isDnsLabel = (text: string): boolean => text.length <= 63 && isLabel.test(text);

/** Names that are path segments only: RBAC's may hold colons and capitals. */
const freeNames = ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'];

const nameErrors = (resource: Resource, name: string): readonly FieldError[] => {
  if (freeNames.includes(resource.plural)) {
    return /[/%]/.test(name) || name === '.' || name === '..'
      ? [invalidValue('metadata.name', name, "may not contain '/'")]
      : [];
  }
  if (resource.plural === 'namespaces')
    return isDnsLabel(name) ? [] : [invalidValue('metadata.name', name, labelComplaint)];
  if (resource.plural === 'services' && resource.group === '') {
    return name.length <= 63 && isLabel1035.test(name) ? [] : [invalidValue('metadata.name', name, label1035Complaint)];
  }
  const long = name.length > 253 ? [invalidValue('metadata.name', name, 'must be no more than 253 bytes')] : [];
  return isSubdomain.test(name) ? long : [...long, invalidValue('metadata.name', name, subdomainComplaint)];
};

const mostAnnotationBytes = 262_144;

/** What is wrong with an object's metadata. */
export const metadataErrors = (resource: Resource, object: KubeObject): readonly FieldError[] => {
  const { name, labels = {}, annotations = {} } = object.metadata;
  if (name === undefined || name === '') return [required('metadata.name', 'name or generateName is required')];
  const size = Object.entries(annotations).reduce((sum, [key, value]) => sum + key.length + String(value).length, 0);
  return [
    ...nameErrors(resource, name),
    ...labelErrors('metadata.labels', labels),
    ...Object.keys(annotations).flatMap((key) =>
      isQualifiedName.test(key.toLowerCase())
        ? []
        : [invalidValue('metadata.annotations', key, qualifiedNameComplaint)],
    ),
    ...(size > mostAnnotationBytes
      ? [
          {
            reason: 'FieldValueTooLong' as const,
            field: 'metadata.annotations',
            message: `Too long: may not be more than ${mostAnnotationBytes} bytes`,
          },
        ]
      : []),
  ];
};

const labelErrors = (field: string, labels: Readonly<Record<string, unknown>>): readonly FieldError[] =>
  Object.entries(labels).flatMap(([key, value]) => [
    ...(isQualifiedName.test(key) ? [] : [invalidValue(field, key, qualifiedNameComplaint)]),
    ...(String(value).length > 63 ? [invalidValue(field, String(value), 'must be no more than 63 bytes')] : []),
    ...(isLabelValue.test(String(value)) ? [] : [invalidValue(field, String(value), labelValueComplaint)]),
  ]);
