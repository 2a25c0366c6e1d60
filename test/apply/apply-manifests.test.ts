import { applyManifestsSuite } from './apply-manifests.suite.ts';
import { describeOnSimulatedServer } from './server.ts';

describeOnSimulatedServer('applyManifests', applyManifestsSuite);
