import { createHash } from 'node:crypto';
import { fleetConfig, image, webService } from './fleet-config.ts';

/** The digest under which the simulated registry knows what a job does in a version. */
export const jobDigest = (name: string, version: string): string =>
  `sha256:${createHash('sha256').update(`${name} ${version}`).digest('hex')}`;

const jobSource = (name: string, run: string, version: string): string => `
  ${name}: {
    apiVersion: 'batch/v1', kind: 'Job',
    metadata: { name: '${name}', annotations: { 'tidegate.dev/run': '${run}' } },
    spec: {
      backoffLimit: 0,
      template: { spec: {
        restartPolicy: 'Never',
        containers: [{
          name: '${name}', image: 'registry.example.com/${name}@${jobDigest(name, version)}', envFrom: [{ configMapRef: { name: 'schema' } }],
          resources: { requests: { cpu: '10m', memory: '16Mi' } },
        }],
      } },
    },
  },`;

/** The web service with a migration before, a smoke test after, and what takes the migration back. */
export const webWithJobs = (version: string, migration = version): string => {
  const jobs = [
    jobSource('migrate', 'before', migration),
    jobSource('smoke', 'after', version),
    jobSource('undo', 'back', version),
  ];
  const schema = `  schema: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'schema' }, data: { version: '${version}' } },`;
  return `${webService.trimEnd().replace(/\}$/, '')}${schema}${jobs.join('')}\n}\n`;
};

/** Two targets in two waves. */
export const jobsConfig = (version: string): string => {
  const { targets, waves } = JSON.parse(fleetConfig(version));
  return fleetConfig(version, {
    services: { web: { jsonnet: 'services/web.jsonnet', images: { web: image(version) }, onFailure: 'rollback' } },
    targets: { 'eks-staging': targets['eks-staging'], 'eks-internal': targets['eks-internal'] },
    waves: waves.slice(0, 2).map((wave: object) => ({ ...wave, soak: '1m' })),
  });
};

/** The files of the config repository in a version. */
export const jobsFiles = (version: string, source = webWithJobs(version)): Readonly<Record<string, string>> => ({
  'tidegate.json': jobsConfig(version),
  'services/web.jsonnet': source,
});
